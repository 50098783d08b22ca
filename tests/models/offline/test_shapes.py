import datetime as dt
import random

import pytest

from toolgraph.models.offline.scene import new_scene
from toolgraph.models.offline.shapes import fill, input_shape, output_pointers, output_shape
from toolgraph.models.offline.values import make_value
from toolgraph.resources import data_dir
from toolgraph.tools import pointers
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.validation import result_errors, schema_errors


@pytest.fixture(scope="module")
def shipped():
    return load_tools([data_dir() / "tools"])


def filled(shape, seed, *, wants=None, lengths=(2, 4)):
    chooser = random.Random(seed)
    scene = new_scene(chooser, dt.date(2026, 3, 2))
    return fill(shape, lambda field, _: make_value(field, scene), chooser, wants, lengths)


@pytest.mark.parametrize("wants", [lambda *_: False, lambda *_: True], ids=["required only", "everything"])
def test_filled_arguments_are_valid_for_every_shipped_tool(shipped, wants):
    for tool in shipped:
        for seed in range(2):
            assert schema_errors(tool, filled(input_shape(tool), seed, wants=wants)) == (), tool.name


def test_filled_results_are_valid_for_every_shipped_tool(shipped):
    for tool in shipped:
        for seed in range(2):
            assert result_errors(tool, filled(output_shape(tool), seed)) == (), tool.name


def test_what_a_result_is_said_to_hold_it_holds(shipped):
    for tool in shipped:
        leaves = [pointer for pointer, _ in pointers.leaves(filled(output_shape(tool), 1))]
        for pattern in output_pointers(tool):
            assert any(pointers.matches(pattern, pointer) for pointer in leaves), (tool.name, pattern)


def _returning(schema) -> ToolSpec:
    return ToolSpec(name="f", returns=schema)


NODE = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
CYCLIC = {
    "a list of itself": {"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
    "itself or null": {"next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}},
    "itself, if at all": {"next": {"$ref": "#/$defs/node"}},
    "a map of itself": {"others": {"type": "object", "additionalProperties": {"$ref": "#/$defs/node"}}},
}


@pytest.mark.parametrize(
    "case",
    [
        "a list of itself",
        "itself or null",
        "itself, if at all",
        "a map of itself",
    ],
)
def test_a_thing_that_holds_things_of_its_kind_ends_somewhere(case):
    node = {**NODE, "properties": {**NODE["properties"], **CYCLIC[case]}}
    tool = _returning({"$ref": "#/$defs/node", "$defs": {"node": node}})

    for seed in range(5):
        assert result_errors(tool, filled(output_shape(tool), seed)) == ()


@pytest.mark.parametrize(
    ("schema", "lengths"),
    [
        ({"minItems": 5}, (5, 5)),
        ({"maxItems": 1}, (1, 1)),
        ({"minItems": 3, "maxItems": 3}, (3, 3)),
        ({}, (2, 4)),
        ({"maxItems": 0}, (0, 0)),
    ],
)
def test_lists_are_as_long_as_the_schema_admits(schema, lengths):
    items = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    tool = _returning({"type": "array", "items": items, **schema})

    for seed in range(10):
        assert lengths[0] <= len(filled(output_shape(tool), seed)) <= lengths[1]


def test_a_list_of_scalars_repeats_nothing():
    tool = _returning({"type": "array", "items": {"type": "string", "enum": ["a", "b"]}})

    for seed in range(10):
        made = filled(output_shape(tool), seed)
        assert len(made) == len(set(made)) >= 1


def test_optional_properties_are_held_where_they_are_wanted():
    tool = ToolSpec(
        name="f",
        parameters={
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a"],
        },
    )
    asked = []

    made = filled(input_shape(tool), 1, wants=lambda pointer, name: bool(asked.append((pointer, name))))

    assert set(made) == {"a"}
    assert asked == [("", "b")]


def test_a_result_of_two_hundred_optional_fields_holds_the_first_few():
    tool = _returning({"type": "object", "properties": {f"f{n}": {"type": "integer"} for n in range(200)}})

    made = filled(output_shape(tool), 1)

    assert list(made) == [f"f{n}" for n in range(len(made))]
    assert 5 < len(made) < 30


def test_a_page_in_a_page_holds_what_every_page_must():
    page = {"type": "object", "properties": {"href": {"type": "string"}}, "required": ["href"]}
    album = {"type": "object", "properties": {"tracks": {"allOf": [{"$ref": "#/$defs/tracks"}], "description": "All."}}}
    tool = _returning(
        {
            "allOf": [{"$ref": "#/$defs/page"}, {"properties": {"items": {"type": "array", "items": album}}}],
            "$defs": {"page": page, "tracks": {"allOf": [{"$ref": "#/$defs/page"}, {"properties": {"n": NODE}}]}},
        }
    )

    assert result_errors(tool, filled(output_shape(tool), 1)) == ()


def test_an_object_that_holds_itself_behind_a_description_is_left_out():
    parent = {"allOf": [{"$ref": "#/$defs/node"}], "description": "What it is part of."}
    node = {"type": "object", "properties": {"id": {"type": "string"}, "parent": parent}, "required": ["id"]}
    tool = _returning({"$ref": "#/$defs/node", "$defs": {"node": node}})

    assert filled(output_shape(tool), 1).keys() == {"id"}


def test_a_list_that_is_required_holds_something_even_where_nothing_in_it_is_wanted():
    track = {"type": "object", "properties": {"uri": {"type": "string"}, "position": {"type": "integer"}}}
    tool = ToolSpec(
        name="remove_tracks",
        parameters={
            "type": "object",
            "properties": {"tracks": {"type": "array", "items": track}},
            "required": ["tracks"],
        },
    )

    (made,) = filled(input_shape(tool), 1, wants=lambda *_: False)["tracks"]

    assert made.keys() == {"uri"}
