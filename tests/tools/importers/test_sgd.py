import pytest

from tests.tools.importers.reading import found_in, skipped_in
from toolgraph.tools.importers import sgd

SERVICE = {
    "service_name": "Books_1",
    "description": "A library.",
    "slots": [
        {"name": "title", "description": "Its title.", "is_categorical": False, "possible_values": []},
        {"name": "genre", "description": "Its genre.", "is_categorical": True, "possible_values": ["crime", "poetry"]},
        {"name": "isbn", "description": "Its number.", "is_categorical": False, "possible_values": ["1", "2"]},
    ],
    "intents": [
        {
            "name": "FindBook",
            "description": "Find a book.",
            "is_transactional": False,
            "required_slots": ["title"],
            "optional_slots": {"genre": "dontcare"},
            "result_slots": ["title", "isbn"],
        },
        {
            "name": "LendBook",
            "description": "Lend a book.",
            "is_transactional": True,
            "required_slots": ["isbn"],
            "optional_slots": {"genre": "crime"},
            "result_slots": ["isbn"],
        },
    ],
}


@pytest.mark.parametrize("document", [SERVICE, [SERVICE]])
def test_each_intent_is_a_tool_named_after_its_service(document):
    assert sgd.matches(document)
    find, lend = found_in(sgd, document)
    assert (find.fields["name"], lend.fields["name"]) == ("Books_1_FindBook", "Books_1_LendBook")
    assert (find.where, lend.where) == ("service Books_1, intent 1", "service Books_1, intent 2")
    assert find.fields["origin"] == {"api": "Books_1", "category": "Books"}
    assert find.repairs == ("named 'Books_1_FindBook', since intents of several services share the name 'FindBook'",)


def test_slots_are_parameters_and_returns():
    find, _ = found_in(sgd, SERVICE)

    title = {"type": "string", "description": "Its title."}
    isbn = {"type": "string", "description": "Its number."}
    assert find.fields["parameters"] == {
        "type": "object",
        "properties": {
            "title": title,
            "genre": {"type": "string", "description": "Its genre.", "enum": ["crime", "poetry"]},
        },
        "required": ["title"],
    }
    assert find.fields["returns"] == {
        "type": "array",
        "items": {"type": "object", "properties": {"title": title, "isbn": isbn}},
    }
    assert find.fields["effects"] == "reads"


def test_a_transaction_writes_and_gives_one_result():
    _, lend = found_in(sgd, SERVICE)

    assert lend.fields["effects"] == "writes"
    assert lend.fields["returns"]["type"] == "object"
    assert lend.fields["parameters"]["properties"]["genre"]["default"] == "crime"


def test_an_intent_may_list_its_optional_slots_and_give_nothing():
    intent = {"name": "FindBook", "required_slots": [], "optional_slots": ["genre"]}

    (item,) = found_in(sgd, {**SERVICE, "intents": [intent]})

    assert list(item.fields["parameters"]) == ["type", "properties"]
    assert "default" not in item.fields["parameters"]["properties"]["genre"]
    assert "returns" not in item.fields


def test_a_slot_that_the_service_lacks_is_told():
    intent = {"name": "FindBook", "required_slots": ["author"], "optional_slots": {}}

    (item,) = found_in(sgd, {**SERVICE, "intents": [intent]})

    assert item.fields["parameters"]["properties"] == {"author": {"type": "string"}}
    assert item.repairs[-1] == "the service has no slot 'author'; taken for a text"


def test_what_is_no_service_and_no_intent_is_told():
    assert skipped_in(sgd, [{**SERVICE, "intents": [{"description": "x"}]}, 7]) == [
        ("service Books_1, intent 1", "has no name"),
        ("entry 2", "is no service with slots and intents"),
    ]
