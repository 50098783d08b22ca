"""Reports: an outcome told in the sentences that are written for its tool."""

import datetime as dt
import random
import re
from typing import Any

from toolgraph.dialogue.spoken import MONTHS
from toolgraph.models.offline.asked_fields import fields_asked, is_asked
from toolgraph.models.offline.derived import wording_of
from toolgraph.models.offline.outcome import Outcome
from toolgraph.models.offline.speech import capitalised, join_phrases
from toolgraph.models.offline.spoken_values import spoken_value
from toolgraph.models.offline.wordings import Template
from toolgraph.tools.fields import Field

_Slot = tuple[Any, Field | None]
"""A value, and the field it is of where the tool's schema has it."""
_ONE_OF = re.compile(
    r"(?<![\d.,])1 (kilometre|metre|minute|hour|day|night|week|month|year|seat|serving|course|bedroom|guest|stop|mile|"
    r"gram|litre|pack|page|point)s\b"
)
_AT_DAY = re.compile(rf"\bat (?=(?:{'|'.join(MONTHS)}) \d)")
"""A moment is said by its day first, and that is "on" and not "at"."""


def tell_as_written(
    outcome: Outcome, chooser: random.Random, used: set[str], asked: str, is_full: bool, listener: str
) -> str:
    """Return the report that tells most of what was asked; empty where none is written that the result can fill."""
    wording, today = wording_of(outcome.tool), outcome.today
    if not wording.reports:
        return ""
    slots = _slots(outcome.arguments, {field.name: field for field in outcome.tool.parameter_fields})
    fields = {field.name: field for field in outcome.tool.return_fields}
    slots |= _slots(outcome.result, fields)
    if wording.item is not None:
        entries = [_slots(entry, fields) for entry in _entries(outcome.result)]
        if not entries or not all(wording.item.slots <= entry.keys() for entry in entries):
            return ""
        slots["items"] = join_phrases([_filled(wording.item, entry, today) for entry in entries]), None
    fitting = [report for report in wording.reports if report.slots <= slots.keys()]
    if not fitting:
        return ""
    about = fields_asked(outcome.tool, asked)
    unsaid = {slot for report in fitting for slot in report.slots} - outcome.arguments.keys()
    wanted_slots = {slot for slot in unsaid if slot in about or is_asked(slot, asked)}
    wanted = [
        (4 if is_full else 1) * len(report.slots & wanted_slots)
        + (len(report.slots) if is_full else 0)
        - 99 * any(listener == slots[slot][0] for slot in report.slots if listener)
        for report in fitting
    ]
    best = [report for report, score in zip(fitting, wanted, strict=True) if score == max(wanted)]
    report = chooser.choice([report for report in best if report.text not in used] or best)
    used.add(report.text)
    return _AT_DAY.sub("on ", _ONE_OF.sub(r"1 \1", capitalised(_filled(report, slots, today))))


def _filled(template: Template, slots: dict[str, _Slot], today: dt.date | None) -> str:
    """A template with what it names as it is spoken."""
    return template.fill({name: spoken_value(*slots[name], today) for name in template.slots})


def _slots(value: Any, fields: dict[str, Field], above: str = "") -> dict[str, _Slot]:
    """The leaves of an object, by name and by dotted path."""
    slots: dict[str, _Slot] = {}
    if isinstance(value, dict):
        for name, child in value.items():
            path = f"{above}.{name}" if above else name
            if isinstance(child, dict):
                slots |= {key: slot for key, slot in _slots(child, fields, path).items() if key not in slots}
            elif (
                not (isinstance(child, list) and any(isinstance(item, dict | list) for item in child))
                and child is not None
                and child != []
            ):
                slots[name] = slots[path] = child, fields.get(name)
    return slots


def _entries(result: Any) -> list[Any]:
    """The list of objects a result consists of."""
    if isinstance(result, list):
        return result
    lists = [child for child in result.values() if isinstance(child, list)] if isinstance(result, dict) else []
    return next((child for child in lists if child and isinstance(child[0], dict)), lists[0] if lists else [])
