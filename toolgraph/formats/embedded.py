"""JSON inside JSON: what the formats without call ids have in common.

Arguments and results are JSON texts. Where such a text is just what `json.dumps` would write, it is embedded as the
value it stands for, which is what the formats want; otherwise it is embedded as text, so that nothing is lost.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import FormatError

_THINK, _THOUGHT = "<think>\n", "\n</think>\n\n"


def embed(text: str) -> Any:
    """Return the value of a JSON text, or the text itself where the value would not lead back to it.

    >>> embed('{"a": 1}'), embed('{"a":1}'), embed("success"), embed('"success"')
    ({'a': 1}, '{"a":1}', 'success', '"success"')
    """
    try:
        value = json.loads(text)
        is_same = not isinstance(value, str) and json.dumps(value, ensure_ascii=False) == text
    except (ValueError, RecursionError):
        return text
    return value if is_same else text


def extract(value: Any) -> str:
    """Return the text that `embed` made a value of."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def batches(dialogue: Dialogue) -> Iterator[Message | tuple[Message, tuple[Message, ...]]]:
    """Yield the messages of a dialogue, each with calls together with its results in the order of the calls.

    Raises:
        FormatError: a call has no result of its own right after it, which only call ids could express.
    """
    messages = list(dialogue.messages)
    index = 0
    while index < len(messages):
        message = messages[index]
        index += 1
        if message.role == "tool":
            raise FormatError(f"dialogue {dialogue.id}, message {index - 1}: a result that answers no call before it")
        if not message.tool_calls:
            yield message
            continue
        answers = messages[index : index + len(message.tool_calls)]
        by_id = {answer.tool_call_id: answer for answer in answers if answer.role == "tool"}
        if by_id.keys() != {call.id for call in message.tool_calls} or len(by_id) != len(message.tool_calls):
            raise FormatError(
                f"dialogue {dialogue.id}, message {index - 1}: its calls are not each answered once right after it; "
                "without call ids this cannot be written"
            )
        index += len(answers)
        yield message, tuple(by_id[call.id] for call in message.tool_calls)


def write_call(call: ToolCall) -> dict[str, Any]:
    """Return a call as name and arguments."""
    return {"name": call.name, "arguments": embed(call.arguments)}


def read_calls(entries: Iterable[Any], first: int, where: str) -> tuple[ToolCall, ...]:
    """Return calls from names and arguments, with ids counted from `first`.

    Raises:
        FormatError: an entry is not a call.
    """
    calls = []
    for number, entry in enumerate(entries, start=first):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise FormatError(f'{where}: expected a call as {{"name", "arguments"}}')
        calls.append(ToolCall(id=f"call_{number}", name=entry["name"], arguments=extract(entry.get("arguments", {}))))
    return tuple(calls)


def read_results(contents: Sequence[str], calls: Sequence[ToolCall], where: str) -> tuple[Message, ...]:
    """Return results as tool messages, linked to the calls in their order.

    Raises:
        FormatError: there are more or fewer results than calls.
    """
    if len(contents) != len(calls):
        raise FormatError(f"{where}: holds {len(contents)} results for {len(calls)} calls")
    return tuple(
        Message(role="tool", content=content, tool_call_id=call.id)
        for content, call in zip(contents, calls, strict=True)
    )


def with_thought(message: Message, text: str, where: str) -> str:
    """Return an assistant's text with its reasoning before it in `<think>` tags.

    Raises:
        FormatError: the reasoning holds the closing tag.
    """
    if "</think>" in message.reasoning:
        raise FormatError(f"{where}: the reasoning holds '</think>', which would end it; remove it")
    if not message.reasoning and not text.startswith("<think>"):
        return text
    return f"{_THINK}{message.reasoning}{_THOUGHT}{text}"


def split_thought(text: str) -> tuple[str, str]:
    """Return the reasoning and the text that `with_thought`, or a reasoning model, joined."""
    if not text.startswith("<think>") or "</think>" not in text:
        return "", text
    thought, _, rest = text.removeprefix("<think>").partition("</think>")
    return thought.removeprefix("\n").removesuffix("\n"), rest.removeprefix("\n\n")
