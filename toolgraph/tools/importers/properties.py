"""Parameters as benchmarks list them, brought to JSON Schema: `required` as a flag, defaults as texts, types as words.

Type words that `standard_schema` reads anyway (`dict`, `NUMBER`, `ArrayList`) are left as they are.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from toolgraph.tools.importers.mistakes import as_one_of
from toolgraph.tools.importers.shapes import text_of
from toolgraph.tools.schema import Schema, types_of
from toolgraph.tools.standard import standard_schema

_OF_ITEMS = re.compile(r"(?:list|array|arraylist|sequence|set)\s*[(\[<](?:of\s)?(.+)[)\]>]|(.+)\[\]", re.IGNORECASE)
_FORM = re.compile(r"\s*[(\[<].*", re.DOTALL)
_AS_TEXT = frozenset("select credentials geopoint".split())
_ABOUT = frozenset({"description", "title", "$id", "$comment"})
_OWN = ("name", "desc", "optional", "required", "type", "default")
_TRUE, _FALSE = ("true", "yes", "required"), ("false", "no", "optional", "")


def from_list(parameters: Iterable[Any], repairs: list[str], *, required: bool | Collection[str]) -> Schema:
    """Return the object schema of parameters that each say their `name`.

    Args:
        parameters: The definitions, `{"name", "type", "description", "default", "required"}`; only the name is needed.
        repairs: Gets a sentence for each parameter that was left out, merged or changed.
        required: Whether a parameter that does not say must be given, or the names of those that must.
    """
    pairs: list[tuple[str, Any]] = []
    for definition in parameters:
        name = text_of(definition.get("name")) if isinstance(definition, Mapping) else text_of(definition)
        if name:
            pairs.append((name, definition if isinstance(definition, Mapping) else {}))
        else:
            repairs.append("a parameter without a name was left out")
    return _object(pairs, repairs, required)


def from_map(parameters: Any, repairs: list[str], *, required: bool | Collection[str]) -> Schema:
    """Return the object schema of parameters given as a map from their names, which may be such a schema already.

    Args:
        parameters: Definitions by name; one that is only a text is a type if it is known as one, else a description.
        repairs: As for `from_list`.
        required: As for `from_list`.
    """
    if not isinstance(parameters, Mapping):
        return from_list(parameters if isinstance(parameters, list) else (), repairs, required=required)
    if is_object_schema(parameters):
        return dict(parameters)
    return _object([(str(name), definition) for name, definition in parameters.items()], repairs, required)


def is_object_schema(parameters: Mapping[str, Any]) -> bool:
    """Say whether a map is a schema of an object, and not properties by name, which may be called `type` or `items`.

    >>> is_object_schema({"type": "object"}), is_object_schema({"type": {"type": "string"}})
    (True, False)
    """
    properties = parameters.get("properties")
    if isinstance(properties, Mapping) and all(isinstance(child, Mapping | bool) for child in properties.values()):
        return True
    if any(isinstance(parameters.get(keyword), str | list) for keyword in ("type", "$ref", "anyOf", "oneOf", "allOf")):
        return True
    if not {"additionalProperties", "$schema", "$defs"}.isdisjoint(parameters):
        return True
    if parameters.keys() <= _ABOUT and all(isinstance(child, str) for child in parameters.values()):
        return True
    return not all(isinstance(child, Mapping | str) for child in parameters.values())


def _object(pairs: list[tuple[str, Any]], repairs: list[str], required: bool | Collection[str]) -> Schema:
    properties: dict[str, Schema] = {}
    needed: list[str] = []
    for name, definition in pairs:
        if name in properties:
            repairs.append(f"parameter '{name}' is listed more than once; the first was kept")
            continue
        properties[name] = parameter_schema(definition, name, repairs)
        if _is_required(definition, required if isinstance(required, bool) else name in required):
            needed.append(name)
    schema: Schema = {"type": "object", "properties": properties}
    return {**schema, "required": needed} if needed else schema


def parameter_schema(definition: Any, name: str, repairs: list[str]) -> Schema:
    """Return the schema of one parameter: the keywords as given, with type, default and description read."""
    if isinstance(definition, str):
        is_type = "type" in standard_schema({"type": _FORM.sub("", definition)})
        if is_type:
            return _typed(definition, name, repairs)
        return {"description": definition} if definition.strip() else {}
    if not isinstance(definition, Mapping):
        return {}
    schema = {
        **_typed(definition.get("type"), name, repairs),
        **{key: definition[key] for key in definition if key not in _OWN},
    }
    if isinstance(definition.get("required"), list):
        schema["required"] = definition["required"]
    description = text_of(definition.get("description")) or text_of(definition.get("desc"))
    schema.pop("description", None)
    if description:
        schema["description"] = description
    return _with_default(schema, definition.get("default"), name, repairs)


def _typed(word: Any, name: str, repairs: list[str]) -> Schema:
    """The type as given where it is known; a list of something also says what of. No type for an empty text."""
    if isinstance(word, list):
        return {"type": word}
    word = text_of(word)
    match = _OF_ITEMS.fullmatch(word)
    if match:
        return {"type": "array", "items": _typed(match[1] or match[2], name, repairs)}
    plain = _FORM.sub("", word).lower()  # `DATE (YYYY-MM-DD)`, `dict[str, int]`
    if plain != word.lower() or plain in _AS_TEXT:
        known = "string" if plain in _AS_TEXT else plain
        if "type" in standard_schema({"type": known}):
            repairs.append(f"the type '{word}' of '{name}' was read as '{known}'")
            return {"type": known, "format": "date"} if plain == "date" else {"type": known}
    return {"type": word} if word else {}


def _with_default(schema: Schema, default: Any, name: str, repairs: list[str]) -> Schema:
    """`schema` with its default as a value of its type; these lists write any default as a text, and none as ""."""
    if default is None or default == "":
        return schema
    types = types_of(standard_schema({"type": schema.get("type")}))
    default = as_one_of(types, default)
    if default is not None:
        return {**schema, "default": default}
    repairs.append(f"the default of '{name}' is not of its type '{schema['type']}' and was left out")
    return schema


def _is_required(definition: Any, otherwise: bool) -> bool:
    if not isinstance(definition, Mapping):
        return otherwise
    for key, turned in (("required", False), ("optional", True)):
        said = definition.get(key)
        word = str(said).strip().lower() if isinstance(said, str | bool) else None
        if word in _TRUE or word in _FALSE:
            return (word in _TRUE) != turned
    return otherwise
