import pytest

from tests.tools.importers.reading import found_in, skipped_in, tool_in
from toolgraph.tools.importers import bfcl

FUNCTION = {
    "name": "books.find",
    "description": "Find a book.",
    "parameters": {
        "type": "dict",
        "properties": {
            "title": {"type": "String"},
            "price": {"type": "float", "default": 5.0},
            "shelf": {"type": "any"},
        },
        "required": ["title"],
    },
}
QUESTION = {"id": "live_simple_0-0-0", "question": [[{"role": "user", "content": "Emma?"}]], "function": [FUNCTION]}


@pytest.mark.parametrize(
    "document", [QUESTION, [QUESTION], {**QUESTION, "function": FUNCTION}, {**QUESTION, "question": "Emma?"}]
)
def test_the_functions_of_a_question_are_read_verbatim(document):
    assert bfcl.matches(document)
    (item,) = found_in(bfcl, document)
    assert item.where == "question live_simple_0-0-0, function 1"
    assert item.fields == FUNCTION
    assert item.repairs == ()


def test_foreign_types_are_read_by_the_standard_form():
    tool, _ = tool_in(bfcl, QUESTION)

    assert tool.input_schema == {
        "type": "object",
        "properties": {"title": {"type": "string"}, "price": {"type": "number", "default": 5.0}, "shelf": {}},
        "required": ["title"],
    }


def test_what_questions_share_is_yielded_once_and_what_differs_is_not():
    other = {**QUESTION, "id": "live_simple_1", "function": [FUNCTION, {**FUNCTION, "description": "Find two."}]}

    assert [item.fields["description"] for item in found_in(bfcl, [QUESTION, other])] == ["Find a book.", "Find two."]
    assert skipped_in(bfcl, [QUESTION, other]) == [("the document", "says 1 of its tools again, word for word")]


@pytest.mark.parametrize("listing", [list, lambda functions: functions[0]])
def test_function_documents_say_what_they_return(listing):
    response = {"type": "dict", "properties": {"isbn": {"type": "string"}}}
    document = listing([{**FUNCTION, "response": response}])

    assert bfcl.matches(document)
    assert tool_in(bfcl, document)[0].returns == response


def test_a_question_that_names_classes_is_told():
    question = {"id": "multi_turn_0", "question": [[]], "involved_classes": ["Library", "Shelf"]}

    assert bfcl.matches(question)
    assert skipped_in(bfcl, question) == [
        ("entry 1", "names classes of functions (Library, Shelf); import their function documents")
    ]


def test_what_is_no_function_is_told():
    assert skipped_in(bfcl, [{**QUESTION, "function": ["f"]}, 7]) == [
        ("question live_simple_0-0-0, function 1", "is no function (an object)"),
        ("entry 2", "is no question and no function (an object)"),
    ]
