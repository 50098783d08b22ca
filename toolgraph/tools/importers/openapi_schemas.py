"""Schemas of an OpenAPI document as JSON Schema: each component converted once, for what goes in or what comes out.

A reference to a component becomes one into `$defs`; who assembles a tool's schema brings the definitions along
(`openapi_budget.bounded`).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import urlsplit

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers.openapi_references import References, Target
from toolgraph.tools.importers.openapi_text import MAX_DESCRIPTION, shortened, without_html
from toolgraph.tools.schema import Schema

Side = Literal["in", "out"]
"""Whether a schema describes what a call sends or what it returns."""
MAX_DEPTH = 40
MAX_EXAMPLE = 300
"""How long an example may be, in characters of JSON; longer ones are whole answers."""
_LEFT_OUT: dict[Side, str] = {"in": "readOnly", "out": "writeOnly"}
_SUBSCHEMAS = frozenset(
    "items not if then else contains propertyNames additionalProperties additionalItems unevaluatedItems "
    "unevaluatedProperties".split()
)
_SCHEMA_LISTS = frozenset("allOf anyOf oneOf prefixItems items".split())
_SCHEMA_MAPS = frozenset("patternProperties dependentSchemas".split())
_VALUES = frozenset("enum const default type required dependentRequired".split())
_DROPPED = frozenset(
    "$ref $defs definitions $id $schema $anchor $comment id nullable properties xml externalDocs discriminator "
    "collectionFormat allowEmptyValue".split()
)


@dataclass(slots=True)
class Converted:
    """A schema in the words of JSON Schema, and what it needs."""

    schema: Any
    references: tuple[str, ...] = ()
    """The names in `$defs` that it refers to, in order."""
    repairs: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Characters of JSON."""
        return size_of(self.schema)


@dataclass(slots=True)
class Collected:
    """What the schemas of one tool's parameters, or of its returns, refer to, and what was repaired in them."""

    references: dict[str, None] = field(default_factory=dict)
    repairs: dict[str, None] = field(default_factory=dict)


class Schemas:
    """The schemas of one document, converted when they are first needed and kept."""

    def __init__(self, references: References) -> None:
        self.references = references
        self._names: dict[str, str] = {}
        self._targets: dict[str, Target] = {}
        self._definitions: dict[tuple[str, Side], tuple[Converted, int]] = {}

    def convert(self, schema: Any, base: str, side: Side, collected: Collected) -> Any:
        """Return a schema that stands in the document at `base`, and note in `collected` what it needs."""
        return _Conversion(self, side, Target("", schema, base), collected).of(schema, base)

    def left_out(self, schema: Any, base: str, side: Side) -> frozenset[str]:
        """Return the properties that any part of an object schema leaves out on this side."""
        return _Conversion(self, side, Target("", schema, base), Collected()).left_out(schema, base, frozenset())

    def definition(self, name: str, side: Side) -> tuple[Converted, int]:
        """Return the definition that references name, and its size in characters of JSON."""
        if (name, side) not in self._definitions:
            target, collected = self._targets[name], Collected()
            schema = _Conversion(self, side, target, collected).of(target.value, target.base)
            converted = Converted(schema, tuple(collected.references), tuple(collected.repairs))
            self._definitions[name, side] = converted, converted.size
        return self._definitions[name, side]

    def name_of(self, target: Target) -> str:
        """Return the name by which `$defs` holds a target: its own, unless another has taken that."""
        if target.key not in self._names:
            base, name, number = _own_name(target.key), _own_name(target.key), 1
            while name in self._targets:
                number += 1
                name = f"{base}_{number}"
            self._names[target.key] = name
            self._targets[name] = target
        return self._names[target.key]


def size_of(schema: Any) -> int:
    """Characters of JSON that a schema takes."""
    return len(json.dumps(schema, ensure_ascii=False, default=str))


class _Conversion:
    """The conversion of one schema with everything inside it."""

    def __init__(self, schemas: Schemas, side: Side, root: Target, collected: Collected) -> None:
        self._schemas = schemas
        self._side = side
        self._root = root
        self._collected = collected

    def of(self, schema: Any, base: str, hidden: frozenset[str] = frozenset(), depth: int = 0) -> Any:
        """`hidden` are properties left out elsewhere in the same object, which cannot be required here."""
        if not isinstance(schema, Mapping):
            return schema if isinstance(schema, bool) else {}
        if depth > MAX_DEPTH:
            self._repair(f"what lies deeper than {MAX_DEPTH} levels was left out")
            return {}
        if "allOf" in schema:
            hidden |= self.left_out(schema, base, frozenset())
        converted: Schema = {}
        if isinstance(reference := schema.get("$ref"), str):
            inlined = self._reference(reference, base, hidden, depth, converted)
            if inlined is not None:
                return {**inlined, **self.of({k: v for k, v in schema.items() if k != "$ref"}, base, hidden, depth)}
        for keyword, value in schema.items():
            self._keyword(str(keyword), value, base, hidden, depth, converted)
        self._properties(schema, base, hidden, depth, converted)
        self._discriminator(schema.get("discriminator"), base, converted)
        if schema.get("type") == "file":
            converted |= {"type": "string", "format": "binary"}
            self._repair("a file is passed as text")
        return self._nullable(schema, converted)

    def _keyword(
        self, keyword: str, value: Any, base: str, hidden: frozenset[str], depth: int, converted: Schema
    ) -> None:  # fmt: skip
        if keyword in _DROPPED:
            return
        if keyword in _SCHEMA_LISTS and isinstance(value, list):
            inner = hidden if keyword == "allOf" else frozenset[str]()
            converted[keyword] = [self.of(child, base, inner, depth + 1) for child in value]
        elif keyword in _SUBSCHEMAS or keyword in _SCHEMA_LISTS:
            if isinstance(value, Mapping | bool) and keyword in _SUBSCHEMAS:
                converted[keyword] = self.of(value, base, depth=depth + 1)
        elif keyword in _SCHEMA_MAPS:
            if isinstance(value, Mapping):
                converted[keyword] = {str(name): self.of(child, base, depth=depth + 1) for name, child in value.items()}
        elif keyword == "description":
            if isinstance(value, str):
                converted[keyword] = self._description(value)
        elif keyword in ("example", "examples"):
            if size_of(value) <= MAX_EXAMPLE:
                converted[keyword] = value
        elif keyword in _VALUES or isinstance(value, str | int | float):
            converted[keyword] = value

    def _description(self, text: str) -> str:
        plain = without_html(text)
        if plain != text:
            self._repair("HTML tags were removed from descriptions of fields")
        bounded = shortened(plain, MAX_DESCRIPTION)
        if bounded != plain:
            self._repair(f"descriptions of fields were shortened to {MAX_DESCRIPTION:,} characters")
        return bounded

    def _properties(
        self, schema: Mapping[str, Any], base: str, hidden: frozenset[str], depth: int, converted: Schema
    ) -> None:  # fmt: skip
        properties = schema.get("properties")
        if isinstance(properties, Mapping):
            kept = {name: child for name, child in properties.items() if not self._is_left_out(child, base)}
            hidden |= properties.keys() - kept.keys()
            converted["properties"] = {str(name): self.of(child, base, depth=depth + 1) for name, child in kept.items()}
        required = converted.get("required")
        if isinstance(required, list) and not hidden.isdisjoint(name for name in required if isinstance(name, str)):
            converted["required"] = [name for name in required if name not in hidden]
            if not converted["required"]:
                del converted["required"]

    def _reference(
        self, reference: str, base: str, hidden: frozenset[str], depth: int, converted: Schema
    ) -> Any:  # fmt: skip
        """Put a reference into `$defs`, or return its target where it requires what is left out."""
        target = self._target(reference, base)
        if target is None:
            return None
        required = target.value.get("required")
        if hidden and isinstance(required, list) and not hidden.isdisjoint(map(str, required)):
            return self.of(target.value, target.base, hidden, depth + 1)
        name = self._schemas.name_of(target)
        self._collected.references[name] = None
        converted["$ref"] = f"#/$defs/{name}"
        return None

    def _target(self, reference: str, base: str) -> Target | None:
        """What a reference leads to; one that names `$defs` may mean those of the schema it stands in."""
        try:
            target = self._schemas.references.follow(reference, base)
        except ToolSpecError as error:
            inner = re.fullmatch(r"#/(\$defs|definitions)/([^/]+)", reference)
            beside = self._root.value.get(inner[1]) if inner and isinstance(self._root.value, Mapping) else None
            if inner is None or not isinstance(beside, Mapping) or inner[2] not in beside:
                self._repair(f"{error}; it was left out")
                return None
            target = Target(f"{self._root.base}#{id(beside)}/{inner[2]}", beside[inner[2]], self._root.base)
        if not isinstance(target.value, Mapping):
            self._repair(f"the reference '{reference}' leads to no schema; it was left out")
            return None
        return target

    def _discriminator(self, discriminator: Any, base: str, converted: Schema) -> None:
        """Keep a discriminator, its mapping naming the definitions of the tool where these are known."""
        if discriminator is None:
            return
        mapping = discriminator.get("mapping") if isinstance(discriminator, Mapping) else None
        if isinstance(mapping, Mapping):
            new = {value: self._place(value, base) for value in mapping.values() if isinstance(value, str)}
            discriminator = {**discriminator, "mapping": {key: new.get(v, v) for key, v in mapping.items()}}
        converted["discriminator"] = discriminator

    def _place(self, reference: str, base: str) -> str:
        try:
            name = self._schemas.name_of(self._schemas.references.follow(reference, base))
        except ToolSpecError:
            return reference
        return f"#/$defs/{name}" if name in self._collected.references else reference

    def _nullable(self, schema: Mapping[str, Any], converted: Schema) -> Schema:
        """`nullable` of OpenAPI 3.0 adds null to a type beside it; without one, readers of results expect it too."""
        if schema.get("nullable") is not True and not (self._side == "out" and schema.get("x-nullable") is True):
            return converted
        declared = converted.get("type")
        if isinstance(declared, str | list):
            types = [declared] if isinstance(declared, str) else declared
            return {**converted, "type": [*types, *(["null"] if "null" not in types else [])]}
        if self._side == "in":
            return converted
        for keyword in ("anyOf", "oneOf"):
            if keyword in converted:
                return {**converted, keyword: [*converted[keyword], {"type": "null"}]}
        if "$ref" in converted or "allOf" in converted:
            texts: Schema = {key: converted.pop(key) for key in ("title", "description") if key in converted}
            return {"anyOf": [converted, {"type": "null"}], **texts}
        return converted

    def _is_left_out(self, schema: Any, base: str) -> bool:
        flag = _LEFT_OUT[self._side]
        if isinstance(schema, Mapping) and isinstance(schema.get("$ref"), str) and flag not in schema:
            try:
                schema, _ = self._schemas.references.resolve(schema, base)
            except ToolSpecError:
                return False
        return isinstance(schema, Mapping) and schema.get(flag) is True

    def left_out(self, schema: Any, base: str, above: frozenset[int]) -> frozenset[str]:
        """Return the properties that any part of an `allOf` leaves out."""
        try:
            schema, base = self._schemas.references.resolve(schema, base)
        except ToolSpecError:
            return frozenset()
        if not isinstance(schema, Mapping) or id(schema) in above:
            return frozenset()
        properties, parts = schema.get("properties"), schema.get("allOf")
        names = {
            name for name, child in (properties.items() if isinstance(properties, Mapping) else ())
            if self._is_left_out(child, base)
        }  # fmt: skip
        for part in parts if isinstance(parts, list) else ():
            names |= self.left_out(part, base, above | {id(schema)})
        return frozenset(names)

    def _repair(self, sentence: str) -> None:
        self._collected.repairs[sentence] = None


def _own_name(key: str) -> str:
    address, _, pointer = key.partition("#")
    last = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    name = last or PurePosixPath(urlsplit(address).path).stem or "Document"
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", name)
