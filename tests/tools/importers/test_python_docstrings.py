import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolgraph.tools.importers.python_docstrings import LONGEST_DESCRIPTION, Described, read_docstring

GOOGLE = """Book a table.

    The table is held for
    fifteen minutes.

    Args:
        guests (int): How many
            people come.
        when: The day.

    Returns:
        The number of the booking.

    Raises:
        ValueError: nobody comes.
    """
NUMPY = """Book a table.

    The table is held for
    fifteen minutes.

    Parameters
    ----------
    guests : int
        How many people come.
    when
        The day.

    Returns
    -------
    int
        The number of the booking.
    """
REST = """Book a table.

    The table is held for
    fifteen minutes.

    :param guests: How many people come.
    :type guests: int
    :param when: The day.
    :returns: The number of the booking.
    """


@pytest.mark.parametrize("docstring", [GOOGLE, NUMPY, REST], ids=["google", "numpy", "rest"])
def test_every_style_is_read(docstring):
    read = read_docstring(docstring)

    assert read.description == "Book a table.\n\nThe table is held for fifteen minutes."
    assert read.parameters["guests"].text == "How many people come."
    assert read.parameters["when"] == Described("The day.")
    assert read.returns.text == "The number of the booking."


@pytest.mark.parametrize("docstring", [GOOGLE, NUMPY], ids=["google", "numpy"])
def test_the_type_in_a_docstring_is_kept_as_it_is_written(docstring):
    assert read_docstring(docstring).parameters["guests"].type_name == "int"


@pytest.mark.parametrize("docstring", [None, "", "   \n ", "Args:", "Parameters\n----------", "Returns:\n"])
def test_a_docstring_that_says_nothing_gives_nothing(docstring):
    assert read_docstring(docstring).description == ""


def test_a_docstring_in_another_language_stays_as_it_is():
    read = read_docstring("Bucht einen Tisch für heute Abend.\n\nArgs:\n    gäste: Wie viele 客人 kommen.")

    assert read.description == "Bucht einen Tisch für heute Abend."
    assert read.parameters["gäste"].text == "Wie viele 客人 kommen."


def test_an_example_and_what_announces_it_are_left_out():
    assert read_docstring("Add two numbers. For example:\n\n>>> add(1, 2)\n3").description == "Add two numbers."
    assert read_docstring("Add them::\n\n>>> add(1, 2)\n3").description == "Add them."


def test_a_signature_above_the_text_is_left_out():
    assert read_docstring("add(a, b) -> int\n\nAdd two numbers.").description == "Add two numbers."


def test_a_list_keeps_its_lines():
    assert read_docstring("One of:\n- red\n- blue").description == "One of:\n- red\n- blue"


@pytest.mark.parametrize("docstring", ["Deprecated: use g.", "DEPRECATED", "Do it.\n\n.. deprecated:: 1.3\n   Use g."])
def test_what_is_deprecated_is_known_by_its_docstring(docstring):
    assert read_docstring(docstring).is_deprecated
    assert not read_docstring("Find uses of deprecated names.").is_deprecated


def test_a_docstring_of_a_megabyte_is_cut():
    assert len(read_docstring("word " * 200_000).description) <= LONGEST_DESCRIPTION


@pytest.mark.parametrize(
    "docstring",
    [
        "Do.\n\nArgs:\n    " + "(" * 10_000 + ": x",
        "Do.\n\nArgs:\n    a ()" + "x" * 10_000 + ": x",
        "Do.\n\n:" + "a" * 10_000,
        "Do. Example" + ":" * 10_000 + ". x:\n>>> 1",
    ],
    ids=["parentheses", "a long head", "a long field", "colons"],
)
def test_a_docstring_made_to_be_slow_is_read_all_the_same(docstring):
    """A pattern that tries every way of matching takes minutes for the first of them."""
    assert read_docstring(docstring).description.startswith("Do.")


def test_an_open_parenthesis_in_a_description_stays():
    read = read_docstring("Do.\n\nArgs:\n    a: One of (x,\n        y) or none.\n    b (int): Two.")

    assert read.parameters == {"a": Described("One of (x, y) or none."), "b": Described("Two.", "int")}


@given(st.text(alphabet="ab :-\n>.@`(),\t", max_size=80))
def test_no_docstring_is_refused(docstring):
    read = read_docstring(docstring + "\n\nArgs:\n  " + docstring)

    assert isinstance(read.description, str)
