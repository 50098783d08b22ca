"""Sentences made from the fields of a result, where none is written for its tool."""

import random
import re
from typing import Any

from toolgraph.models.offline.asked_fields import fields_asked
from toolgraph.models.offline.clauses import clause, short
from toolgraph.models.offline.done import done, participle
from toolgraph.models.offline.entities import WRAPPERS, named_scalars, named_values, own_id, thing_of
from toolgraph.models.offline.entries import entry_name
from toolgraph.models.offline.listing import tell_list
from toolgraph.models.offline.outcome import Outcome
from toolgraph.models.offline.speech import capitalised, join_phrases
from toolgraph.models.offline.spoken_values import spoken_value
from toolgraph.models.offline.worth import FEW, LAST, Told, chosen, facts_in, is_opaque, worth_of
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import effects_of
from toolgraph.tools.names import split_words

_LIST_OPENINGS = ("What came back:", "Here's the list:", "There's", "These came up:", "You've got")
_DONE_OPENINGS = (
    "That's done",
    "It went through",
    "Done, and here are the particulars",
    "Confirmed",
    "It's in place",
    "All taken care of",
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


def tell_in_general(outcome: Outcome, chooser: random.Random, asked: str, is_brief: bool = False) -> str:
    """Return what is worth telling of an outcome, what was asked for first."""
    today = outcome.today
    fields = {field.name: field for field in outcome.tool.return_fields}
    entries = _listed(outcome.result, thing_of(outcome.tool))
    if entries and isinstance(entries[0], dict):
        told = tell_list(entries, outcome, chooser, asked, is_brief)
        if told:
            return told
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


def _object_sentence(outcome: Outcome, fields: dict[str, Field], chooser: random.Random, asked: str) -> str:
    today = outcome.today
    given = {str(value).casefold() for value in named_values(outcome.arguments).values()}
    thing = thing_of(outcome.tool)
    writes = effects_of(outcome.tool) != "reads"
    facts = [fact for fact in facts_in(outcome.result, thing) if str(fact.value).casefold() not in given]
    facts = [fact for fact in facts if not (writes and fact.value == "success")]
    states = [fact for fact in facts if fact.name == "status" and not fact.owner][:1]
    is_undone = bool(states) and bool(_UNDONE.search(str(states[0].value)))
    is_fine = bool(states) and looks_fine(states[0].value) and not is_undone
    said = done(outcome.tool, outcome.arguments, outcome.result) if writes and not is_undone else ""
    about = fields_asked(outcome.tool, asked)
    others = [
        fact for fact in facts
        if (fact.name != "status" or fact.owner) and not (said and (_says(said, fact.value) or is_opaque(fact.value)))
    ]  # fmt: skip
    rest = chosen(others, fields, thing, asked, about, writes=writes)
    clauses = [clause(fact.name, fact.value, fields.get(fact.name), today, fact.owner) for fact in rest]
    if writes and len(rest) > FEW and not states:
        name = entry_name(outcome.result)
        name = "" if name.casefold() in given else name
        brief = [short(fact, fields.get(fact.name), outcome.result, today) for fact in rest if fact.value != name]
        told = ", ".join(text for text in (name, *brief) if text)
        return f"{said}: {told}." if said else f"{participle(outcome.tool) or chooser.choice(_DONE_OPENINGS)}: {told}."
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
    opening = f"{chooser.choice(_DONE_OPENINGS)}:" if writes else chooser.choice(_FACT_OPENINGS)
    return f"{opening} {join_phrases(clauses)}."


def _says(sentence: str, value: Any) -> bool:
    """Whether a sentence holds a text already."""
    return isinstance(value, str) and value.rstrip(".").casefold() in sentence.casefold()


def looks_fine(state: Any) -> bool:
    """Say whether a status reads as the participle of something done."""
    return isinstance(state, str) and bool(re.fullmatch(r"[a-z]+(ed|ent|one|id|ght)", state))
