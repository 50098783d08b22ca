"""A shop and a gym: tools of which a person can say what feeds what."""

from toolgraph.tools.spec import Origin, ToolSpec

SHOP, GYM = Origin(api="shop"), Origin(api="gym")


def made(name, takes, gives, origin, required=()):
    def properties(fields):
        typed = (field.partition(" ")[::2] for field in fields)
        return {name: {"type": kind or "string"} for name, kind in typed}

    parameters = {"type": "object", "properties": properties(takes), "required": list(required)}
    return ToolSpec(name=name, parameters=parameters, returns={"type": "object", "properties": properties(gives)},
                    origin=origin)  # fmt: skip


TOOLS = (
    made("search_products", ["query", "page integer"], ["product_id", "price number"], SHOP),
    made("get_product", ["product_id"], ["name", "price number", "in_stock boolean"], SHOP, ["product_id"]),
    made("create_order", ["product_id", "quantity integer"], ["order_id"], SHOP, ["product_id"]),
    made("cancel_order", ["order_id"], ["refund number"], SHOP, ["order_id"]),
    made("get_customer", ["email"], ["id", "city"], SHOP, ["email"]),
    made("list_orders", ["customer_id", "page integer"], ["order_id", "status"], SHOP, ["customer_id"]),
    made("find_gyms", ["city", "page integer"], ["gym_id"], GYM, ["city"]),
    made("book_class", ["gym_id", "class_id"], ["booking_id"], GYM, ["gym_id", "class_id"]),
)
