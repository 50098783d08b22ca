"""Shown: tools and conversations as the text that a language model reads in a prompt."""

import json
import re
import textwrap
from collections.abc import Sequence
from functools import lru_cache

from toolgraph.dialogue.blueprint import PlannedTurn
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
"""Characters of what is said of an input. Of any description that is longer, the first sentence is told alone."""
MOST_OPTIONS = 8
"""Up to so many options of an input are listed."""
_SHOWN = {"name", "description", "parameters", "returns"}
_WORDS = re.compile(r"\w+")
_IS_CREDENTIAL = "credential"
_SENTENCE_END = re.compile(r"(?<=[\w)]{2}[.!?])(?<!\b(?:Dr|Mr|Ms|St|vs)\.)(?<!\b(?:Mrs|etc)\.)\s+(?=[^\W\d_a-z])")
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\btoday is\b|\bcurrent (?:date|time|day)\b|"
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\.? \d|"
    r"\b\d{1,2}(?:st|nd|rd|th)? (?:of )?(?:january|february|march|april|may|june|july|august|september|october|"
    r"november|december)\b",
    re.IGNORECASE,
)
_OF_USER = re.compile(
    r"\buser(?:[ -]?(?:profile|name|details))?(?:'s|\u2019s)?\b(?: \w+){0,2}?"
    r"(?::| (?:is|has|lives|was|speaks|works)\b)|"
    r"\byou are (?:now )?(?:talking|speaking|chatting|writing) (?:to|with)\b",
    re.IGNORECASE,
)
_OF_ASSISTANT = re.compile(
    r"\b(?:you(?! are (?:now )?(?:talking|speaking|chatting|writing) )|your|assistant|tools?|if|whenever|"
    r"never|always|must|should|ensure)\b",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"\b(?:(?:api|access|secret)[ _-]?keys?|tokens?|passwords?|secrets?|credentials?)\b", re.IGNORECASE
)


def tools_text(tools: Sequence[ToolSpec], *, without_returns: bool = False) -> str:
    """Return tools as lines of JSON, one each; what is not known of a tool is left out."""
    return "\n".join(_tool_text(Definition(tool), without_returns) for tool in tools)


@lru_cache(maxsize=4096)
def _tool_text(definition: Definition, without_returns: bool) -> str:
    shown = _SHOWN - {"returns"} if without_returns else _SHOWN
    return json.dumps(definition.tool.model_dump(include=shown, exclude_none=True), ensure_ascii=False)


def abilities_text(tools: Sequence[ToolSpec], *, plan: Sequence[PlannedTurn] = ()) -> str:
    """Return what tools can do and what they are told, a line each, as somebody knows it who never saw a definition.

    Where a plan holds calls, what is optional is told only if one of them uses it: what nobody will say is noise.
    """
    calls = [call for turn in plan for step in turn.steps for call in step.calls]
    used = {
        tool.name: frozenset(one.pointer for call in calls if call.tool == tool.name for one in call.arguments)
        for tool in tools
    }
    return "\n".join(_ability_text(Definition(tool), used[tool.name] if calls else None) for tool in tools)


@lru_cache(maxsize=4096)
def _ability_text(definition: Definition, used: frozenset[str] | None) -> str:
    """The line of one tool; `used` holds the pointers of the arguments it is given, or is none where all are told."""
    tool = definition.tool
    inputs = [
        field
        for field in tool.parameter_fields
        if kind_of(field) != _IS_CREDENTIAL and (used is None or field.is_required or _is_given(field, used))
    ]
    needed = "; ".join(_input_text(tool, field) for field in inputs if field.is_required)
    others = "; ".join(_input_text(tool, field) for field in inputs if not field.is_required)
    about = in_words(_first_sentence(tool.description), tool, most=LONGEST_ABILITY)
    parts = [f"- {_sentence(about or split_words(tool.name))}"]
    parts += [_sentence(f"It has to know: {needed}")] if needed else []
    parts += [_sentence(f"It may be told: {others}")] if others else []
    return " ".join(parts)


def _is_given(field: Field, used: frozenset[str]) -> bool:
    """Whether a field is among arguments, or an entry of a list that is named as a whole."""
    return any(pointers.matches(field.pointer, one) or field.pointer == f"{one}/{pointers.ANY_ITEM}" for one in used)


def _first_sentence(text: str) -> str:
    """What a long text begins with; a short one is left whole."""
    spoken = " ".join(text.split())
    return spoken if len(spoken) <= LONGEST_INPUT else _SENTENCE_END.split(spoken, 1)[0]


def _input_text(tool: ToolSpec, field: Field) -> str:
    text = in_words(_first_sentence(field.description), tool, most=LONGEST_INPUT).rstrip(".") or split_words(field.name)
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
    """Return what the user may know of the system message: its sentences that tell the day and who he is.

    The rest is between the assistant and its tools: what it is, how it works, and its credentials.
    """
    first = messages[0] if messages else None
    lines = first.content.splitlines() if first is not None and first.role == "system" else []
    if any(map(_SECRET.search, lines)):
        lines = [line for line in lines if not line.lstrip().startswith(("-", "*"))]
    told = [one.strip() for line in lines for one in _SENTENCE_END.split(line) if _is_of_user(one)]
    return " ".join(told) or "(nothing)"


def _is_of_user(sentence: str) -> bool:
    if _SECRET.search(sentence) or _OF_ASSISTANT.search(sentence):
        return False
    return bool(_DATE.search(sentence) or _OF_USER.search(sentence))
