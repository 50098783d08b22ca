"""The arguments of one planned call: for each, where its value will come from."""

import datetime as dt
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall
from toolgraph.dialogue.spoken import find_said
from toolgraph.models.offline.banks import Person
from toolgraph.models.offline.derived import wording_of
from toolgraph.models.offline.entities import thing_of
from toolgraph.models.offline.flows import CONTACTS, FLOWING_KINDS
from toolgraph.models.offline.plan_memory import Known, Memory, said_as
from toolgraph.models.offline.scene import fits, new_scene
from toolgraph.models.offline.shapes import fill, input_shape
from toolgraph.models.offline.speech import entity_noun, entry_picks
from toolgraph.models.offline.values import known_values, make_value
from toolgraph.models.offline.values_dates import ends_a_period, note_first_day
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import effects_of, name_parts
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

OPTIONAL = 0.3
"""Chance that an optional parameter is given; at most `MOST_OPTIONAL` a call."""
MOST_OPTIONAL = 2
_UNSPEAKABLE = frozenset({"base64", "code", "sql"})
_TECHNICAL_KINDS = frozenset("page boolean base64 code url path epoch text object".split())
_TECHNICAL = re.compile(
    r"\b(cursor|offset|page|per page|before|after|expand|fields|includes?|embed|order by|sort|e ?tag|"
    r"if (none )?match|dry run|idempotency|request id|trace|debug|verbose|pretty|timeout|retries|version|format|"
    r"metadata|header|user agent|charset|encoding|callback|nonce|signature|client|flags|ref|sha|hash)\b|^x \w+|^_"
)
"""Parameters that programs set and people do not think of: how a page is cut, checked, traced or encoded."""

_ON_PAPER = re.compile(
    r"\b(order|booking|reservation|invoice|customer|polic(y|ies)|account|ticket|shipment|parcel|tracking|flight|claim|"
    r"case|contract|member(ship)?|passport|subscription|enrol?lment|prescription|receipt|loan|card)s?\b"
)
"""What a person has the number of."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a dialogue is set in: its choices, its day, its user, and what the system message says."""

    random: random.Random
    today: dt.date
    person: Person
    system: str
    is_real: bool = False
    """Whether the calls will really be made."""


class CallBuilder:
    """Chooses the arguments of one call."""

    def __init__(
        self, tool: ToolSpec, *, call_id: str, turn: int, setting: Setting, memory: Memory, is_linked: bool
    ) -> None:
        self.tool, self.call_id, self.turn, self.setting, self.memory = tool, call_id, turn, setting, memory
        self.is_linked = is_linked
        self.random = setting.random
        self.scene = new_scene(setting.random, setting.today, setting.person, is_real=setting.is_real)
        self.scene.about = thing_of(tool)
        self.reach = memory.flows_into(tool, turn) if is_linked else {}
        self.arguments: list[PlannedArgument] = []
        self.picks: dict[str, str] = {}
        self.optional = 0
        self.fields = {field.pointer: field for field in tool.parameter_fields}

    def build(self) -> PlannedCall:
        """Return the call."""
        filled = fill(input_shape(self.tool), self._leaf, self.random, self._wants, (1, 2))
        empty = [_argument(pointer, "default", value) for pointer, value in _empty_containers(filled)]
        return PlannedCall(id=self.call_id, tool=self.tool.name, arguments=(*_merge_lists(self.arguments), *empty))

    def _wants(self, pointer: str, name: str) -> bool:
        path = pointers.join(pointer, name)
        field = self.fields.get(path) or self.fields.get(f"{path}/{pointers.ANY_ITEM}")
        if field is not None and kind_of(field) == "credential":
            return True
        is_id = field is not None and kind_of(field) in ("id", "uuid")
        if field and is_id and not (path in self.reach or self._is_known(field)):
            return False  # there is none that anybody could know
        if wording_of(self.tool).is_derived and not (is_spoken_of(field) if field else is_plain_name(name)):
            return False
        if self.optional >= MOST_OPTIONAL or self.random.random() >= OPTIONAL:
            return False
        self.optional += 1
        return True

    def _is_known(self, field: Field) -> bool:
        """Whether a person may have an id at hand; of tools that really run only one that they give as an example."""
        return bool(known_values(field)) if self.setting.is_real else is_on_paper(field, self.tool)

    def _leaf(self, field_: Field, pointer: str) -> Any:
        if not pointer:
            return {}
        argument = self._argument(field_, pointer)
        self.arguments.append(argument)
        return argument.value

    def _argument(self, field_: Field, pointer: str) -> PlannedArgument:
        flow = self._from_result(field_, pointer)
        if flow is not None:
            return flow
        kind = kind_of(field_)
        context = self._from_context(field_, kind)
        if context is not None:
            return _argument(pointer, "context", context)
        carried = self._carried(field_, kind)
        if carried is not None:
            return _argument(pointer, "user", carried, is_carried=True)
        default = field_.schema.get("default")
        if (
            default is not None
            and not isinstance(default, list | dict)
            and default != ""
            and fits(default, field_.schema)
            and not pointers.split(pointer)[-1].isdigit()
            and (kind in _UNSPEAKABLE or (field_.is_required and self.random.random() < 0.35))
        ):
            return _argument(pointer, "default", default)
        if "const" in field_.schema:
            return _argument(pointer, "default", field_.schema["const"])
        if field_.schema.get("enum") and len(field_.schema["enum"]) == 1:
            return _argument(pointer, "default", field_.schema["enum"][0])
        value = make_value(field_, self.scene)
        if kind == "boolean" and not field_.is_required:
            value = True  # who does not want a thing says nothing of it
        if isinstance(value, dict | list):
            return _argument(pointer, "default", value)
        if value is None:
            return _argument(pointer, "default", None)
        return _argument(pointer, "user", value)

    def _from_result(self, field_: Field, pointer: str) -> PlannedArgument | None:
        found = self.reach.get(field_.pointer)
        if found is None:
            return None
        known, flow = found
        if not flow.is_id and known.turn != self.turn and self.random.random() < 0.5:
            return None
        if flow.is_nameless and (known.turn == self.turn or flow.kind not in CONTACTS):
            return None
        pick = ""
        if "*" in flow.path:
            pick = self.picks.get(known.call.id) or known.pick or self.random.choice(self._picks(known, flow.path))
            self.picks[known.call.id] = pick
        return PlannedArgument(
            pointer=pointer,
            source="result",
            value=None,
            call=known.call.id,
            path=flow.path,
            pick=pick,
            is_carried=False,
        )

    def _picks(self, known: Known, path: str) -> tuple[str, ...]:
        """The entries one may point at: of a list still to come the best in something or any, and none by its place."""
        picks = entry_picks(known.tool, path)
        if known.turn < self.turn:
            return picks
        return tuple(pick for pick in picks if ":" in pick) or ("0",)

    def _from_context(self, field_: Field, kind: str) -> Any:
        system = self.setting.system
        if kind == "credential":
            value = make_value(field_, self.scene)
            words = split_words(field_.name)
            for line in system.split("\n"):
                if line.casefold().startswith(f"- {words}: "):
                    return line.split(": ", 1)[1]
            return value if find_said(value, system) else None
        is_personal = kind in ("person", "email", "phone", "username", "first_name", "last_name")
        if is_personal and field_.is_required and not field_.schema.get("examples"):
            value = make_value(field_, self.scene)
            if find_said(value, system) and self._is_about_the_user(field_):
                return value
        return None

    def _is_about_the_user(self, field_: Field) -> bool:
        """Whose name or address is meant: mostly the user's own where something is written, and not a recipient's."""
        words = split_words(field_.name)
        others = (
            "recipient",
            "to",
            "cc",
            "author",
            "artist",
            "actor",
            "doctor",
            "player",
            "guest of",
            "attendee",
            "assignee",
        )
        return effects_of(self.tool) != "reads" and not any(word in words.split() for word in others)

    def _carried(self, field_: Field, kind: str) -> Any:
        if (
            not self.is_linked
            or self.turn == 0
            or kind in ("message", "topic", "boolean", "count_small", "page", "text", "title")
        ):
            return None
        words = split_words(field_.name)
        if kind == "date" and ends_a_period(words):
            return None
        found = self.memory.said.get(said_as(field_.name, self.tool))
        if found is None or found[1] == self.turn or not fits(found[0], field_.schema):
            return None
        if found[0] in self.memory.gone or (kind in ("id", "uuid") and self.memory.used.get(self.tool.name)):
            return None
        if kind not in FLOWING_KINDS and kind not in ("date", "currency", "language", "time"):
            return None
        if self.random.random() >= 0.75:
            return None
        if kind == "date":
            note_first_day(words, found[0], self.scene)
        return found[0]


def is_on_paper(field: Field, tool: ToolSpec) -> bool:
    """Say whether an id is the number of an order, say: one that people have at hand, and may tell."""
    return bool(_ON_PAPER.search(entity_noun(field.name) or name_parts(tool.name).noun))


def is_spoken_of(field_: Field) -> bool:
    """Say whether a person who may leave a parameter out would ever speak of it.

    Nobody does of what programs set, of yes and no where nobody wrote words for it, nor of a text of which nothing
    tells what it could be.
    """
    if not is_plain_name(field_.name):
        return False
    if field_.types[:1] in (("object",), ("array",)):
        return False
    return kind_of(field_) not in _TECHNICAL_KINDS or bool(field_.schema.get("enum") or known_values(field_))


def is_plain_name(name: str) -> bool:
    """Say whether a parameter's name is none of those that only programs set."""
    return not _TECHNICAL.search(split_words(name))


def _argument(pointer: str, source: Any, value: Any, is_carried: bool = False) -> PlannedArgument:
    return PlannedArgument(
        pointer=pointer, source=source, value=value, call="", path="", pick="", is_carried=is_carried
    )


def _empty_containers(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Objects and lists without a leaf, which no argument would otherwise bring into being."""
    if value in ({}, []) and isinstance(value, dict | list):
        if pointer:
            yield pointer, value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _empty_containers(child, pointers.join(pointer, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _empty_containers(child, pointers.join(pointer, index))


def _merge_lists(arguments: Sequence[PlannedArgument]) -> Iterator[PlannedArgument]:
    """The items of a list of scalars that the user names become one argument with a list for its value."""
    merged: dict[str, list[Any]] = {}
    for argument in arguments:
        head, _, last = argument.pointer.rpartition("/")
        if head and last.isdigit() and argument.source == "user":
            if head not in merged:
                merged[head] = []
                yield _argument(head, "user", merged[head])
            if argument.value not in merged[head]:
                merged[head].append(argument.value)
        else:
            yield argument
