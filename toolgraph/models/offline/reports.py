"""Reports: an outcome told in the sentences that are written for its tool."""

import datetime as dt
import random
import re
from typing import Any

from toolgraph.dialogue.spoken import MONTHS, NUMBER_WORDS
from toolgraph.dialogue.stems import stems_in
from toolgraph.models.offline.asked_fields import fields_asked, is_asked
from toolgraph.models.offline.derived import wording_of
from toolgraph.models.offline.entries import entry_name
from toolgraph.models.offline.listing import shortened, with_items
from toolgraph.models.offline.outcome import Outcome
from toolgraph.models.offline.speech import article, capitalised
from toolgraph.models.offline.spoken_values import spoken_value
from toolgraph.models.offline.wordings import Template
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import name_parts

_Slot = tuple[Any, Field | None]
"""A value, and the field it is of where the tool's schema has it."""
_ONE_OF = re.compile(
    r"(?<![\d.,])1 ((?:kilo|centi|milli)?(?:metre|gram)|second|minute|hour|(?:working )?day|night|week|month|year|"
    r"degree|mile|litre|tonne|kilo|gigabyte|watt|seat|serving|course|bedroom|guest|stop|pack|page|point|place|unit|"
    r"star|bag|track|meal|user|slot|payment)s\b"
)
_COUNTED = re.compile(r"\b([Aa])n? (?=(\d[\d.,]*))")
_AT_DAY = re.compile(rf"\bat (?=(?:{'|'.join(MONTHS)}) \d)")
"""A moment is said by its day first, and that is "on" and not "at"."""
_HOW_MANY = re.compile(r"\bhow many (\w+(?: \w+)?)", re.I)


def tell_as_written(
    outcome: Outcome, chooser: random.Random, used: set[str], asked: str, is_full: bool, listener: str,
    is_brief: bool = False, said: str = "",
) -> str:  # fmt: skip
    """Return the report that tells most of what was asked; empty where none is written that the result can fill."""
    wording, today = wording_of(outcome.tool), outcome.today
    if not wording.reports:
        return ""
    slots = _slots(outcome.arguments, {field.name: field for field in outcome.tool.parameter_fields})
    fields = {field.name: field for field in outcome.tool.return_fields}
    slots |= _slots(outcome.result, fields)
    items: list[str] = []
    if wording.item is not None:
        listed = _entries(outcome.result)
        entries = [_slots(entry, fields) for entry in listed]
        if not entries or not all(wording.item.slots <= entry.keys() for entry in entries):
            return ""
        items = [_mended(_filled(wording.item, entry, today)) for entry in entries]
        items = shortened(items, [entry_name(entry) for entry in listed]) if is_brief else items
        slots["items"] = items, None
    fitting = [report for report in wording.reports if report.slots <= slots.keys()]
    if not fitting:
        return ""
    about = fields_asked(outcome.tool, asked)
    unsaid = {slot for report in fitting for slot in report.slots} - outcome.arguments.keys()
    wanted_slots = {slot for slot in unsaid if slot.rpartition(".")[2] in about or is_asked(slot, asked)}
    wanted = [
        (4 if is_full else 1) * len(report.slots & wanted_slots)
        + (len(report.slots) if is_full else 0)
        - 0.4 * sum(_is_said(slots[slot], said, today) for slot in report.slots if slot != "items")
        - 99 * any(listener == slots[slot][0] for slot in report.slots if listener)
        for report in fitting
    ]
    best = [report for report, score in zip(fitting, wanted, strict=True) if score == max(wanted)]
    report = chooser.choice([report for report in best if report.text not in used] or best)
    used.add(report.text)
    told = _mended(capitalised(_filled(report, slots, today)))
    return f"{_counted(outcome, items, asked)}{with_items(told, items)}" if items else told


def _filled(template: Template, slots: dict[str, _Slot], today: dt.date | None) -> str:
    """A template with what it names as it is spoken; the place of a list of items stays."""
    values = {name: spoken_value(*slots[name], today) for name in template.slots if name != "items"}
    return template.fill({"items": "{items}", **values})


def _mended(text: str) -> str:
    """A filled template with one of a thing in the singular, "an" before 84, and a day that is "on" and not "at"."""
    text = _COUNTED.sub(lambda found: f"{found[1]}{article(found[2])[1:]} ", text)
    return _AT_DAY.sub("on ", _ONE_OF.sub(r"1 \1", text))


def _counted(outcome: Outcome, items: list[str], asked: str) -> str:
    """How many there are, where somebody asks that of the things listed."""
    number = _HOW_MANY.search(asked)
    is_of_them = number is not None and not stems_in(number[1]).isdisjoint(stems_in(name_parts(outcome.tool.name).noun))
    return (
        f"There {'is' if len(items) == 1 else 'are'} {NUMBER_WORDS[len(items)]}. "
        if is_of_them and len(items) < 13
        else ""
    )


def _is_said(slot: _Slot, said: str, today: dt.date | None) -> bool:
    """Whether a message has told a value already; a name may come again."""
    spoken = spoken_value(*slot, today)
    return len(spoken) > 2 and spoken in said


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
