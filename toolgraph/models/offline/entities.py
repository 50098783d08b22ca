"""Entities: what the facts of a dialogue tell of the things in it, by their ids."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from toolgraph.models.requests import Fact
from toolgraph.tools.inference import effects_of

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


def records_of(facts: Iterable[Fact]) -> dict[str, Record]:
    """Return what the facts tell of each entity, by its id; later facts count more."""
    records: dict[str, Record] = {}
    for fact in facts:
        asked = named_scalars(fact.arguments)
        effects = effects_of(fact.tool)
        for entity in objects_in(fact.result):
            own = own_id(entity) or _own_name(entity)
            if own is None:
                continue
            record = records.setdefault(record_key(*own), {})
            for name, value in asked.items():
                if effects == "reads":
                    record.setdefault(name, value)
                else:
                    record[name] = value
            record.update(named_scalars(entity))
        if isinstance(fact.result, dict):
            for name, value in asked.items():
                if is_id_name(name):
                    record = records.setdefault(record_key(name, value), {name: value})
                    if effects != "reads":
                        record.update({key: other for key, other in asked.items() if key != name})
                        record.update(named_scalars(fact.result))
                    elif own_id(fact.result) is None and _own_name(fact.result) is None:
                        record.update(named_scalars(fact.result))
    return records


@lru_cache(maxsize=65536)
def is_id_name(name: str) -> bool:
    """Say whether a field's name is that of an identifier."""
    return bool(_ID_NAME.search(name)) and not _NOT_ID.search(name)


def own_id(entity: Record) -> tuple[str, Any] | None:
    """Return the name and value of an object's own id: the first of its fields that is one."""
    for name, value in entity.items():
        if isinstance(value, str | int) and not isinstance(value, bool) and is_id_name(name):
            return name, value
        break
    return None


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
    """Yield the objects in a JSON value, however deep."""
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from objects_in(child)
    elif isinstance(value, list):
        for child in value:
            yield from objects_in(child)


def named_scalars(value: Any) -> Record:
    """Return the scalars of an object and of the objects nested in it, by name; lists are left out."""
    found: Record = {}
    if isinstance(value, dict):
        for name, child in value.items():
            if isinstance(child, dict):
                found.update(named_scalars(child))
            elif not isinstance(child, list) and child is not None:
                found[name] = child
    return found


def gone_and_made(facts: Iterable[Fact]) -> tuple[set[Any], list[tuple[str, Any]]]:
    """Return the ids that were deleted, and those of what was made and is still there."""
    gone: set[Any] = set()
    made: list[tuple[str, Any]] = []
    for fact in facts:
        effects = effects_of(fact.tool)
        if effects == "deletes":
            gone |= {value for name, value in named_scalars(fact.arguments).items() if is_id_name(name)}
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
