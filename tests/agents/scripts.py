"""Answers for scripts, and what is read off a dialogue that was played from one."""

from toolgraph.dialogue.blueprint import PlannedTurn
from toolgraph.models.requests import AssistantAnswer, PlainCall, ToolAnswer, UserAnswer

HOTELS = {"hotels": [{"hotel_id": "HT-2041", "city": "Lisbon"}]}
BOOKED = {"booking_id": "BK-7310"}
ASK = PlannedTurn(kind="tool_request", intent="Find a hotel.")


def says(text, **progress):
    return UserAnswer(text=text, **progress)


def tells(text, **more):
    return AssistantAnswer(text=text, **more)


def calls(*made):
    return AssistantAnswer(calls=tuple(PlainCall(tool=tool, arguments=arguments) for tool, arguments in made))


def gives(result):
    return ToolAnswer(result=result)


SEARCH = calls(("search_hotels", {"city": "Lisbon"}))
WORLD = gives(HOTELS)


def words(messages):
    return [(message.role, message.content or [call.name for call in message.tool_calls]) for message in messages]


def of_class(backend, kind):
    return [request for request in backend.requests if isinstance(request, kind)]
