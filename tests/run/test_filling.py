import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.run.run_fakes import hashed_vectors
from toolgraph.dialogue.record import Usage
from toolgraph.errors import AnswerError, BudgetReached, EndpointError
from toolgraph.graph.graph import build_tool_graph
from toolgraph.models.filling import FillAnswer, FilledDescription, ReturnedField
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.request import Completion
from toolgraph.run import filling
from toolgraph.run.filling import count_lacking, fill_tools
from toolgraph.tools.edges import Edge
from toolgraph.tools.filling import missing_descriptions
from toolgraph.tools.spec import RETURNS, ToolSpec


def tool(name, *parameters, description="Does something.", **fields):
    properties = {parameter: {"type": "string"} for parameter in parameters}
    return ToolSpec(
        name=name, description=description, parameters={"type": "object", "properties": properties}, **fields
    )


COMPLETE = tool(
    "ping", returns={"type": "object", "properties": {"ok": {"type": "boolean", "description": "Whether."}}}
)


class Filler:
    """Describes every place, and lets every tool return a room; raises `errors[name]` where there is one."""

    def __init__(self, **errors):
        self.errors = errors
        self.asked = []
        self.lock = threading.Lock()

    def complete(self, request):
        with self.lock:
            self.asked.append(request.tool.name)
        if request.tool.name in self.errors:
            raise self.errors[request.tool.name]
        room = ReturnedField(path="/room_id", type="string", description="The room of the tool")
        told = tuple(FilledDescription(place=place, description="The room of the tool") for place in request.places)
        return Completion(answer=FillAnswer(descriptions=told, returns=(room,) * request.wants_returns), usage=Usage())


class Told:
    def __init__(self):
        self.told = []

    def show(self, stage, done, total, note="", *, status=None):
        self.told.append((stage, done, total))


def test_only_tools_that_lack_something_are_asked_about_and_all_keep_their_places():
    filler = Filler()

    tools = fill_tools([tool("find"), COMPLETE, tool("book", "room_id")], filler, workers=4)

    assert sorted(filler.asked) == ["book", "find"]
    assert [each.name for each in tools] == ["find", "ping", "book"]
    assert tools[1] is COMPLETE
    assert tools[2].parameters["properties"]["room_id"]["description"] == "The room of the tool"
    assert tools[2].filled == ("/parameters/properties/room_id/description", RETURNS)
    assert all(missing_descriptions(each) == () for each in tools)


def test_no_more_tools_are_asked_about_than_are_wanted_and_from_all_over_the_catalogue():
    bare = [tool(f"tool_{i}") for i in range(10)]
    filler = Filler()

    tools = fill_tools(bare, filler, workers=2, most=3)

    assert sorted(filler.asked) == ["tool_0", "tool_3", "tool_6"]
    assert count_lacking(bare) == 10
    assert count_lacking(tools) == 7
    assert fill_tools(bare, Filler(), workers=2, most=10) == fill_tools(bare, Filler(), workers=2)


def test_returns_that_a_model_wrote_link_tools():
    tools = fill_tools([tool("find"), tool("book", "room_id")], Filler(), workers=1)

    edges = tuple(build_tool_graph(tools, hashed_vectors).edges())

    assert Edge("P-R", "find", "book", "/room_id", "/room_id", 1.0) in edges


def test_returns_that_a_rule_guesses_do_not_and_are_left_out():
    tools = fill_tools([tool("find_room"), tool("book_room", "room_id", description="")], OfflineBackend(0), workers=1)

    assert [each.returns for each in tools] == [None, None]
    assert tools[1].description == "Book room."
    assert tools[1].filled == ("/description", "/parameters/properties/room_id/description")


def test_a_tool_that_cannot_be_filled_stays_as_it_is_and_is_told_of_once(caplog):
    bare = [tool(f"tool_{i}") for i in range(5)]
    filler = Filler(tool_1=AnswerError("no JSON came"), tool_3=AnswerError("nothing came"))

    with caplog.at_level(logging.WARNING):
        tools = fill_tools(bare, filler, workers=3)

    assert [each.returns is None for each in tools] == [False, True, False, True, False]
    assert tools[1] is bare[1]
    assert [record.getMessage() for record in caplog.records] == [
        "2 tools could not be filled in and stay as they are; the first is 'tool_1': no JSON came"
    ]


def test_an_answer_that_nobody_checked_is_checked(caplog):
    class Careless(Filler):
        def complete(self, request):
            return Completion(answer=FillAnswer(descriptions=(), returns=()))

    with caplog.at_level(logging.WARNING):
        (kept,) = fill_tools([tool("find", "city")], Careless(), workers=1)

    assert kept == tool("find", "city")
    assert "/parameters/properties/city/description not described" in caplog.text


@pytest.mark.parametrize("error", [EndpointError("the server is gone"), BudgetReached("5 dollars are spent")])
def test_what_stops_the_run_passes_through(error):
    told = []

    with pytest.raises(type(error), match=str(error)):
        fill_tools([tool("a"), tool("b"), tool("c")], Filler(b=error), workers=2, at_error=told.append)

    assert told == [error]


def test_progress_goes_from_nothing_to_all_that_lack_something():
    progress = Told()

    fill_tools([tool("a"), COMPLETE, tool("b")], Filler(), workers=2, progress=progress)

    assert progress.told == [("filling tools", 0, 2), ("filling tools", 1, 2), ("filling tools", 2, 2)]


def test_nothing_to_fill_asks_nothing_and_tells_nothing():
    progress = Told()

    assert fill_tools([COMPLETE], Filler(), workers=2, progress=progress) == (COMPLETE,)
    assert progress.told == []


def test_a_tool_that_many_dialogues_offer_at_once_is_filled_in_once():
    backend = Filler()
    fill = filling.Filler(backend)

    with ThreadPoolExecutor(8) as pool:
        offered = list(pool.map(fill, [tool("find"), COMPLETE] * 20))

    assert backend.asked == ["find"]
    assert {each.name for each in offered if each.filled} == {"find"}
    assert offered[1] is COMPLETE


def test_an_offered_tool_that_cannot_be_filled_in_stays_as_it_is_and_is_asked_about_once(caplog):
    backend = Filler(find=AnswerError("no idea"))
    fill = filling.Filler(backend)

    assert fill(tool("find")) == fill(tool("find")) == tool("find")
    assert backend.asked == ["find"]
    assert [record.getMessage() for record in caplog.records] == [
        "tool 'find' could not be filled in and stays as it is: no idea"
    ]


def test_a_server_that_is_gone_while_an_offered_tool_is_filled_in_is_told():
    with pytest.raises(EndpointError):
        filling.Filler(Filler(find=EndpointError("gone")))(tool("find"))
