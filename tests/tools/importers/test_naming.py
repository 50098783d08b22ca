import pytest
from hypothesis import given
from hypothesis import strategies as some

from toolgraph.tools.importers.naming import LONGEST_MADE, callable_form, callable_names, is_callable


@pytest.mark.parametrize("name", ["get_weather", "math.sum", "Banks_1_Check", "list-pets", "f", "天気", "x" * 128])
def test_a_name_that_some_server_takes_is_kept(name):
    assert callable_names([name]) == {}


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Image Downloader", "Image_Downloader"),
        ("Search (by Image)", "Search_by_Image"),
        ("GET /pets/{id}", "GET_pets_id"),
        ("👋", "tool"),
        ("x" * 129, "x" * 64),
    ],
)
def test_a_name_that_no_server_takes_is_made_callable(name, made):
    assert callable_form(name) == made
    assert callable_names([name]) == {name: made}


def test_made_names_differ_from_each_other_and_from_those_that_are_kept():
    assert callable_names(["a b", "a_b", "a/b"]) == {"a b": "a_b_2", "a/b": "a_b_3"}


def test_long_names_that_begin_alike_are_told_apart_within_the_limit():
    made = callable_names(["x " * 100, "x " * 101])

    assert len(set(made.values())) == 2
    assert all(len(name) <= LONGEST_MADE for name in made.values())


@given(some.lists(some.text(min_size=1)))
def test_whatever_the_names_are_all_can_be_called_and_none_is_given_twice(names):
    made = callable_names(names)

    called = [made.get(name, name) for name in dict.fromkeys(names)]
    assert all(is_callable(name) for name in called)
    assert len(set(called)) == len(called)
