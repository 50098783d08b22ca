"""What is said of results that no imagined world would give."""

import random

import pytest

from toolgraph.models.offline.outcome import Outcome
from toolgraph.models.offline.real import tell_real
from toolgraph.tools.spec import ToolSpec


def told(result):
    outcome = Outcome(ToolSpec(name="get_note"), {}, result, None)
    return tell_real(outcome, random.Random(0))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("LookupError: nobody called Ada is in the book", ": nobody called Ada is in the book."),
        ("sqlite3.OperationalError: the disk is full.", ": the disk is full."),
        ("loan LN-70311 is not on card LC-602371", ": loan LN-70311 is not on card LC-602371."),
    ],
)
def test_an_error_is_told_without_the_name_of_an_exception(error, reason):
    assert told({"error": error}).endswith(reason)


@pytest.mark.parametrize("error", ["StopIteration", "KeyError", "the value of from_unit is unknown", "x" * 500])
def test_an_error_that_is_not_for_people_is_told_as_an_error(error):
    assert "error" in told({"error": error})
    assert error not in told({"error": error})


def test_a_word_or_a_date_is_told_in_a_sentence_and_a_text_as_it_is():
    assert told("2027-01-05").startswith("The answer is ")
    assert told("Paid") == "The answer is Paid."
    assert told("It is on the second shelf.") == "It is on the second shelf."
