"""The offline world of one dialogue: what a tool answers, given everything the tools answered before.

The world is nothing but the list of facts (earlier calls with their results), so it needs no state of its own: entities
are read from the facts each time. What a result shows of an entity it shows again, what a call asked for comes
back in its result, what was changed stays changed, and the same question gets the same answer.
"""

import datetime as dt
import json
import re
from typing import Any

from toolgraph.dialogue.spoken import parse_date, today_in
from toolgraph.models.offline.banks import Person, people
from toolgraph.models.offline.done import done
from toolgraph.models.offline.entities import (
    WRAPPERS,
    Record,
    gone_and_made,
    is_id_name,
    is_plain_list,
    name_keys,
    named_scalars,
    named_values,
    nested_objects,
    object_lists,
    objects_in,
    own_id,
    record_key,
    records_of,
    thing_of,
)  # fmt: skip
from toolgraph.models.offline.scene import Scene, fits, new_scene
from toolgraph.models.offline.shapes import Leaf, ListOf, fill, output_shape, plain_lists
from toolgraph.models.offline.sorting import in_order
from toolgraph.models.offline.values import PEOPLE_KINDS, make_value
from toolgraph.models.request import Request
from toolgraph.models.requests import ToolAnswer, ToolRequest
from toolgraph.seeds import rng
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import CREATE, effects_of, verb_of
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.schema import json_type
from toolgraph.tools.spec import ToolSpec

_LIMIT = re.compile(r"\b(max|maximum|highest|most|upper|min|minimum|lowest|least|lower)\b")
_SHARED_BY_ITEMS = re.compile(r"currenc|city|country|unit|language|genre|cuisine|categor|type$|kind$")
_CURRENCIES = ("EUR", "USD", "GBP")
"""What prices are in: one of these in a whole dialogue, wherever the schema admits it."""
_OF_TIME = frozenset("date day time at on start starts from datetime until end".split())
_OF_ITS_OWN = frozenset("expiry expires due deadline reply answer answered ready delivery created updated next".split())
"""What has a day of its own, whatever day something was asked for."""
_BARE = frozenset("id uuid name title code key slug description".split())
"""Names that mean the thing they stand at: the id of a pet is not that of its category."""
_DEFAULT_TODAY = "2026-01-15"


def answer_tool(request: ToolRequest, seed: int) -> ToolAnswer:
    """Return what the tool answers, a pure function of the seed and the request."""
    arguments = json.dumps(request.arguments, sort_keys=True, ensure_ascii=False)
    repeated = _same_question(request)
    if repeated is not None:
        return ToolAnswer(result=repeated)
    world = _dialogue_of(request)
    chooser = rng(seed, "result", request.key, request.tool.name, arguments)
    scene = new_scene(chooser, today_in(request.system) or parse_date(_DEFAULT_TODAY)[0])  # type: ignore[index]
    scene.about = thing_of(request.tool)
    scene.chosen["currencies"] = rng(seed, "currency", world).sample(_CURRENCIES, len(_CURRENCIES))
    return ToolAnswer(result=_Answering(request, scene).result())


def _dialogue_of(request: Request[Any]) -> str:
    return request.key.split("#")[0]


def _same_question(request: ToolRequest) -> Any:
    """The earlier answer to the same call, if nothing was written since."""
    for fact in reversed(request.facts):
        if fact.tool.name == request.tool.name and fact.arguments == request.arguments:
            return fact.result
        if effects_of(fact.tool) != "reads":
            return None
    return None


class _Answering:
    """Fills the shape of one result."""

    def __init__(self, request: ToolRequest, scene: Scene) -> None:
        self.request, self.tool, self.arguments, self.scene = request, request.tool, request.arguments, scene
        self.effects = effects_of(request.tool)
        self.asked = named_scalars(request.arguments)
        self.asked_words = {split_words(name): value for name, value in self.asked.items()}
        self.is_wrapped = (
            len({field.pointer.split("/")[1] for field in request.tool.return_fields if field.pointer}) == 1
        )
        self.among = {name: value for name, value in request.arguments.items() if isinstance(value, list)}
        self.first_field = next(iter(request.tool.return_fields), None)
        self.thing = thing_of(request.tool)
        self.facts = request.facts
        self.records = records_of(request.facts)
        self.subject = self._subject()
        self.limits = _limits(self.asked)
        self.labels = _labels_told(request)
        self.people: dict[str, Person] = {}
        self.creates = self.effects == "writes" and verb_of(request.tool) in CREATE
        self.period = _period(self.asked, scene.today)
        self.own_item_ids = _own_item_ids(request.tool)

    def result(self) -> Any:
        shape = output_shape(self.tool)
        result = fill(shape, self._leaf, self.scene.random, None, self._lengths())
        self._keep_lists(result, plain_lists(shape))
        if self.effects == "reads":
            self._follow_changes(result)
            self._recall(result, plain_lists(shape))
            self._drop_namesakes(result)
            for entries in object_lists(result):
                entries[:] = in_order(entries, self.asked)
        _count_entries(result, {field.name: field for field in self.tool.return_fields})
        return result

    def _lengths(self) -> tuple[int, int]:
        """Two to four entries, or fewer where fewer were asked for."""
        asked = [
            self.asked[field.name]
            for field in self.tool.parameter_fields
            if field.name in self.asked and kind_of(field) == "count_small" and isinstance(self.asked[field.name], int)
        ]
        most = max(1, min([4, *asked]))
        return min(2, most), most

    def _subject(self) -> Record:
        """What is known of the things the arguments name, and of the things those refer to."""
        known: Record = {}
        for name, value in self.asked.items():
            is_own_name = name.casefold() in _BARE and not is_id_name(name)
            record = None if is_own_name else self.records.get(record_key(name, value))
            if record:
                for other, referred in record.items():
                    parent = (
                        self.records.get(record_key(other, referred))
                        if is_id_name(other) and referred != value
                        else None
                    )
                    for key, fact in (parent or {}).items():
                        known.setdefault(key, fact)
                known.update(record)
        for key in name_keys(self.asked, self.thing):
            known.update(self.records.get(key, {}))
        return known

    def _is_own(self, field: Field) -> bool:
        """Whether a field that a call or a record names is that of the thing itself, and not of another one in it."""
        if field.name.casefold() not in _BARE:
            return True
        above = [key for key in pointers.split(field.pointer)[:-1] if key != pointers.ANY_ITEM]
        if not above or (self.is_wrapped and len(above) == 1):
            return True
        return not {*split_words(above[-1]).split()}.isdisjoint({*WRAPPERS, self.thing, f"{self.thing}s"})

    def _leaf(self, field: Field, pointer: str) -> Any:
        inside_list = any(key.isdigit() for key in pointers.split(pointer))
        name = field.name
        is_first = self.first_field is not None and field.pointer == self.first_field.pointer
        is_own = self._is_own(field)
        is_the_id = is_id_name(name) and (is_first or (name.casefold() == "id" and is_own and not inside_list))
        is_new_id = is_the_id and self.creates and name not in self.asked
        is_person = kind_of(field) in PEOPLE_KINDS
        if is_person and inside_list:
            return self._person_value(field, pointer)
        if field.pointer not in self.own_item_ids and not is_new_id and is_own:
            value = self.asked.get(name, self.asked_words.get(split_words(name)))
            if value is None and not inside_list and is_the_id:
                value = self.asked_words.get("id", self._only_id_asked(name))
            if value is not None and _admits(field, value):
                return value
        among = [option for option in self.among.get(name, ()) if _admits(field, option)] if inside_list else ()
        if among and is_own:
            return self.scene.random.choice(among)
        is_shared = not inside_list or _SHARED_BY_ITEMS.search(name)
        is_state = self.effects != "reads" and name == "status"
        if (
            name in self.subject
            and is_own
            and is_shared
            and not is_state
            and not is_new_id
            and _admits(field, self.subject[name])
        ):
            return self.subject[name]
        words = split_words(name)
        is_message = self.effects != "reads" and words == "message" and not inside_list
        if is_message and self.thing != "message" and (said := done(self.tool)) and _admits(field, f"{said}."):
            return f"{said}."
        follows = self._following(field, words) if self.effects != "reads" and not inside_list else None
        if follows is not None and _admits(field, follows):
            return follows
        if "currenc" in words:
            for code in self.scene.chosen["currencies"]:
                if fits(code, field.schema):
                    return code
        if is_person:
            return self._person_value(field, pointer)
        value = make_value(field, self.scene, is_result=True)
        if inside_list and isinstance(value, str) and not field.schema.get("enum"):
            for _ in range(8):
                if (name, value) not in self.labels:
                    break
                value = make_value(field, self.scene, is_result=True)
            self.labels.add((name, value))
        return self._within_period(value, field) or self._within_limits(words, value, field)

    def _following(self, field: Field, words: str) -> Any:
        """What follows from what was asked for: the day of an appointment, and a total from a price and a number."""
        kind = kind_of(field)
        if kind in ("date", "datetime"):
            return self._day_asked(kind, words)
        if kind == "money" and "total" in words.split():
            known = {**self.subject, **self.asked}
            for name, price in known.items():
                unit = price_unit(name)
                count = next((self.asked[one] for one in self.asked if unit and _counts(one, unit)), None)
                if isinstance(price, int | float) and isinstance(count, int):
                    total = round(price * count, 2)
                    return int(total) if total == int(total) else total
        return None

    def _day_asked(self, kind: str, words: str) -> str | None:
        """The day that a call names for the same thing, at an hour of its own where a moment is asked for."""
        about = set(words.split()) - _OF_TIME
        for name, value in self.asked.items():
            if isinstance(value, str) and parse_date(value) and about & (set(split_words(name).split()) - _OF_TIME):
                hour = f"{self.scene.random.randint(9, 17):02d}:{self.scene.random.choice(('00', '15', '30', '45'))}"
                return value if kind == "date" else f"{value[:10]}T{hour}:00"
        days = [value for value in self.asked.values() if isinstance(value, str) and parse_date(value)]
        if kind == "datetime" and len(days) == 1 and not set(words.split()) & _OF_ITS_OWN:
            return f"{days[0][:10]}T{self.scene.random.randint(9, 17):02d}:00:00"
        return None

    def _only_id_asked(self, name: str) -> Any:
        """The id of what is read or changed, where a call names one thing: `bookingId` is the `id` of a booking."""
        ids = [value for name, value in self.asked.items() if is_id_name(name)]
        of_the_thing = [value for words, value in self.asked_words.items() if words == f"{self.thing} id"]
        ids = of_the_thing or ids
        return ids[0] if len(ids) == 1 and split_words(name) == "id" else None

    def _person_value(self, field: Field, pointer: str) -> Any:
        """Name and addresses of one object are those of one person."""
        person = self.people.setdefault(pointer.rpartition("/")[0], self.scene.random.choice(people()))
        value = PEOPLE_KINDS[kind_of(field)](person)
        return value if fits(value, field.schema) else make_value(field, self.scene, is_result=True)

    def _within_period(self, value: Any, field: Field) -> str | None:
        """A day between those asked for, where a list was asked for a period."""
        if self.period is None or pointers.ANY_ITEM not in field.pointer or kind_of(field) != "date":
            return None
        first, last = self.period
        return (first + dt.timedelta(days=self.scene.random.randint(0, max(0, (last - first).days)))).isoformat()

    def _within_limits(self, words: str, value: Any, field: Field) -> Any:
        """A search for at most 200 does not return 300, unless the schema knows nothing as cheap."""
        bent = self._bent(words, value, field)
        return bent if fits(bent, field.schema) else value

    def _bent(self, words: str, value: Any, field: Field) -> Any:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return value
        for base, side, bound in self.limits:
            if base and base in words:
                if side == "high" and value > bound:
                    value = round(
                        bound * self.scene.random.uniform(0.6, 0.98), 0 if json_type(value) == "integer" else 2
                    )
                elif side == "low" and value < bound:
                    value = round(
                        bound * self.scene.random.uniform(1.02, 1.3), 0 if json_type(value) == "integer" else 2
                    )
                value = int(value) if json_type(value) != "integer" and float(value).is_integer() else value
                if json_type(field.schema.get("minimum", 0)) == "integer" and "integer" in field.types:
                    value = int(value)
        return value

    def _follow_changes(self, result: Any) -> None:
        """A list no longer holds what was deleted, and holds what was made for the same owner."""
        gone, made = gone_and_made(self.facts)
        for entries in object_lists(result):
            entries[:] = [
                entry for entry in entries
                if gone.isdisjoint([*(own_id(entry) or ())[1:], *name_keys(entry, self.thing)])
            ]  # fmt: skip
            own = [own_id(entry) for entry in entries]
            names = {one[0] for one in own if one}
            for name, value in made:
                record = self.records.get(record_key(name, value), {})
                is_its_owners = all(record.get(key, asked) == asked for key, asked in self.asked.items())
                if (
                    name in names and entries and is_its_owners and self._is_within(record, entries[0])
                    and all(entry.get(name) != value for entry in entries)
                ):  # fmt: skip
                    entries[-1 if len(entries) > 2 else 0] = {**entries[-1], name: value}

    def _is_within(self, record: Record, entry: Record) -> bool:
        """Whether a thing that a list like this entry would show is within the days and limits asked for.

        Of several days, such as those of an event, one is enough.
        """
        shown = {name: value for name, value in record.items() if name in entry}
        days = [
            parsed[0]
            for value in shown.values() for day in (value if isinstance(value, list) else [value])
            if isinstance(day, str) and (parsed := parse_date(day[:10]))
        ]  # fmt: skip
        if self.period is not None and days:
            first, last = self.period
            if not any(first <= day <= last + dt.timedelta(days=1) for day in days):
                return False
        return not any(
            value > bound if side == "high" else value < bound
            for name, value in shown.items() if isinstance(value, int | float)
            for base, side, bound in self.limits if base and base in split_words(name)
        )  # fmt: skip

    def _keep_lists(self, result: Any, lists: dict[str, ListOf]) -> None:
        """A list of scalars is the one that the call names, else the one known of the thing it is about."""
        known = self.subject | {name: value for name, value in named_values(self.arguments).items() if value}
        for entity in nested_objects(result):
            for name, shape in lists.items():
                if is_plain_list(entity.get(name)) and _admits_list(shape, known.get(name)):
                    entity[name] = known[name]

    def _drop_namesakes(self, result: Any) -> None:
        """Of what is asked for by its name there is one."""
        asked = {*name_keys(self.asked, self.thing)}
        for entries in object_lists(result) if asked else ():
            entries[1:] = [entry for entry in entries[1:] if asked.isdisjoint(name_keys(entry, self.thing))]

    def _recall(self, value: Any, lists: dict[str, ListOf]) -> None:
        """An entity that was shown before is shown with the same fields."""
        fields = {field.name: field for field in self.tool.return_fields}
        for entity in objects_in(value):
            own = own_id(entity)
            keys = [record_key(*own)] if own else name_keys(entity, self.thing)
            record = next((self.records[key] for key in keys if key in self.records), None)
            for name in entity if record else ():
                known = record.get(name) if record else None
                field = fields.get(name)
                if is_id_name(name) and self.asked.get(name) == entity[name]:
                    continue
                is_same_list = isinstance(entity[name], list) and name in lists and _admits_list(lists[name], known)
                if is_same_list or (known is not None and field is not None and _admits(field, known)):
                    entity[name] = known


def price_unit(name: str) -> str:
    """Return what a price is for, by its name; empty where that does not say.

    >>> price_unit("price_per_night"), price_unit("hourly_price"), price_unit("price")
    ('night', 'hour', '')
    """
    per = re.search(r"(?:price|fee|cost|rate)_per_([a-z]+)", name)
    each = re.search(r"(hour|dai|week|month)ly_(?:price|fee|cost|rate)", name)
    return per[1] if per else each[1].replace("dai", "day") if each else ""


def _counts(name: str, unit: str) -> bool:
    """Whether a parameter says how many of a unit are wanted."""
    words = split_words(name).split()
    return f"{unit}s" in words or words[-1:] == [unit] or (unit in words and bool({"count", "number"} & set(words)))


def _labels_told(request: ToolRequest) -> set[tuple[str, Any]]:
    """The texts in lists that the tool returned to other questions: two lists seldom name the same things."""
    return {
        label
        for fact in (*request.facts, *request.beside)
        if fact.tool.name == request.tool.name and fact.arguments != request.arguments
        for entries in object_lists(fact.result) for entry in entries
        for label in entry.items() if isinstance(label[1], str)
    }  # fmt: skip


def _period(asked: Record, today: dt.date) -> tuple[dt.date, dt.date] | None:
    """The days a question is limited to: from the first to the last it names, or two months from or up to the one."""
    first = last = None
    for name, value in asked.items():
        parsed = parse_date(value) if isinstance(value, str) else None
        words = split_words(name)
        if parsed and re.search(r"\b(start|from|since|after|earliest)\b", words):
            first = parsed[0]
        elif parsed and re.search(r"\b(end|to|until|before|latest)\b", words):
            last = parsed[0]
    if first is None and last is None:
        return None
    if last is None:
        assert first is not None
        return first, first + dt.timedelta(days=60)
    last -= dt.timedelta(days=1)
    return (first or min(today, last - dt.timedelta(days=1))), last


def _own_item_ids(tool: ToolSpec) -> frozenset[str]:
    """Pointers of the fields that are the own id of the entries of a list: the first field of an entry, or its `id`."""
    found: dict[str, Field] = {}
    for field in tool.return_fields:
        head, star, inner = field.pointer.rpartition(pointers.ANY_ITEM)
        if star and inner == "/id":
            found[head] = field
        elif star:
            found.setdefault(head, field)
    return frozenset(field.pointer for field in found.values() if is_id_name(field.name))


def _limits(asked: Record) -> list[tuple[str, str, float]]:
    limits: list[tuple[str, str, float]] = []
    for name, value in asked.items():
        words = split_words(name)
        found = _LIMIT.search(words)
        if found and isinstance(value, int | float) and not isinstance(value, bool):
            side = "high" if found[1] in ("max", "maximum", "highest", "most", "upper") else "low"
            limits.append((_LIMIT.sub("", words).strip(), side, value))
    return limits


def _admits(field: Field, value: Any) -> bool:
    if isinstance(value, dict | list):
        return False
    return fits(value, field.schema) and (
        not field.types or json_type(value) in (*field.types, "integer" if "number" in field.types else "")
    )


def _admits_list(shape: ListOf, value: Any) -> bool:
    return (
        is_plain_list(value)
        and shape.shortest <= len(value) <= shape.longest
        and isinstance(shape.item, Leaf)
        and all(_admits(shape.item.field, item) for item in value)
    )


def _count_entries(result: Any, fields: dict[str, Field]) -> None:
    """A count beside a list is the length of that list."""
    if isinstance(result, dict):
        lists = [child for child in result.values() if isinstance(child, list)]
        if len(lists) == 1:
            for name, value in result.items():
                if (
                    isinstance(value, int)
                    and not isinstance(value, bool)
                    and re.search(r"count|total$|^total_?(results|matches)?$", name)
                    and fits(len(lists[0]), fields[name].schema if name in fields else {})
                ):
                    result[name] = len(lists[0])
