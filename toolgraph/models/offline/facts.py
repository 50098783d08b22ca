"""Telling a result: the figures it holds, in sentences, and nothing it does not hold."""

import datetime as dt
import random
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from toolgraph.dialogue.spoken import MONTHS, NUMBER_WORDS, parse_date
from toolgraph.dialogue.stems import stems_in
from toolgraph.models.offline.banks import load_words
from toolgraph.models.offline.derived import label, unit_of, wording_of
from toolgraph.models.offline.done import done
from toolgraph.models.offline.entities import (
    WRAPPERS,
    is_id_name,
    named_scalars,
    named_values,
    own_id,
    thing_of,
)
from toolgraph.models.offline.entries import entry_name
from toolgraph.models.offline.speech import (
    PICKING_WORDS,
    article,
    capitalised,
    entity_noun,
    is_plural,
    join_phrases,
    plural,
)
from toolgraph.models.offline.spoken_values import CLOCK, as_claim, spoken_value, without_unit
from toolgraph.models.offline.worth import CLAIM, FIRST, LAST, NEVER, Told, facts_in, is_opaque, worth_of
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import effects_of, name_parts
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

MOST_FACTS, FEW = 5, 2
"""Facts told of one object, and entries told of one list; and how many facts are few."""
LONGEST_IN_LIST = 40
"""Characters of a value that fits behind a name in a list."""
_DONE_WHEN = re.compile(
    r"((?:last |first )?(?:updated|modified|created|published|released|opened|closed|sent|recorded|reported|issued|"
    r"triggered|added))(?: at| on| date| time)?"
)
_UNCOUNTED = frozenset(
    "wifi internet breakfast insurance access furniture luggage baggage power water storage coverage availability "
    "stock support content data music equipment staff space room information feedback electricity gas air".split()
)
_HAPPENS = frozenset("opens closes starts begins ends departs arrives leaves expires".split())
"""Names of moments that are verbs."""
_CUES = tuple(
    (re.compile(field), re.compile(rf"\b({cue})\b", re.I))
    for field, cue in (
        (r"^(price|cost|amount|premium|fee|fare|total)$", r"costs?|price|charged?|pay(ing)?|how much|expensive|money"),
        (r"^(author|artist|director|owner|host|driver|provider)$", r"who|whose|wrote|written"),
        (r"^(name|email|phone)$", r"who|ring|call|contact|looks? after|reach|adviser"),
        (r"^(date|time|day|minutes|opens|closes)$", r"when|what time|which day|how long|how soon"),
        (r"^(address|city|shelf|floor|room|location)$", r"where|which shelf|find it|located"),
        (r"^(duration|minutes|hours|pages?)$", r"how long|how many pages"),
        (r"^(frequency|interval|peak)$", r"how often|how frequent(ly)?"),
        (r"^(rating|score|stars)$", r"how good|any good|rated"),
        (r"^(status|state|stage)$", r"status|how far|ready|gone through|is it|yet"),
    )
)
"""What people say when they ask for a field, by a word of its name."""
_PICKED = re.compile(rf"\b(?:{'|'.join(PICKING_WORDS)})\b", re.I)
"""What says which one is meant, and asks for nothing: the best-rated one is not asked how it is rated."""
_ONE_OF = re.compile(
    r"(?<![\d.,])1 (kilometre|metre|minute|hour|day|night|week|month|year|seat|serving|course|bedroom|guest|stop|mile|"
    r"gram|litre|pack|page|point)s\b"
)
_AT_DAY = re.compile(rf"\bat (?=(?:{'|'.join(MONTHS)}) \d)")
"""A moment is said by its day first, and that is "on" and not "at"."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A call and what came back."""

    tool: ToolSpec
    arguments: dict[str, Any]
    result: Any
    today: dt.date | None


def tell(
    outcome: Outcome, chooser: random.Random, used: set[str] | None = None, *, asked: str = "", is_full: bool = False,
    listener: str = "",
) -> str:  # fmt: skip
    """Return the outcome in whole sentences: as written for the tool, else made from the fields.

    Of several reports the one is chosen that tells what was asked, and with `is_full` of those one that tells most;
    one that speaks of the `listener` by name is chosen only if there is no other. `used` holds the reports chosen so
    far in one message and is added to: of those that tell as much of what was asked none is used twice.
    """
    asked = _PICKED.sub("", asked)
    return _tell_as_written(
        outcome, chooser, used if used is not None else set(), asked, is_full, listener
    ) or _tell_in_general(outcome, chooser, asked)


def _tell_as_written(
    outcome: Outcome, chooser: random.Random, used: set[str], asked: str, is_full: bool, listener: str
) -> str:
    wording, today = wording_of(outcome.tool), outcome.today
    if not wording.reports:
        return ""
    values = _slots(outcome.arguments, {field.name: field for field in outcome.tool.parameter_fields}, today)
    fields = {field.name: field for field in outcome.tool.return_fields}
    values |= _slots(outcome.result, fields, today)
    if wording.item is not None:
        entries = _entries(outcome.result)
        told = [
            wording.item.fill(slots)
            for entry in entries
            if wording.item.slots <= (slots := _slots(entry, fields, today)).keys()
        ]
        if not told or len(told) != len(entries):
            return ""
        values["items"] = join_phrases(told)
    fitting = [report for report in wording.reports if report.slots <= values.keys()]
    if not fitting:
        return ""
    about = _fields_asked(outcome.tool, asked)
    wanted = [
        (4 if is_full else 1)
        * sum(slot not in outcome.arguments and (slot in about or _is_asked(slot, asked)) for slot in report.slots)
        + (len(report.slots) if is_full else 0)
        - 99 * any(listener == values[slot] for slot in report.slots if listener)
        for report in fitting
    ]
    best = [report for report, score in zip(fitting, wanted, strict=True) if score == max(wanted)]
    report = chooser.choice([report for report in best if report.text not in used] or best)
    used.add(report.text)
    return _AT_DAY.sub("on ", _ONE_OF.sub(r"1 \1", capitalised(report.fill(values))))


@lru_cache(maxsize=16384)
def _cues_of(slot: str) -> tuple[re.Pattern[str], ...]:
    words = split_words(slot.rpartition(".")[2]).split()
    return tuple(cue for pattern, cue in _CUES if any(pattern.search(word) for word in words))


_fields: dict[str, dict[str, str]] = {}


def _fields_asked(tool: ToolSpec, asked: str) -> frozenset[str]:
    """The fields of a result that somebody's words are about: those that share a stem with them as no other one does.

    The thing itself is no such word, since all its fields are about it.
    """
    known = _fields.get(tool.definition_key)
    if known is None:
        known = _fields[tool.definition_key] = _fields_by_stem(tool)
    return frozenset(known[stem] for stem in stems_in(asked) if stem in known)


def _fields_by_stem(tool: ToolSpec) -> dict[str, str]:
    """By stem, the one field of a result that has it in its name or description."""
    found: dict[str, set[str]] = {}
    for field in tool.return_fields:
        for stem in stems_in(f"{split_words(field.name)} {field.description}") - stems_in(thing_of(tool)):
            found.setdefault(stem, set()).add(field.name)
    return {stem: names.pop() for stem, names in found.items() if len(names) == 1}


def _is_asked(slot: str, asked: str) -> bool:
    """Say whether a field is what somebody asks for: its own words, or a cue such as "who" for a name."""
    words = split_words(slot.rpartition(".")[2]).split()
    return any(cue.search(asked) for cue in _cues_of(slot)) or any(
        len(word) > 3 and word[:5] in asked.lower() for word in words
    )


def _slots(value: Any, fields: dict[str, Field], today: dt.date | None, above: str = "") -> dict[str, str]:
    """The spoken leaves of an object, by name and by dotted path."""
    slots: dict[str, str] = {}
    if isinstance(value, dict):
        for name, child in value.items():
            path = f"{above}.{name}" if above else name
            if isinstance(child, dict):
                slots |= {key: text for key, text in _slots(child, fields, today, path).items() if key not in slots}
            elif (
                not (isinstance(child, list) and any(isinstance(item, dict | list) for item in child))
                and child is not None
                and child != []
            ):
                slots[name] = slots[path] = spoken_value(child, fields.get(name), today)
    return slots


def _entries(result: Any) -> list[Any]:
    """The list of objects a result consists of."""
    if isinstance(result, list):
        return result
    lists = [child for child in result.values() if isinstance(child, list)] if isinstance(result, dict) else []
    return next((child for child in lists if child and isinstance(child[0], dict)), lists[0] if lists else [])


# --- in general -----------------------------------------------------------------------------------------------------


def _tell_in_general(outcome: Outcome, chooser: random.Random, asked: str) -> str:
    words, today = load_words("assistant"), outcome.today
    fields = {field.name: field for field in outcome.tool.return_fields}
    thing, about = thing_of(outcome.tool), _fields_asked(outcome.tool, asked)
    entries = _listed(outcome.result, thing)
    if entries and isinstance(entries[0], dict):
        told = [_entry_phrase(entry, fields, today, thing, asked, about) for entry in entries[:MOST_FACTS]]
        told = [text for text in told if text]
        if told:
            if len(entries) == 1:
                return f"There's one match: {told[0]}."
            noun = plural(_entry_noun(outcome.tool, entries[0]))
            count = NUMBER_WORDS[len(entries)] if len(entries) <= 12 else str(len(entries))
            frame = chooser.choice(words["found_counts"])
            return capitalised(
                frame.replace("{count}", count).replace("{noun}", noun).replace("{items}", join_phrases(told))
            )
    if entries and not isinstance(entries[0], dict | list):
        opening = chooser.choice(_LIST_OPENINGS)
        return f"{opening} {join_phrases([spoken_value(item, None, today) for item in entries[:8]])}."
    if not isinstance(outcome.result, dict | list):
        return f"The answer is {spoken_value(outcome.result, None, today)}."
    return _object_sentence(outcome, fields, chooser, asked)


def _listed(result: Any, thing: str) -> list[Any]:
    """The list that a result consists of; the parts of one thing, such as the items of an order, are none."""
    if isinstance(result, list):
        return result
    if not isinstance(result, dict):
        return []
    is_one_thing = (own_id(result) is not None or "name" in result) and any(
        worth_of(Told(name, value, ""), None) < LAST
        for name, value in result.items()
        if not isinstance(value, dict | list)
    )
    for name, child in result.items():
        words = split_words(name)
        if isinstance(child, list) and child and isinstance(child[0], dict):
            if not is_one_thing or words in WRAPPERS or thing in words:
                return child
        elif isinstance(child, dict) and not is_one_thing and (found := _listed(child, thing)):
            return found
    only = next(iter(result.values()), None)
    return only if len(result) == 1 and isinstance(only, list) else []


_LIST_OPENINGS = ("What came back:", "Here's the list:", "There's", "These came up:", "You've got")
_DONE_OPENINGS = (
    "That's done:",
    "It went through:",
    "Done, and here are the particulars:",
    "Confirmed:",
    "It's in place:",
    "All taken care of:",
)
_UNDONE = re.compile(r"fail|error|reject|denied|declin|invalid|refus", re.I)
"""States of what was not done."""
_FACT_OPENINGS = (
    "Here's what I have:",
    "This is what I see:",
    "From the records:",
    "The answer I got:",
    "So,",
)


def _object_sentence(outcome: Outcome, fields: dict[str, Field], chooser: random.Random, asked: str) -> str:
    today = outcome.today
    given = {str(value).casefold() for value in named_values(outcome.arguments).values()}
    thing = thing_of(outcome.tool)
    writes = effects_of(outcome.tool) != "reads"
    facts = [fact for fact in facts_in(outcome.result, thing) if str(fact.value).casefold() not in given]
    states = [fact for fact in facts if fact.name == "status" and not fact.owner][:1]
    is_undone = bool(states) and bool(_UNDONE.search(str(states[0].value)))
    is_fine = bool(states) and looks_fine(states[0].value) and not is_undone
    said = done(outcome.tool, outcome.arguments, outcome.result) if writes and not is_undone else ""
    about = _fields_asked(outcome.tool, asked)
    others = [
        fact for fact in facts
        if (fact.name != "status" or fact.owner) and not (said and (_says(said, fact.value) or is_opaque(fact.value)))
    ]  # fmt: skip
    rest = _chosen(others, fields, thing, asked, about, writes=writes)
    clauses = [clause(fact.name, fact.value, fields.get(fact.name), today, fact.owner) for fact in rest]
    if states and not _says(said, states[0].value) and not (writes and is_fine):
        clauses += [clause("status", states[0].value, fields.get("status"), today)]
    if said and (not is_fine or _says(said, states[0].value)):
        return f"{said}: {join_phrases(clauses)}." if clauses else f"{said}."
    if not clauses and not states:
        if writes or any(value is True for value in named_scalars(outcome.result).values()):
            return chooser.choice(("That's been done.", "That went through.", "That's all done.", "That worked."))
        return "It came back without any details."
    if writes and is_fine:
        state = spoken_value(states[0].value, fields.get("status"), today)
        if not clauses:
            return chooser.choice(
                (f"It's been {state}.", f"That's now {state}.", f"Consider it {state}.", f"It's {state} now.")
            )
        return chooser.choice(
            (
                f"That's {state}: {join_phrases(clauses)}.",
                f"It's been {state}, and {join_phrases(clauses)}.",
                f"Now {state}; {join_phrases(clauses)}.",
            )
        )
    if len(clauses) == 1 or chooser.random() < 0.8:
        return f"{capitalised(join_phrases(clauses))}."
    return f"{chooser.choice(_DONE_OPENINGS if writes else _FACT_OPENINGS)} {join_phrases(clauses)}."


def _says(sentence: str, value: Any) -> bool:
    """Whether a sentence holds a text already."""
    return isinstance(value, str) and value.rstrip(".").casefold() in sentence.casefold()


def _chosen(
    facts: list[Told], fields: dict[str, Field], thing: str, asked: str, about: frozenset[str], *, writes: bool = False
) -> list[Told]:
    """The facts to tell of one thing, what was asked for first; of what has just been made its own id as well."""
    ranked = sorted(
        (
            FIRST - 1
            if worth < LAST and (fact.name in about or _is_asked(_without(thing, fact.name), asked))
            else worth,
            number,
        )
        for number, fact in enumerate(facts)
        if (worth := worth_of(fact, fields.get(fact.name))) < NEVER
    )
    best = [facts[number] for worth, number in ranked if worth < CLAIM][:MOST_FACTS]
    if len(best) < FEW:
        best += [facts[number] for worth, number in ranked if worth == CLAIM][: FEW - len(best)]
    own = next((fact for fact in facts[:1] if writes and not fact.owner and is_id_name(fact.name)), None)
    if own is not None and not (best and is_opaque(own.value)):
        best = [own, *best[: MOST_FACTS - 1]]
    return best or [facts[number] for _, number in ranked][:FEW]


def looks_fine(state: Any) -> bool:
    """Say whether a status reads as the participle of something done."""
    return isinstance(state, str) and bool(re.fullmatch(r"[a-z]+(ed|ent|one|id|ght)", state))


def _owned(owner: str, noun: str) -> str:
    """What a field is called with the thing it belongs to: a category's name is the category."""
    if noun in ("name", "title"):
        return owner
    first, _, rest = noun.partition(" ")
    return f"{owner} {rest if owner.endswith(first) else noun}".strip()


def clause(name: str, value: Any, field: Field | None, today: dt.date | None, owner: str = "") -> str:
    """Return one field of a result as a clause: "the distance is 10 kilometres"; `owner` says what has the field."""
    noun = label(field) if field is not None and name != "id" else "ID" if name == "id" else split_words(name)
    if owner:
        noun = _owned(owner, noun)
    if (claim := as_claim(value, field)) is not None:
        value = claim
        verb, _, bare = noun.partition(" ")
        if bare and verb == "has":
            return f"it has {_one_or_some(bare) if value else f'no {bare}'}"
        if bare and verb in ("is", "was", "are", "can"):
            return f"it {verb}{'' if value else ' not'} {bare}"
        return f"{noun}: {'yes' if value else 'no'}"
    if noun in _HAPPENS and isinstance(value, str) and (CLOCK.fullmatch(value) or parse_date(value[:10])):
        return f"it {noun} {'at' if CLOCK.fullmatch(value) else 'on'} {spoken_value(value, field, today)}"
    if _DONE_WHEN.fullmatch(noun) and isinstance(value, str) and parse_date(value[:10]):
        return (
            f"it was {_DONE_WHEN.fullmatch(noun)[1]} {'' if 'T' in value else 'on '}{spoken_value(value, field, today)}"  # type: ignore[index]
        )
    unit = f" {unit_of(field)}" if field is not None and unit_of(field) else ""
    noun = without_unit(noun, unit)
    if noun == "text" and isinstance(value, str):
        return f'it says "{value.rstrip(".")}"'
    if isinstance(value, str) and value.endswith((".", "!", "?")) and " " in value:
        return f'the {noun} is "{" ".join(value.split()).rstrip(".")}"'
    be = "are" if is_plural(noun) or (isinstance(value, list) and len(value) > 1) else "is"
    return f"the {noun} {be} {spoken_value(value, field, today)}{unit}"


def _one_or_some(noun: str) -> str:
    """A thing with its article, where it is one that is counted."""
    last = noun.rpartition(" ")[2]
    return noun if is_plural(noun) or last in _UNCOUNTED or last.endswith("ing") else f"{article(noun)} {noun}"


def _without(thing: str, name: str) -> str:
    """A field's name without the thing it is one of: who asks for a user does not ask for the user status."""
    return " ".join(word for word in split_words(name).split() if word != thing)


def _entry_noun(tool: ToolSpec, entry: dict[str, Any]) -> str:
    first = next(iter(entry), "")
    noun = entity_noun(first) if is_id_name(first) else re.sub(r" (name|title)$", "", split_words(first))
    if noun == "full":
        return "person"
    listed = name_parts(tool.name).noun.partition(" by ")[0]
    if noun == split_words(first) and listed.endswith("s") and len(listed.split()) < 3:
        return listed
    return noun if noun and noun != split_words(first) and len(noun.split()) < 4 else "result"


def _entry_phrase(
    entry: dict[str, Any], fields: dict[str, Field], today: dt.date | None, thing: str, asked: str,
    about: frozenset[str],
) -> str:  # fmt: skip
    name = entry_name(entry)
    facts = [
        fact for fact in facts_in(entry, thing)
        if fact.value != name and not isinstance(fact.value, list) and len(str(fact.value)) <= LONGEST_IN_LIST
    ]  # fmt: skip
    own = own_id(entry)
    if not name and own and not is_opaque(own[1]):
        name = str(own[1])
    chosen = [
        fact for fact in _chosen(facts, fields, thing, asked, about)[:3]
        if not (name and worth_of(fact, fields.get(fact.name)) >= LAST)
    ]  # fmt: skip
    told = [_short(fact, fields.get(fact.name), entry, today) for fact in chosen]
    told = [text for text in told if text]
    if not name:
        return join_phrases(told) if told else ""
    return f"{name} ({', '.join(told)})" if told else name


def _short(fact: Told, field: Field | None, entry: dict[str, Any], today: dt.date | None) -> str:
    """One fact of an entry in a few words."""
    key, value, owner = fact
    kind = kind_of(field) if field is not None else ""
    words = split_words(key)
    spoken = spoken_value(value, field, today)
    if kind == "currency" and any(isinstance(other, int | float) for other in entry.values()):
        return ""
    if kind == "money" and isinstance(entry.get("currency"), str):
        return f"{spoken} {entry['currency']}"
    if kind == "rating":
        return f"rated {spoken}" if words == "rating" else f"{words} {spoken}"
    if (claim := as_claim(value, field)) is not None:
        bare = re.sub(r"^(is|has) ", "", words)
        return bare if claim else f"{'not' if words.startswith('is ') else 'no'} {bare}"
    if kind in ("city", "date", "time", "datetime", "country") and len(words.split()) == 1:
        return spoken
    unit = unit_of(field) if field is not None else ""
    noun = without_unit(label(field), unit) if field is not None else words
    if owner:
        noun = _owned(owner, noun)
    return f"{noun} {spoken} {unit}".strip()
