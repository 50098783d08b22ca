"""Provenance: where every argument's value came from, resolved on the finished transcript.

Nothing is taken from the plan. Whoever holds the messages and the tools can resolve every leaf of every call again
and must come to the same answer. Sources are tried in this order: what the user said (latest message first), results
of earlier steps (a field that fits first, then the latest), the system message, the schema's default, then what these
state in other words (a spelled number, another unit, an end that a start and a duration give), and last, for booleans
and enums, an implication of the user's words. What the user said turns ago comes after a result that brought the same
value to light since. A value that none of them explains is unresolved: somebody invented it. A number stated in another
unit than its field clearly takes does not state the value: 94 kg are no 94 pounds.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from toolgraph.dialogue.meant import find_meant, is_misread, is_number, is_of_a_moment, unit_of_field
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.quantities import quantities, quantity_of
from toolgraph.dialogue.spoken import find_said, parse_date, today_in
from toolgraph.dialogue.stems import beginnings_in, stems_in
from toolgraph.dialogue.units import Unit, convert, is_same, shown_number, unit_asked
from toolgraph.dialogue.writing import is_written_in, names_own_language
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

INVENTED = "use what the conversation states, leave it out if it is optional, or ask the user for it"
"""What to do about a value that nothing states."""
ResolvedSource = Literal["user", "result", "context", "default", "inferred", "unresolved"]


class Provenance(BaseModel):
    """Where one argument leaf came from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    call: str
    """The call it belongs to."""
    pointer: str
    """Where it stands in the arguments; empty for a call without arguments."""
    source: ResolvedSource
    message: int = -1
    """For `user` and `context`: index of the message that states it. For `result`: that of the tool message."""
    span: tuple[int, int] | None = None
    """For `user` and `context`: start and end of the statement in that message's content, in characters."""
    result_call: str = ""
    """For `result`: the call whose result holds the value."""
    result_pointer: str = ""
    """For `result`: where it stands there."""
    transform: str = ""
    """The rewriting between what the source says and the value; empty where they are the same."""


def resolve(messages: Sequence[Message], tools: Mapping[str, ToolSpec]) -> tuple[Provenance, ...]:
    """Resolve every argument leaf of every call in `messages`.

    Calls of one message see only what stands before that message, so a value taken from a result of the same
    parallel batch is unresolved. Arguments that are no JSON object, or nested beyond reason, contribute no leaves;
    other checks name them.
    """
    transcript = Transcript()
    resolved: list[Provenance] = []
    for message in messages:
        for call in message.tool_calls:
            resolved.extend(resolve_call(call, transcript, tools.get(call.name)))
        transcript.append(message)
    return tuple(resolved)


def resolve_call(call: ToolCall, transcript: "Transcript", tool: ToolSpec | None) -> Iterator[Provenance]:
    """Yield the provenance of each argument leaf of one call, seen from where `transcript` ends."""
    try:
        arguments = call.parsed()
        leaves = tuple(pointers.leaves(arguments)) if isinstance(arguments, dict) else ()
    except (ValueError, RecursionError):
        return
    for pointer, value in leaves:
        yield transcript.source_of(call.id, pointer, value, tool)


class Transcript:
    """What has been said so far, indexed for finding values in it."""

    def __init__(self) -> None:
        self.today: dt.date | None = None
        self._length = 0
        self._spoken: list[tuple[int, str]] = []
        self._system: list[tuple[int, str]] = []
        self._results: list[tuple[int, str, Mapping[str, Sequence[str]]]] = []
        self._told: list[tuple[int, str, str]] = []
        self._given: dict[str, str] = {}

    def append(self, message: Message) -> None:
        """Take one more message into account."""
        index = self._length
        self._length += 1
        if message.role == "user":
            self._spoken.append((index, message.content))
        elif message.role == "system":
            self._system.append((index, message.content))
            self.today = self.today or today_in(message.content)
        elif message.role == "assistant":
            self._given |= {call.id: call.arguments for call in message.tool_calls}
        elif message.role == "tool":
            self._told.append((index, message.tool_call_id, message.content))
            self._results.append((index, message.tool_call_id, _places(message.content)))

    def source_of(self, call: str, pointer: str, value: Any, tool: ToolSpec | None) -> Provenance:
        """Return where a value that a call uses now came from."""
        field = _field_at(tool, pointer) if tool and is_number(value) else None
        said = self._said(value, self._spoken, field)
        if said and not self._was_found_since(value, pointer, said["message"]):
            return Provenance(call=call, pointer=pointer, source="user", **said)
        result = self._in_results(value, pointer)
        if result:
            return Provenance(call=call, pointer=pointer, source="result", **result)
        said = self._said(value, self._system, field)
        if said:
            return Provenance(call=call, pointer=pointer, source="context", **said)
        field = field or (_field_at(tool, pointer) if tool else None)
        if _is_default(value, field):
            return Provenance(call=call, pointer=pointer, source="default")
        return self._meant(call, pointer, value, field) or self._implied_by(call, pointer, value, field, tool)

    def advice(self, pointer: str, value: Any, tool: ToolSpec | None) -> str:
        """Say what to do about a value that nothing states, which may be that it was said in another unit."""
        field = _field_at(tool, pointer) if tool else None
        unit = unit_of_field(field) if is_number(value) else None
        if unit is None:
            return self._nearest(value) or INVENTED
        stated = [
            (index, text, one)
            for index, text in reversed(self._spoken)
            for one in quantities(text)
            if one.unit.dimension == unit.dimension and not one.is_part
        ]
        number = float(value) if isinstance(value, str) else value
        misread = [place for place in stated if place[2].value == number] or stated
        if len(misread) != 1:
            return INVENTED
        index, text, one = misread[0]
        amount = round(convert(one.value, one.unit, unit)[0], 2)
        words = text[one.start : one.end]
        return f"message {index} says '{words}' and {pointer} is in {unit.name}; write {amount:g}, or ask the user"

    def _nearest(self, value: Any) -> str:
        """Name the longest run of a value's words that the user did say; one word must be more than a particle."""
        words = value.split() if isinstance(value, str) else []
        runs = [
            " ".join(words[start : start + many]).strip(",;.")
            for many in range(min(len(words), 12) - 1, 0, -1)
            for start in range(len(words) - many + 1)
        ]
        for run in runs:
            for index, text in reversed(self._spoken):
                said = find_said(run, text) if len(run) > 3 else None
                if said:
                    return f"message {index} says only '{text[said.start : said.end]}'; {INVENTED}"
        return ""

    def _said(self, value: Any, where: list[tuple[int, str]], field: Field | None) -> dict[str, Any] | None:
        if isinstance(value, bool) or value is None:
            return None
        for index, text in reversed(where):
            said, rest = find_said(value, text, self.today), text
            while said and field and (is_misread(value, said, text, field) or is_of_a_moment(said, text, field)):
                # What was misread is blotted out, so that other places keep theirs.
                rest = rest[: said.start] + " " * (said.end - said.start) + rest[said.end :]
                said = find_said(value, rest, self.today)
            if said:
                return {"message": index, "span": (said.start, said.end), "transform": said.transform}
        return None

    def _in_results(self, value: Any, pointer: str) -> dict[str, Any] | None:
        if isinstance(value, bool) or value is None or value == "":
            return None
        exact, *others = _keys(value)
        places, transform = self._found(exact), ""
        if not places:
            places, transform = self._found(others[0]), "type"
        if not places and isinstance(value, str) and parse_date(value):
            places, transform = self._found(f"day:{value}"), "date part"
        if not places:
            return None
        best = max(places, key=lambda place: (_is_same_field(place[2], pointer), place[0]))
        return {"message": best[0], "result_call": best[1], "result_pointer": best[2], "transform": transform}

    def _was_found_since(self, value: Any, pointer: str, said: int) -> bool:
        """Whether a result brought a value to light after the user had said it, and the user has moved on since.

        It must stand in a field that fits, and be more than what its call was given.
        """
        if said == self._spoken[-1][0]:
            return False
        return any(
            index > said and _is_same_field(place, pointer) and not self._repeats(call, value)
            for index, call, place in self._found(_keys(value)[0])
        )

    def _found(self, key: str) -> list[tuple[int, str, str]]:
        """Where results hold what is looked up by a key: the message, its call, and the place."""
        return [
            (index, call, pointer) for index, call, places in self._results for pointer in places.get(key, ())
        ]  # fmt: skip

    def _repeats(self, call: str, value: Any) -> bool:
        """Whether a call was given the value that its result holds."""
        given = _result_leaves(self._given.get(call, "{}"))
        return any(str(leaf).casefold() == str(value).casefold() for _, leaf in given)

    def _meant(self, call: str, pointer: str, value: Any, field: Field | None) -> Provenance | None:
        """What the user, a result or the system message states in other words."""
        source: ResolvedSource
        for source, where in (("user", self._spoken), ("context", self._system)):
            texts = [text for _, text in where]
            for index, text in reversed(where):
                said = find_meant(value, text, self.today, field, texts)
                if said:
                    return Provenance(
                        call=call, pointer=pointer, source=source, message=index, span=(said.start, said.end),
                        transform=said.transform,
                    )  # fmt: skip
        return self._measured(call, pointer, value, field)

    def _measured(self, call: str, pointer: str, value: Any, field: Field | None) -> Provenance | None:
        """What a result holds in another unit, named by its key or written beside it."""
        unit = unit_of_field(field) if is_number(value) else None
        if unit is None:
            return None
        shown = value if isinstance(value, str) else shown_number(value)
        for index, told, content in reversed(self._told):
            for place, leaf in _result_leaves(content):
                amount = _amount(place, leaf)
                if amount and is_same(shown, unit, amount[0], amount[1]):
                    return Provenance(
                        call=call, pointer=pointer, source="result", message=index, result_call=told,
                        result_pointer=place, transform="unit",
                    )  # fmt: skip
        return None

    def _implied_by(
        self, call: str, pointer: str, value: Any, field: Field | None, tool: ToolSpec | None
    ) -> Provenance:
        """The latest user message that implies a boolean, an enum value or its own language; else it is unresolved."""
        is_language = field is not None and tool is not None and names_own_language(field, tool)
        for index, text in reversed(self._spoken) if field else ():
            if field and (implies(text, value, field) or (is_language and is_written_in(value, text))):
                return Provenance(call=call, pointer=pointer, source="inferred", message=index)
        return Provenance(call=call, pointer=pointer, source="unresolved")


def implies(text: str, value: Any, field: Field) -> bool:
    """Say whether words imply a boolean or an enum value: a word of theirs has a stem that the field or the value has.

    An implication is weak evidence. It is reported as `inferred`, apart from what was stated.
    """
    if isinstance(value, bool) or str(value).lower() in ("true", "false", "yes", "no"):
        # A description has many words; its other forms would let it meet too much.
        described = beginnings_in(f"{split_words(field.name)} {field.description}")
        return not described.isdisjoint(beginnings_in(text))
    return value in field.schema.get("enum", ()) and not stems_in(split_words(str(value))).isdisjoint(stems_in(text))


@lru_cache(maxsize=512)
def _places(content: str) -> Mapping[str, Sequence[str]]:
    """The places of a result by what their leaves are looked up by; kept, since a step and a check ask for them."""
    places: dict[str, list[str]] = {}
    for pointer, value in _result_leaves(content):
        for key in _keys(value):
            places.setdefault(key, []).append(pointer)
    return places


def _result_leaves(content: str) -> tuple[tuple[str, Any], ...]:
    """Every leaf of a result; a result that is no JSON is one leaf, its text."""
    try:
        return tuple(pointers.leaves(json.loads(content, strict=False)))
    except ValueError:
        return (("", content),)
    except RecursionError:
        return ()


def _amount(pointer: str, leaf: Any) -> tuple[float, Unit] | None:
    """The amount that a leaf of a result is, if its text or its key tells the unit."""
    if isinstance(leaf, str):
        stated = quantity_of(leaf) if leaf[:1].isdigit() and len(leaf) < 40 else None
        return (stated.value, stated.unit) if stated else None
    names = [key for key in pointers.split(pointer) if not key.isdigit()]
    unit = unit_asked(split_words(names[-1]), "") if names and is_number(leaf) else None
    return (float(leaf), unit) if unit and abs(leaf) < 1e15 else None


def _keys(value: Any) -> tuple[str, ...]:
    """What a leaf of a result is looked up by: itself first, then its text in any case, then its date."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    exact = f"{'number' if isinstance(value, float) else type(value).__name__}:{value}"
    text = f"text:{str(value).casefold()}"
    if isinstance(value, str) and len(value) > 10 and value[10] in "T " and parse_date(value[:10]):
        return exact, text, f"day:{value[:10]}"
    return exact, text


def _is_same_field(found: str, pointer: str) -> bool:
    """Whether a field of a result fits a parameter: of one name, or an `id` for the id of something."""
    out, into = _field_words(found), _field_words(pointer)
    return out == into or (out == "id" and into.endswith(" id")) or (into == "id" and out.endswith(" id"))


@lru_cache(maxsize=16384)
def _field_words(pointer: str) -> str:
    return split_words(next((key for key in reversed(pointers.split(pointer)) if not key.isdigit()), ""))


def _field_at(tool: ToolSpec, pointer: str) -> Field | None:
    return next((field for field in tool.parameter_fields if pointers.matches(field.pointer, pointer)), None)


def _is_default(value: Any, field: Field | None) -> bool:
    if field is None:
        return False
    schema = field.schema
    if "const" in schema:
        return bool(schema["const"] == value)
    if schema.get("enum") == [value]:
        return True
    if "default" not in schema:
        return value is None and "null" in (schema.get("type") or ())
    default = schema["default"]
    return bool(default == value and isinstance(default, bool) == isinstance(value, bool)) or (
        isinstance(default, str) and not isinstance(value, bool) and default == str(value)
    )
