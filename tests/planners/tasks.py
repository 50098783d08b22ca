"""A small task that is right in every respect, its functions, and how a test makes it wrong."""

from toolgraph.dialogue.task import CompositionalTask, DataFlow, SubTask
from toolgraph.models.tasks import (
    AtomicTaskAnswer,
    CompositionAnswer,
    FilterAnswer,
    FunctionDefinition,
    FunctionsAnswer,
)

SYSTEM = "You help people. Today is Monday, 2026-03-02."
FLOW = DataFlow(giver="s1", taker="s2", name="the library's opening time")
SUBTASKS = (
    SubTask(id="s1", text="Find out when the public library in Ghent opens on 2026-03-14."),
    SubTask(id="s2", text="Put a visit called Reading Day into the calendar at that time.", needs=("s1",)),
)
TEXT = "Put a visit called Reading Day into my calendar for 14 March, when the public library in Ghent opens."


def schema(**properties):
    return {"type": "object", "properties": properties, "required": list(properties)}


CITY = {"type": "string", "description": "Name of the city"}
OPENS = {"type": "string", "description": "Time of the day in 24 hours"}
HOURS = FunctionDefinition(
    subtask="s1", name="get_opening_hours", description="Tell when a public building opens and closes on a day.",
    parameters=schema(city=CITY, day={"type": "string", "format": "date", "description": "The day asked about"}),
    returns=schema(opens_at=OPENS, closes_at=OPENS, floors={"type": "integer", "description": "Number of floors"}),
)  # fmt: skip
EVENT = FunctionDefinition(
    subtask="s2", name="create_event", description="Write an event down for its owner.",
    parameters=schema(title={"type": "string", "description": "What it is"}, start_time=OPENS),
    returns=schema(event_id={"type": "string", "description": "Identifier of the event"}),
)  # fmt: skip
FIELDS = FLOW.model_copy(update={"returned": "/opens_at", "parameter": "/start_time"})


def task(**changes):
    whole = CompositionalTask(
        id="d000000", scenario="A day at the library", composition="sequential", text=TEXT, subtasks=SUBTASKS,
        flows=(FLOW,),
    )  # fmt: skip
    return whole.model_copy(update=changes)


def own(id, *needs, **more):
    return SubTask(id=id, text="Compare what was found.", needs=needs, is_own_work=True, **more)


def plain(id, *needs, **more):
    return SubTask(id=id, text="Look it up.", needs=needs, **more)


def graph(composition, *subtasks):
    """A task of these sub-tasks, every need carried by a flow."""
    flows = tuple(DataFlow(giver=need, taker=one.id, name="it") for one in subtasks for need in one.needs)
    return task(composition=composition, subtasks=subtasks, flows=flows, text="Look it up and compare.")


def answers(**changes):
    """The answers, in order, that make the task."""
    found = {
        "atomic": AtomicTaskAnswer(task="Find out when the public library in Ghent opens on 2026-03-14."),
        "composition": CompositionAnswer(subtasks=SUBTASKS, flows=(FLOW,), task=TEXT),
        "filter": FilterAnswer(is_consistent=True, is_compatible=True, is_realistic=True),
        "functions": FunctionsAnswer(functions=(HOURS, EVENT), flows=(FIELDS,)),
    }
    return list({**found, **changes}.values())
