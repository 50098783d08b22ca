"""Entries: the name under which people speak of a record, and the figure by which it stands out."""

import datetime as dt
import re
from typing import Any

from toolgraph.dialogue.spoken import parse_date
from toolgraph.models.offline.derived import unit_of
from toolgraph.models.offline.entities import is_id_name
from toolgraph.models.offline.reckoning import price_unit
from toolgraph.models.offline.speech import article, entity_noun
from toolgraph.models.offline.spoken_values import CLOCK, plain_label, spoken_value
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

_NAMING = re.compile(r"(name|title|subject|headline)$", re.I)
PEOPLE = re.compile(
    r"agent|provider|doctor|tutor|staff|driver|host|handler|coach|guide|vet|trainer|buyer|owner|sender|engineer|"
    r"carer|photographer|student|tutor|translator|proofreader|skipper|physiotherapist|babysitter|volunteer|genealogist"
)
"""Words for people."""


def entry_name(entry: Any) -> str:
    """Return the name under which people speak of a record: its name or title.

    Failing those, its first field after the id, if that is a text.
    """
    if not isinstance(entry, dict):
        return ""
    thing = entity_noun(next(iter(entry), "")).split()
    named = next((value for name, value in entry.items() if _is_label(name, value, thing)), "")
    if named and len(named) < 60:
        return named
    for name, value in entry.items():
        if is_id_name(name) and value is not None:
            continue
        is_name = (
            isinstance(value, str) and 1 < len(value) < 60 and not parse_date(value[:10]) and not CLOCK.fullmatch(value)
        )
        return value if is_name and not re.search(r"status|currency|url|email|phone|date|time", name, re.I) else ""
    return ""


def entry_figure(entry: Any, name: str, tool: ToolSpec, today: dt.date | None) -> str:
    """Return one figure of an entry as it is told behind its name: "at 21 USD", "rated 4.6", "2 kilometres away"."""
    field = next((one for one in tool.return_fields if one.name == name), None)
    if not isinstance(entry, dict) or field is None or name not in entry:
        return ""
    spoken, words = spoken_value(entry[name], field, today), split_words(name)
    amount = f"{spoken} {unit_of(field)}".strip()
    if kind_of(field) == "money" or re.search(r"price|cost|fee|rate$", words):
        unit = price_unit(name)
        per = f" {article(unit)} {unit}" if unit else ""
        return f"at {spoken} {entry.get('currency', '')}".strip() + per
    if re.search(r"rating|score|rated", words):
        return f"rated {spoken}"
    if "distance" in words:
        return f"{amount if amount != spoken else f'{spoken} kilometres'} away"
    return f"{plain_label(field)} {amount}" if amount == spoken else amount


def _is_label(name: str, value: Any, thing: list[str]) -> bool:
    """A name or title; that of a person only where the record is one: a slot is not called by its doctor."""
    if not isinstance(value, str) or not _NAMING.search(name):
        return False
    owner = split_words(name).rpartition(" ")[0].split()
    return not (PEOPLE.search(" ".join(owner)) and thing and not set(owner) & set(thing))
