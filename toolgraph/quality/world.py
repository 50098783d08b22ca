"""The check that results are consistent: one world per dialogue, in which nothing changes unless a call changes it.

It is made to be silent on honest data. Where a result may differ for a good reason (another query, a write in
between, a field that tells of the moment), nothing is compared; what is left to differ is a contradiction.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from toolgraph.dialogue.record import Finding
from toolgraph.quality.reading import MadeCall, Reading, Unparsable, canonical
from toolgraph.tools.inference import READ, name_parts, verb_of
from toolgraph.tools.names import split_words
from toolgraph.tools.pointers import join
from toolgraph.tools.spec import ToolSpec

_CHANCE = frozenset("random roll shuffle generate toss flip uuid joke now live".split())
_GENERIC = frozenset(
    "result results item items data list lists entry entries record records detail details info information status "
    "response output match matches object objects page content value values all by id ids".split()
)
_VOLATILE = frozenset(
    "message success ok error errors timestamp status_code code page total count limit offset position rank score "
    "relevance similarity distance distance_km eta updated_at last_updated modified_at last_seen retrieved_at "
    "checked_at fetched_at as_of now current_time age note notes summary".split()
)
_STAGES = frozenset({"status", "state", "stage"})
_ENVELOPE = frozenset({"success", "ok", "error", "failed", "succeeded", "done"})
_NAMES = frozenset("name username login handle email slug key title".split())
_PAGING = re.compile(r"page|limit|offset|cursor|max_results|sort|order")
MAX_OBJECTS = 400
"""Entities looked at in one result; more are left alone."""


class Shown(NamedTuple):
    """An entity as one result shows it."""

    kind: str
    id: str
    pointer: str
    fields: dict[str, Any]


class Memory(NamedTuple):
    """What is known of one field of an entity."""

    value: Any
    call: MadeCall
    query: dict[str, str]


def consistent_world(reading: Reading) -> Iterator[Finding]:
    """The same question gets the same answer, and an entity keeps what was shown of it, until a call changes it."""
    answers: dict[tuple[str, str], MadeCall] = {}
    known: dict[tuple[str, str], dict[str, Memory]] = {}
    seen_ids: set[str] = set()
    for made in reading.calls:
        if isinstance(made.arguments, Unparsable) or made.result_message < 0:
            continue
        writes = may_write(made.call.name, made.tool)
        if writes:
            answers.clear()
            _forget(known, made)
        else:
            yield from _same_answer(made, answers)
        if not _is_failure(made.result):
            yield from _same_entities(made, known, seen_ids, writes=writes)


def may_write(name: str, tool: ToolSpec | None) -> bool:
    """Say whether a call may change the world: declared so, or of unknown effects and not named like a question."""
    if tool is not None and tool.effects != "unknown":
        return tool.effects != "reads"
    return (verb_of(tool) if tool else name_parts(name).verb) not in READ


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    return tuple(split_words(name).split())


def _same_answer(made: MadeCall, answers: dict[tuple[str, str], MadeCall]) -> Iterator[Finding]:
    if not _CHANCE.isdisjoint(_words(made.call.name)):
        return
    key = (made.call.name, canonical(made.arguments))
    first = answers.setdefault(key, made)
    if first is not made and canonical(first.result) != canonical(made.result):
        yield Finding(
            check="consistent_world", message=made.result_message, place=made.call.id,
            reason=f"'{made.call.name}' was asked the same in {first.call.id} and answered differently, with nothing "
            "changed in between",
        )  # fmt: skip


def _same_entities(
    made: MadeCall, known: dict[tuple[str, str], dict[str, Memory]], seen_ids: set[str], *, writes: bool
) -> Iterator[Finding]:
    shown = _entities(made, seen_ids)
    query = _query(made, shown)
    ambiguous = _ambiguous_kinds(shown)
    for entity in shown:
        seen_ids.add(entity.id)
        if entity.kind in ambiguous:
            continue
        memory = known.setdefault((entity.kind, entity.id), {})
        for name, value in entity.fields.items():
            before = memory.get(name)
            if before is None or writes:
                memory[name] = Memory(value, made, query)
            elif (
                before.call is not made and _is_part(before.query, query) and _differ(before.value, value)
                and not _is_another_stage(name, before.value, made.tool)
            ):  # fmt: skip
                yield Finding(
                    check="consistent_world", message=made.result_message,
                    place=f"{made.call.id} {join(entity.pointer, name)}",
                    reason=f"{entity.kind} {entity.id} has {name} {canonical(value)} here and "
                    f"{canonical(before.value)} in the result of {before.call.call.id}, with no change in between",
                )  # fmt: skip


def _is_another_stage(name: str, before: Any, tool: ToolSpec | None) -> bool:
    """A state that this tool has no word for has moved on: an order just "confirmed" is "processing" when looked at."""
    if tool is None or _STAGES.isdisjoint(_words(name)):
        return False
    options = next((field.schema.get("enum") for field in tool.return_fields if field.name == name), None)
    return before not in options if options else False


def _forget(known: dict[tuple[str, str], dict[str, Memory]], made: MadeCall) -> None:
    """A write leaves nothing certain of the entities it names, and only fixed texts of all others."""
    named = set(_scalars(made.arguments)) | set(_scalars(made.result))
    for kind, identity in list(known):
        if identity in named or not named.isdisjoint(_names_of(known[kind, identity])):
            del known[kind, identity]
        else:
            fields = known[kind, identity]
            for name in [name for name, memory in fields.items() if not _is_fixed(name, memory.value)]:
                del fields[name]


def _names_of(fields: Mapping[str, Memory]) -> Iterator[str]:
    """What an entity is called by beside its id: a user is changed by the username as well."""
    return (str(memory.value) for name, memory in fields.items() if not _NAMES.isdisjoint(_words(name)))


def _is_fixed(name: str, value: Any) -> bool:
    is_text = isinstance(value, str) and not any(char.isdigit() for char in value)
    return is_text and _STAGES.isdisjoint(_words(name))


def _entities(made: MadeCall, seen_ids: set[str]) -> list[Shown]:
    """The objects of a result that say who they are."""
    found: list[Shown] = []
    noun = _noun(made.call.name)
    stack: list[tuple[Any, str, str]] = [(made.result, "", noun)]
    while stack and len(found) < MAX_OBJECTS:
        value, pointer, kind = stack.pop()
        if isinstance(value, list):
            stack.extend((child, join(pointer, index), kind) for index, child in enumerate(value[:MAX_OBJECTS]))
        elif isinstance(value, dict):
            own = _own_id(value, kind, is_new=lambda text: text not in seen_ids)
            if own:
                found.append(Shown(own[0], own[1], pointer, _fields(value)))
            for key, child in value.items():
                if isinstance(child, dict | list):
                    words = [word for word in _words(key) if word not in _GENERIC]
                    stack.append((child, join(pointer, key), _singular(words[-1]) if words else kind))
    return found


def _own_id(value: Mapping[str, Any], kind: str, *, is_new: Any) -> tuple[str, str] | None:
    """The kind and id of an object: its `id`, the `<kind>_id` of what it stands for, or the one id that is new."""
    candidates: list[tuple[str, str]] = []
    for key, child in value.items():
        if isinstance(child, bool) or not isinstance(child, str | int) or child == "":
            continue
        words = _words(key)
        if words == ("id",):
            return kind, str(child)
        if len(words) > 1 and words[-1] == "id":
            candidates.append((_singular(words[-2]), str(child)))
    for name, identity in candidates:
        if name == kind:
            return name, identity
    new = [candidate for candidate in candidates if is_new(candidate[1])]
    return new[0] if len(new) == 1 else None


def _fields(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: child
        for key, child in value.items()
        if (isinstance(child, str | int | float | bool) or _is_plain_list(child))
        and key.lower() not in _VOLATILE
        and not (isinstance(child, str) and child.lower() in _ENVELOPE)
    }


def _ambiguous_kinds(shown: list[Shown]) -> set[str]:
    """Kinds of which one result shows two objects with one id: there, the id is not the objects' own."""
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    ambiguous: set[str] = set()
    for entity in shown:
        before = seen.setdefault((entity.kind, entity.id), entity.fields)
        if before is not entity.fields and any(
            name in before and _differ(before[name], value) for name, value in entity.fields.items()
        ):
            ambiguous.add(entity.kind)
    return ambiguous


def _query(made: MadeCall, shown: list[Shown]) -> dict[str, str]:
    """What was asked beside ids and paging; a field that depends on it may differ for another query."""
    if not isinstance(made.arguments, dict):
        return {}
    ids = {entity.id for entity in shown}
    return {
        name: canonical(value)
        for name, value in made.arguments.items()
        if not (isinstance(value, str | int) and str(value) in ids) and not _PAGING.search(name.lower())
    }


def _is_part(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether one question is the other with conditions added, so that both tell of the same state of things."""
    return one.items() <= other.items() or other.items() <= one.items()


def _is_plain_list(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)


def _differ(one: Any, other: Any) -> bool:
    """Whether two values contradict each other; a text or a list may be told in part, and a list in any order."""
    if isinstance(one, list) and isinstance(other, list):
        fewer, more = sorted((Counter(map(canonical, one)), Counter(map(canonical, other))), key=Counter.total)
        return not fewer <= more
    if isinstance(one, str) and isinstance(other, str):
        short, long = sorted((one.strip(" .…").casefold(), other.strip(" .…").casefold()), key=len)
        return not long.startswith(short)
    if type(one) is not type(other) and not (isinstance(one, int | float) and isinstance(other, int | float)):
        return str(one) != str(other)
    return bool(one != other)


def _is_failure(result: Any) -> bool:
    return isinstance(result, dict) and bool(result.get("error") or result.get("exception"))


def _scalars(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            stack.extend(here.values())
        elif isinstance(here, list):
            stack.extend(here)
        elif here is not None:
            yield str(here)


@lru_cache(maxsize=4096)
def _noun(name: str) -> str:
    """What a tool is about: the last noun of its name, before a `by` or `for`.

    >>> _noun("get_user_by_id"), _noun("search_flights"), _noun("get_order_details")
    ('user', 'flight', 'order')
    """
    words = list(_words(name.rsplit(".", 1)[-1]))
    for preposition in ("by", "for", "of", "from", "in", "at", "with"):
        if preposition in words[1:]:
            words = words[: words.index(preposition, 1)]
    nouns = [word for word in words[1:] or words if word not in _GENERIC]
    return _singular(nouns[-1]) if nouns else ""


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2 else word
