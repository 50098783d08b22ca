from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolgraph.tools.pointers import get, join, leaves, matches, put, split

keys = st.lists(st.text(max_size=6), max_size=5)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5))
names = st.text(ascii_letters + "/~ .é", min_size=1, max_size=4)
containers = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.dictionaries(names, inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)


def pointer_to(parts):
    pointer = ""
    for part in parts:
        pointer = join(pointer, part)
    return pointer


@given(keys)
def test_a_pointer_splits_into_the_keys_it_was_joined_from(parts):
    assert split(pointer_to(parts)) == tuple(parts)


@given(keys, keys)
def test_different_keys_make_different_pointers(one, other):
    assert (pointer_to(one) == pointer_to(other)) == (one == other)


@given(containers)
def test_every_leaf_is_found_at_its_pointer(value):
    assert all(get(value, pointer) is leaf for pointer, leaf in leaves(value))


@given(containers)
def test_a_value_is_rebuilt_from_its_leaves(value):
    found = list(leaves(value))
    rebuilt = [] if isinstance(value, list) else {}

    for pointer, leaf in found:
        rebuilt = put(rebuilt, pointer, leaf)

    assert rebuilt == value


@given(containers, scalars)
def test_what_is_put_can_be_got_and_nothing_else_changes(value, new):
    before = dict(leaves(value))
    pointer = next(iter(before))

    changed = put(value, pointer, new)

    assert dict(leaves(changed)) == {**before, pointer: new}


@given(st.text(max_size=8), st.text(max_size=3))
def test_a_key_that_is_not_there_is_a_key_error(outer, inner):
    with pytest.raises(KeyError):
        get({"a": [1, 2], "b": 3}, pointer_to(["missing", outer, inner]))


@pytest.mark.parametrize("index", ["2", "-1", "²", "٣", "x", ""])
def test_an_index_outside_a_list_is_a_key_error(index):
    with pytest.raises(KeyError):
        get({"a": [1, 2]}, join("/a", index))


def test_a_whole_value_stands_at_the_empty_pointer():
    assert get({"a": 1}, "") == {"a": 1}
    assert put({"a": 1}, "", 2) == 2


def test_empty_containers_hold_no_leaves():
    assert list(leaves({"a": [], "b": {}, "c": [{}]})) == []


def test_missing_objects_and_lists_are_created_on_the_way():
    assert put({}, "/flights/*/price", 90) == {"flights": [{"price": 90}]}


def test_a_leaf_behind_the_end_of_a_list_is_appended():
    assert put({"tags": ["a"]}, "/tags/7", "b") == {"tags": ["a", "b"]}


def test_a_scalar_in_the_way_gives_place():
    assert put({"a": 1}, "/a/b", 2) == {"a": {"b": 2}}
    assert put([1], "/0/b", 2) == [{"b": 2}]


def test_numbers_are_keys_where_an_object_stands_already():
    assert put({"rooms": {"101": "free"}}, "/rooms/101", "taken") == {"rooms": {"101": "taken"}}


@pytest.mark.parametrize(
    ("pattern", "pointer", "expected"),
    [
        ("/flights/*/price", "/flights/12/price", True),
        ("/flights/*/price", "/flights/*/price", True),
        ("/flights/*/price", "/flights/price", False),
        ("/flights/*/price", "/flights/0/date", False),
        ("/city", "/city", True),
        ("", "", True),
    ],
)
def test_a_pattern_stands_for_every_index(pattern, pointer, expected):
    assert matches(pattern, pointer) is expected
