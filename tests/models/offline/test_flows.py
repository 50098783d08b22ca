import pytest

from toolgraph.models.offline.flows import flows_between
from toolgraph.tools.spec import ToolSpec

TEXT, NUMBER = {"type": "string"}, {"type": "number"}


def tool(name, parameters=(), returns=(), *, many=False, **schemas):
    def shape(names):
        return {"type": "object", "properties": {key: schemas.get(key, TEXT) for key in names}, "required": list(names)}

    given = shape(returns)
    if many:
        given = {
            "type": "object",
            "properties": {"results": {"type": "array", "items": given}},
            "required": ["results"],
        }
    return ToolSpec(name=name, parameters=shape(parameters), returns=given)


def pairs(giver, taker):
    return [(flow.path, flow.pointer) for flow in flows_between(giver, taker)]


def test_an_id_flows_to_a_parameter_of_its_name():
    search, book = tool("search_hotels", ["city"], ["hotel_id", "price"], many=True), tool("book_room", ["hotel_id"])

    assert pairs(search, book) == [("/results/*/hotel_id", "/hotel_id")]
    assert flows_between(search, book)[0].is_id


def test_a_bare_id_flows_to_the_id_of_what_the_giver_is_about():
    assert pairs(tool("create_order", [], ["id"]), tool("track_parcel", ["order_id"])) == [("/id", "/order_id")]
    assert pairs(tool("list_orders", [], ["id"], many=True), tool("track_parcel", ["order_id"])) == [
        ("/results/*/id", "/order_id")
    ]


def test_a_bare_id_of_something_else_does_not_flow():
    assert pairs(tool("create_order", [], ["id"]), tool("get_user", ["user_id"])) == []
    assert pairs(tool("create_order", [], ["id"]), tool("get_user", ["id"])) == []


def test_ids_come_first_and_every_parameter_has_one_source():
    giver = tool("get_user", ["query"], ["email", "user_id", "user_email"])
    taker = tool("send_mail", ["user_id", "email"])

    flows = flows_between(giver, taker)

    assert [flow.pointer for flow in flows] == ["/user_id", "/email"]


def test_what_was_asked_for_is_no_news():
    echo = tool("get_weather", ["city"], ["city", "temperature"])

    assert pairs(echo, tool("find_hotels", ["city"])) == []


def test_an_id_that_is_only_repeated_is_marked_as_an_echo():
    get, cancel = tool("get_booking", ["booking_id"], ["booking_id", "guest"]), tool("cancel_booking", ["booking_id"])

    (flow,) = flows_between(get, cancel)

    assert flow.is_echo


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("price", NUMBER),
        ("status", {"type": "string", "enum": ["a", "b"]}),
        ("description", TEXT),
        ("is_open", {"type": "boolean"}),
    ],
)
def test_numbers_texts_and_choices_do_not_flow(name, schema):
    assert pairs(tool("get_shop", [], [name], **{name: schema}), tool("rate_shop", [name], [], **{name: schema})) == []


def test_a_number_does_not_flow_into_a_text():
    giver = tool("create_order", [], ["order_id"], order_id={"type": "integer"})

    assert pairs(giver, tool("get_order", ["order_id"])) == []


def test_an_id_does_not_flow_where_the_schema_does_not_admit_its_shape():
    taker = tool("update_group", ["group_id"], group_id={"type": "string", "pattern": r"^\d+$"})

    assert pairs(tool("list_groups", [], ["group_id"], many=True), taker) == []


def test_nothing_flows_from_a_tool_that_returns_nothing():
    assert pairs(ToolSpec(name="get_order"), tool("get_order", ["order_id"])) == []
