import pytest

from tests.tools.importers.reading import skipped_in, tool_in
from toolgraph.tools.importers import apibank

PARAMETERS = {"title": {"type": "str", "description": "Its title."}, "years": {"type": "list(int)"}}
API = {
    "name": "FindBook",
    "description": "Find a book.",
    "input_parameters": PARAMETERS,
    "output_parameters": {"isbn": {"type": "str"}},
}
SHORT = {
    "apiCode": "FindBook",
    "description": "Find a book.",
    "parameters": PARAMETERS,
    "response": {"isbn": {"type": "str"}},
}


@pytest.mark.parametrize("document", [API, [API], SHORT, [SHORT], {"apis": [API]}])
def test_every_parameter_must_be_given(document):
    assert apibank.matches(document)
    tool, repairs = tool_in(apibank, document)
    assert (tool.name, tool.description, repairs) == ("FindBook", "Find a book.", ())
    assert tool.input_schema == {
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "Its title."},
            "years": {"type": "array", "items": {"type": "integer"}},
        },
        "required": ["title", "years"],
    }
    assert tool.returns == {"type": "object", "properties": {"isbn": {"type": "str"}}}


def test_an_api_without_parameters_takes_and_gives_nothing():
    tool, _ = tool_in(apibank, {"name": "Ping", "input_parameters": None, "output_parameters": {}})

    assert (tool.parameter_fields, tool.returns) == ((), None)


def test_what_is_no_api_is_told():
    assert skipped_in(apibank, [API, "FindBook"]) == [("entry 2", "is no API (an object)")]
