"""The assistant over native tool calling: tools and dialogue in the server's own form, and its move read back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from toolgraph.dialogue.messages import Message
from toolgraph.models.online.exchange import Body
from toolgraph.models.online.reading import Complaint, Said, said
from toolgraph.models.online.schemas import digest_of, sent_parameters
from toolgraph.models.online.wires import move, read_call
from toolgraph.models.requests import AssistantAnswer, AssistantRequest
from toolgraph.tools.definition import Definition
from toolgraph.tools.spec import ToolSpec

LONGEST_NAME = 64
"""How long OpenAI admits the name of a tool to be."""
_ADMITTED = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_THINK_FIRST = (
    "## Think first\n\nBefore you make a move, think about it in writing, in a few sentences between <reasoning> and "
    "</reasoning>. The user does not see them. Make your move after them."
)
_MEND = (
    "## What was wrong with your last move\n\nYour last move could not be used, and nobody has seen it. Make another "
    "that mends what is said here:\n\n{complaint}"
)


@dataclass(frozen=True, slots=True)
class SentTools:
    """The tools of a dialogue as they are sent, and the names they go by on the wire."""

    bodies: tuple[Body, ...]
    sent_name: dict[str, str]
    """From a tool's name to the one it is sent under."""
    real_name: dict[str, str]
    """From every name that a call may use to the tool's; models also use the real one, which texts around them hold."""
    digest: str
    """What they are remembered by if a server does not take them."""


def sent_tools(tools: Sequence[ToolSpec]) -> SentTools:
    """Return tools as `tools=` wants them: names that every server admits, parameters simplified."""
    return _sent_tools(tuple(Definition(tool) for tool in tools))


def native_messages(request: AssistantRequest, tools: SentTools, *, complaint: str = "") -> list[Body]:
    """Return the dialogue as messages: one system message, and the history as it was played.

    What was wrong with an earlier attempt stands at the end of the system message: as a message of its own it would
    read as something the user said.
    """
    guidance, _ = request.render_parts()
    setting = [message.content for message in request.messages if message.role == "system" and message.content]
    notes = [_THINK_FIRST] if request.wants_reasoning else []
    complaints = [text for text in (request.complaint, complaint) if text]
    mend = [_MEND.format(complaint="\n\n".join(complaints))] if complaints else []
    system: Body = {"role": "system", "content": "\n\n".join([guidance, *notes, *setting, *mend])}
    return [system, *(_sent(message, tools) for message in request.messages if message.role != "system")]


def read_move(request: AssistantRequest, body: Body, tools: SentTools) -> AssistantAnswer:
    """Return the move a response holds.

    Raises:
        Complaint: it holds none that can be used.
        Refused: the model will not take part.
    """
    spoken = said(body, offered=tools.real_name)
    _check_cut(spoken)
    by_name = {tool.name: tool for tool in request.tools}
    calls = tuple(read_call(tools.real_name[call.name], call.arguments, by_name) for call in spoken.calls)
    return move(spoken.text, calls, spoken.reasoning if request.wants_reasoning else "")


def _check_cut(spoken: Said) -> None:
    """Words that end in the middle cannot be told from whole ones later, and calls may be missing after the last."""
    if spoken.was_cut:
        raise Complaint("the answer was cut off before its end; make it shorter", check="cut_off")


def _sent(message: Message, tools: SentTools) -> Body:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": message.content}
    # Servers fail on `content: null` beside calls.
    sent: Body = {"role": message.role, "content": message.content}
    if message.tool_calls:
        sent["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": tools.sent_name.get(call.name, call.name), "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    return sent


@lru_cache(maxsize=1024)
def _sent_tools(definitions: tuple[Definition, ...]) -> SentTools:
    names = _sent_names([definition.tool.name for definition in definitions])
    bodies = tuple(_body(definition.tool, names[definition.tool.name]) for definition in definitions)
    real = {name: name for name in names} | {sent: name for name, sent in names.items()}
    return SentTools(bodies, names, real, digest_of(repr(bodies)))


def _body(tool: ToolSpec, name: str) -> Body:
    # Of a name in another script nothing may be left on the wire; then the description opens with it.
    description = tool.description if name == tool.name else ": ".join(filter(None, (tool.name, tool.description)))
    function: dict[str, Any] = {"name": name, "description": description, "parameters": sent_parameters(tool)}
    return {"type": "function", "function": function}


def _sent_names(names: Sequence[str]) -> dict[str, str]:
    """A name for each tool that every server admits, and that no other of them has."""
    sent = {name: name for name in names if _ADMITTED.fullmatch(name)}
    taken = set(sent)
    for name in names:
        if name in sent:
            continue
        stem = re.sub(r"[^a-zA-Z0-9_-]+", "_", name).strip("_")[:LONGEST_NAME] or "tool"
        candidate, number = stem, 1
        while candidate in taken:
            number += 1
            candidate = f"{stem[: LONGEST_NAME - len(str(number)) - 1]}_{number}"
        taken.add(candidate)
        sent[name] = candidate
    return sent
