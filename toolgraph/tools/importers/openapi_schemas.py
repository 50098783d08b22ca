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
from toolgraph.tools.importers.openapi_discriminators import Discriminators, Tag, with_property
from toolgraph.tools.importers.openapi_extension import is_exported_document
from toolgraph.tools.importers.openapi_references import References, Target
from toolgraph.tools.importers.openapi_text import MAX_DESCRIPTION, shortened, without_markup
from toolgraph.tools.schema import Schema

Side = Literal["in", "out"]
"""Whether a schema describes what a call sends or what it returns."""
MAX_DEPTH = 40
MAX_EXAMPLE = 300
"""How long an example may be, in characters of JSON; longer ones are whole answers."""
_LEFT_OUT: dict[Side, str] = {"in": "readOnly", "out": "writeOnly"}
_LEFT_OUT_OF: dict[Side, str] = {
    "in": "parameters: it is read-only ('readOnly')",
    "out": "returns: it is write-only ('writeOnly')",
}
_SUBSCHEMAS = frozenset(
    "items not if then else contains propertyNames additionalProperties additionalItems unevaluatedItems "
    "unevaluatedProperties".split()
)
_SCHEMA_LISTS = frozenset("allOf anyOf oneOf prefixItems items".split())
_SCHEMA_MAPS = frozenset("patternProperties dependentSchemas".split())
_VALUES = frozenset("enum const default type required dependentRequired".split())
_DROPPED = frozenset(
    "$ref $defs definitions $id $schema $anchor $comment id nullable properties xml externalDocs discriminator "
    "collectionFormat allowEmptyValue x-nullable".split()
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
        self.is_exported = is_exported_document(references.document)
        self.discriminators = Discriminators(references, is_silent=self.is_exported)
        self._names: dict[tuple[str, Tag | None], str] = {}
        self._targets: dict[str, tuple[Target, Tag | None]] = {}
        self._definitions: dict[tuple[str, Side], tuple[Converted, int]] = {}

    def convert(self, schema: Any, base: str, side: Side, collected: Collected) -> Any:
        """Return a schema that stands in the document at `base`, and note in `collected` what it needs."""
        return _Conversion(self, side, Target("", schema, base), collected).of(schema, base)

    def tagged(self, converted: Schema, schema: Any, base: str, side: Side, collected: Collected) -> Schema:
        """Return a converted schema with the values that tell it from others; `schema` is what was converted.

        Only a reference leads to a schema with such values.
        """
        conversion = _Conversion(self, side, Target("", schema, base), collected)
        target = self.references.last(schema, base)
        return converted if target is None else conversion.tagged(converted, target, None)

    def left_out(self, schema: Any, base: str, side: Side) -> frozenset[str]:
        """Return the properties that any part of an object schema leaves out on this side."""
        return _Conversion(self, side, Target("", schema, base), Collected()).left_out(schema, base, frozenset())

    def definition(self, name: str, side: Side) -> tuple[Converted, int]:
        """Return the definition that references name, and its size in characters of JSON."""
        if (name, side) not in self._definitions:
            (target, tag), collected = self._targets[name], Collected()
            schema = _Conversion(self, side, target, collected).whole(target, tag)
            converted = Converted(schema, tuple(collected.references), tuple(collected.repairs))
            self._definitions[name, side] = converted, converted.size
        return self._definitions[name, side]

    def name_of(self, target: Target, tag: Tag | None = None) -> str:
        """Return the name by which `$defs` holds a target, or as much of it as has the tag.

        It is the target's own, unless another has taken that.
        """
        if (target.key, tag) not in self._names:
            base, name, number = _own_name(target.key), _own_name(target.key), 1
            while name in self._targets:
                number += 1
                name = f"{base}_{number}"
            self._names[target.key, tag] = name
            self._targets[name] = target, tag
        return self._names[target.key, tag]


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

    def whole(self, target: Target, tag: Tag | None) -> Any:
        """What stands in `$defs` for a target."""
        return self.tagged(self.of(target.value, target.base), target, tag)

    def of(
        self, schema: Any, base: str, hidden: frozenset[str] = frozenset(), depth: int = 0, tag: Tag | None = None
    ) -> Any:  # fmt: skip
        """`hidden` are properties left out elsewhere in the same object, which cannot be required here.

        `tag` is what a reference has to have.
        """
        if not isinstance(schema, Mapping):
            return schema if isinstance(schema, bool) else {}
        if depth > MAX_DEPTH:
            self._repair(f"what lies deeper than {MAX_DEPTH} levels was left out")
            return {}
        if "allOf" in schema:
            hidden |= self.left_out(schema, base, frozenset())
        converted: Schema = {}
        if isinstance(reference := schema.get("$ref"), str):
            inlined = self._reference(reference, base, hidden, depth, converted, tag)
            if inlined is not None:
                return {**inlined, **self.of({k: v for k, v in schema.items() if k != "$ref"}, base, hidden, depth)}
        for keyword, value in schema.items():
            if keyword in ("anyOf", "oneOf") and isinstance(value, list) and "discriminator" in schema:
                tags = [self._branch_tag(schema["discriminator"], base, child) for child in value]
                children = zip(value, tags, strict=True)
                converted[keyword] = [self.of(child, base, depth=depth + 1, tag=tag) for child, tag in children]
            else:
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
            if self._schemas.is_exported or size_of(value) <= MAX_EXAMPLE:
                converted[keyword] = value
        elif keyword in _VALUES or isinstance(value, str | int | float):
            converted[keyword] = value

    def _description(self, text: str) -> str:
        if self._schemas.is_exported:
            return text
        plain = without_markup(text.strip())
        if plain != text.strip():
            self._repair("HTML and Markdown in descriptions of fields were made plain text")
        bounded = shortened(plain, MAX_DESCRIPTION)
        if bounded != plain:
            self._repair(f"descriptions of fields were shortened to {MAX_DESCRIPTION:,} characters")
        return bounded

    def _properties(
        self, schema: Mapping[str, Any], base: str, hidden: frozenset[str], depth: int, converted: Schema
    ) -> None:  # fmt: skip
        properties, base = self._declared(schema, base)
        if properties is not None:
            kept = {name: child for name, child in properties.items() if not self._is_left_out(child, base)}
            for name in (name for name in properties if name not in kept):
                self._repair(f"the field '{name}' was left out of the {_LEFT_OUT_OF[self._side]}")
            hidden |= properties.keys() - kept.keys()
            converted["properties"] = {str(name): self.of(child, base, depth=depth + 1) for name, child in kept.items()}
        required = converted.get("required")
        if isinstance(required, list) and not hidden.isdisjoint(name for name in required if isinstance(name, str)):
            converted["required"] = [name for name in required if name not in hidden]
            if not converted["required"]:
                del converted["required"]

    def _declared(self, schema: Mapping[str, Any], base: str) -> tuple[Mapping[str, Any] | None, str]:
        """The properties of a schema, which may all stand elsewhere (`properties: {$ref: ...}`), and where they do."""
        properties = schema.get("properties")
        if isinstance(properties, Mapping) and isinstance(properties.get("$ref"), str):
            try:
                properties, base = self._schemas.references.resolve(properties, base)
            except ToolSpecError as error:
                self._repair(f"{error}; it was left out")
                return {}, base
        return (properties if isinstance(properties, Mapping) else None), base

    def _reference(
        self, reference: str, base: str, hidden: frozenset[str], depth: int, converted: Schema, tag: Tag | None
    ) -> Any:  # fmt: skip
        """Put a reference into `$defs`, or return its target where it requires what is left out."""
        target = self._target(reference, base)
        if target is None:
            return None
        required = target.value.get("required")
        if hidden and isinstance(required, list) and not hidden.isdisjoint(map(str, required)):
            return self.tagged(self.of(target.value, target.base, hidden, depth + 1), target, tag)
        name = self._name_of(target, tag)
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
            self._schemas.references.dangling.pop(reference, None)
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
            new = {
                value: self._place(value, discriminator, base) for value in mapping.values() if isinstance(value, str)
            }
            discriminator = {**discriminator, "mapping": {key: new.get(v, v) for key, v in mapping.items()}}
        converted["discriminator"] = discriminator

    def _place(self, reference: str, discriminator: Any, base: str) -> str:
        target = self._schemas.discriminators.named(reference, base)
        if target is None or not isinstance(target.value, Mapping):
            return reference
        name = self._name_of(target, self._schemas.discriminators.of_branch(discriminator, base, target))
        return f"#/$defs/{name}" if name in self._collected.references else reference

    def _name_of(self, target: Target, tag: Tag | None) -> str:
        """The name of a target in `$defs`, which need not be told the values that it states itself."""
        is_stated = tag is not None and self._schemas.discriminators.is_stated(target, tag)
        return self._schemas.name_of(target, None if is_stated else tag)

    def _branch_tag(self, discriminator: Any, base: str, child: Any) -> Tag | None:
        if not isinstance(child, Mapping) or not isinstance(child.get("$ref"), str):
            return None
        try:
            branch = self._schemas.references.follow(child["$ref"], base)
        except ToolSpecError:
            return None
        return self._schemas.discriminators.of_branch(discriminator, base, branch)

    def tagged(self, converted: Any, target: Target, tag: Tag | None) -> Any:
        """Return a converted target whose discriminating property has the values that stand for it, and no others."""
        discriminators = self._schemas.discriminators
        tag = tag or discriminators.of_schema(target)
        if tag is None or tag.property in self.left_out(target.value, target.base, frozenset()):
            return converted
        stated = discriminators.stated(target, tag)
        return converted if stated is None else with_property(converted, tag.property, stated, self._side == "in")

    def _nullable(self, schema: Mapping[str, Any], converted: Schema) -> Schema:
        """`nullable` of OpenAPI 3.0, and `x-nullable` as it is written in Swagger 2, add null to whatever is there."""
        if True not in (schema.get("nullable"), schema.get("x-nullable")):
            return converted
        declared = converted.get("type")
        if isinstance(declared, str | list):
            types = [declared] if isinstance(declared, str) else declared
            return {**converted, "type": [*types, *(["null"] if "null" not in types else [])]}
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
        parts, (properties, home) = schema.get("allOf"), self._declared(schema, base)
        names = {name for name, child in (properties or {}).items() if self._is_left_out(child, home)}
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
