"""BUTTON: `messages` of `role` and `content` only; functions in `<tool>`, calls in `<call>`, answers in `<final>`.

The tags and their contents are those of BUTTONInstruct (arXiv 2410.12952); the sentences around them are our own. An
assistant's content is its thought, and then calls as a JSON list, or the answer. One tool message answers all calls of
a message. What the layout has no place for is left out: ids (calls are numbered on reading), and whether words beside
calls were said or thought: they are thoughts here. White space at the ends of thoughts and answers is not kept. Tags in
somebody's words begin nothing (see `replies`).
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from toolgraph.dialogue.messages import Message, Role, ToolCall
from toolgraph.dialogue.parallel import PARALLEL_ON, allows_parallel
from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import FormatError
from toolgraph.formats import embedded
from toolgraph.formats.lenient import values_in
from toolgraph.formats.linking import linked_results
from toolgraph.formats.offered import read_tools
from toolgraph.formats.replies import CALL, FINAL, read_reply, untagged_json, write_reply
from toolgraph.tools.importers.json_schema import as_object_schema
from toolgraph.tools.spec import ToolSpec

_BEFORE = "These are the functions you can use, with what they take and what they return:\n<tool>\n"
_AFTER = (
    "\n</tool>\n\nBegin every reply with your thought: what you observe, what you make of it, and what you do next. "
    "After it stands one of two things.\n"
    'Function call: a JSON list inside <call></call>, each entry an object with the "name" of a function listed above '
    'and its "arguments". The results are given back in one list, in the same order.{parallel}\n'
    "Final answer: once nothing is left to do, what you tell the user, inside <final></final>."
)
_TOOLS = (re.compile(r"<(tools?)>(?=\s*(?:```\w*\s*)?[\[{])"), re.compile(r"<(tools?)>(?=\s*</tools?>)"))
"""Where a list of functions begins, and where an empty one does, which may be a tag that is only spoken of."""
_ROLES: dict[str, Role] = {
    "system": "system", "systems": "system", "developer": "system", "user": "user", "human": "user",
    "assistant": "assistant", "gpt": "assistant", "tool": "tool", "tools": "tool", "function": "tool",
    "functions": "tool", "observation": "tool",
}  # fmt: skip
_RETURNS = ("responses", "response", "returns")


def matches(record: Mapping[str, Any]) -> bool:
    """Messages of role and content that begin with a system message in which the tools stand."""
    messages = record.get("messages")
    if "tools" in record or not isinstance(messages, list) or not messages:
        return False
    if not all(isinstance(said, Mapping) and said.keys() <= {"role", "content"} for said in messages):
        return False
    texts = [said["content"] for said in messages if isinstance(said.get("content"), str)]
    if _role(messages[0]) != "system" or not texts or _opening(texts[0]) is None:
        return False
    return any(tag in text for text in texts for tag in (CALL, FINAL))


def write(dialogue: Dialogue) -> dict[str, Any]:
    """Return a dialogue in BUTTON's layout.

    Where the system message does not say whether calls may be made at once, the text around the tools says that they
    may.

    Raises:
        FormatError: a call and its result do not stand together.
    """
    messages: list[dict[str, str]] = [{"role": "system", "content": ""}]
    own = ""
    for index, part in enumerate(embedded.batches(dialogue)):
        message, results = (part, ()) if isinstance(part, Message) else part
        if index == 0 and message.role == "system":
            own = f"{message.content}\n\n"
            continue
        text = write_reply(message) if message.role == "assistant" else message.content
        messages.append({"role": message.role, "content": text})
        if results:
            entries = [
                {**embedded.write_call(call), "results": embedded.embed(result.content)}
                for call, result in zip(message.tool_calls, results, strict=True)
            ]
            messages.append({"role": "tool", "content": untagged_json(entries)})
    after = _AFTER.format(parallel=f" {PARALLEL_ON}" if allows_parallel(own) is None else "")
    messages[0]["content"] = f"{own}{_BEFORE}{untagged_json([_write_function(tool) for tool in dialogue.tools])}{after}"
    return {"messages": messages}


def _write_function(tool: ToolSpec) -> dict[str, Any]:
    required = tool.parameters.get("required")
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "required": required if isinstance(required, list) else [],
        "responses": tool.returns or {},
    }


def read(record: Mapping[str, Any], where: str) -> Dialogue:
    """Return the dialogue of a record, named by its place; its calls are numbered.

    Of a foreign system message all but the list of tools is kept.

    Raises:
        FormatError: the record is not in BUTTON's layout; the message names `where` and the message concerned.
    """
    entries = record.get("messages")
    if not isinstance(entries, list):
        raise FormatError(f"{where}: has no list of 'messages'")
    first = entries[0].get("content") if entries and isinstance(entries[0], Mapping) else None
    if not isinstance(first, str) or _role(entries[0]) != "system" or _opening(first) is None:
        raise FormatError(f"{where}: expected 'messages' that begin with a system message holding <tool>")
    own, tools = _read_system(first, f"{where}, message 0")
    messages = [] if own is None else [Message(role="system", content=own)]
    waiting: tuple[ToolCall, ...] = ()
    answers: list[Any] = []
    made, at = 0, 0
    for index, entry in enumerate(entries[1:], start=1):
        place = f"{where}, message {index}"
        role, content = _said(entry, place)
        if role == "tool":
            answers, at = [*answers, content], index
            continue
        if answers:
            messages.extend(linked_results(answers, waiting, f"{where}, message {at}"))
            waiting, answers = (), []
        if role != "assistant":
            messages.append(Message(role=role, content=content))
            continue
        messages.append(read_reply(content, made + 1, place))
        waiting = messages[-1].tool_calls
        made += len(waiting)
    if answers:
        messages.extend(linked_results(answers, waiting, f"{where}, message {at}"))
    return Dialogue(
        id=str(record.get("id") or where), tools=read_tools(tools, where), messages=tuple(messages)
    )  # fmt: skip


def _role(entry: Mapping[str, Any]) -> Role | None:
    return _ROLES.get(str(entry.get("role")))


def _opening(text: str) -> re.Match[str] | None:
    return next(filter(None, (pattern.search(text) for pattern in _TOOLS)), None)


def _said(entry: Any, place: str) -> tuple[Role, Any]:
    """The role and the content of a message; the content is text, but for results, which others write as JSON."""
    if not isinstance(entry, Mapping):
        raise FormatError(f"{place}: expected an object, found {type(entry).__name__}")
    role = _role(entry)
    if role is None:
        raise FormatError(
            f"{place}: has the role {json.dumps(entry.get('role'))}; expected system, user, assistant or tool"
        )
    if entry.get("tool_calls"):
        raise FormatError(f"{place}: holds 'tool_calls', where this layout has calls in <call>; it is another format's")
    content = entry.get("content")
    if not isinstance(content, str) and not (role == "tool" and isinstance(content, list | dict)):
        raise FormatError(f'{place}: expected {{"role", "content"}} with text in both')
    return role, content


def _read_system(text: str, place: str) -> tuple[str | None, list[Any]]:
    """The dialogue's own system message, if there is one, and the tools; of a foreign one all but the tools."""
    own, mark, _ = text.rpartition(_BEFORE)
    if mark:
        found, at = "tool", len(own) + len(mark)
    else:
        opening = _opening(text)
        assert opening is not None  # `read` has looked for it
        found, at = opening[1], opening.end()
    closing = f"</{found}>"
    for end in dict.fromkeys((text.find(closing, at), text.rfind(closing, at))):
        if end < 0:
            raise FormatError(f"{place}: has no '{closing}' after its list of functions")
        try:
            tools = values_in(text[at:end]) if text[at:end].strip() else []
            break
        except ValueError:
            continue
    else:
        raise FormatError(f"{place}: what stands in <{found}> is not valid JSON; expected a list of functions")
    if mark:
        return (own.removesuffix("\n\n") if own else None), [_read_function(tool) for tool in tools]
    kept = (text[: at - len(closing) + 1].strip(), text[end + len(closing) :].strip())
    return "\n\n".join(part for part in kept if part) or None, [_read_function(tool) for tool in tools]


def _read_function(entry: Any) -> Any:
    """A function with a JSON Schema of its parameters, whether `required` stands in it or beside it."""
    if isinstance(entry, Mapping) and isinstance(entry.get("function"), Mapping):
        entry = entry["function"]
    if not isinstance(entry, Mapping):
        return entry
    parameters, required = as_object_schema(entry.get("parameters")), entry.get("required")
    if isinstance(parameters, Mapping) and isinstance(required, list) and required and "required" not in parameters:
        parameters = {**parameters, "required": required}
    returns = as_object_schema(next((entry[key] for key in _RETURNS if isinstance(entry.get(key), Mapping)), None))
    read = {**entry, "parameters": parameters, "returns": returns or None}
    return {key: read[key] for key in ("name", "description", "parameters", "returns") if read.get(key) is not None}
