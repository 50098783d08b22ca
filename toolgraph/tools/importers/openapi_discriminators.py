"""Discriminators of an OpenAPI document: which values of a property stand for which of its schemas.

A schema is told by the keys of `mapping` that lead to it, else by its own name, and so is all that inherits from it by
`allOf` (OpenAPI 3.0 and 3.1, "Discriminator Object"; Swagger 2.0, "Composition and Inheritance").
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers.openapi_references import MAX_STEPS, References, Target
from toolgraph.tools.importers.texts import plain_text
from toolgraph.tools.schema import Schema

_PLACES = ("#/components/schemas/", "#/definitions/")


class Tag(NamedTuple):
    """A property, and its values that stand for one schema."""

    property: str
    values: tuple[str, ...]


class Discriminators:
    """What the discriminators of a document say of its schemas, or nothing."""

    def __init__(self, references: References, *, is_silent: bool = False) -> None:
        self._references = references
        self._is_silent = is_silent

    def of_branch(self, discriminator: Any, base: str, branch: Target) -> Tag | None:
        """Return what tells a branch of `oneOf` or `anyOf` from those beside it."""
        tag, inherited = self._tag(discriminator, base, [branch.key]), self.of_schema(branch)
        if tag is None or inherited is None or inherited.property != tag.property:
            return tag
        both = tuple(value for value in tag.values if value in inherited.values)
        return Tag(tag.property, both or inherited.values)

    def of_schema(self, target: Target) -> Tag | None:
        """Return what tells a schema from others that inherit from the same one, or all that inherit from it."""
        for ancestor in self._ancestors(target, ()):
            if "discriminator" in ancestor.value and {"oneOf", "anyOf"}.isdisjoint(ancestor.value):
                return self._tag(ancestor.value["discriminator"], ancestor.base, self._heirs(target.key))
        return None

    def is_stated(self, target: Target, tag: Tag) -> bool:
        """Say whether a schema itself allows its property no other values."""
        stated = self._property(target.value, target.base, tag.property, 0)
        options = stated.get("enum", [stated["const"]] if "const" in stated else None)
        return isinstance(options, list) and all(option in tag.values for option in options)

    def stated(self, target: Target, tag: Tag) -> Schema | None:
        """Return what the property of a schema has to be; none where its owner says other things of it."""
        stated = self._property(target.value, target.base, tag.property, 0)
        given = stated.get("enum", tag.values)
        options = [value for value in (given if isinstance(given, list | tuple) else ()) if value in tag.values]
        if not options or "const" in stated or stated.get("type", "string") not in ("string", ["string"]):
            return None
        described = stated.get("description")
        texts = {"description": plain_text(described)} if isinstance(described, str) else {}
        return {"type": "string", **texts, "enum": options}

    def _property(self, schema: Any, base: str, name: str, depth: int) -> Mapping[str, Any]:
        """What an object schema, or any part of its `allOf`, says of a property."""
        try:
            schema, base = self._references.resolve(schema, base)
            if not isinstance(schema, Mapping) or depth > MAX_STEPS:
                return {}
            properties, parts = schema.get("properties"), schema.get("allOf")
            if isinstance(properties, Mapping) and name in properties:
                stated, _ = self._references.resolve(properties[name], base)
                return stated if isinstance(stated, Mapping) else {}
        except ToolSpecError:
            return {}
        found = (self._property(part, base, name, depth + 1) for part in (parts if isinstance(parts, list) else ()))
        return next(filter(None, found), {})

    def _tag(self, discriminator: Any, base: str, keys: list[str]) -> Tag | None:
        """The values that stand for the schemas at these addresses."""
        name = discriminator.get("propertyName") if isinstance(discriminator, Mapping) else discriminator
        if self._is_silent or not isinstance(name, str):
            return None
        mapping = discriminator.get("mapping") if isinstance(discriminator, Mapping) else None
        mapped: dict[str, list[str]] = {}
        for value, reference in mapping.items() if isinstance(mapping, Mapping) else ():
            if target := self.named(reference, base):
                mapped.setdefault(target.key, []).append(value)
        values = [value for key in keys for value in mapped.get(key) or self._own_name(key, bool(mapped))]
        return Tag(name, tuple(dict.fromkeys(values))) if values else None

    def _own_name(self, key: str, is_mapped: bool) -> list[str]:
        """The name of a component; none of a schema in a file of its own, nor of one that others stand for."""
        place = next((place for place in _PLACES if place in key), None)
        if place is None or (is_mapped and key in self._children):
            return []
        name = key.partition(place)[2]
        return [] if "/" in name else [name]

    def named(self, reference: Any, base: str) -> Target | None:
        """Return what an entry of a mapping names, which may be the bare name of a component."""
        if str(reference) in self._components:
            return self._components[reference]
        try:
            return self._references.follow(str(reference), base)
        except ToolSpecError:
            return None

    def _ancestors(self, target: Target, above: tuple[str, ...]) -> Iterator[Target]:
        """A schema, and all that it takes in by `allOf`."""
        if target.key in above or not isinstance(target.value, Mapping):
            return
        yield target
        for part in self._parts(target):
            yield from self._ancestors(part, (*above, target.key))

    def _parts(self, target: Target) -> Iterator[Target]:
        parts = target.value.get("allOf") if isinstance(target.value, Mapping) else None
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, Mapping) and isinstance(part.get("$ref"), str):
                try:
                    yield self._references.follow(part["$ref"], target.base)
                except ToolSpecError:
                    continue

    def _heirs(self, key: str) -> list[str]:
        """The address of a schema, and those of all that take it in."""
        found = [key]
        for one in found:
            found += [heir for heir in self._children.get(one, ()) if heir not in found]
        return found

    @cached_property
    def _components(self) -> dict[str, Target]:
        """The schemas of the document, by name."""
        document, base = self._references.document, self._references.base
        found: dict[str, Target] = {}
        for place in _PLACES:
            held: Any = document
            for key in place.strip("#/").split("/"):
                held = held.get(key) if isinstance(held, Mapping) else None
            schemas = held.items() if isinstance(held, Mapping) else ()
            found |= {name: Target(f"{base}{place}{name}", schema, base) for name, schema in schemas}
        return found

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        """The addresses of the components that take in others by `allOf`, by the addresses of these."""
        children: dict[str, list[str]] = {}
        for component in self._components.values():
            for part in self._parts(component):
                children.setdefault(part.key, []).append(component.key)
        return children


def with_property(schema: Schema, name: str, stated: Schema, is_required: bool) -> Schema:
    """Return an object schema whose property is what is `stated` of it, beside whatever the schema says of it."""
    properties = schema.get("properties", {})
    if name in properties or {"allOf", "anyOf", "oneOf", "$ref"}.isdisjoint(schema):
        if name not in properties and schema.get("additionalProperties") is False:
            return schema
        known = properties.get(name)
        own = {**known, "enum": stated["enum"]} if isinstance(known, dict) else stated
        given = schema.get("required")
        required = given if isinstance(given, list) else []
        needed = {} if name in required or not is_required else {"required": [*required, name]}
        return {**schema, "properties": {**properties, name: own}, **needed}
    part = {"properties": {name: stated}, **({"required": [name]} if is_required else {})}
    if "allOf" in schema:
        return {**schema, "allOf": [*schema["allOf"], part]}
    return {"allOf": [schema, part]}
