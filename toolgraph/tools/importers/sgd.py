"""Schema-Guided Dialogue: services whose intents take and give slots."""

from collections.abc import Iterator, Mapping
from typing import Any

from toolgraph.tools.importers.items import Context, Found, Skipped
from toolgraph.tools.importers.mending import mended
from toolgraph.tools.importers.shapes import Entry, all_objects, listed, text_of
from toolgraph.tools.schema import Schema

TITLE = "Schema-Guided Dialogue service schemas"


def matches(document: Any) -> bool:
    """Services with a name, slots and intents."""
    return all_objects(document, _is_service)


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield a tool for each intent, named after its service and itself; the slots are its parameters and returns."""
    return mended(_items(document))


def _items(document: Any) -> Iterator[Found | Skipped]:
    for number, service in enumerate(listed(document), start=1):
        if not isinstance(service, Mapping) or not _is_service(service):
            yield Skipped(f"entry {number}", "is no service with slots and intents")
            continue
        slots = {
            slot["name"]: _slot(slot)
            for slot in service["slots"]
            if isinstance(slot, Mapping) and text_of(slot.get("name"))
        }
        for place, intent in enumerate(service["intents"], start=1):
            where = f"service {service['service_name']}, intent {place}"
            if isinstance(intent, Mapping) and text_of(intent.get("name")):
                yield _tool(intent, service, slots, where)
            else:
                yield Skipped(where, "has no name")


def _slot(slot: Entry) -> Schema:
    schema: Schema = {"type": "string"}
    if text_of(slot.get("description")):
        schema["description"] = slot["description"]
    values = slot.get("possible_values")
    if slot.get("is_categorical") and isinstance(values, list) and values:
        schema["enum"] = values
    return schema


def _tool(intent: Entry, service: Entry, slots: dict[str, Schema], where: str) -> Found:
    repairs: list[str] = []
    api = service["service_name"]
    name = f"{api}_{intent['name'].strip()}"
    repairs.append(f"named '{name}', since intents of several services share the name '{intent['name']}'")
    needed = [slot for slot in listed(intent.get("required_slots")) if isinstance(slot, str)]
    optional = intent.get("optional_slots")
    # A map gives each its default, where "dontcare" is none; the first releases list the names alone.
    defaults = (
        dict(optional) if isinstance(optional, Mapping) else dict.fromkeys(map(str, listed(optional)), "dontcare")
    )
    fields: dict[str, Any] = {"name": name, "description": text_of(intent.get("description"))}
    properties = {slot: slots.get(slot, {"type": "string"}) for slot in needed}
    for slot, default in defaults.items():
        schema = slots.get(slot, {"type": "string"})
        properties[slot] = schema if default in ("dontcare", "", None) else {**schema, "default": default}
    fields["parameters"] = {"type": "object", "properties": properties}
    if needed:
        fields["parameters"]["required"] = needed
    fields["returns"] = _returns(intent, slots)
    unknown = sorted({*properties, *map(str, listed(intent.get("result_slots")))} - slots.keys())
    if unknown:
        repairs.append(f"the service has no slot '{', '.join(unknown)}'; taken for a text")
    fields["effects"] = "writes" if intent.get("is_transactional") else "reads"
    fields["origin"] = {"api": api, "category": api.partition("_")[0]}
    if fields["returns"] is None:
        del fields["returns"]
    return Found(where, fields, tuple(repairs))


def _returns(intent: Entry, slots: dict[str, Schema]) -> Schema | None:
    """What a transaction gives, or the list of what a search finds; none where no slots are named."""
    names = [slot for slot in listed(intent.get("result_slots")) if isinstance(slot, str)]
    if not names:
        return None
    result = {"type": "object", "properties": {slot: slots.get(slot, {"type": "string"}) for slot in names}}
    return result if intent.get("is_transactional") else {"type": "array", "items": result}


def _is_service(entry: Entry) -> bool:
    return (
        isinstance(entry.get("service_name"), str)
        and isinstance(entry.get("slots"), list)
        and isinstance(entry.get("intents"), list)
    )
