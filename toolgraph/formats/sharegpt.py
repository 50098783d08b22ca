"""ShareGPT: `conversations` of `from` and `value`, in the dialect that LLaMA-Factory trains tool calling on.

The speakers are human, gpt, function_call and observation; tools are JSON text, the system message a field. A step of
several calls is one function_call whose value is a list, and its results are one observation whose value is a list.
Words beside calls have no place in a function_call; they are kept in a field `text` that trainers pass over.
"""

import json
from collections.abc import Mapping
from typing import Any

from toolgraph.dialogue.messages import Message, Role, ToolCall
from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import FormatError
from toolgraph.formats import embedded
from toolgraph.formats.offered import read_tools, write_function

_SPEAKERS: dict[str, str] = {"user": "human", "assistant": "gpt", "system": "system"}
_ROLES: dict[str, Role] = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "system": "system",
}


def matches(record: Mapping[str, Any]) -> bool:
    """Conversations whose tools stand beside them, if they have any."""
    return isinstance(record.get("conversations"), list)


def write(dialogue: Dialogue) -> dict[str, Any]:
    """Return a dialogue in ShareGPT's shape.

    Raises:
        FormatError: a call and its result do not stand together.
    """
    conversations: list[dict[str, Any]] = []
    record: dict[str, Any] = {"id": dialogue.id, "conversations": conversations}
    for part in embedded.batches(dialogue):
        message, results = (part, ()) if isinstance(part, Message) else part
        if message.role == "system" and not conversations and "system" not in record:
            record["system"] = message.content
            continue
        where = f"dialogue {dialogue.id}"
        if not results:
            text = message.content
            if message.role == "assistant":
                text = embedded.with_thought(message, text, where)
            conversations.append({"from": _SPEAKERS[message.role], "value": text})
            continue
        calls = [embedded.write_call(call) for call in message.tool_calls]
        value = json.dumps(calls[0] if len(calls) == 1 else calls, ensure_ascii=False)
        entry = {"from": "function_call", "value": embedded.with_thought(message, value, where)}
        conversations.append({**entry, "text": message.content} if message.content else entry)
        contents = [result.content for result in results]
        value = contents[0] if len(contents) == 1 else json.dumps([*map(embedded.embed, contents)], ensure_ascii=False)
        conversations.append({"from": "observation", "value": value})
    record["tools"] = json.dumps([write_function(tool) for tool in dialogue.tools], ensure_ascii=False)
    return record


def read(record: Mapping[str, Any], where: str) -> Dialogue:
    """Return the dialogue of a record; its calls are numbered.

    Raises:
        FormatError: the record is not in ShareGPT's shape.
    """
    messages: list[Message] = []
    if isinstance(record.get("system"), str):
        messages.append(Message(role="system", content=record["system"]))
    waiting: tuple[ToolCall, ...] = ()
    made = 0
    conversations = record.get("conversations")
    if not isinstance(conversations, list):
        raise FormatError(f"{where}: has no list of 'conversations'")
    for index, entry in enumerate(conversations):
        place = f"{where}, conversation {index}"
        if not isinstance(entry, Mapping) or not isinstance(entry.get("value"), str):
            raise FormatError(f'{place}: expected {{"from", "value"}} with text in both')
        speaker, value = entry.get("from"), entry["value"]
        if speaker == "function_call":
            reasoning, value = embedded.split_thought(value)
            calls = _json(value, place)
            waiting = embedded.read_calls(calls if isinstance(calls, list) else [calls], made + 1, place)
            made += len(waiting)
            text = entry.get("text", "")
            messages.append(Message(role="assistant", content=text, tool_calls=waiting, reasoning=reasoning))
        elif speaker in ("observation", "tool"):
            results = [value] if len(waiting) == 1 else _json(value, place)
            contents = [embedded.extract(result) for result in results] if isinstance(results, list) else [value]
            messages.extend(embedded.read_results(contents, waiting, place))
            waiting = ()
        elif speaker in _ROLES:
            reasoning, text = embedded.split_thought(value) if _ROLES[speaker] == "assistant" else ("", value)
            messages.append(Message(role=_ROLES[speaker], content=text, reasoning=reasoning))
        else:
            raise FormatError(
                f"{place}: comes from {json.dumps(speaker)}; expected human, gpt, function_call, observation or system"
            )
    tools = record.get("tools") or "[]"
    return Dialogue(
        id=str(record.get("id") or where),
        tools=read_tools(_json(tools, f"{where}, tools") if isinstance(tools, str) else tools, where),
        messages=tuple(messages),
    )


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{where}: is not valid JSON") from error
