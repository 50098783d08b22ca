import pytest

from toolgraph.dialogue.spelled import spelled_numbers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Thirty-five people", [(35, "Thirty-five")]),
        ("thirty five people", [(35, "thirty five")]),
        ("one hundred and two", [(102, "one hundred and two")]),
        ("two hundred and fifty thousand three hundred", [(250300, "two hundred and fifty thousand three hundred")]),
        ("two thousand and twenty-six", [(2026, "two thousand and twenty-six")]),
        ("a dozen eggs, or half a dozen", [(12, "a dozen"), (6, "half a dozen")]),
        ("two and a half hours", [(2.5, "two and a half")]),
        ("two and a half million", [(2500000, "two and a half million")]),
        ("2.5 million, $50k and 1.2M", [(2500000, "2.5 million"), (50000, "50k"), (1200000, "1.2M")]),
    ],
)
def test_a_number_in_words_is_read_where_it_stands(text, found):
    assert [(one.value, text[one.start : one.end]) for one in spelled_numbers(text)] == found


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("one or two", [1, 2]),
        ("twenty five-star hotels", [20, 5]),
        ("between twenty and five", [20, 5]),
        ("five hundred, two", [500, 2]),
        ("nineteen ninety", [19, 90]),
        ("25 people and two dogs", [2]),
        ("a cat, someone, often, half past", []),
        ("5 Kings and 12B", []),
    ],
)
def test_what_is_no_number_or_two_is_not_read_as_one(text, values):
    assert [one.value for one in spelled_numbers(text)] == values
