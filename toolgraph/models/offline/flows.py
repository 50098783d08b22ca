"""Which return field of one tool can fill which parameter of another, as far as names and kinds tell."""

from typing import NamedTuple

from toolgraph.models.offline.entities import singular
from toolgraph.models.offline.scene import DEFAULT_TODAY, fits, new_scene
from toolgraph.models.offline.shapes import output_pointers
from toolgraph.models.offline.values import make_value
from toolgraph.seeds import rng
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import name_parts
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.pointers import ANY_ITEM
from toolgraph.tools.spec import ToolSpec

FLOWING_KINDS = frozenset(
    "id uuid email phone address city country state person company symbol url postal_code airport username filename "
    "path domain hotel restaurant landmark song movie album book wallet crypto repository branch".split()
)
"""Kinds of values that people take from one answer into the next question.

Numbers, texts and enums are not among them.
"""
OWN_NAMES = frozenset(
    "id uuid company symbol username filename hotel restaurant landmark song movie album book crypto repository".split()
)
"""Those of them that stand for the very entry they are found in, so that one may point at it."""
CONTACTS = frozenset({"email", "phone", "person"})
"""Those that a person is meant by."""

_BOUNDS = ("pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength")
_EXAMPLES = 4
"""Values that are tried where a parameter asks more than the result promises."""


class Flow(NamedTuple):
    """One way from a result to an argument."""

    path: str
    """Pointer of the return field, `*` for list entries."""
    pointer: str
    """Pointer of the parameter."""
    is_id: bool
    is_echo: bool
    """Whether the giver takes a parameter of the same name, so that its result only repeats what it was asked."""
    kind: str

    @property
    def is_nameless(self) -> bool:
        """Whether nobody could point at the value: a detail of an entry in a list, and not what the entry is called."""
        return ANY_ITEM in self.path and self.kind not in OWN_NAMES


_known: dict[tuple[str, str], tuple[Flow, ...]] = {}


def flows_between(giver: ToolSpec, taker: ToolSpec) -> tuple[Flow, ...]:
    """Return the flows from results of `giver` to arguments of `taker`, one for each parameter, ids first."""
    key = (giver.definition_key, taker.definition_key)
    found = _known.get(key)
    if found is None:
        if len(_known) > 200_000:
            _known.clear()
        found = _known[key] = _find_flows(giver, taker)
    return found


def _find_flows(giver: ToolSpec, taker: ToolSpec) -> tuple[Flow, ...]:
    found: dict[str, Flow] = {}
    entity = name_parts(giver.name).noun
    asked = {split_words(field.name) for field in giver.parameter_fields}
    told = output_pointers(giver)
    for parameter in taker.parameter_fields:
        kind = kind_of(parameter)
        if kind not in FLOWING_KINDS or ANY_ITEM in parameter.pointer or parameter.schema.get("enum"):
            continue
        for returned in giver.return_fields:
            if returned.pointer not in told or returned.pointer.count(ANY_ITEM) > 1 or returned.schema.get("enum"):
                continue
            is_echo = split_words(returned.name) in asked
            if is_echo and kind not in ("id", "uuid"):
                continue  # the user said it, and may say it again
            if _same_thing(returned, parameter, kind, entity) and _would_be_taken(returned, parameter):
                is_id = kind in ("id", "uuid")
                found.setdefault(parameter.pointer, Flow(returned.pointer, parameter.pointer, is_id, is_echo, kind))
                break
    return tuple(sorted(found.values(), key=lambda flow: (flow.is_echo, not flow.is_id)))


def _same_thing(returned: Field, parameter: Field, kind: str, entity: str) -> bool:
    if returned.types and parameter.types and set(returned.types).isdisjoint(parameter.types):
        return False
    out, into = split_words(returned.name), split_words(parameter.name)
    if out == into:
        return (
            out not in ("id", "key", "code", "number", "name") or kind_of(returned) != "id" or singular(entity) in into
        )
    if kind in ("id", "uuid"):
        return out in ("id", "uuid") and into.removesuffix(" id") != into and _names(entity, into.removesuffix(" id"))
    return (
        kind_of(returned) == kind
        and kind not in ("city", "person", "address", "url", "company")
        and out.split()[-1] == into.split()[-1]
    )


def _would_be_taken(returned: Field, parameter: Field) -> bool:
    """Whether what a result holds in a field meets the bounds and the pattern of a parameter, as some examples tell."""
    asks = [keyword for keyword in _BOUNDS if keyword in parameter.schema]
    if all(parameter.schema[keyword] == returned.schema.get(keyword) for keyword in asks):
        return True
    scene = new_scene(rng(0, "flow", returned.name), DEFAULT_TODAY)
    return all(fits(make_value(returned, scene, is_result=True), parameter.schema) for _ in range(_EXAMPLES))


def _names(entity: str, word: str) -> bool:
    return word in (entity, singular(entity)) or singular(entity).endswith(f" {word}")
