import numpy as np
import pytest

from tests.graph.typed.shop import TOOLS
from toolgraph.graph.typed.evidence import SAME_THING
from toolgraph.graph.typed.question import Question
from toolgraph.graph.typed.sides import Catalogue
from toolgraph.tools.spec import Origin, ToolSpec


@pytest.fixture(scope="module")
def flow():
    return Question.of("P-R", Catalogue.of(TOOLS))


@pytest.fixture(scope="module")
def likeness():
    return Question.of("P-P", Catalogue.of(TOOLS))


def evidence(question, source, target, cosine=0.5):
    """Return the evidence of two fields given as tool.field."""

    def place(side, named):
        tool, name = named.split(".")
        return next(n for n, field in enumerate(side.fields) if (TOOLS[side.tool[n]].name, field.name) == (tool, name))

    pair = np.array([place(question.left, source)], np.int32), np.array([place(question.right, target)], np.int32)
    found = question.evidence(*pair, np.array([cosine], np.float32))
    return {name: pytest.approx(values[0], abs=1e-6) for name, values in found.items()}


def test_a_generic_id_is_that_of_the_thing_its_tool_is_about(flow):
    found = evidence(flow, "get_customer.id", "list_orders.customer_id")

    assert found["entity"] == SAME_THING
    assert found["name"] == 1


def test_a_word_that_may_be_a_verb_is_a_thing_behind_another():
    order = {"type": "object", "properties": {"id": {"type": "string"}}}
    tools = [ToolSpec(name="get_order", returns=order), ToolSpec(name="cancel_order", parameters=order)]
    found = Question.of("P-R", Catalogue.of(tools)).evidence(*np.zeros((2, 1), np.int32), np.ones(1, np.float32))

    assert found["entity"] == SAME_THING


def test_ids_of_different_things_speak_against_each_other(flow):
    assert evidence(flow, "create_order.order_id", "get_product.product_id")["entity"] == -1


def test_whoever_books_must_know_what_and_whoever_creates_cannot(flow):
    booked = evidence(flow, "find_gyms.gym_id", "book_class.gym_id")
    tools = [
        ToolSpec(
            name=name, parameters={"type": "object", "properties": {"event_id": {"type": "string"}}}, returns=gives
        )
        for name, gives in (("find_event", {"type": "object", "properties": {"event_id": {}}}), ("create_event", None))
    ]
    created = Question.of("P-R", Catalogue.of(tools))

    assert booked["entity"] == SAME_THING
    pair = np.array([0], np.int32), np.array([1], np.int32)
    assert created.evidence(*pair, np.ones(1, np.float32))["entity"] == -1


def test_a_verb_of_the_description_is_too_little_to_say_that_something_is_made():
    shipment = {"type": "object", "properties": {"shipment_id": {"type": "string"}}}
    tools = [
        ToolSpec(name="find_shipment", returns=shipment),
        ToolSpec(name="redirect_shipment", description="Send a shipment elsewhere.", parameters=shipment),
    ]
    found = Question.of("P-R", Catalogue.of(tools)).evidence(*np.zeros((2, 1), np.int32), np.ones(1, np.float32))

    assert found["entity"] == SAME_THING


def test_types_that_exclude_each_other_speak_against_and_kinds_that_agree_for(flow, likeness):
    assert evidence(flow, "get_product.in_stock", "search_products.query")["kind"] == -1
    assert evidence(flow, "search_products.price", "get_product.product_id")["kind"] == -1
    assert evidence(flow, "get_customer.city", "find_gyms.city")["kind"] == 1


def test_paging_and_credentials_say_nothing_of_what_tools_are_about(likeness):
    assert evidence(likeness, "search_products.page", "find_gyms.page")["kind"] == -1


def test_what_few_tools_have_is_rare(flow):
    few, several = (
        evidence(flow, source, "find_gyms.city")["rare"] for source in ("get_customer.city", "create_order.order_id")
    )

    assert few == 1
    assert several.expected < 1


def test_one_api_speaks_for_and_an_api_that_serves_itself_against(flow):
    own = evidence(flow, "search_products.product_id", "create_order.product_id")["same_api"].expected
    foreign = evidence(flow, "get_customer.city", "find_gyms.city")["same_api"]
    served = evidence(flow, "get_customer.id", "book_class.gym_id")["same_api"]

    assert 0 < own < 1
    assert foreign == -0.75
    assert served == -1  # find_gyms of the same API gives it


def test_reading_comes_before_writing(flow):
    before = evidence(flow, "search_products.product_id", "create_order.product_id")["direction"]
    after = evidence(flow, "cancel_order.refund", "search_products.query")["direction"]

    assert (before, after) == (1, -1)


def test_the_id_of_what_was_created_goes_on_to_who_takes_it(flow):
    assert evidence(flow, "create_order.order_id", "cancel_order.order_id")["direction"] == 0.75


def of_pair(giver, taker, given=0, taken=0):
    """Return the evidence that an output of one tool feeds an input of another, given by their places among all."""
    question = Question.of("P-R", Catalogue.of([giver, taker]))
    pair = np.array([given], np.int32), np.array([taken], np.int32)
    return {name: float(values[0]) for name, values in question.evidence(*pair, np.ones(1, np.float32)).items()}


def made(name, takes=(), gives=(), **more):
    def schema(fields, **required):
        return {"type": "object", "properties": {field: {"type": "string"} for field in fields}, **required}

    return ToolSpec(name=name, parameters=schema(takes, required=list(takes)), returns=schema(gives), **more)


def test_what_a_tool_had_to_be_given_is_not_to_be_had_from_it():
    taker = made("cancel_order", ["order_id"])

    asked = made("get_order", ["order_id"], ["order_id", "status"])
    by_another_name = made("get_order", ["order_id"], ["id", "status"])
    found = made("find_order", ["email"], ["order_id", "status"])

    # The inputs of the giver come first.
    assert [of_pair(giver, taker, taken=1)["direction"] for giver in (asked, by_another_name, found)] == [-1, -1, 1]


def test_what_is_all_that_a_tool_gives_is_new():
    assert of_pair(made("shift_time", ["time"], ["time"]), made("create_alarm", ["time"]), taken=1)["direction"] == 1


def test_an_id_within_a_list_of_others_is_no_echo():
    others = {"type": "object", "properties": {"artists": {"items": {"properties": {"id": {}, "name": {}}}}}}
    giver = made("list_related_artists", ["artist_id"]).model_copy(update={"returns": others})

    assert of_pair(giver, made("get_artist", ["artist_id"]), taken=1)["direction"] == 0.5


def test_a_description_may_tell_that_a_field_holds_ids():
    orders = {"type": "array", "items": {"type": "string"}, "description": "The IDs of the user's orders"}
    giver = ToolSpec(name="get_user", returns={"type": "object", "properties": {"orders": orders}})

    assert of_pair(giver, made("get_order", ["order_id"]))["entity"] == SAME_THING


def test_a_thing_by_its_bare_name_is_its_id_and_never_that_of_another():
    found = [
        of_pair(made(f"find_{thing}", gives=["id"]), made("get_invoices", ["customer"]))["entity"]
        for thing in ("customer", "product")
    ]

    assert found == [SAME_THING, 0]


def test_a_noun_of_the_tools_name_is_no_proof_of_another_thing():
    taker = made("list_orders", ["user_id"])

    found = [
        of_pair(made(giver, gives=["id"]), taker)["entity"] for giver in ("get_user", "get_user_profile", "get_car")
    ]

    assert found == [SAME_THING, 0, -1]


def test_a_plain_value_is_what_its_tools_name_says():
    giver = ToolSpec(name="find_user_id_by_email", returns={"type": "string", "description": "If found"})

    found = of_pair(giver, made("get_user", ["user_id"]))

    assert (found["entity"], found["purpose"]) == (SAME_THING, 1)


def test_what_is_embedded_of_a_bare_id_says_whose_it_is():
    tools = [made("get_customer", ["email"], ["id"]), made("list_orders", ["customer"])]

    assert set(Catalogue.of(tools).texts) == {"customer id", "email"}
    assert set(Catalogue.of(tools).published().texts) == {"id", "email", "customer"}


def test_a_yes_or_no_may_be_handed_on_to_one():
    flag = {"type": "object", "properties": {"is_frozen": {"type": "boolean"}}}
    giver = ToolSpec(name="freeze", returns=flag)

    found = [of_pair(giver, ToolSpec(name="alert", parameters=flag)), of_pair(giver, made("alert", ["is_frozen"]))]

    assert [each["kind"] for each in found] == [0, -1]


def test_which_page_is_wanted_comes_from_nowhere():
    page = {"type": "object", "properties": {"page": {"type": "integer"}}}

    assert of_pair(ToolSpec(name="find", returns=page), ToolSpec(name="list", parameters=page))["kind"] == -1


def test_a_city_met_in_two_apis_says_less_than_an_id():
    shop, gym = Origin(api="shop"), Origin(api="gym")
    tools = [
        made("get_order", gives=["city", "gym_id"], origin=shop), made("get_cart", origin=shop),
        made("list_classes", ["city", "gym_id"], origin=gym), made("list_offers", origin=gym),
    ]  # fmt: skip
    question = Question.of("P-R", Catalogue.of(tools))
    pairs = np.arange(2, dtype=np.int32)

    assert question.evidence(pairs, pairs, np.ones(2, np.float32))["same_api"].tolist() == [-0.75, 0]


def test_evidence_of_likeness_has_no_direction(likeness):
    one = evidence(likeness, "get_product.product_id", "create_order.product_id")
    other = evidence(likeness, "create_order.product_id", "get_product.product_id")

    assert one.keys() == other.keys()
    assert all(one[name] == other[name].expected for name in one)


def test_no_returns_that_were_guessed_count():
    guessed = ToolSpec(name="find", returns={"type": "object", "properties": {"id": {}}}, returns_inferred=True)

    assert len(Catalogue.of([guessed]).outputs) == 0


def test_where_nobody_names_an_api_the_words_before_the_verb_do():
    tools = [ToolSpec(name=name) for name in ("github_get_issue", "github_close_issue", "slack_send_message")]

    apis = Catalogue.of(tools).apis

    assert (apis.api[0] == apis.api[1], apis.api[2]) == (True, -1)


def test_a_tool_alone_in_its_api_counts_as_one_of_its_category():
    origins = [Origin(api="a#GET x", category="mail"), Origin(api="b#GET x", category="mail"), Origin(api="a#GET y")]

    apis = Catalogue.of([ToolSpec(name=f"t{n}", origin=origin) for n, origin in enumerate(origins)]).apis

    assert apis.names == ("a", "mail", "a")
