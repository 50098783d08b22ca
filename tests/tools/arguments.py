"""Arguments made up from a schema in standard form, without a look at what they mean."""

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import rstr

from toolgraph.tools.pointers import get
from toolgraph.tools.schema import Schema

DEEPEST = 5
TRIES = 12
KINDS = ("string", "integer", "number", "boolean", "null", "array", "object")
FORMATS = {
    "date": "2026-03-01", "date-time": "2026-03-01T10:20:30Z", "time": "10:20:30", "duration": "PT5M",
    "uuid": "8b0ac1d2-6c1e-4f5b-9a3d-2f8f0d6b7c11", "uri": "https://example.org/a", "email": "ann@example.org",
    "ipv4": "192.0.2.7", "ipv6": "2001:db8::7",
}  # fmt: skip


def calls(
    schema: Schema, key: str, number: int, is_valid: Callable[[dict[str, Any]], bool], *, undeclared: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield up to `number` valid objects of arguments: the least, the most, and some between.

    Args:
        schema: What they are made up from.
        key: What their choice hangs on.
        number: How many.
        is_valid: Says which of those made up count.
        undeclared: Whether properties that an object does not name are tried where it names others.
    """
    chooser = random.Random(key)
    found = 0
    for tried in range(TRIES * number):
        share = (0.0, 1.0, 0.5)[tried % 3]
        maker = _Maker(schema, chooser, share=share, undeclared=0.2 if undeclared and tried % 3 == 2 else 0.0)
        value = maker.of({**schema, "type": "object"}, 0)
        if isinstance(value, dict) and is_valid(value):
            yield value
            found += 1
            if found == number:
                return


class _Maker:
    """Makes values for the schemas inside one root."""

    def __init__(self, root: Schema, chooser: random.Random, *, share: float, undeclared: float) -> None:
        self._root = root
        self._chooser = chooser
        self._share = share
        """How many of the optional properties there are."""
        self._undeclared = undeclared
        """How many of the objects have a property that nothing declares."""

    def of(self, schema: Any, depth: int) -> Any:
        """A value for a schema, most often a valid one."""
        schema = self._flat(schema, 0) if isinstance(schema, dict) else {}
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self._chooser.choice(schema["enum"])
        likely = "object" if "properties" in schema else "array" if "items" in schema else "string"
        types = schema.get("type", [likely, self._chooser.choice(KINDS)])
        kind = self._chooser.choice(types) if isinstance(types, list) and types else types
        kind = kind if kind in KINDS else self._chooser.choice(KINDS)
        made: Any = getattr(self, f"_{kind}")(schema, depth)
        return made

    def _flat(self, schema: Schema, steps: int) -> Schema:
        """The schema with references followed, all of `allOf`, and one of the alternatives, merged."""
        if steps > 12:
            return {}
        schema = dict(schema)
        if "$ref" in schema:
            target = get(self._root, schema.pop("$ref").removeprefix("#"))
            schema = _merged(self._flat(target, steps + 1), schema)
        for part in schema.pop("allOf", ()):
            schema = _merged(schema, self._flat(part, steps + 1) if isinstance(part, dict) else {})
        for keyword in ("anyOf", "oneOf"):
            if options := schema.pop(keyword, None):
                option = self._chooser.choice(options)
                schema = _merged(schema, self._flat(option, steps + 1) if isinstance(option, dict) else {})
        return schema

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        required = schema.get("required", [])
        share = self._share if depth < DEEPEST else 0.0
        value = {
            name: self.of(child, depth + 1)
            for name, child in schema.get("properties", {}).items()
            if name in required or self._chooser.random() < share
        }
        others = schema.get("additionalProperties")
        if value and self._chooser.random() < self._undeclared:
            value["undeclared"] = self.of({}, DEEPEST)
        for number in range(schema.get("minProperties", int(isinstance(others, dict) and depth < DEEPEST))):
            value.setdefault(f"key{number}", self.of(others if isinstance(others, dict) else {}, depth + 1))
        return value

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        items = [self.of(child, depth + 1) for child in schema.get("prefixItems", ())]
        least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
        if "items" not in schema and items:
            return items
        wanted = min(max(least, self._chooser.randint(0, 2) if depth < DEEPEST else 0), most)
        while len(items) < wanted:
            items.append(self.of(schema.get("items", {}), depth + 1))
        return items

    def _string(self, schema: Schema, depth: int) -> str:
        if "pattern" in schema:
            return str(rstr.Rstr(self._chooser).xeger(schema["pattern"].replace(r"\p{L}", "a")))
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        text = self._chooser.choice(["Oslo", "x", "2026-03-01", "größer", "a b c"])
        return (text * (1 + schema.get("minLength", 0)))[: schema.get("maxLength", 60)]

    def _integer(self, schema: Schema, depth: int) -> int:
        low = (
            math.ceil(max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf) + 1))
            if {"minimum", "exclusiveMinimum"} & schema.keys()
            else 0
        )
        high = math.floor(min(schema.get("maximum", low + 9), schema.get("exclusiveMaximum", low + 10) - 1))
        step = int(schema.get("multipleOf", 1)) or 1
        return self._chooser.randint(low, max(low, high)) // step * step

    def _number(self, schema: Schema, depth: int) -> float:
        if "multipleOf" in schema or self._chooser.random() < 0.5:
            return self._integer(schema, depth)
        low = max(schema.get("minimum", 0), schema.get("exclusiveMinimum", 0))
        return low + (min(schema.get("maximum", low + 1), schema.get("exclusiveMaximum", low + 1)) - low) / 2

    def _boolean(self, schema: Schema, depth: int) -> bool:
        return self._chooser.random() < 0.5

    def _null(self, schema: Schema, depth: int) -> None:
        return None


def _merged(left: Schema, right: Schema) -> Schema:
    both = {**left, **right}
    if "properties" in left and "properties" in right:
        both["properties"] = {**left["properties"], **right["properties"]}
    if "required" in left and "required" in right:
        both["required"] = [*left["required"], *right["required"]]
    return both
