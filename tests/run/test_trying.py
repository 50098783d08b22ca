"""Reading tools are called before anything is planned, and what they bring is marked as what it is."""

from tests.fakes import RecordedTools
from toolgraph.run.trying import tried
from toolgraph.tools.live import LiveResult, failed
from toolgraph.tools.spec import ToolSpec

NOTES = {"N-12": {"note_id": "N-12", "title": "Seeds to buy", "status": "open"},
         "N-40": {"note_id": "N-40", "title": "Call Ada", "status": "done"}}  # fmt: skip


def tool(name, *required, **more):
    properties = {parameter: {"type": "string"} for parameter in required}
    parameters = {"type": "object", "properties": properties, "required": list(required)}
    return ToolSpec(name=name, **{"parameters": parameters, **more})


LIST = tool("list_notes", parameters={"type": "object", "properties": {"status": {"type": "string", "default": ""}}})
GET = tool("get_note", "note_id")
DELETE = tool("delete_note", "note_id")


def notebook_of_two():
    """Tools over two notes."""

    def answer(name, arguments):
        if name == "list_notes":
            return LiveResult(list(NOTES.values()))
        found = NOTES.get(arguments.get("note_id"))
        return LiveResult(found) if found else failed("there is no such note")

    return RecordedTools(answer)


def test_what_is_returned_is_seen_and_marked():
    listed, got = tried([LIST, GET], notebook_of_two(), seed=0)

    assert [field.pointer for field in listed.return_fields] == ["/*/note_id", "/*/title", "/*/status"]
    assert set(got.output_schema["properties"]) == {"note_id", "title", "status"}
    assert (got.returns_inferred, got.are_returns_guessed, "/returns" in got.filled) == (True, False, True)


def test_values_that_were_seen_are_asked_for_whatever_the_order_of_the_tools():
    notebook = notebook_of_two()

    got, _ = tried([GET, LIST], notebook, seed=0)

    assert ("get_note", {"note_id": "N-12"}) in notebook.calls
    assert got.return_fields


def test_examples_of_values_that_there_are_stand_where_the_owner_gives_none():
    listed, got, gone = tried([LIST, GET, DELETE], notebook_of_two(), seed=0)

    assert got.parameters["properties"]["note_id"]["examples"] == ["N-12", "N-40"]
    assert gone.parameters["properties"]["note_id"]["examples"] == ["N-12", "N-40"]
    assert gone.filled == ("/parameters/properties/note_id/examples",)
    assert listed.parameters["properties"]["status"]["examples"] == ["open", "done"]
    assert "examples" not in GET.parameters["properties"]["note_id"]


def test_what_may_change_something_is_never_tried():
    notebook = notebook_of_two()

    tried([LIST, DELETE, tool("frobnicate"), tool("get_out", effects="deletes")], notebook, seed=0)

    assert {name for name, _ in notebook.calls} == {"list_notes"}


def test_where_owners_say_everything_nothing_is_started():
    said = tool("get_note", returns={"type": "object", "properties": {"title": {"type": "string"}}})
    notebook = notebook_of_two()

    assert tried([said], notebook, seed=0) == (said,)
    assert notebook.calls == []


def test_a_tool_that_brings_only_errors_stays_as_it_is_and_is_named(caplog):
    assert tried([GET], notebook_of_two(), seed=0) == (GET,)

    assert "1 of 1 tools tried brought only errors (as in get_note: there is no such note)" in caplog.text


def test_the_owners_words_are_kept():
    said = LIST.model_copy(update={"returns": {"type": "array", "description": "The notes, oldest first"}})

    (listed,) = tried([said], notebook_of_two(), seed=0)

    assert listed.returns["description"] == "The notes, oldest first"
