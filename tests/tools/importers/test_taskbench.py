import pytest

from tests.tools.importers.reading import skipped_in, tool_in
from toolgraph.tools.importers import taskbench

NODE = {
    "id": "Cover Painter",
    "desc": "Paint a cover.",
    "input-type": ["text", "image", "image"],
    "output-type": ["image"],
}


@pytest.mark.parametrize("document", [{"nodes": [NODE], "links": []}, {"nodes": [NODE]}, [NODE], NODE])
def test_resources_are_parameters_and_returns(document):
    assert taskbench.matches(document)
    tool, repairs = tool_in(taskbench, document)
    assert (tool.name, tool.description) == ("Cover_Painter", "Paint a cover.")
    assert list(tool.parameters["properties"]) == ["text", "image", "image_2"]
    assert tool.parameters["required"] == ["text", "image", "image_2"]
    assert tool.parameters["properties"]["image_2"] == {"type": "string", "x-resource-type": "image"}
    assert list(tool.returns["properties"]) == ["image"]
    assert repairs == (
        "'image' stands more than once; the next was named 'image_2'",
        "named 'Cover_Painter', since no server takes the name 'Cover Painter'",
    )


def test_listed_parameters_must_all_be_given():
    parameters = [{"name": "title", "type": "string", "desc": "Its title."}, {"name": "day", "type": "date"}]

    tool, repairs = tool_in(taskbench, {"nodes": [{"id": "borrow_book", "desc": "Borrow.", "parameters": parameters}]})

    assert tool.parameters == {
        "type": "object",
        "properties": {"title": {"type": "string", "description": "Its title."}, "day": {"type": "date"}},
        "required": ["title", "day"],
    }
    assert (tool.returns, repairs) == (None, ())


def test_what_is_no_node_is_told():
    assert skipped_in(taskbench, {"nodes": [NODE, "Cover Painter"]}) == [("node 2", "is no tool (an object)")]
