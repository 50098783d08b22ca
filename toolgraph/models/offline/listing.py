"""Lists in words: what sets the entries apart, in a sentence where they are few and on lines of their own else."""

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from toolgraph.dialogue.spoken import NUMBER_WORDS
from toolgraph.models.offline.asked_fields import fields_asked, is_asked
from toolgraph.models.offline.banks import load_words
from toolgraph.models.offline.clauses import short
from toolgraph.models.offline.entities import Record, is_id_name, named_values, own_id, thing_of
from toolgraph.models.offline.entries import entry_name
from toolgraph.models.offline.outcome import Outcome
from toolgraph.models.offline.speech import capitalised, entity_noun, join_phrases, plural
from toolgraph.models.offline.worth import LAST, Told, chosen, facts_in, is_opaque, worth_of
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import name_parts
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

MOST_IN_SENTENCE, MOST_IN_BRIEF, MOST_TOLD = 3, 2, 8
"""Entries that one sentence holds, that a brief list tells more of than their names, and that are told at all."""
LONGEST_IN_LIST = 40
"""Characters of a value that fits behind a name in a list."""
_ITEMS = re.compile(r"(?:, namely|,? such as)?[:,]? *\{items\}\.$")
_PRICE = re.compile(r"price|fare|cost|rent$|fee$|total$")
_SETS_APART = ("money", "money_text", "rating", "time", "datetime", "date")
"""What people compare the entries of a list by, the foremost first."""


def with_items(frame: str, items: Sequence[str]) -> str:
    """Return a sentence with the items of a list put in where it says `{items}`: more than a few stand on lines."""
    if len(items) > MOST_IN_SENTENCE and _ITEMS.search(frame):
        opening = re.sub(r"\bthere's$", "there are", _ITEMS.sub("", frame), flags=re.I)
        return f"{opening}:\n" + "\n".join(f"- {item}" for item in items)
    is_heavy = len(items) == 2 and "," in items[0] and not items[0].endswith(")")
    return frame.replace("{items}", "; and ".join(items) if is_heavy else join_phrases(items))


def shortened(items: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the items of a brief list: after the first few only the names, where all have one."""
    rest = [name for name in names[MOST_IN_BRIEF:] if name]
    if len(items) <= MOST_IN_BRIEF + 1 or len(rest) < len(items) - MOST_IN_BRIEF:
        return list(items)
    return [*items[:MOST_IN_BRIEF], f"also {join_phrases(rest)}"]


def tell_list(entries: Sequence[Record], outcome: Outcome, chooser: random.Random, asked: str, is_brief: bool) -> str:
    """Return how many entries there are and what they are, in the words of their fields."""
    items, names = _items(entries[:MOST_TOLD], outcome, asked)
    if not any(items):
        return ""
    told = list(dict.fromkeys(item for item in items if item))
    if len(entries) == 1:
        return f"There's one match: {told[0]}."
    noun = plural(_entry_noun(outcome.tool, entries[0]))
    count = NUMBER_WORDS[len(entries)] if len(entries) <= 12 else str(len(entries))
    frame = chooser.choice(load_words("assistant")["found_counts"])
    return with_items(
        capitalised(frame.replace("{count}", count).replace("{noun}", noun)),
        shortened(told, names) if is_brief else told,
    )


def _items(entries: Sequence[Record], outcome: Outcome, asked: str) -> tuple[list[str], list[str]]:
    """The entries in words, and their names; what the call named is not said again, nor what all of them share."""
    fields, thing = {field.name: field for field in outcome.tool.return_fields}, thing_of(outcome.tool)
    about = fields_asked(outcome.tool, asked)
    given = {
        str(one).casefold()
        for value in named_values(outcome.arguments).values() for one in (value if isinstance(value, list) else [value])
    }  # fmt: skip
    names = [_name(entry) for entry in entries]
    if len(set(names)) < len(names) or not given.isdisjoint(name.casefold() for name in names):
        names = [""] * len(names)
    told = [
        [fact for fact in facts_in(entry, thing)
         if not isinstance(fact.value, list) and len(str(fact.value)) <= LONGEST_IN_LIST and fact.value != name]
        for entry, name in zip(entries, names, strict=True)
    ]  # fmt: skip
    shared = set.intersection(*({_key(fact) for fact in facts} for facts in told))
    if len(told) == 1 or not (any(names) or any(_key(fact) not in shared for facts in told for fact in facts)):
        shared = set()
    most = 2 if len(entries) > MOST_IN_SENTENCE else 3
    items: list[str] = []
    for entry, name, facts in zip(entries, names, told, strict=True):
        news = [
            fact for fact in facts
            if (_key(fact) not in shared or fact.name in about or is_asked(fact.name, asked))
            and str(fact.value).casefold() not in given
        ]  # fmt: skip
        news.sort(key=lambda fact: _rank(fact.name, fields))
        best = [
            fact for fact in chosen(news, fields, thing, asked, about)[:most]
            if not (name and worth_of(fact, fields.get(fact.name)) >= LAST)
        ]  # fmt: skip
        texts = [text for fact in best if (text := short(fact, fields.get(fact.name), entry, outcome.today))]
        items.append(_item(name, texts, is_on_line=len(entries) > MOST_IN_SENTENCE))
    return items, names


def _name(entry: Record) -> str:
    own = own_id(entry)
    return entry_name(entry) or (str(own[1]) if own and not is_opaque(own[1]) else "")


def _key(fact: Told) -> tuple[str, str, str]:
    return fact.name, fact.owner, str(fact.value)


def _rank(name: str, fields: Mapping[str, Field]) -> int:
    kind = "money" if _PRICE.search(split_words(name)) else kind_of(fields[name]) if name in fields else ""
    return _SETS_APART.index(kind) if kind in _SETS_APART else len(_SETS_APART)


def _item(name: str, texts: Sequence[str], *, is_on_line: bool) -> str:
    if not name or not texts:
        return name or ", ".join(texts)
    return ", ".join([name, *texts]) if is_on_line else f"{name} ({', '.join(texts)})"


def _entry_noun(tool: ToolSpec, entry: dict[str, Any]) -> str:
    first = next(iter(entry), "")
    noun = entity_noun(first) if is_id_name(first) else re.sub(r" (name|title)$", "", split_words(first))
    if noun == "full":
        return "person"
    listed = name_parts(tool.name).noun.partition(" by ")[0]
    if noun == split_words(first) and listed.endswith("s") and len(listed.split()) < 3:
        return listed
    return noun if noun and noun != split_words(first) and len(noun.split()) < 4 else "result"
