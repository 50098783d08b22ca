"""Fields of results: what the name of a field and its place say of its value, found out once for each tool."""

import re
from dataclasses import dataclass

from toolgraph.models.offline.done import done
from toolgraph.models.offline.entities import WRAPPERS, is_id_name, thing_of
from toolgraph.models.offline.shapes import output_shape, plain_lists
from toolgraph.models.offline.values import PEOPLE_KINDS
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import CREATE, effects_of, verb_of
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

_BARE = frozenset("id uuid name title code key slug description".split())
"""Names that mean the thing they stand at: the id of a pet is not that of its category."""
_SHARED_BY_ENTRIES = re.compile(r"currenc|city|country|unit|language|genre|cuisine|categor|type$|kind$")


@dataclass(frozen=True, slots=True)
class ResultField:
    """One field of a tool's result."""

    field: Field
    words: str
    kind: str
    is_in_list: bool
    is_person: bool
    is_own: bool
    """Whether a call or a record that has its name means it, and not that of another thing or person in the result."""
    is_the_id: bool
    """Whether it is the id of the thing that the result is about."""
    is_entry_id: bool
    """Whether it is the own id of an entry of a list."""
    is_known: bool
    """Whether it holds what is known of the thing the call is about."""
    is_made_new: bool
    """Whether it is the id of a thing that the call makes."""
    told: str
    """The message that it is, where it tells what was done."""


def is_bare(name: str) -> bool:
    """Say whether a name means the thing it stands at, whatever that is."""
    return name.casefold() in _BARE


class ResultFields:
    """The fields of one tool's results."""

    def __init__(self, tool: ToolSpec) -> None:
        self._thing = thing_of(tool)
        self._writes = effects_of(tool) != "reads"
        self._creates = effects_of(tool) == "writes" and verb_of(tool) in CREATE
        self._told = f"{said}." if self._writes and self._thing != "message" and (said := done(tool)) else ""
        self.shape = output_shape(tool)
        self.lists = plain_lists(self.shape)
        """The lists of scalars by their names."""
        self.names = frozenset(field.name for field in tool.return_fields)
        self._first = next((field.pointer for field in tool.return_fields), None)
        self._entry_ids = _entry_ids(tool)
        self._is_wrapped = len({field.pointer.split("/")[1] for field in tool.return_fields if field.pointer}) == 1
        self._found: dict[str, ResultField] = {}

    def of(self, field: Field) -> ResultField:
        """Return what is known of one of the fields."""
        found = self._found.get(field.pointer)
        if found is None:
            found = self._found[field.pointer] = self._read(field)
        return found

    def _read(self, field: Field) -> ResultField:
        name, words, kind = field.name, split_words(field.name), kind_of(field)
        is_in_list = pointers.ANY_ITEM in pointers.split(field.pointer)
        is_own = self._is_own(field)
        is_first = field.pointer == self._first
        is_the_id = is_id_name(name) and (is_first or (name.casefold() == "id" and is_own and not is_in_list))
        is_shared = not is_in_list or bool(_SHARED_BY_ENTRIES.search(name))
        return ResultField(
            field,
            words,
            kind,
            is_in_list,
            is_person=kind in PEOPLE_KINDS,
            is_own=is_own,
            is_the_id=is_the_id,
            is_entry_id=field.pointer in self._entry_ids,
            is_known=is_own and is_shared and not (self._writes and name == "status"),
            is_made_new=is_the_id and self._creates,
            told=self._told if words == "message" and not is_in_list else "",
        )

    def _is_own(self, field: Field) -> bool:
        if not is_bare(field.name) and kind_of(field) not in PEOPLE_KINDS:
            return True
        above = [key for key in pointers.split(field.pointer)[:-1] if key != pointers.ANY_ITEM]
        if not above or (self._is_wrapped and len(above) == 1):
            return True
        return not {*split_words(above[-1]).split()}.isdisjoint({*WRAPPERS, self._thing, f"{self._thing}s"})


_of_tools: dict[tuple[str, str], ResultFields] = {}


def result_fields(tool: ToolSpec) -> ResultFields:
    """Return the fields of a tool's results."""
    key = (tool.definition_key, tool.effects)
    found = _of_tools.get(key)
    if found is None:
        found = _of_tools[key] = ResultFields(tool)
    return found


def _entry_ids(tool: ToolSpec) -> frozenset[str]:
    """Pointers of the fields that are the own id of the entries of a list: the first field of an entry, or its `id`."""
    found: dict[str, Field] = {}
    for field in tool.return_fields:
        head, star, inner = field.pointer.rpartition(pointers.ANY_ITEM)
        if star and inner == "/id":
            found[head] = field
        elif star:
            found.setdefault(head, field)
    return frozenset(field.pointer for field in found.values() if is_id_name(field.name))
