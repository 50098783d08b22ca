"""Entities: what the facts of a dialogue tell of the things in it, by their ids and by their names."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from toolgraph.models.requests import Fact
from toolgraph.tools.inference import CREATE, effects_of, name_parts, verb_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import Effects, ToolSpec

Record = dict[str, Any]
_ID_NAME = re.compile(
    r"(?i:(^|[_\s-])(id|uuid|number|code|reference|no|sku|isbn)$)|[a-z]I[dD]$|[a-z](Number|Code|Reference)$"
)
_NOT_ID = re.compile(
    r"(phone|postal|zip|country|currency|language|status|area|lang|error|color|promo|discount)[_\s-]*"
    r"(id|uuid|number|code|reference|no|sku|isbn)$",
    re.IGNORECASE,
)
"""Codes that many things share; the id of a language course is none of them."""
WRAPPERS = frozenset("data result results item items body payload attributes response object".split())
"""Keys under which the thing itself stands, and no other one in it."""
_NAMES = frozenset("name title slug key".split())
_NAMES_OF_PEOPLE = frozenset("username login handle email phone".split())
_PEOPLE = frozenset("user account member customer person contact profile employee subscriber client".split())
_OF_A_REFERENCE = re.compile(r"(.+) (name|title|phone|email)")
"""What a record shows of a thing or person that it refers to, besides the id: the `agent_name` beside `agent_id`."""
_QUALIFIED = re.compile(r" (by|with|for|of|from|in|to|on|using)\b.*")


def records_of(facts: Iterable[Fact]) -> dict[str, Record]:
    """Return what the facts tell of each entity, by its id and its names; later facts count more."""
    records: dict[str, Record] = {}
    for fact in facts:
        effects, asked, shown, referred = _told_by(_Itself(fact))
        for known_by, values in shown:
            record = records.setdefault(known_by[0], {})
            for name, value in asked.items():
                if effects == "reads":
                    record.setdefault(name, value)
                else:
                    record[name] = value
            record.update(values)
            records |= dict.fromkeys(known_by, record)
        for key, values in referred:
            record = records.setdefault(key, {})
            for name, value in values.items():
                record.setdefault(name, value)
        if effects == "writes":
            _remember_named(records, fact, asked, thing_of(fact.tool))
        if isinstance(fact.result, dict) and not _makes_another(fact, asked):
            for name, value in asked.items():
                if is_id_name(name) and not isinstance(value, list):
                    record = records.setdefault(record_key(name, value), {name: value})
                    if effects != "reads":
                        record.update({key: other for key, other in asked.items() if key != name})
                        record.update(named_values(fact.result))
                    elif own_id(fact.result) is None and _own_name(fact.result) is None:
                        records[record_key(name, value)] |= named_values(fact.result) | record
    return records


class _Itself:
    """A value that equals nothing but itself, so that what was read of it can be kept, whatever it holds."""

    __slots__ = ("fact",)

    def __init__(self, fact: Fact) -> None:
        self.fact = fact

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.fact is other.fact

    def __hash__(self) -> int:
        return id(self.fact)


_Told = tuple[Effects, Record, tuple[tuple[list[str], Record], ...], tuple[tuple[str, Record], ...]]


@lru_cache(maxsize=256)
def _told_by(this: _Itself) -> _Told:
    """What one fact tells: its effects, what was asked, and of each entity what it is known by and its values.

    Last stands what the entities show of others that they refer to by their ids.
    """
    fact = this.fact
    effects, thing = effects_of(fact.tool), thing_of(fact.tool)
    asked = named_scalars(fact.arguments) if effects == "reads" else named_values(fact.arguments)
    owned = ((entity, own_id(entity) or _own_name(entity)) for entity in objects_in(fact.result))
    shown = (([record_key(*own), *name_keys(entity, thing)], named_values(entity)) for entity, own in owned if own)
    referred = (
        (record_key(name, value), {name: value} | {field: entity[field] for field in fields})
        for entity in objects_in(fact.result) for name, value, fields in referred_to(entity, asked)
    )  # fmt: skip
    return effects, asked, tuple(shown), tuple(referred)


def _remember_named(records: dict[str, Record], fact: Fact, asked: Record, thing: str) -> None:
    """Take in what was written of a thing that the call names: a user by the username, a list of them one by one."""
    own = own_id(fact.result) if isinstance(fact.result, dict) else None
    written = asked | named_values(fact.result)
    new = records.get(record_key(*own), {}) if own else {}
    for key in name_keys(asked, thing):
        record = new if verb_of(fact.tool) in CREATE else records.get(key, new)
        record |= written
        records[key] = record
    for entries in object_lists(fact.arguments):
        for entry in entries:
            keys = name_keys(entry, thing)
            record = next((records[key] for key in keys if key in records), {})
            record |= named_values(entry)
            records |= dict.fromkeys(keys, record)


def _makes_another(fact: Fact, asked: Record) -> bool:
    """Whether a call makes a thing with an id of its own: a booking tells nothing of the hotel it names."""
    own = own_id(fact.result)
    return own is not None and own[1] not in asked.values() and verb_of(fact.tool) in CREATE


def thing_of(tool: ToolSpec) -> str:
    """Return what a tool acts on, in one word: the `user` of `getUserByName` and of `list_users`."""
    return _thing(name_parts(tool.name).noun)


@lru_cache(maxsize=4096)
def _thing(noun: str) -> str:
    return singular(_QUALIFIED.sub("", noun).rpartition(" ")[2])


def singular(noun: str) -> str:
    """Return a noun without the `s` of its plural."""
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun


def name_keys(record: Record, thing: str) -> list[str]:
    """Return what a thing is known by beside its id: its name, and a person's address or username."""
    return [
        f"{thing} {value}".casefold()
        for name, value in record.items()
        if isinstance(value, str) and value and _is_name_of(name, thing)
    ]


@lru_cache(maxsize=65536)
def _is_name_of(name: str, thing: str) -> bool:
    *owner, last = split_words(name).split() or [""]
    if last == "name" and owner == ["user"]:
        owner, last = [], "username"
    is_name = last in _NAMES or (last in _NAMES_OF_PEOPLE and thing in _PEOPLE)
    return is_name and (not owner or owner == [thing])


@lru_cache(maxsize=65536)
def is_id_name(name: str) -> bool:
    """Say whether a field's name is that of an identifier."""
    return bool(_ID_NAME.search(name)) and not _NOT_ID.search(name)


def own_id(entity: Record) -> tuple[str, Any] | None:
    """Return the name and value of an object's own id: its `id` or `uuid`, else its first field if that is one."""
    for name in ("id", "uuid", next(iter(entity), "")):
        value = entity.get(name)
        if value is not None and isinstance(value, str | int) and not isinstance(value, bool) and is_id_name(name):
            return name, value
    return None


def referred_to(entity: Record, asked: Record) -> list[tuple[str, Any, list[str]]]:
    """Return each id that an object refers to, by its name and its value, and the fields that belong to what has it.

    What is listed for one id refers to that one, too.

    >>> referred_to({"listing_id": "L-1", "estate_agent_id": "A-7", "agent_name": "Ann Lee"}, {})
    [('estate_agent_id', 'A-7', ['agent_name'])]
    """
    own = own_id(entity)
    ids = [one for one in ((asked if own else {}) | entity).items() if is_id_name(one[0]) and one != own]
    found = [
        (name, value, [field for field in entity if entity[field] and _is_of(field, name)])
        for name, value in ids if isinstance(value, str | int)
    ]  # fmt: skip
    return [one for one in found if one[2]]


@lru_cache(maxsize=65536)
def _is_of(field: str, id_name: str) -> bool:
    """Whether a field holds the name or address of what has an id of some name."""
    noun = split_words(id_name).rpartition(" ")[0]
    owner = _OF_A_REFERENCE.fullmatch(split_words(field))
    return owner is not None and f" {noun}".endswith(f" {owner[1]}")


def _own_name(entity: Record) -> tuple[str, Any] | None:
    """Return the name of an object that has no id but is called something."""
    return next(
        (
            (name, value)
            for name, value in entity.items()
            if isinstance(value, str) and re.search(r"(name|title)$", name)
        ),
        None,
    )


def record_key(name: str, value: Any) -> str:
    """Return what an entity is known by: ids of a telling shape under any name, short ones only under their own."""
    text = str(value)
    return text if len(text) >= 5 else f"{name}={text}"


def objects_in(value: Any) -> Iterator[Record]:
    """Yield the objects in a JSON value, however deep, outer ones first."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            yield here
            waiting += [child for child in reversed(here.values()) if isinstance(child, dict | list)]
        elif isinstance(here, list):
            waiting += reversed(here)


def named_scalars(value: Any) -> Record:
    """Return the scalars of an object and of the objects nested in it, by name, its own before theirs; no lists."""
    return _scalars_of(nested_objects(value))


def named_values(value: Any) -> Record:
    """Return what `named_scalars` does, and by their names the lists that hold nothing but scalars."""
    entities = nested_objects(value)
    found = _scalars_of(entities)
    for entity in entities:
        found |= {name: child for name, child in entity.items() if is_plain_list(child)}
    return found


def _scalars_of(entities: Iterable[Record]) -> Record:
    return {
        name: child
        for entity in entities for name, child in entity.items()
        if child is not None and not isinstance(child, dict | list)
    }  # fmt: skip


def nested_objects(value: Any) -> list[Record]:
    """Return an object and those nested in it, inner ones first, but none that stands in a list."""
    if not isinstance(value, dict):
        return []
    return [
        *(inner for child in value.values() if isinstance(child, dict) for inner in nested_objects(child)), value
    ]  # fmt: skip


def is_plain_list(value: Any) -> bool:
    """Say whether a value is a list of one scalar at least, and of nothing else."""
    return isinstance(value, list) and bool(value) and not any(isinstance(item, dict | list) for item in value)


def gone_and_made(facts: Iterable[Fact]) -> tuple[set[Any], list[tuple[str, Any]]]:
    """Return the ids and names of what was deleted, and the ids of what was made and is still there."""
    gone: set[Any] = set()
    made: list[tuple[str, Any]] = []
    for fact in facts:
        effects = effects_of(fact.tool)
        if effects == "deletes":
            asked = named_scalars(fact.arguments)
            gone |= {value for name, value in asked.items() if is_id_name(name)} | {
                *name_keys(asked, thing_of(fact.tool))
            }
        elif effects == "writes" and isinstance(fact.result, dict):
            own = own_id(fact.result)
            if own is not None and own[1] not in named_scalars(fact.arguments).values():
                made.append(own)
    return gone, [one for one in made if one[1] not in gone]


def object_lists(value: Any) -> Iterator[list[Record]]:
    """Yield the lists of objects in a JSON value."""
    if isinstance(value, list) and value and all(isinstance(child, dict) for child in value):
        yield value
    for child in value.values() if isinstance(value, dict) else ():
        yield from object_lists(child)
