import pytest

from tests.fakes import RecordedTools
from toolgraph.tools.live import GuardedTools, LiveOptions, LiveResult, failed, holds_nothing, refusal_of
from toolgraph.tools.spec import ToolSpec


def tool(name, effects="unknown", **more):
    return ToolSpec(name=name, effects=effects, **more)


GET = tool(
    "get_book",
    parameters={"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
    returns={"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
)


def called(value, name="get_book", arguments=None, *, catalogue=(GET,), **options):
    """The result of one guarded call, and the tools behind the guard."""
    behind = RecordedTools(lambda name, arguments: LiveResult(value))
    with GuardedTools(behind, catalogue, LiveOptions(**options)).session() as session:
        result = session.call(name, {"id": "B1"} if arguments is None else arguments)
    assert behind.open == 0
    return result, behind


def test_a_valid_call_is_run_and_its_result_is_what_came_back():
    result, behind = called({"title": "The Ninth Bell"})

    assert behind.calls == [("get_book", {"id": "B1"})]
    assert (result.told, result.is_error, result.mismatches) == ({"title": "The Ninth Bell"}, False, ())


def test_a_call_that_the_schema_does_not_admit_is_never_run():
    result, behind = called({"title": "x"}, arguments={"id": 7})

    assert behind.calls == []
    assert result.told == {"error": "the arguments are not valid: /id: 7 is not of type 'string'"}


def test_a_tool_that_is_not_there_is_never_run():
    result, behind = called({}, name="drop_tables")

    assert (behind.calls, result.error) == ([], "there is no tool 'drop_tables'")


def test_a_result_that_is_not_as_promised_is_told_as_it_is_with_what_is_wrong():
    result, _ = called({"name": "The Ninth Bell"})

    assert result.told == {"name": "The Ninth Bell"}
    assert result.mismatches == ("the whole: 'title' is a required property",)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({"title": "x" * 500}, "the result is too large (513 bytes; at most 200 are taken)"),
        ({"title": float("nan")}, "the result is not JSON"),
        ({"title": {1, 2}}, "the result is not JSON"),
    ],
)
def test_a_result_that_nobody_can_read_is_an_error(value, error):
    result, _ = called(value, max_bytes=200)

    assert result.error.startswith(error)


@pytest.mark.parametrize(
    ("name", "effects"),
    [
        ("delete_book", "unknown"), ("create_loan", "unknown"), ("get_book", "writes"), ("get_book", "deletes"),
        ("get_and_delete_book", "unknown"), ("fetchOrUpdateUser", "unknown"), ("wipe_disk", "unknown"),
        ("frobnicate", "unknown"), ("sendEmail", "unknown"),
    ],
)  # fmt: skip
def test_a_tool_that_may_change_something_is_refused_unless_that_is_allowed(name, effects):
    assert refusal_of(tool(name, effects), allow_writes=False)
    assert refusal_of(tool(name, effects), allow_writes=True) == ""

    result, behind = called(1, name=name, arguments={}, catalogue=(tool(name, effects),))
    assert (behind.calls, result.is_error) == ([], True)
    result, behind = called(1, name=name, arguments={}, catalogue=(tool(name, effects),), allow_writes=True)
    assert (behind.calls, result.value) == ([(name, {})], 1)


@pytest.mark.parametrize(
    ("name", "effects"),
    [("get_book", "unknown"), ("search_books", "unknown"), ("get_order_record", "unknown"), ("frobnicate", "reads"),
     ("delete_book", "reads")],
)  # fmt: skip
def test_a_tool_that_is_known_to_read_may_be_called(name, effects):
    assert refusal_of(tool(name, effects), allow_writes=False) == ""


def test_an_error_is_one_line_of_bearable_length():
    result = failed("Traceback:\n  File 'x'\n" + "y" * 5000)

    assert "\n" not in result.error
    assert len(result.error) == 500
    assert failed("").error == "the tool failed and did not say why"


@pytest.mark.parametrize("value", [None, "", [], {}, {"books": []}, {"books": [], "total": 0}, {"page": {}, "n": 1}])
def test_what_is_empty_holds_nothing(value):
    assert holds_nothing(value, {})


@pytest.mark.parametrize("value", [0, False, "no", [0], {"total": 0}, {"books": [{}]}, {"city": "Leeds", "tags": []}])
def test_what_tells_something_holds_something(value):
    assert not holds_nothing(value, {})
