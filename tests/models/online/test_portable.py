import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from toolgraph.models.online.portable import LARGEST_BOUND, MOST_NODES, portable
from toolgraph.tools.schema import target_of
from toolgraph.tools.standard import standard_schema

SHIPPED = Path(__file__).parents[3] / "data" / "tools"

NAMES = ("a", "b", 'q"uote', "c d", "back\\slash", "\u6771\u4eac")
LEAVES = (
    None, True, False, -5, 0, 1, 2, 3, 2000, 0.5, 2.0, 1e6,
    "a", "b", "2026-03-01", 'a"b', "back\\slash", "12", "", "long" * 80,
)  # fmt: skip
TYPES = ("string", "integer", "number", "boolean", "null", "object", "array")
REFERENCES = ("#", "#/$defs/x", "#/$defs/y", "#/nowhere", "https://example.org/schema")


class Maker:
    """Makes schemas and values from one number; composed strategies would spend minutes on drawing alone."""

    def __init__(self, number):
        self.random = random.Random(number)

    def value(self, depth=0):
        kind = self.random.randrange(5 if depth < 3 else 3)
        if kind == 3:
            return [self.value(depth + 1) for _ in range(self.random.randrange(4))]
        if kind == 4:
            return {self.one(NAMES): self.value(depth + 1) for _ in range(self.random.randrange(4))}
        return self.one(LEAVES)

    def document(self):
        return {**self.schema(0), "$defs": {"x": self.schema(1), "y": self.schema(1)}}

    def schema(self, depth):
        if depth > 3:
            return {}
        chosen = self.random.sample(sorted(KEYWORDS), self.random.randrange(5))
        return {keyword: KEYWORDS[keyword](self, depth + 1) for keyword in chosen}

    def schemas(self, depth):
        return [self.schema(depth) for _ in range(self.random.randrange(1, 4))]

    def one(self, options):
        return self.random.choice(options)

    def some(self, options, most=3):
        return self.random.sample(options, self.random.randrange(1, most + 1))


KEYWORDS = {
    "type": lambda make, depth: make.one([make.one(TYPES), make.some(TYPES)]),
    "enum": lambda make, depth: make.some(LEAVES, 4),
    "const": lambda make, depth: make.one(LEAVES),
    "properties": lambda make, depth: {name: make.schema(depth) for name in make.some(NAMES)},
    "required": lambda make, depth: make.some(NAMES, 2),
    "additionalProperties": lambda make, depth: make.one([True, False, make.schema(depth)]),
    "patternProperties": lambda make, depth: {make.one(["^a", "."]): make.schema(depth)},
    "propertyNames": lambda make, depth: {"maxLength": 3},
    "items": lambda make, depth: make.schema(depth),
    "prefixItems": lambda make, depth: make.schemas(depth),
    "minItems": lambda make, depth: make.one([0, 1, 2, 2000]),
    "maxItems": lambda make, depth: make.one([0, 1, 3, 2000]),
    "minLength": lambda make, depth: make.one([0, 1, 2, 2000]),
    "maxLength": lambda make, depth: make.one([0, 1, 3, 2000]),
    "minimum": lambda make, depth: make.random.randrange(-3, 5),
    "exclusiveMinimum": lambda make, depth: make.random.randrange(-3, 5),
    "exclusiveMaximum": lambda make, depth: make.random.randrange(-3, 5),
    "multipleOf": lambda make, depth: make.random.randrange(1, 3),
    "uniqueItems": lambda make, depth: make.one([True, False]),
    "pattern": lambda make, depth: make.one([r"^\d+$", "^[a-z]+$", "^a|b$", r"\w"]),
    "format": lambda make, depth: make.one(["date", "made-up"]),
    "not": lambda make, depth: make.schema(depth),
    "if": lambda make, depth: make.schema(depth),
    "then": lambda make, depth: make.schema(depth),
    "anyOf": lambda make, depth: make.schemas(depth),
    "oneOf": lambda make, depth: make.schemas(depth),
    "allOf": lambda make, depth: make.schemas(depth),
    "$ref": lambda make, depth: make.one(REFERENCES),
    "description": lambda make, depth: "Something.",
    "default": lambda make, depth: make.one(LEAVES),
    "examples": lambda make, depth: make.some(LEAVES, 2),
}


def parts_of(schema):
    yield schema
    children = [*schema.get("properties", {}).values(), *schema.get("anyOf", [])]
    children += [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    for child in children:
        yield from parts_of(child)


def admits(schema, value):
    return Draft202012Validator(schema).is_valid(value)


def goes_round(schema, root, above=()):
    """Whether applying a schema to a value leads back to applying it to the same value, for ever."""
    if any(schema is other for other in above):
        return True
    beside = [part for keyword in ("allOf", "anyOf", "oneOf") for part in schema.get(keyword, ())]
    beside += [schema[keyword] for keyword in ("not", "if", "then") if keyword in schema]
    target = target_of(schema["$ref"], root) if "$ref" in schema else None
    beside += [target] if target is not None else []
    return any(goes_round(part, root, (*above, schema)) for part in beside)


def circles(schema, root):
    return any(goes_round(part, root) for part in all_parts(schema))


def all_parts(value):
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from all_parts(child)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_whatever_is_valid_by_the_full_schema_is_valid_by_the_one_sent(number):
    make = Maker(number)
    full = standard_schema(make.document())
    sent = portable(full)

    Draft202012Validator.check_schema(sent)
    if circles(full, full):
        return  # no value can be judged by it
    for value in [make.value() for _ in range(8)]:
        assert not admits(full, value) or admits(sent, value)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_nothing_that_servers_choke_on_is_sent(number):
    for part in parts_of(portable(standard_schema(Maker(number).document()))):
        assert part.keys() <= {
            "type", "enum", "properties", "required", "additionalProperties", "items", "anyOf", "description",
            "minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum", "pattern", "format",
        }  # fmt: skip
        assert all(part.get(key, 0) <= LARGEST_BOUND for key in ("minItems", "maxItems", "minLength", "maxLength"))
        assert "\\" not in part.get("pattern", "")
        quoted = [*part.get("properties", {}), *(each for each in part.get("enum", []) if isinstance(each, str))]
        assert not any(re.search(r'["\\]', text) for text in quoted)
        assert part.get("enum") != []
        assert part.get("anyOf") != []


def test_a_schema_that_kills_a_server_is_sent_without_what_kills_it_and_the_model_is_told():
    full = {
        "type": "object",
        "properties": {
            "zip": {"type": "string", "pattern": r"^\d{5}$", "maxLength": 2000},
            "unit": {"enum": ['5"', '7"']},
            'say "so"': {"type": "string"},
        },
        "required": ["zip", 'say "so"'],
        "additionalProperties": False,
    }

    sent = portable(standard_schema(full))

    assert sent == {
        "type": "object",
        "properties": {
            "zip": {"type": "string", "description": r"Matches ^\d{5}$."},
            "unit": {"type": "string", "description": r'One of "5\"", "7\"".'},
        },
        "required": ["zip"],
    }


def test_a_reference_is_written_out_and_a_circle_is_cut():
    node = {"type": "object", "properties": {"name": {"type": "string"}, "next": {"$ref": "#/$defs/node"}}}

    sent = portable(standard_schema({"$ref": "#/$defs/node", "$defs": {"node": node}}))

    assert sent["properties"]["name"] == {"type": "string"}
    assert sent["properties"]["next"] == {"type": "object"}
    assert "$ref" not in json.dumps(sent)


def test_what_stands_beside_alternatives_goes_into_each():
    sent = portable(
        {
            "type": "object",
            "properties": {"n": {"type": "integer"}},
            "oneOf": [{"required": ["n"]}, {"minProperties": 1}],
        }
    )

    assert sent == {"type": "object", "properties": {"n": {"type": "integer"}}}
    assert portable({"minimum": 3, "anyOf": [{"type": "integer"}, {"type": "null"}]}) == {
        "anyOf": [{"type": "integer", "minimum": 3}, {"type": "null", "minimum": 3}]
    }


def test_a_huge_schema_is_cut_to_size():
    wide = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(30)}}
    deep = {
        "type": "object",
        "properties": {f"q{n}": {"$ref": "#/$defs/wide"} for n in range(200)},
        "$defs": {"wide": wide},
    }

    sent = portable(standard_schema(deep))

    assert len(list(parts_of(sent))) <= MOST_NODES + 200
    assert sent["properties"]["q199"] == {"type": "object"}


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.json")), ids=lambda path: path.stem)
def test_the_schemas_of_the_shipped_tools_keep_their_properties_and_options(path):
    for tool in json.loads(path.read_text("utf-8"))["tools"]:
        full = standard_schema(tool["parameters"])
        sent = portable(full)

        assert sent.get("properties", {}).keys() == full.get("properties", {}).keys()
        assert sent.get("required", []) == full.get("required", [])


@pytest.mark.parametrize(
    ("description", "joined"),
    [
        ("Identifier of the pet sitter", 'Identifier of the pet sitter. For example "PS-1".'),
        ("Identifier of the pet sitter.", 'Identifier of the pet sitter. For example "PS-1".'),
        ("Which sitter?", 'Which sitter? For example "PS-1".'),
        ("The sitter (by number)", 'The sitter (by number). For example "PS-1".'),
        ("One of:", 'One of: For example "PS-1".'),
        ("", 'For example "PS-1".'),
    ],
)
def test_what_is_noted_after_a_description_is_a_sentence_of_its_own(description, joined):
    schema = {"type": "string", "description": description, "examples": ["PS-1"]}

    assert portable(schema)["description"] == joined


def test_a_description_without_notes_is_left_as_it_is():
    assert portable({"type": "string", "description": "Name of the city"})["description"] == "Name of the city"
