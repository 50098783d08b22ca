"""Discriminators: which values of a property go with which branch, in whatever way a document says so."""

import pytest

from tests.tools.importers.openapi_documents import TEXT, WHOLE, answer, body, document, only, parameters
from toolgraph.tools import exporters
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.validation import schema_errors


def at(name):
    return {"$ref": f"#/components/schemas/{name}"}


def pet(**properties):
    return {"type": "object", "properties": {"kind": TEXT, **properties}}


CAT, DOG = pet(lives=WHOLE), pet(barks={"type": "boolean"})
BY_NAME = {"propertyName": "kind"}
BY_KEY = {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat", "kitten": "Cat", "dog": "Dog"}}


def tool(schema, **schemas):
    """A tool that takes `pet`."""
    given = {"type": "object", "properties": {"pet": schema}}
    found = only(document(verb="post", components={"schemas": schemas}, **body(given)))
    return ToolSpec.model_validate(found.fields)


def kinds(tool):
    """The values of `kind` in each definition."""
    return {name: schema["properties"]["kind"].get("enum") for name, schema in tool.parameters["$defs"].items()}


@pytest.mark.parametrize(
    ("discriminator", "cat", "dog"),
    [(BY_KEY, ["cat", "kitten"], ["dog"]), (BY_NAME, ["Cat"], ["Dog"]), ("kind", ["Cat"], ["Dog"])],
)
@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_each_branch_takes_the_values_that_stand_for_it(keyword, discriminator, cat, dog):
    found = tool({keyword: [at("Cat"), at("Dog")], "discriminator": discriminator}, Cat=CAT, Dog=DOG)

    assert kinds(found) == {"Cat": cat, "Dog": dog}
    assert schema_errors(found, {"pet": {"kind": cat[0], "lives": 9}}) == ()
    assert schema_errors(found, {"pet": {"kind": dog[0], "barks": "loudly"}})
    assert schema_errors(found, {"pet": {"kind": "Cow"}})
    assert schema_errors(found, {"pet": {"lives": 9}})


def test_values_that_a_branch_states_itself_are_kept():
    own = {"Cat": pet(kind={"enum": ["cat", "lion"]}), "Dog": pet(kind={"const": "hound"}), "Cow": pet(kind=WHOLE)}
    found = tool({"oneOf": [at(name) for name in own], "discriminator": BY_KEY}, **own)

    assert kinds(found) == {"Cat": ["cat"], "Dog": None, "Cow": None}


def test_values_that_contradict_those_of_the_branch_are_left_out():
    found = tool({"oneOf": [at("Cat")], "discriminator": BY_NAME}, Cat=pet(kind={"enum": ["cat"]}))

    assert kinds(found) == {"Cat": ["cat"]}


def test_a_schema_is_bound_only_where_it_is_a_branch():
    schema = {"oneOf": [at("Cat")], "discriminator": BY_KEY}
    found = tool({"type": "object", "properties": {"new": schema, "old": at("Cat")}}, Cat=CAT)

    assert kinds(found) == {"Cat": ["cat", "kitten"], "Cat_2": None}


def test_a_branch_that_does_not_declare_the_property_is_given_it():
    found = tool({"oneOf": [at("Cat")], "discriminator": BY_NAME}, Cat={"properties": {"lives": WHOLE}})

    assert found.parameters["$defs"]["Cat"] == {
        "properties": {"lives": WHOLE, "kind": {"type": "string", "enum": ["Cat"]}}, "required": ["kind"],
    }  # fmt: skip


PET = {**pet(), "description": "Any.", "discriminator": BY_NAME, "required": ["kind"]}
HEIRS = {
    "Pet": PET,
    "Cat": {"allOf": [at("Pet"), {"properties": {"lives": WHOLE}}]},
    "Lion": {"allOf": [at("Cat")]},
    "Dog": {"allOf": [at("Pet")]},
}


def test_what_inherits_takes_its_own_values_and_those_of_its_heirs():
    found = tool({"oneOf": [at("Cat"), at("Dog")]}, **HEIRS)

    assert kinds_in_parts(found) == {"Cat": ["Cat", "Lion"], "Dog": ["Dog"]}
    assert found.parameters["$defs"]["Pet"]["properties"]["kind"]["enum"] == ["Pet", "Cat", "Dog", "Lion"]
    assert schema_errors(found, {"pet": {"kind": "Lion", "lives": 9}}) == ()
    assert schema_errors(found, {"pet": {"kind": "Cow", "lives": 9}})


def kinds_in_parts(tool):
    definitions = tool.parameters["$defs"]
    return {name: definitions[name]["allOf"][-1]["properties"]["kind"]["enum"] for name in ("Cat", "Dog")}


def test_a_body_that_inherits_takes_its_own_values():
    found = parameters(document(verb="post", components={"schemas": HEIRS}, **body(at("Dog"))))

    assert found["properties"]["kind"] == {"type": "string", "enum": ["Dog"]}


def test_what_all_inherit_from_takes_the_keys_and_not_its_own_name():
    by_key = {**HEIRS, "Pet": {**PET, "discriminator": BY_KEY}}
    found = parameters(document(verb="post", components={"schemas": by_key}, **body(at("Pet"))))

    assert found["properties"]["kind"]["enum"] == ["cat", "kitten", "dog", "Lion"]


def test_results_are_told_apart_and_need_not_say_so():
    schema = {"oneOf": [at("Cat"), at("Dog")], "discriminator": BY_KEY}
    found = only(document(components={"schemas": {"Cat": CAT, "Dog": DOG}}, **answer(schema))).fields["returns"]

    assert found["$defs"]["Dog"] == pet(kind={"type": "string", "enum": ["dog"]}, barks={"type": "boolean"})
    assert found["discriminator"]["mapping"] == {"cat": "#/$defs/Cat", "kitten": "#/$defs/Cat", "dog": "#/$defs/Dog"}


@pytest.mark.parametrize("form", ["openapi", "mcp", "openai", "anthropic"])
def test_the_values_are_exported(form):
    found = tool({"oneOf": [at("Cat"), at("Dog")], "discriminator": BY_KEY}, Cat=CAT, Dog=DOG)

    written = exporters.EXPORTERS[form].write([found])

    assert "'enum': ['cat', 'kitten']" in str(written)
    assert "'enum': ['dog']" in str(written)
    if form == "openapi":
        assert "'dog': '#/components/schemas/Dog'" in str(written)
        assert only(written).fields["parameters"] == found.parameters


@pytest.mark.parametrize(
    ("discriminator", "cat"),
    [
        (None, CAT),
        (7, CAT),
        ({"propertyName": ["kind"]}, CAT),
        ({"propertyName": "kind", "mapping": ["cat"]}, {**CAT, "required": True}),
        ({"propertyName": "kind", "mapping": {"cat": 1, "dog": "#/gone"}}, CAT),
        (BY_NAME, {"allOf": {"type": "object"}}),
        (BY_NAME, {"type": "string"}),
        (BY_NAME, {**CAT, "discriminator": "kind", "allOf": [at("Cat")]}),
        (BY_NAME, pet(kind={"enum": [{}, ["Cat"]]})),
        (BY_NAME, {"type": "object", "additionalProperties": False}),
        (BY_NAME, at("Cat")),
        (BY_NAME, True),
    ],
)
def test_a_discriminator_that_is_none_breaks_nothing(discriminator, cat):
    assert tool({"oneOf": [at("Cat"), at("Gone"), TEXT], "discriminator": discriminator}, Cat=cat).name == "f"
