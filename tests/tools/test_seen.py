from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from toolgraph.tools.seen import schema_of_results

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=20,
)


def test_what_some_results_lack_is_not_required():
    schema = schema_of_results([{"id": 1, "note": "x"}, {"id": 2}])

    assert schema == {
        "type": "object", "properties": {"id": {"type": "integer"}, "note": {"type": "string"}}, "required": ["id"]
    }  # fmt: skip


def test_a_table_by_name_has_other_names_next_time():
    assert schema_of_results([{f"2027-01-{day}": 1 for day in range(100)}]) == {"type": "object"}


def test_what_differs_admits_anything():
    assert schema_of_results(["x", 1]) == {}
    assert schema_of_results([{"a": [1, "x"]}])["properties"] == {"a": {"type": "array", "items": {}}}


@given(st.lists(JSON, max_size=4))
def test_results_meet_the_schema_that_was_made_of_them(values):
    validator = Draft202012Validator(schema_of_results(values))

    assert [value for value in values if not validator.is_valid(value)] == []
