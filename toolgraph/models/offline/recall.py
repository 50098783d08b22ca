"""Recall: what earlier calls told of the things that a result shows, and what became of them since."""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from toolgraph.models.offline.asked import Asked
from toolgraph.models.offline.entities import (
    Record,
    gone_and_made,
    is_id_name,
    is_plain_list,
    name_keys,
    named_scalars,
    named_values,
    nested_objects,
    object_lists,
    own_id,
    record_key,
    records_of,
    referred_to,
    singular,
    thing_of,
)  # fmt: skip
from toolgraph.models.offline.result_fields import ResultFields, is_bare
from toolgraph.models.offline.shapes import Shape, objects_of, takes
from toolgraph.models.requests import Fact
from toolgraph.tools.inference import effects_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

_OF_THE_ACT = re.compile(r"status|state$|date|time|_at$|_on$|total|count|number|quantity|message|note|email|phone")
"""Names of what belongs to a booking, and not to the thing that is booked."""

_MAIN = re.compile(r"(?:main|primary) (.+)")


class Recall:
    """What is known, when one call is made, of all that was shown before."""

    def __init__(
        self, tool: ToolSpec, fields: ResultFields, asked: Asked, facts: Sequence[Fact], beside: Sequence[Fact] = ()
    ) -> None:  # fmt: skip
        self._fields, self._asked, self._facts = fields, asked, facts
        self._thing = thing_of(tool)
        self._records = records_of(facts)
        self.subject = self._subject()
        """What is known of the things that the arguments name, and of the things those refer to."""
        self._gone, self._made = gone_and_made(facts)
        self._beside = {own_id(one) for fact in beside for entries in object_lists(fact.result) for one in entries}
        self._shown: set[tuple[int, str]] = set()
        """By the identity of an object and its name the fields that were shown before."""
        self._now: list[Any] = []
        """Earlier results, kept so that no other object takes their identities."""

    def _subject(self) -> Record:
        known: Record = {}
        for name, value in self._asked.values.items():
            is_own_name = is_bare(name) and not is_id_name(name)
            record = None if is_own_name else self._records.get(record_key(name, value))
            if record:
                for other, referred in record.items():
                    is_reference = is_id_name(other) and referred != value
                    parent = self._records.get(record_key(other, referred)) if is_reference else None
                    for key, fact in (parent or {}).items():
                        known.setdefault(key, fact)
                known.update(record)
        for key in name_keys(self._asked.values, self._thing):
            known.update(self._records.get(key, {}))
        return self._shown_by_acts() | known

    def _shown_by_acts(self) -> Record:
        """What a booking told of the thing it was made for, under names that this tool has for it as well."""
        ids = {value for name, value in self._asked.values.items() if is_id_name(name)}
        return {
            name: value
            for fact in self._facts
            if ids and effects_of(fact.tool) != "reads" and not ids.isdisjoint(named_scalars(fact.arguments).values())
            for name, value in named_scalars(fact.result).items()
            if name in self._fields.names
            and not is_bare(name)
            and not is_id_name(name)
            and not _OF_THE_ACT.search(name)
        }

    @property
    def made(self) -> set[Any]:
        """The ids of what the dialogue made and did not delete."""
        return {value for _, value in self._made}

    @property
    def _is_about_made(self) -> bool:
        return not self.made.isdisjoint(self._asked.values.values())

    def keep_lists(self, result: Any, arguments: dict[str, Any]) -> None:
        """Make a list of scalars the one that the call names, else the one known of the thing it is about.

        Of what the dialogue made with one thing in it, it is a list of that.
        """
        lists = self._fields.lists
        if not lists:
            return
        known = self.subject | {name: value for name, value in named_values(arguments).items() if value}
        for entity in nested_objects(result):
            for name, shape in lists.items():
                is_known = is_plain_list(known.get(name))
                one = self.subject.get(singular(name)) if self._is_about_made and singular(name) != name else None
                value = known[name] if is_known else [one]
                if is_plain_list(entity.get(name)) and (is_known or one) and takes(shape, value):
                    entity[name] = value

    def as_they_are(self, result: Any) -> list[Record]:
        """Return the entries listed by an earlier result of the tool as they are now, without those that are gone."""
        now = deepcopy(result)
        self._now.append(now)
        self.show_again(now)
        return [entry for entries in object_lists(now) for entry in entries if not self._is_gone(entry)]

    def _is_gone(self, entry: Record) -> bool:
        return not self._gone.isdisjoint([*(own_id(entry) or ())[1:], *name_keys(entry, self._thing)])

    def follow_changes(self, result: Any) -> int:
        """Take out of a list what was deleted, and put in what was made for the same owner; return how many were."""
        put_in = 0
        for entries in object_lists(result):
            entries[:] = [entry for entry in entries if not self._is_gone(entry)]
            own = [own_id(entry) for entry in entries]
            names = {one[0] for one in own if one}
            for name, value in self._made:
                record = self._records.get(record_key(name, value), {})
                is_its_owners = all(record.get(key, asked) == asked for key, asked in self._asked.values.items())
                if (
                    name in names and entries and is_its_owners
                    and self._asked.admits({key: known for key, known in record.items() if key in entries[0]})
                    and (name, value) not in self._beside and all(entry.get(name) != value for entry in entries)
                ):  # fmt: skip
                    put_in += 1
                    entries[-min(put_in, len(entries))] = {**entries[-1], name: value}
        return put_in

    def show_again(self, result: Any) -> None:
        """Give what was shown before the same fields again."""
        said: dict[tuple[str, str], Any] = {}
        for entity, shapes in objects_of(result, self._fields.shape):
            own = own_id(entity)
            keys = [record_key(*own)] if own else name_keys(entity, self._thing)
            record = next((self._records[key] for key in keys if key in self._records), {})
            for name in entity if record else ():
                is_asked_id = is_id_name(name) and self._asked.values.get(name) == entity[name]
                self._put(entity, name, shapes, None if is_asked_id else record.get(name))
            for name, value, fields in referred_to(entity, self._asked.values):
                for field in fields:
                    here = said.setdefault((record_key(name, value), field), entity[field])
                    self._put(entity, field, shapes, self._records.get(record_key(name, value), {}).get(field, here))

    def show_main(self, result: Any) -> None:
        """Put in a list what was asked for as the main one of it: the main ingredient among the ingredients."""
        shapes = {id(entity): by_name for entity, by_name in objects_of(result, self._fields.shape)}
        main = {found[1]: self.subject[name] for name in self.subject if (found := _MAIN.fullmatch(split_words(name)))}
        for entries in object_lists(result) if main else ():
            for name in entries[0]:
                value = main.get(split_words(name).removesuffix(" name"))
                if value is not None and all(entry.get(name) != value for entry in entries):
                    self._put(entries[0], name, shapes.get(id(entries[0]), {}), value)

    def _put(self, entity: Record, name: str, shapes: Mapping[str, Shape], known: Any) -> None:
        if known is not None and takes(shapes.get(name), known):
            entity[name] = known
            self._shown.add((id(entity), name))

    def around(self, result: Any) -> Callable[[Record], Record]:
        """Return what gives, for an object of a result, what is known of it besides what it holds.

        Of an entry of a list, that is how many are asked for: the days of a search are none of the entry's own.
        """
        outer = {id(entity) for entity in nested_objects(result)}
        asked = self._asked.values  # stands first and counts most
        about = asked | self.subject | asked
        numbers = {name: value for name, value in asked.items() if not isinstance(value, str)}
        return lambda entity: about if id(entity) in outer else numbers

    def is_settled(self, entity: Record, name: str) -> bool:
        """Say whether a field holds what was asked for, or what was shown of its object before."""
        value = entity[name]
        return (id(entity), name) in self._shown or value in (self._asked.values.get(name), self.subject.get(name))

    def drop_namesakes(self, result: Any) -> None:
        """Leave one of what is asked for by its name."""
        asked = {*name_keys(self._asked.values, self._thing)}
        for entries in object_lists(result) if asked else ():
            entries[1:] = [entry for entry in entries[1:] if asked.isdisjoint(name_keys(entry, self._thing))]
