"""Small hand-made dialogues: a good one, and the pieces to spoil it with."""

import json
from typing import Any

from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.record import Dialogue
from toolgraph.quality.checks import run_checks
from toolgraph.tools.catalogue import parse_tools
from toolgraph.tools.spec import ToolSpec


def _tool(name: str, effects: str, required: list[str], **properties: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": required}
    return {"name": name, "description": f"{name} for tests.", "parameters": parameters, "effects": effects}


TOOLS: tuple[ToolSpec, ...] = parse_tools(
    [
        _tool("search_rooms", "reads", ["city"], city={"type": "string"}, max_price={"type": "number"}),
        _tool("get_room", "reads", ["room_id"], room_id={"type": "string"}),
        _tool("book_room", "writes", ["room_id"], room_id={"type": "string"}, guests={"type": "integer", "minimum": 1}),
        _tool(
            "convert_money",
            "reads",
            ["amount", "to_currency"],
            amount={"type": "number"},
            to_currency={"type": "string"},
        ),
    ],
    where="talks.py",
)


def system(text: str) -> Message:
    return Message(role="system", content=text)


def user(text: str) -> Message:
    return Message(role="user", content=text)


def says(text: str) -> Message:
    return Message(role="assistant", content=text)


def calls(*made: tuple[str, str, Any]) -> Message:
    """A step of calls, each an id, a tool and its arguments."""
    return Message(
        role="assistant",
        tool_calls=tuple(
            ToolCall(id=id, name=name, arguments=arguments if isinstance(arguments, str) else json.dumps(arguments))
            for id, name, arguments in made
        ),
    )


def result(id: str, value: Any) -> Message:
    return Message(role="tool", tool_call_id=id, content=value if isinstance(value, str) else json.dumps(value))


ROOMS = {
    "rooms": [
        {"room_id": "RM-10", "name": "Blue Room", "price": 120.5, "free_from": "2026-12-04"},
        {"room_id": "RM-11", "name": "Attic Suite", "price": 1250, "free_from": "2026-12-05"},
    ]
}


def good(**fields: Any) -> Dialogue:
    """A dialogue that passes every check."""
    return talk(
        system("Today is 2026-12-01, a Tuesday."),
        user("Find me a room in Lisbon, please."),
        calls(("c1", "search_rooms", {"city": "Lisbon"})),
        result("c1", ROOMS),
        says("I found 2 rooms in Lisbon: the Blue Room for 120.50 and the Attic Suite for 1,250. Shall I book one?"),
        user("Book the first one for three guests."),
        calls(("c2", "book_room", {"room_id": "RM-10", "guests": 3})),
        result("c2", {"booking_id": "BK-2041", "room_id": "RM-10", "status": "confirmed"}),
        says("Done: the Blue Room is booked for three, from Friday, December 4. Your booking is BK-2041."),
        **fields,
    )


def talk(*messages: Message, tools: tuple[ToolSpec, ...] = TOOLS, **fields: Any) -> Dialogue:
    return Dialogue(id="t1", tools=tools, messages=messages, **fields)


def failed(dialogue: Dialogue) -> set[str]:
    """The names of the checks that a dialogue fails."""
    return {verdict.check for verdict in run_checks(dialogue) if not verdict.passed}


def reasons(dialogue: Dialogue, check: str) -> list[str]:
    """What one check says of a dialogue."""
    return [
        finding.reason for verdict in run_checks(dialogue) if verdict.check == check for finding in verdict.findings
    ]


def places(dialogue: Dialogue, check: str) -> list[tuple[int, str]]:
    """Where one check finds something in a dialogue."""
    return [
        (finding.message, finding.place)
        for verdict in run_checks(dialogue)
        if verdict.check == check
        for finding in verdict.findings
    ]
