"""The question of the turn before once more: with one wish more, or about another city, person or day."""

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall
from toolgraph.models.offline.entities import thing_of
from toolgraph.models.offline.plan_arguments import Setting, is_on_paper, is_spoken_of
from toolgraph.models.offline.plan_memory import Known
from toolgraph.models.offline.scene import Scene, new_scene
from toolgraph.models.offline.values import make_value
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import effects_of
from toolgraph.tools.kinds import NAMED_KINDS, kind_of
from toolgraph.tools.pointers import ANY_ITEM
from toolgraph.tools.spec import ToolSpec

_ASKED_TWICE = NAMED_KINDS - {"title", "username", "first_name", "last_name"}
"""Kinds of which one asks about two at once, or about one after the other."""
_NO_WISH = frozenset({"id", "uuid", "date", "datetime", "time", "count_small", "page", "credential"})
"""Kinds of what nobody narrows a search by."""

_DRAWS = 4
"""How often another value is drawn."""
_OF_ONE_PLACE = frozenset({"address", "postal_code", "airport", "latitude", "longitude", "coordinates"})
"""Kinds that go with one city only: with another one there, the rest of the question makes no sense."""


def is_asked_twice(field: Field, tool: ToolSpec) -> bool:
    """Say whether people ask about two of these at once: two cities, two orders."""
    kind = kind_of(field)
    return kind in _ASKED_TWICE or (kind in ("id", "uuid") and is_on_paper(field, tool))


def others(call: PlannedCall, tool: ToolSpec, scene: Scene) -> list[PlannedArgument]:
    """Return, for each thing that a call asks about by name, another one: Lyon for Lisbon."""
    fields = {field.pointer: field for field in tool.parameter_fields}
    changed = []
    for argument in call.arguments:
        field, old = fields.get(argument.pointer), argument.value
        if argument.source != "user" or not isinstance(old, str) or field is None or not is_asked_twice(field, tool):
            continue
        for _ in range(_DRAWS):
            new = make_value(field, scene)
            if isinstance(new, str) and new.casefold() not in old.casefold() and old.casefold() not in new.casefold():
                changed.append(argument.model_copy(update={"value": new, "is_carried": False}))
                break
    return changed


def refined(known: Known, call_id: str, setting: Setting, *, may_narrow: bool) -> PlannedCall | None:
    """Return an earlier question with one thing changed in it; none where there is nothing to change.

    What stays as it was is carried: the user need not say it again. With `may_narrow` a wish may be added as well.
    """
    given = known.call.arguments
    kinds = {kind_of(field) for field in known.tool.parameter_fields if field.pointer in {one.pointer for one in given}}
    if effects_of(known.tool) != "reads" or any(one.source not in ("user", "default") for one in given):
        return None
    scene = new_scene(setting.random, setting.today, setting.person, is_real=setting.is_real)
    scene.about = thing_of(known.tool)
    changes = _wishes(known, scene) if may_narrow else []
    if not changes and not kinds & _OF_ONE_PLACE:
        changes = [one for one in others(known.call, known.tool, scene) if _is_the_only_one(one, known)]
    if not changes:
        return None
    new = setting.random.choice(changes)
    kept = [argument.model_copy(update={"is_carried": True}) for argument in given if argument.pointer != new.pointer]
    return PlannedCall(id=call_id, tool=known.tool.name, arguments=(*kept, new))


def _wishes(known: Known, scene: Scene) -> list[PlannedArgument]:
    """One wish for each parameter that was left open, where the answer is a list that can be narrowed."""
    if not any(ANY_ITEM in field.pointer for field in known.tool.return_fields):
        return []
    given = {argument.pointer for argument in known.call.arguments}
    return [
        PlannedArgument(pointer=field.pointer, source="user", value=value)
        for field in known.tool.parameter_fields
        if not field.is_required and field.pointer not in given and field.pointer.count("/") == 1
        and kind_of(field) not in _NO_WISH and (kind_of(field) == "boolean" or is_spoken_of(field))
        and (value := True if kind_of(field) == "boolean" else make_value(field, scene)) is not None
        and not isinstance(value, list | dict)
    ]  # fmt: skip


def _is_the_only_one(argument: PlannedArgument, known: Known) -> bool:
    """Whether no other argument is of its kind, so that "And Lyon?" can mean this one only."""
    given = {one.pointer for one in known.call.arguments}
    kinds = {field.pointer: kind_of(field) for field in known.tool.parameter_fields if field.pointer in given}
    return [*kinds.values()].count(kinds[argument.pointer]) == 1
