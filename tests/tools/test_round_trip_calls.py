"""A call that is valid under an imported schema is valid under what the file says."""

import pytest

from tests.tools.round_trip_calls import READERS, compare, pairs, some_pairs, written_pairs

LEAST = 60
"""Tools looked at of each form; `benchmarks/importing.py --calls` looks at 500 and more."""
OWN = {
    "openapi": """
openapi: 3.0.3
info: {title: Pets, version: "1"}
paths:
  /pets/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1}}]
    put:
      operationId: putPet
      parameters: [{name: dry, in: query, schema: {type: boolean}}, {$ref: "#/components/parameters/Trace"}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
      responses: {"200": {description: Done.}}
  /pets:
    post:
      operationId: movePet
      parameters: [{name: name, in: query, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
      responses: {"200": {description: Done.}}
components:
  parameters:
    Trace: {name: trace, in: header, required: true, schema: {type: string, minLength: 3}}
  schemas:
    Pet:
      type: object
      required: [key, name, owner]
      properties:
        key: {type: string, readOnly: true}
        name: {type: string, nullable: true, maxLength: 4}
        owner: {oneOf: [{type: integer, minimum: 10, exclusiveMinimum: true, maximum: 20}, {enum: [nobody]}]}
        parent: {$ref: "#/components/schemas/Pet"}
""",
    "mcp": """{"tools": [
  {"name": "find", "inputSchema": {"type": "object", "required": ["day"], "additionalProperties": false,
    "properties": {"day": {"$ref": "#/$defs/Day"}, "n": {"type": ["integer", "null"], "maximum": 3}},
    "$defs": {"Day": {"enum": ["mon", "tue"]}}}},
  {"name": "add", "arguments": [{"name": "a", "type": "number"},
    {"name": "b", "type": "array", "optional": true}]}]}""",
    "bfcl": """{"id": "q_0", "question": [], "function": [{"name": "plot.point", "parameters": {"type": "dict",
 "properties": {"at": {"type": "tuple", "items": {"type": "float"}}, "more": {"type": "dict", "properties": {"k": {
 "type": "HashMap"}}}}, "required": ["at"]}}]}""".replace("\n", ""),
    "toolbench": """[{"query_id": 7, "api_list": [{"category_name": "C", "tool_name": "T", "api_name": "Rates of day",
  "required_parameters": [{"name": "day", "type": "STRING", "description": "", "default": "x"}],
  "optional_parameters": [{"name": "n", "type": "NUMBER", "description": "", "default": ""},
    {"name": "exact", "type": "BOOLEAN", "description": "", "default": ""}]}]}]""",
    "gemini": """{"tools": [{"functionDeclarations": [{"name": "list_days", "parameters": {"type": "OBJECT",
  "required": ["days"], "properties": {"days": {"type": "ARRAY", "minItems": "1", "maxItems": "2",
    "items": {"type": "STRING", "format": "enum", "enum": ["mon", "tue"]}},
    "limit": {"type": "INTEGER", "nullable": true, "maximum": 3}}}}]}]}""",
    "sgd": """[{"service_name": "Trains_1", "description": "", "slots": [
  {"name": "to", "is_categorical": false, "possible_values": ["Oslo"]},
  {"name": "class", "is_categorical": true, "possible_values": ["first", "second"]}],
  "intents": [{"name": "Find", "required_slots": ["to"], "optional_slots": {"class": "first"},
    "result_slots": []}]}]""",
    "taskbench": """{"nodes": [{"id": "Blend", "desc": "", "input-type": ["image", "image", "text"],
  "output-type": ["image"]}, {"id": "Alarm", "desc": "", "parameters": [{"name": "t", "type": "int", "desc": ""}]}]}""",
    "python": '''
from typing import Annotated, Literal
from pydantic import BaseModel, Field
from typing_extensions import NotRequired, TypedDict
class Seat(TypedDict):
    row: int
    side: NotRequired[Literal["left", "right"]]
class Guest(BaseModel):
    name: Annotated[str, Field(min_length=2)]
    seat: Seat | None = None
def book(guests: list[Guest], nights: Annotated[int, Field(gt=0, le=3)] = 1, *, tags: dict[str, float]) -> str:
    """Book."""
''',
}
"""A small file of some forms, with the quirks that make a schema of it another one."""
SUFFIXES = {"openapi": "yaml", "bfcl": "jsonl", "python": "py"}
LINES = [
    {
        "name": "find_trains",
        "description": "Find trains.",
        "source": "trains",
        "parameters": {
            "type": "object",
            "properties": {
                "to": {"type": "string", "minLength": 2},
                "class": {"type": "string", "enum": ["first", "second"]},
                "seats": {"type": "integer", "minimum": 1, "maximum": 4},
                "via": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
            },
            "required": ["to", "seats"],
        },
    },
    {
        "name": "book_train",
        "description": "Book a train.",
        "source": "trains",
        "parameters": {
            "type": "object",
            "properties": {
                "train": {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]},
                "quiet": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
                "fare": {"$ref": "#/$defs/Fare"},
            },
            "required": ["train"],
            "$defs": {"Fare": {"type": "number", "exclusiveMinimum": 0}},
        },
    },
]
"""Two tools, to be written down in every form."""


@pytest.mark.parametrize("form", OWN)
def test_calls_made_from_what_was_imported_fit_a_file_with_quirks(tmp_path, form):
    path = tmp_path / f"tools.{SUFFIXES.get(form, 'json')}"
    path.write_text(OWN[form])

    told = compare(list(pairs(path, form)))

    assert (told.refused, told.lost) == ([], [])
    assert told.tools == {"openapi": 2, "mcp": 2, "taskbench": 2}.get(form, 1)
    assert told.uncalled == 0


def test_calls_made_from_what_was_imported_fit_an_api_in_two_files(tmp_path):
    (tmp_path / "pets.yaml").write_text("""
Pet: {type: object, required: [kind], properties: {kind: {type: string}, name: {$ref: "#/Name"}}}
Name: {type: string, minLength: 2, nullable: true}
""")
    path = tmp_path / "api.yaml"
    path.write_text("""
openapi: 3.0.3
info: {title: Pets, version: "1"}
paths:
  /pets:
    post:
      operationId: addPet
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Animal"}}}}
      responses: {"200": {description: Done.}}
components:
  schemas:
    Animal:
      oneOf: [{$ref: "#/components/schemas/Cat"}, {$ref: "#/components/schemas/Dog"}]
      discriminator: {propertyName: kind, mapping: {cat: "#/components/schemas/Cat"}}
    Cat: {allOf: [{$ref: "pets.yaml#/Pet"}, {type: object, properties: {lives: {type: integer, maximum: 9}}}]}
    Dog: {allOf: [{$ref: "pets.yaml#/Pet"}, {type: object, properties: {tricks: {type: array, items: {type: string}}}}]}
""")
    ((tool, file),) = pairs(path, "openapi")

    told = compare([(tool, file)])

    assert (told.refused, told.lost, told.uncalled) == ([], [], 0)
    assert file.faults({"body": {"kind": "cat", "name": None, "lives": 9}}) == []
    assert file.faults({"body": {"kind": "Dog", "name": "x"}}) != []
    assert file.faults({"body": {"kind": "dog"}}) != []


@pytest.mark.parametrize("form", READERS)
def test_calls_made_from_what_was_imported_fit_a_file_of_any_form(tmp_path, form):
    told = compare(list(written_pairs(form, LINES, tmp_path)))

    assert (told.refused, told.lost) == ([], [])
    assert (told.tools, told.uncalled) == (2, 0)
    assert told.original_calls > 2


@pytest.mark.parametrize("form", READERS)
def test_a_schema_that_takes_more_or_less_than_the_file_is_noticed(tmp_path, form):
    found = list(written_pairs(form, LINES, tmp_path))
    anything = {"type": "object", "properties": {}}
    nothing = {"type": "object", "properties": {"other": {"type": "string"}}, "required": ["other"]}

    def with_schema(schema):
        return [(tool.model_copy(update={"parameters": schema}), file) for tool, file in found]

    assert compare(with_schema(anything)).refused != []
    assert compare(with_schema(nothing)).lost != []


@pytest.mark.parametrize("form", READERS)
def test_calls_made_from_what_was_imported_fit_real_tools(corpora, tmp_path, form):
    told = compare(some_pairs(form, corpora, LEAST, tmp_path, large=False))

    assert told.refused == []
    assert told.tools >= LEAST
    assert told.uncalled <= 0.03 * told.tools
