"""Hermes function calling: tools in the system message, `<tool_call>` and `<tool_response>` in the text.

The tags and their contents follow the format that the Hermes and Qwen models are trained on; several calls of one step
stand in one message, and their results in one `tool` message. The sentences around them are our own.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from toolgraph.dialogue.messages import Message, Role, ToolCall
from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import FormatError
from toolgraph.formats import embedded
from toolgraph.formats.offered import read_tools, write_tool

_BEFORE = "You can call functions to help the user. These are their signatures, inside <tools></tools> tags:\n<tools>\n"
_AFTER = (
    "\n</tools>\nTo call a function, write a JSON object with its name and arguments inside <tool_call></tool_call> "
    'tags:\n<tool_call>\n{"name": NAME, "arguments": OBJECT}\n</tool_call>\n'
    "You may write several of them at once. Results come back inside <tool_response></tool_response> tags."
)
_CALL, _CALL_END = "<tool_call>", "</tool_call>"
_RESULT, _RESULT_END = "<tool_response>", "</tool_response>"
_SPEAKERS: dict[str, str] = {"user": "human", "assistant": "gpt", "system": "system"}
_ROLES: dict[str, Role] = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "system": "system",
}


def matches(record: Mapping[str, Any]) -> bool:
    """Conversations that begin with a system message in which the tools stand."""
    turns = record.get("conversations")
    first = turns[0] if isinstance(turns, list) and turns else None
    return isinstance(first, Mapping) and first.get("from") == "system" and "<tools>" in str(first.get("value"))


def write(dialogue: Dialogue) -> dict[str, Any]:
    """Return a dialogue in Hermes' shape.

    Raises:
        FormatError: a call and its result do not stand together, or somebody's words hold a tag.
    """
    tools = json.dumps([write_tool(tool) for tool in dialogue.tools], ensure_ascii=False)
    system = f"{_BEFORE}{tools}{_AFTER}"
    conversations: list[dict[str, str]] = [{"from": "system", "value": system}]
    for index, part in enumerate(embedded.batches(dialogue)):
        message, results = (part, ()) if isinstance(part, Message) else part
        if index == 0 and message.role == "system":
            conversations[0]["value"] = f"{message.content}\n\n{system}"
            continue
        where = f"dialogue {dialogue.id}"
        text = message.content
        if message.role == "assistant":
            if _CALL in text:
                raise FormatError(f"{where}: the assistant's words hold '{_CALL}', which begins a call; remove it")
            text = embedded.with_thought(message, _with_calls(text, message), where)
        conversations.append({"from": _SPEAKERS[message.role], "value": text})
        if results:
            blocks = [
                _block(_RESULT, {"name": call.name, "content": embedded.embed(result.content)}, _RESULT_END)
                for call, result in zip(message.tool_calls, results, strict=True)
            ]
            conversations.append({"from": "tool", "value": "\n".join(blocks)})
    return {"id": dialogue.id, "conversations": conversations}


def _with_calls(text: str, message: Message) -> str:
    blocks = [_block(_CALL, embedded.write_call(call), _CALL_END) for call in message.tool_calls]
    return "\n".join([text, *blocks] if text else blocks) if blocks else text


def _block(opening: str, value: Any, closing: str) -> str:
    return f"{opening}\n{json.dumps(value, ensure_ascii=False)}\n{closing}"


def read(record: Mapping[str, Any], where: str) -> Dialogue:
    """Return the dialogue of a record; its calls are numbered. A foreign system message is kept whole.

    Raises:
        FormatError: the record is not in Hermes' shape.
    """
    conversations = record.get("conversations")
    if not isinstance(conversations, list) or not matches(record):
        raise FormatError(f"{where}: expected 'conversations' that begin with a system message holding <tools>")
    messages: list[Message] = []
    waiting: tuple[ToolCall, ...] = ()
    made = 0
    for index, entry in enumerate(conversations):
        place = f"{where}, conversation {index}"
        if not isinstance(entry, Mapping) or not isinstance(entry.get("value"), str):
            raise FormatError(f'{place}: expected {{"from", "value"}} with text in both')
        speaker, value = entry.get("from"), entry["value"]
        if index == 0:
            messages.extend(_read_system(value))
        elif speaker == "tool":
            contents = [_content(block) for block in _blocks(value, _RESULT, _RESULT_END)]
            messages.extend(embedded.read_results(contents, waiting, place))
            waiting = ()
        elif speaker in _ROLES and _ROLES[speaker] == "assistant":
            reasoning, text = embedded.split_thought(value)
            waiting = embedded.read_calls(_blocks(text, _CALL, _CALL_END), made + 1, place)
            made += len(waiting)
            words = text.partition(_CALL)[0].removesuffix("\n") if waiting else text
            messages.append(Message(role="assistant", content=words, tool_calls=waiting, reasoning=reasoning))
        elif speaker in _ROLES:
            messages.append(Message(role=_ROLES[speaker], content=value))
        else:
            raise FormatError(f"{place}: comes from {json.dumps(speaker)}; expected system, human, gpt or tool")
    tools = [tool for block in _tool_lists(conversations[0]["value"]) for tool in block]
    return Dialogue(
        id=str(record.get("id") or where), tools=read_tools(tools, where), messages=tuple(messages)
    )  # fmt: skip


def _read_system(value: str) -> Iterator[Message]:
    """The dialogue's own system message, without the part that `write` added; none where that is all."""
    own, mark, _ = value.rpartition(_BEFORE)
    if not mark:
        yield Message(role="system", content=value)
    elif own:
        yield Message(role="system", content=own.removesuffix("\n\n"))


def _tool_lists(system: str) -> Iterator[list[Any]]:
    """The tools between the tags, as one list or one after another."""
    text = system.rpartition(_BEFORE)[2] if _BEFORE in system else system[system.find("<tools>", 0) :]
    text = text.removeprefix("<tools>").lstrip()
    decoder = json.JSONDecoder(strict=False)
    at = 0
    while at < len(text) and text[at] in "[{":
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield value if isinstance(value, list) else [value]
        while at < len(text) and text[at] in " \n\r\t,":
            at += 1


def _blocks(text: str, opening: str, closing: str) -> Iterator[Any]:
    """The JSON values between tags; a block that is not JSON is its text."""
    decoder = json.JSONDecoder(strict=False)
    at = text.find(opening)
    while at >= 0:
        start = at + len(opening)
        start += len(text[start:]) - len(text[start:].lstrip())
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = text.find(closing, start)
            end = len(text) if end < 0 else end
            value = text[start:end].strip()
        yield value
        at = text.find(opening, end)


def _content(block: Any) -> str:
    if isinstance(block, dict) and "content" in block and block.keys() <= {"name", "content", "tool_call_id"}:
        block = block["content"]
    return embedded.extract(block)
