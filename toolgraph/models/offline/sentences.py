"""Sentences made from the fields of a result, where none is written for its tool."""

import datetime as dt
import random
import re
from typing import Any

from toolgraph.dialogue.spoken import NUMBER_WORDS
from toolgraph.models.offline.asked_fields import fields_asked, is_asked
from toolgraph.models.offline.banks import load_words
from toolgraph.models.offline.clauses import clause, short
from toolgraph.models.offline.done import done
from toolgraph.models.offline.entities import WRAPPERS, is_id_name, named_scalars, named_values, own_id, thing_of
from toolgraph.models.offline.entries import entry_name
from toolgraph.models.offline.outcome import Outcome
from toolgraph.models.offline.speech import capitalised, entity_noun, join_phrases, plural
from toolgraph.models.offline.spoken_values import spoken_value
from toolgraph.models.offline.worth import CLAIM, FIRST, LAST, NEVER, Told, facts_in, is_opaque, worth_of
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import effects_of, name_parts
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

MOST_FACTS, FEW = 5, 2
"""Facts told of one object, and entries told of one list; and how many facts are few."""
LONGEST_IN_LIST = 40
"""Characters of a value that fits behind a name in a list."""
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


def tell_in_general(outcome: Outcome, chooser: random.Random, asked: str) -> str:
    """Return what is worth telling of an outcome, what was asked for first."""
    words, today = load_words("assistant"), outcome.today
    fields = {field.name: field for field in outcome.tool.return_fields}
    thing, about = thing_of(outcome.tool), fields_asked(outcome.tool, asked)
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
    told = [short(fact, fields.get(fact.name), entry, today) for fact in chosen]
    told = [text for text in told if text]
    if not name:
        return join_phrases(told) if told else ""
    return f"{name} ({', '.join(told)})" if told else name


def _entry_noun(tool: ToolSpec, entry: dict[str, Any]) -> str:
    first = next(iter(entry), "")
    noun = entity_noun(first) if is_id_name(first) else re.sub(r" (name|title)$", "", split_words(first))
    if noun == "full":
        return "person"
    listed = name_parts(tool.name).noun.partition(" by ")[0]
    if noun == split_words(first) and listed.endswith("s") and len(listed.split()) < 3:
        return listed
    return noun if noun and noun != split_words(first) and len(noun.split()) < 4 else "result"


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
    about = fields_asked(outcome.tool, asked)
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
            if worth < LAST and (fact.name in about or is_asked(_without(thing, fact.name), asked))
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


def _without(thing: str, name: str) -> str:
    """A field's name without the thing it is one of: who asks for a user does not ask for the user status."""
    return " ".join(word for word in split_words(name).split() if word != thing)
