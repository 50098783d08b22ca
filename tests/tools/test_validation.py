import json

import pytest

from toolgraph.errors import ToolSpecError
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.validation import MAX_ERRORS, result_errors, schema_errors


def tool(properties=None, **more):
    return ToolSpec(name="f", parameters={"type": "object", "properties": properties or {}, **more})


def test_valid_arguments_have_no_errors():
    assert schema_errors(tool({"n": {"type": "integer"}}, required=["n"]), {"n": 1}) == ()


def test_every_error_names_its_place():
    strict = tool(
        {"city": {}, "rooms": {"type": "array", "items": {"properties": {"beds": {"type": "integer"}}}}},
        required=["city"],
    )

    assert schema_errors(strict, {"rooms": [{"beds": 1}, {"beds": "two"}]}) == (
        "the whole: 'city' is a required property",
        "/rooms/1/beds: 'two' is not of type 'integer'",
    )


def test_schemas_are_applied_in_their_standard_form():
    foreign = ToolSpec(name="f", parameters={"type": "dict", "properties": {"n": {"type": "float", "required": True}}})

    assert schema_errors(foreign, {"n": 1.5}) == ()
    assert schema_errors(foreign, {}) == ("the whole: 'n' is a required property",)


@pytest.mark.parametrize(
    ("more", "is_allowed"),
    [({}, False), ({"additionalProperties": True}, True), ({"additionalProperties": {"type": "integer"}}, True),
     ({"additionalProperties": False}, False), ({"patternProperties": {"^x": {}}}, True)],
)  # fmt: skip
def test_an_undeclared_parameter_is_an_error_unless_the_schema_welcomes_others(more, is_allowed):
    errors = schema_errors(tool({"n": {}}, **more), {"n": 1, "x": 2})

    assert (errors == ()) is is_allowed
    assert len(errors) <= 1


def test_an_undeclared_parameter_is_found_at_any_depth():
    deep = tool({"a": {"type": "array", "items": {"type": "object", "properties": {"b": {}}}}})

    assert schema_errors(deep, {"a": [{"b": 1}, {"c": 2}]}) == ("/a/1/c: the tool has no such parameter; it has 'b'",)


def test_alternatives_declare_their_parameters_together():
    options = [{"properties": {name: {}}, "required": [name]} for name in ("a", "b")]
    either = ToolSpec(name="f", parameters={"type": "object", "oneOf": options})

    assert schema_errors(either, {"a": 1}) == ()
    assert "no such parameter" in schema_errors(either, {"a": 1, "c": 1})[-1]


def test_a_tool_that_names_no_parameters_says_nothing_of_them():
    assert schema_errors(ToolSpec(name="f"), {"anything": 1}) == ()


def test_a_recursive_schema_is_followed():
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}, "n": {"type": "integer"}}}
    tree = ToolSpec(name="f", parameters={**node, "$defs": {"node": node}})

    assert schema_errors(tree, {"next": {"next": {"n": 1}}}) == ()
    assert schema_errors(tree, {"next": {"next": {"n": "x"}}}) == ("/next/next/n: 'x' is not of type 'integer'",)


def test_an_invalid_schema_is_one_sentence():
    endless = ToolSpec(name="loop", parameters={"type": "object", "anyOf": [{"anyOf": [{"$ref": "#"}]}]})

    with pytest.raises(
        ToolSpecError, match=r"tool 'loop': 'parameters' is not a valid JSON Schema .*; correct it"
    ) as caught:
        schema_errors(endless, {})
    assert "\n" not in str(caught.value)


def test_no_reference_is_fetched_from_the_web(monkeypatch):
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: pytest.fail("went to the web"))
    remote = tool({"a": {"$ref": "https://example.com/schema.json"}})

    assert schema_errors(remote, {"a": 1}) == ()


def test_many_errors_are_cut_and_long_ones_shortened():
    many = schema_errors(tool({"a": {"type": "array", "items": {"type": "integer"}}}), {"a": ["x" * 500] * 100})

    assert len(many) == MAX_ERRORS
    assert all(len(error) < 300 for error in many)


def test_a_tool_with_two_hundred_parameters_is_validated():
    wide = tool({f"p{number}": {"type": "integer"} for number in range(200)})

    assert len(schema_errors(wide, {f"p{number}": "x" for number in range(5)})) == 5


def test_results_are_validated_where_the_tool_says_what_it_returns():
    quiet = ToolSpec(name="f")
    told = ToolSpec(name="f", returns={"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]})

    assert result_errors(quiet, {"whatever": 1}) == ()
    assert result_errors(told, {"n": 1, "more": 2}) == ()
    assert result_errors(told, {"n": "x"}) == ("/n: 'x' is not of type 'integer'",)
    assert result_errors(told, None) == ("the whole: None is not of type 'object'",)


def test_tools_of_one_name_are_not_mixed_up():
    whole, text = tool({"n": {"type": "integer"}}), tool({"n": {"type": "string"}})

    assert [bool(schema_errors(each, {"n": 1})) for each in (whole, text, whole)] == [False, True, False]


def test_the_tools_of_the_catalogues_all_compile(corpora):
    lines = (corpora / "catalogs" / "bfcl.jsonl").read_text("utf-8").split("\n")[:400]
    tools = [ToolSpec(name=entry["name"], parameters=entry["parameters"]) for entry in map(json.loads, lines)]

    assert all(isinstance(schema_errors(each, {}), tuple) for each in tools)


def test_a_schema_that_goes_round_in_a_circle_is_the_tools_fault_and_no_panic():
    circle = {"allOf": [{"$ref": "#/$defs/a"}]}
    tool = ToolSpec(name="loop", parameters={"type": "object", "properties": {"n": circle}, "$defs": {"a": circle}})

    with pytest.raises(ToolSpecError, match="'loop'"):
        schema_errors(tool, {"n": 1})
