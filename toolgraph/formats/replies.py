r"""Replies: an assistant's thought, and after it calls in `<call>` or the answer in `<final>`, as BUTTON writes them.

A tag that somebody's words hold begins nothing: inside JSON its first character is written as `\u003c`, in thoughts
and answers it is written as HTML has it (`&lt;call&gt;`), and reading takes that back.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from toolgraph.dialogue.messages import Message
from toolgraph.errors import FormatError
from toolgraph.formats import embedded
from toolgraph.formats.lenient import leading_value, unfenced, values_in

CALL, CALL_END, FINAL, FINAL_END = "<call>", "</call>", "<final>", "</final>"
_IN_JSON = re.compile(r"<(?=/?(?:tool|call|final)>)")
_TAG = re.compile(r"<(/?(?:call|final))>")
_ESCAPED = re.compile(r"&((?:amp;)*)lt;(/?(?:call|final))&gt;")
_MENTIONS = 16
"""How often the tag of calls may stand in a message without calls after it: thoughts speak of it once or twice."""


def write_reply(message: Message) -> str:
    """Return an assistant's thought, and after it its calls or its answer."""
    thought, rest = message.reasoning, f"{FINAL}{_escaped(message.content)}{FINAL_END}"
    if message.tool_calls:
        thought = "\n\n".join(text for text in (message.reasoning, message.content) if text)
        rest = f"{CALL}{untagged_json([embedded.write_call(call) for call in message.tool_calls])}{CALL_END}"
    return f"{_escaped(thought)}\n{rest}" if thought else rest


def read_reply(text: str, first: int, place: str) -> Message:
    """Return an assistant's message: its calls, with ids counted from `first`, its answer, and the rest as its thought.

    A text without tags is an answer.

    Raises:
        FormatError: there are tags, but no calls and no answer in them.
    """
    entries, words = _calls_in(text, place)
    calls = embedded.read_calls(entries, first, place)
    thought, tag, answer = words.partition(FINAL)
    if tag:
        end = answer.rfind(FINAL_END)
        answer, after = (answer[:end], answer[end + len(FINAL_END) :]) if end >= 0 else (answer, "")
        thought = f"{thought.strip()}\n\n{after.strip()}"
    elif FINAL_END in words or (not calls and (CALL in words or CALL_END in words)):
        broken = FINAL_END if FINAL_END in words else CALL if CALL in words else CALL_END
        raise FormatError(f"{place}: holds '{broken}' but neither calls nor an answer; expected them inside its tags")
    elif not calls:
        thought, answer = "", words
    return Message(
        role="assistant", content=_unescaped(answer).strip(), tool_calls=calls, reasoning=_unescaped(thought).strip()
    )


def untagged_json(value: Any) -> str:
    """Return JSON in which no tag of the layout stands."""
    return _IN_JSON.sub(r"\\u003c", json.dumps(value, ensure_ascii=False))


def _escaped(text: str) -> str:
    return _TAG.sub(r"&lt;\1&gt;", _ESCAPED.sub(r"&amp;\1lt;\2&gt;", text))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: f"&{found[1][4:]}lt;{found[2]}&gt;" if found[1] else f"<{found[2]}>", text)


def _calls_in(text: str, place: str) -> tuple[list[Any], str]:
    """The entries of all call lists in a text, and the text without them."""
    entries: list[Any] = []
    words: list[str] = []
    begun = at = mentions = 0
    while (start := text.find(CALL, at)) >= 0:
        at = start + len(CALL)
        found = _list_at(text, at)
        if found:
            words.append(text[begun:start])
            entries.extend(map(_as_call, found[0]))
            begun = at = found[1]
            continue
        end = text.find(CALL_END, at)
        body = unfenced(text[at:end] if end >= 0 else text[at:])
        is_mention = end < 0 or not body or CALL in body or FINAL in body
        if body.startswith(("[", "{")) or not is_mention:
            raise FormatError(f"{place}: what stands in <call> is not valid JSON; expected a list of calls")
        mentions += 1
        if mentions > _MENTIONS:
            raise FormatError(f"{place}: holds '<call>' again and again, and no calls after it")
    words.append(text[begun:])
    if not entries:
        return entries, "".join(words)
    spoken = (part.replace(CALL_END, "").strip() for part in words)
    return entries, "\n\n".join(part for part in spoken if part)


def _list_at(text: str, at: int) -> tuple[list[Any], int] | None:
    """The values from `at` to the closing tag, and where they end; a closing tag may stand in a text, or be missing."""
    for end in dict.fromkeys((text.find(CALL_END, at), text.rfind(CALL_END, at))):
        if end >= 0:
            try:
                return values_in(text[at:end]), end + len(CALL_END)
            except ValueError:
                continue
    try:
        value, end = leading_value(text, at)
        return (value if isinstance(value, list) else [value]), end
    except ValueError:
        pass
    if CALL in text[at:] or CALL_END in text[at:]:
        return None
    try:
        return values_in(text[at:]), len(text)
    except ValueError:
        return None


def _as_call(entry: Any) -> Any:
    if isinstance(entry, Mapping) and isinstance(entry.get("function"), Mapping):
        entry = entry["function"]
    if not isinstance(entry, Mapping):
        return entry
    arguments = entry.get("arguments", entry.get("parameters"))
    return {**entry, "arguments": {} if arguments is None else arguments}
