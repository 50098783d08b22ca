"""OpenAI messages: `{"id", "tools", "messages"}`, arguments as JSON text, results linked by `tool_call_id`."""

import json
from collections.abc import Mapping
from typing import Any

from toolgraph.dialogue.messages import Message, Role, ToolCall
from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import FormatError
from toolgraph.formats.offered import read_tools, write_tool

_ROLES: dict[str, Role] = {
    "system": "system", "developer": "system", "user": "user", "assistant": "assistant", "tool": "tool",
}  # fmt: skip


def matches(record: Mapping[str, Any]) -> bool:
    """Anything with a list of messages; records of our own are asked for first."""
    return isinstance(record.get("messages"), list)


def write(dialogue: Dialogue) -> dict[str, Any]:
    """Return a dialogue in OpenAI's shape.

    Reasoning goes to `reasoning_content`, where the servers of reasoning models put it.
    """
    return {
        "id": dialogue.id,
        "tools": [write_tool(tool) for tool in dialogue.tools],
        "messages": [_write_message(message) for message in dialogue.messages],
    }


def _write_message(message: Message) -> dict[str, Any]:
    written: dict[str, Any] = {"role": message.role}
    if message.role == "tool":
        written["tool_call_id"] = message.tool_call_id
    written["content"] = None if message.tool_calls and not message.content else message.content
    if message.reasoning:
        written["reasoning_content"] = message.reasoning
    if message.tool_calls:
        written["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    return written


def read(record: Mapping[str, Any], where: str) -> Dialogue:
    """Return the dialogue of a record; one without an `id` is named by its place.

    Raises:
        FormatError: the record is not in OpenAI's shape; the message names `where` and the message concerned.
    """
    messages = record.get("messages")
    if not isinstance(messages, list):
        raise FormatError(f"{where}: has no list of 'messages'")
    kinds = record.get("meta", {}).get("turn_kinds") if isinstance(record.get("meta"), Mapping) else None
    return Dialogue(
        id=str(record.get("id") or where),
        tools=read_tools(record.get("tools"), where),
        messages=tuple(_read_message(message, f"{where}, message {index}") for index, message in enumerate(messages)),
        meta={"turn_kinds": kinds} if kinds else {},
    )


def _read_message(message: Any, where: str) -> Message:
    if not isinstance(message, Mapping):
        raise FormatError(f"{where}: expected an object, found {type(message).__name__}")
    role = _ROLES.get(str(message.get("role")))
    if role is None:
        raise FormatError(
            f"{where}: has the role {json.dumps(message.get('role'))}; expected system, user, assistant or tool"
        )
    reasoning = message.get("reasoning_content") or message.get("reasoning") or ""
    calls = message.get("tool_calls") or []
    if not isinstance(calls, list):
        raise FormatError(f"{where}: 'tool_calls' must be a list, found {type(calls).__name__}")
    return Message(
        role=role,
        content=_text(message.get("content"), where),
        tool_calls=tuple(_read_call(call, f"{where}, call {number}") for number, call in enumerate(calls, start=1)),
        tool_call_id=str(message.get("tool_call_id") or ""),
        reasoning=reasoning if isinstance(reasoning, str) else json.dumps(reasoning, ensure_ascii=False),
    )


def _read_call(call: Any, where: str) -> ToolCall:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
        raise FormatError(f'{where}: expected {{"id", "function": {{"name", "arguments"}}}}')
    arguments = function.get("arguments")
    if not isinstance(arguments, str):
        arguments = json.dumps({} if arguments is None else arguments, ensure_ascii=False)
    return ToolCall(id=str(call.get("id") or ""), name=function["name"], arguments=arguments)


def _text(content: Any, where: str) -> str:
    """The text of a content: itself, its text parts, or for a result written as JSON that JSON as text."""
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, list) and content and all(isinstance(part, Mapping) and "type" in part for part in content):
        others = [part["type"] for part in content if part["type"] != "text"]
        if not others:
            return "".join(str(part.get("text", "")) for part in content)
        if others[0] in ("image_url", "input_audio", "file", "refusal"):
            raise FormatError(f"{where}: holds a part of type '{others[0]}'; only text can be read")
    return json.dumps(content, ensure_ascii=False)
