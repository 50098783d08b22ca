"""A small shop whose ids are plain numbers that several tables share: `python shop.py [FAULT [LOG]]`.

Customers are 1 to 12, suppliers as well, orders 1 to 40 and products 101 to 125. LOG is a file to which the name of
every tool that is called is added. With FAULT `bare` every id is called `id`, and orders cannot be listed.
"""

import json
import os
import sys
import time
from pathlib import Path

FAULT = sys.argv[1] if len(sys.argv) > 1 else ""


def named(what):
    """What an id of something is called by its own tools."""
    return "id" if FAULT == "bare" else f"{what}_id"


CUSTOMERS = {n: {named("customer"): n, "name": f"Customer {chr(64 + n)}.", "city": f"Town {n % 5}"}
             for n in range(1, 13)}  # fmt: skip
SUPPLIERS = {n: {named("supplier"): n, "company": f"Works {chr(77 + n)}."} for n in range(1, 13)}
PRODUCTS = {n: {named("product"): n, "title": f"{('Lamp', 'Chair')[n % 2]} {chr(n - 36)}.", "supplier_id": 12 - n % 12}
            for n in range(101, 126)}  # fmt: skip
ORDERS = {n: {named("order"): n, "customer_id": n * 7 % 12 + 1, "product_id": 101 + n * 11 % 25,
              "placed_on": f"2027-01-{n % 28 + 1:02}"} for n in range(1, 41)}  # fmt: skip


class Refused(Exception):
    """A call that cannot be served."""


def get(table, what):
    """What gets one row of a table."""

    def one(**asked):
        (key,) = asked.values()
        if key in table:
            return table[key]
        match FAULT:
            case "takes_all":
                return {**next(iter(table.values())), "seen": time.time()}
            case "hangs" if what == "order":
                time.sleep(600)
            case "dies" if what == "order":
                os._exit(9)
            case "floods" if what == "order":
                return {"text": "x" * 3_000_000}
            case "polite":
                return {"message": f"Sorry, there is no {what} {key}."}
        raise Refused(f"no such {what}")

    return f"Get one {what}.", {named(what): {"type": "integer"}}, one


def all_of(table, what):
    return f"List all {what}s.", {}, lambda: {"rows": list(table.values())}


def orders_of(customer_id):
    return {"found": [row for row in ORDERS.values() if row["customer_id"] == customer_id]}


def search(text):
    return {"found": [row for row in PRODUCTS.values() if text.lower() in row["title"].lower()]}


READING = {
    "list_customers": all_of(CUSTOMERS, "customer"),
    "get_customer": get(CUSTOMERS, "customer"),
    "list_orders": all_of(ORDERS, "order"),
    "get_order": get(ORDERS, "order"),
    "list_customer_orders": ("List the orders of a customer.", {"customer_id": {"type": "integer"}}, orders_of),
    "search_products": ("Search products.", {"text": {"type": "string", "examples": ["Lamp", "Chair"]}}, search),
    "get_product": get(PRODUCTS, "product"),
    "list_suppliers": all_of(SUPPLIERS, "supplier"),
    "get_supplier": get(SUPPLIERS, "supplier"),
}
WRITING = {
    "cancel_order": ("Cancel an order.", {named("order"): {"type": "integer"}}),
    "get_rid_of_customer": ("Drop a customer.", {named("customer"): {"type": "integer"}}),
}
if FAULT == "bare":
    del READING["list_orders"], READING["list_customer_orders"]


def described():
    for name, (text, parameters, *_) in {**READING, **WRITING}.items():
        schema = {"type": "object", "properties": parameters, "required": list(parameters)}
        reads = {"readOnlyHint": name in READING}
        yield {"name": name, "description": text, "inputSchema": schema, "annotations": reads}


def called(name, arguments, count):
    if len(sys.argv) > 2:
        with Path(sys.argv[2]).open("a") as log:
            log.write(f"{name}\n")
    if FAULT == "tires" and count > 25:
        return {"content": [{"type": "text", "text": "too many requests"}], "isError": True}
    try:
        found = READING[name][-1](**arguments)
    except Refused as error:
        return {"content": [{"type": "text", "text": str(error)}], "isError": True}
    return {"content": [{"type": "text", "text": json.dumps(found)}]}


def say(message, **answer):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], **answer}) + "\n")
    sys.stdout.flush()


def main():
    count = 0
    for line in sys.stdin:
        message = json.loads(line)
        match message.get("method"):
            case "initialize":
                version, info = message["params"]["protocolVersion"], {"name": "shop", "version": "1"}
                say(message, result={"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info})
            case "tools/list":
                say(message, result={"tools": list(described())})
            case "tools/call":
                count += 1
                asked = message["params"]
                say(message, result=called(asked["name"], asked.get("arguments", {}), count))
            case _ if "id" in message:
                say(message, error={"code": -32601, "message": "no such method"})


if __name__ == "__main__":
    main()
