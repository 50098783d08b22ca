"""Shown: tools and conversations as the text that a language model reads in a prompt."""

import json
import re
import textwrap
from collections.abc import Sequence
from functools import lru_cache

from toolgraph.dialogue.messages import Message
from toolgraph.tools import pointers
from toolgraph.tools.definition import Definition
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import looks_like_identifier, split_words
from toolgraph.tools.spec import ToolSpec

LONGEST_ABILITY = 240
"""Characters of a tool's description that a user is told; what it is for stands at the beginning."""
LONGEST_INPUT = 120
MOST_OPTIONS = 8
"""Up to so many options of an input are listed."""
_SHOWN = {"name", "description", "parameters", "returns"}
_WORDS = re.compile(r"\w+")
_IS_CREDENTIAL = "credential"


def tools_text(tools: Sequence[ToolSpec], *, without_returns: bool = False) -> str:
    """Return tools as lines of JSON, one each; what is not known of a tool is left out."""
    return "\n".join(_tool_text(Definition(tool), without_returns) for tool in tools)


@lru_cache(maxsize=4096)
def _tool_text(definition: Definition, without_returns: bool) -> str:
    shown = _SHOWN - {"returns"} if without_returns else _SHOWN
    return json.dumps(definition.tool.model_dump(include=shown, exclude_none=True), ensure_ascii=False)


def abilities_text(tools: Sequence[ToolSpec]) -> str:
    """Return what tools can do and what they are told, a line each, as somebody knows it who never saw a definition."""
    return "\n".join(_ability_text(Definition(tool)) for tool in tools)


@lru_cache(maxsize=4096)
def _ability_text(definition: Definition) -> str:
    tool = definition.tool
    inputs = [field for field in tool.parameter_fields if kind_of(field) != _IS_CREDENTIAL]
    needed = "; ".join(_input_text(tool, field) for field in inputs if field.is_required)
    others = "; ".join(_input_text(tool, field) for field in inputs if not field.is_required)
    parts = [f"- {_sentence(in_words(tool.description, tool, most=LONGEST_ABILITY) or split_words(tool.name))}"]
    parts += [_sentence(f"It has to know: {needed}")] if needed else []
    parts += [_sentence(f"It may be told: {others}")] if others else []
    return " ".join(parts)


def _input_text(tool: ToolSpec, field: Field) -> str:
    text = in_words(field.description, tool, most=LONGEST_INPUT).rstrip(".") or split_words(field.name)
    options = [str(option) for option in field.schema.get("enum", ()) if isinstance(option, str | int | float)]
    if len(options) > MOST_OPTIONS or all(option in text for option in options):
        return text
    return f"{text} (one of: {', '.join(in_words(option, tool) for option in options)})"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def in_words(text: str, tool: ToolSpec, *, most: int | None = None) -> str:
    """Return a text out of a tool's definition on one line, its identifiers taken apart into words.

    >>> in_words("See pet_id.", ToolSpec(name="find_pets"))
    'See pet id.'
    """
    names = _identifiers(Definition(tool))
    spoken = _WORDS.sub(lambda word: split_words(word[0]) if word[0] in names or _is_snake(word[0]) else word[0], text)
    return textwrap.shorten(spoken, most, placeholder="…") if most else " ".join(spoken.split())


def _is_snake(word: str) -> bool:
    return "_" in word.strip("_") and word.isascii()


@lru_cache(maxsize=4096)
def _identifiers(definition: Definition) -> frozenset[str]:
    """The names of a tool and its parameters that nobody would take for a word."""
    tool = definition.tool
    names = {tool.name, *(key for field in tool.parameter_fields for key in pointers.split(field.pointer))}
    return frozenset(name for name in names if looks_like_identifier(name))


def transcript_text(messages: Sequence[Message]) -> str:
    """Return all that was said, called and returned, a line each; results name the call they answer."""
    lines: list[str] = []
    for message in messages:
        if message.role == "tool":
            lines.append(f"result of {message.tool_call_id}: {message.content}")
            continue
        lines += [f"{message.role}: {message.content}"] if message.content else []
        lines += [f"{message.role} calls {call.name} as {call.id}: {call.arguments}" for call in message.tool_calls]
    return "\n".join(lines) or "Nobody has spoken yet."


def speech_text(messages: Sequence[Message]) -> str:
    """Return what was said aloud, as the user heard it: no calls, no results, nothing the assistant alone was told."""
    names = {"user": "you", "assistant": "assistant"}
    lines = [
        f"{names[message.role]}: {message.content}"
        for message in messages if message.role in names and message.content
    ]  # fmt: skip
    return "\n".join(lines) or "Nobody has spoken yet: the first word is yours."


def setting_text(messages: Sequence[Message]) -> str:
    """Return what the user may know of the system message: its first line, which tells the day and who he is.

    Further lines are between the assistant and its tools (credentials, for instance).
    """
    first = messages[0] if messages else None
    line = first.content.partition("\n")[0] if first is not None and first.role == "system" else ""
    return line or "(nothing)"
