"""Portable schemas: simplified to what real servers bear, and never stricter than the full one.

Schemas of real APIs are full of what makes servers answer 500, or die: long bounds, patterns with escapes, quotes in
names, references in circles. What is sent leaves these out; whatever comes back is validated against the full schema.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from toolgraph.tools.schema import Schema, json_type, target_of

LARGEST_BOUND = 256
"""Bounds on lengths and counts above this are left out: grammars grow with them, and llama.cpp dies of them."""
MOST_OPTIONS = 300
"""The most options an enum may have; OpenAI takes 1,000 in a whole schema."""
MOST_BRANCHES = 16
MOST_DEPTH = 8
MOST_NODES = 400
"""How many schemas one may consist of; what goes beyond is told by its type alone."""
MOST_NOTED = 160
"""Characters that a note in a description may quote."""


def portable(schema: Schema) -> Schema:
    r"""Return a schema that common servers bear and that admits every value the given one, in standard form, admits.

    What is left out and helps a model to answer (a pattern, a default, an example) is told in the description.

    >>> portable({"type": "string", "maxLength": 2000, "pattern": "^\\d{4}$"})
    {'type': 'string', 'description': 'Matches ^\\d{4}$.'}
    """
    return _Simplifier(schema).simple(schema, depth=0, above=frozenset())


_UNSAFE = re.compile(r'["\\\x00-\x1f\x7f]')
"""What a property name or an option must not hold: it ends up inside quotes in a grammar."""
_SAFE_PATTERN = re.compile(r"\^[^\\|?^$\"]{1,100}\$")
_KEPT_FORMATS = frozenset({"date", "date-time", "uuid"})
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems")
_LOWER, _UPPER = ("minimum", "minLength", "minItems"), ("maximum", "maxLength", "maxItems")


class _Simplifier:
    """One schema being simplified; it counts what it has written."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._nodes = 0

    def simple(self, schema: Any, *, depth: int, above: frozenset[str]) -> Schema:
        if not isinstance(schema, dict):
            return {}
        self._nodes += 1
        if depth > MOST_DEPTH or self._nodes > MOST_NODES:
            return self._stub(schema)
        found = self._own(schema, depth, above)
        for part in self._conjuncts(schema, depth, above):
            found = _both(found, part)
        return found

    def _conjuncts(self, schema: Schema, depth: int, above: frozenset[str]) -> Iterator[Schema]:
        """What must hold beside the schema's own keywords."""
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target = target_of(reference, self._root)
            if target is not None:
                is_circle = reference in above
                yield self._stub(target) if is_circle else self.simple(target, depth=depth, above=above | {reference})
        for part in schema.get("allOf", ()):
            yield self.simple(part, depth=depth, above=above)
        for keyword in ("anyOf", "oneOf"):
            branches = schema.get(keyword, ())
            if 0 < len(branches) <= MOST_BRANCHES:
                yield _any_of([self.simple(branch, depth=depth + 1, above=above) for branch in branches])

    def _stub(self, schema: Schema) -> Schema:
        """What is sent in place of a schema that would go round in a circle, or too far."""
        reference = schema.get("$ref")
        target = target_of(reference, self._root) if isinstance(reference, str) else None
        types = schema.get("type") or (target or {}).get("type")
        return {"type": types} if types else {}

    def _own(self, schema: Schema, depth: int, above: frozenset[str]) -> Schema:
        """The schema's own keywords, without references and alternatives."""
        found: Schema = {}
        notes: list[str] = []
        if schema.get("type"):
            found["type"] = schema["type"]
        _keep_options(schema, found, notes)
        _keep_bounds(schema, found, notes)
        _keep_texts(schema, found, notes)
        self._keep_properties(schema, found, depth, above)
        if "prefixItems" not in schema and isinstance(schema.get("items"), dict):
            found["items"] = self.simple(schema["items"], depth=depth + 1, above=above)
        described = _joined(_text(schema.get("description")), notes)
        return {**found, "description": described} if described else found

    def _keep_properties(self, schema: Schema, found: Schema, depth: int, above: frozenset[str]) -> None:
        properties = schema.get("properties")
        kept: Schema = {}
        if isinstance(properties, dict):
            kept = {name: child for name, child in properties.items() if not _UNSAFE.search(name)}
            found["properties"] = {
                name: self.simple(child, depth=depth + 1, above=above) for name, child in kept.items()
            }
            required = [name for name in schema.get("required", ()) if name in kept]
            if required:
                found["required"] = required
        others = schema.get("additionalProperties")
        if schema.get("patternProperties") or len(kept) < len(properties or ()):
            return  # others than those listed are admitted, by a rule that cannot be told
        if others is False:
            found["additionalProperties"] = False
        elif isinstance(others, dict) and others:
            found["additionalProperties"] = self.simple(others, depth=depth + 1, above=above)


def _keep_options(schema: Schema, found: Schema, notes: list[str]) -> None:
    options = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(options, list) or not options:
        return
    is_plain = all(
        option is None
        or isinstance(option, bool | int | float)
        or (isinstance(option, str) and not _UNSAFE.search(option))
        for option in options
    )
    if is_plain and len(options) <= MOST_OPTIONS:
        found["enum"] = _distinct(options)
        return
    if "type" not in found:
        types = list(dict.fromkeys(json_type(option) for option in options))
        found["type"] = types[0] if len(types) == 1 else types
    notes.append(f"One of {_quoted(options)}.")


def _keep_bounds(schema: Schema, found: Schema, notes: list[str]) -> None:
    for keyword in _COUNTS:
        if isinstance(bound := schema.get(keyword), int) and bound <= LARGEST_BOUND:
            found[keyword] = bound
    for keyword in ("minimum", "maximum"):
        if (bound := _number(schema.get(keyword))) is not None:
            found[keyword] = bound
    for keyword, kept, words in (
        ("exclusiveMinimum", "minimum", "More than"),
        ("exclusiveMaximum", "maximum", "Less than"),
    ):
        if (bound := _number(schema.get(keyword))) is not None:
            found[kept] = _tighter(kept, found[kept], bound) if kept in found else bound
            notes.append(f"{words} {bound}.")
    if (step := _number(schema.get("multipleOf"))) is not None and step != 1:
        notes.append(f"A multiple of {step}.")
    if schema.get("uniqueItems") is True:
        notes.append("No entry twice.")


def _keep_texts(schema: Schema, found: Schema, notes: list[str]) -> None:
    pattern, format = schema.get("pattern"), schema.get("format")
    if isinstance(pattern, str):
        # Repetitions make grammars grow like long bounds do.
        if _SAFE_PATTERN.fullmatch(pattern) and all(int(n) <= LARGEST_BOUND for n in re.findall(r"\d+", pattern)):
            found["pattern"] = pattern
        elif len(pattern) <= MOST_NOTED:
            notes.append(f"Matches {pattern}.")
    if isinstance(format, str):
        if format in _KEPT_FORMATS:
            found["format"] = format
        elif len(format) <= 40:
            notes.append(f"Format: {format}.")
    if "default" in schema:
        notes.append(f"Default: {_quoted([schema['default']])}.")
    examples = schema.get("examples", schema.get("example"))
    if examples is not None:
        listed = examples if isinstance(examples, list) else [examples]
        notes += [f"For example {_quoted(listed[:2])}."] if listed else []


# --- two schemas that must both hold --------------------------------------------------------------------------------


def _both(left: Schema, right: Schema) -> Schema:
    """A schema that admits whatever both admit."""
    if not left or not right:
        return left or right
    if "anyOf" in right and "anyOf" not in left:
        left, right = right, left
    if "anyOf" in left:
        # Servers look at `anyOf` alone, so what stands beside it goes into every alternative. Of two lists of
        # alternatives one is dropped, since their product would be too long.
        beside = {key: value for key, value in right.items() if key not in ("anyOf", "description")}
        merged = {**left, "anyOf": [_both(branch, beside) for branch in left["anyOf"]]}
        described = left.get("description") or right.get("description")
        return {**merged, "description": described} if described else merged
    merged = {**right, **left}
    for keyword in left.keys() & right.keys():
        merged[keyword] = _combined(keyword, left[keyword], right[keyword])
    if merged.get("type") == []:
        del merged["type"]
    return merged


def _combined(keyword: str, left: Any, right: Any) -> Any:
    match keyword:
        case "type":
            return _common_types(left, right)
        case "enum":
            return [option for option in left if any(_is_same(option, other) for other in right)] or left
        case "required":
            return list(dict.fromkeys([*left, *right]))
        case "properties":
            shared = {name: _both(left[name], right[name]) for name in left if name in right}
            return {**left, **right, **shared}
        case "items":
            return _both(left, right)
        case "additionalProperties":
            return False if left is False or right is False else _both(left, right)
        case "minimum" | "maximum" | "minLength" | "maxLength" | "minItems" | "maxItems":
            return _tighter(keyword, left, right)
        case _:
            return left


def _any_of(branches: Sequence[Schema]) -> Schema:
    """Alternatives, none inside another; one that admits everything makes the others idle."""
    flat: list[Schema] = []
    for branch in branches:
        nested = branch.get("anyOf")
        flat += nested if nested else [branch]
    distinct = {json.dumps(branch, sort_keys=True, default=str): branch for branch in flat}
    flat = list(distinct.values())
    if len(flat) > MOST_BRANCHES or any(not branch.keys() - {"description"} for branch in flat):
        return {}
    return flat[0] if len(flat) == 1 else {"anyOf": flat}


def _common_types(left: Any, right: Any) -> Any:
    ours, others = (value if isinstance(value, list) else [value] for value in (left, right))
    common = [name for name in ours if name in others or (name == "integer" and "number" in others)]
    common += [name for name in others if name == "integer" and "number" in ours and name not in common]
    return common[0] if len(common) == 1 else common


def _tighter(keyword: str, left: Any, right: Any) -> Any:
    return max(left, right) if keyword in _LOWER else min(left, right)


# --- values ---------------------------------------------------------------------------------------------------------


def _is_same(left: Any, right: Any) -> bool:
    """Equality of JSON, where `true` is not 1."""
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _distinct(options: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for option in options:
        if not any(_is_same(option, other) for other in found):
            found.append(option)
    return found


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _joined(description: str, notes: Sequence[str]) -> str:
    """A description with notes after it, as sentences of their own."""
    if description and notes and description[-1] not in ".:;,!?…":
        description += "."
    return " ".join(part for part in (description, *notes) if part)


def _quoted(values: Sequence[Any]) -> str:
    text = ", ".join(json.dumps(value, ensure_ascii=False, default=str) for value in values)
    return text if len(text) <= MOST_NOTED else f"{text[: MOST_NOTED - 1]}…"
