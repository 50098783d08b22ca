import pytest

from tests.tools.importers.reading import found_in, skipped_in, tool_in
from toolgraph.tools.importers import toolbench

API = {
    "category_name": "Books",
    "tool_name": "My Library",
    "api_name": "Find Book",
    "api_description": "Find a book.",
    "method": "GET",
    "required_parameters": [{"name": "title", "type": "STRING", "description": "Its title.", "default": "Emma"}],
    "optional_parameters": [
        {"name": "pages", "type": "NUMBER", "description": "", "default": "10"},
        {"name": "filter[year]", "type": "DATE (YYYY-MM-DD)", "default": ""},
    ],
}
QUERY = {"api_list": [API], "query": "Find Emma.", "relevant APIs": [["My Library", "Find Book"]], "query_id": 7}


@pytest.mark.parametrize("document", [QUERY, [QUERY], API, [API]])
def test_an_api_is_read_with_its_parameters(document):
    assert toolbench.matches(document)
    tool, repairs = tool_in(toolbench, document)
    assert (tool.name, tool.description, tool.effects) == ("find_book_for_my_library", "Find a book.", "reads")
    assert (tool.origin.api, tool.origin.category) == ("My Library", "Books")
    assert tool.parameters == {
        "type": "object",
        "properties": {
            "title": {"type": "STRING", "description": "Its title.", "default": "Emma"},
            "pages": {"type": "NUMBER", "default": 10},
            "filter[year]": {"type": "date", "format": "date"},
        },
        "required": ["title"],
    }
    assert repairs == (
        "named 'find_book_for_my_library', as ToolBench calls 'Find Book' of 'My Library'",
        "the type 'DATE (YYYY-MM-DD)' of 'filter[year]' was read as 'date'",
    )


def test_the_apis_of_a_rapidapi_file_say_the_tool_they_are_of():
    schema = {"type": "object", "properties": {"isbn": {"type": "string"}}}
    api = {"name": "Find", "url": "https://x.example/find", "description": "Find.", "method": "POST", "schema": schema}
    document = {"tool_name": "My Library", "tool_description": "Books.", "host": "x.example", "api_list": [api]}

    assert toolbench.matches(document)
    (item,) = found_in(toolbench, document)
    assert item.where == "My Library, API 1"
    assert item.fields["name"] == "find_for_my_library"
    assert item.fields["origin"] == {"api": "My Library"}
    assert item.fields["returns"] == schema
    assert item.fields["effects"] == "unknown"


@pytest.mark.parametrize(
    ("method", "effects"),
    [("get", "reads"), ("PUT", "writes"), ("DELETE", "deletes"), ("POST", "unknown"), (None, "unknown")],
)
def test_the_method_tells_the_effects(method, effects):
    assert tool_in(toolbench, {**API, "method": method})[0].effects == effects


@pytest.mark.parametrize(
    ("api", "name"),
    [
        ({"name": "/", "url": "https://x.example/books/{id}"}, "books_id_for_my_library"),
        ({"name": "👋", "url": "https://x.example/"}, "api_for_my_library"),
        ({"name": "x" * 80}, "x" * 49 + "_for_my_library"),
    ],
)
def test_a_name_is_found_where_the_apis_own_cannot_be_called(api, name):
    document = {"tool_name": "My Library", "api_list": [{**api, "required_parameters": []}]}

    assert tool_in(toolbench, document)[0].name == name


def test_a_template_of_the_response_tells_the_returns():
    template = {"id": "int", "note": "NoneType", "tags": "empty list", "books": [{"isbn": "str", "_list_length": 3}]}

    tool, _ = tool_in(toolbench, {**API, "template_response": template})

    assert tool.output_schema == {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "note": {},
            "tags": {"type": "array"},
            "books": {"type": "array", "items": {"type": "object", "properties": {"isbn": {"type": "string"}}}},
        },
    }


def test_a_parameter_that_is_required_and_optional_is_required():
    twice = {"name": "title", "type": "STRING"}

    tool, repairs = tool_in(toolbench, {**API, "required_parameters": [twice], "optional_parameters": [twice]})

    assert tool.parameters["required"] == ["title"]
    assert "parameter 'title' is listed more than once; the first was kept" in repairs


def test_what_is_no_api_is_told():
    assert skipped_in(toolbench, [QUERY, 7, {"query": "x"}, {"api_list": ["x"], "query_id": 8}]) == [
        ("entry 2", "is no query and no tool (an object)"),
        ("entry 3", "has no api_list"),
        ("query 8, API 1", "is no API (an object)"),
    ]
