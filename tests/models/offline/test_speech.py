import datetime as dt
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from toolgraph.dialogue.spoken import find_said
from toolgraph.models.offline.speech import (
    article,
    describe_ends,
    describe_pick,
    describe_unseen,
    entity_noun,
    entry_picks,
    is_plural,
    join_phrases,
    pick_entry,
    plural,
    say,
    superlative,
)
from toolgraph.models.offline.styles import apply_style, protect, styles
from toolgraph.tools.spec import ToolSpec

TODAY = dt.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("hotel", "hotels"),
        ("city", "cities"),
        ("box", "boxes"),
        ("bus", "buses"),
        ("match", "matches"),
        ("dish", "dishes"),
        ("day", "days"),
        ("person", "people"),
        ("child", "children"),
        ("news", "news"),
        ("series", "series"),
        ("address", "addresses"),
        ("booking reference", "booking references"),
        ("hotels", "hotels"),
        ("", "results"),
    ],
)
def test_the_plural_of_a_noun(one, many):
    assert plural(one) == many


def test_a_plural_is_known_and_stays_as_it_is():
    for noun in ("hotels", "open tickets", "cities"):
        assert is_plural(noun)
        assert plural(noun) == noun
    for noun in ("address", "status", "news", "glass"):
        assert not is_plural(noun)


@pytest.mark.parametrize(
    ("noun", "expected"),
    [("hotel", "a"), ("order", "an"), ("hour", "an"), ("user", "a"), ("university", "a"), ("umbrella", "an")],
)
def test_the_article_of_a_noun(noun, expected):
    assert article(noun) == expected


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("European city", "a"),
        ("one-way ticket", "a"),
        ("UI", "a"),
        ("HTML file", "an"),
        ("FAQ", "an"),
        ("8-hour shift", "an"),
    ],
)
def test_the_article_of_a_noun_that_is_not_said_as_it_is_written(noun, expected):
    assert article(noun) == expected


@pytest.mark.parametrize(
    ("name", "noun"), [("hotel_booking_id", "hotel booking"), ("flight_id", "flight"), ("room_uuid", "room")]
)
def test_the_thing_an_id_stands_for_is_the_thing(name, noun):
    assert entity_noun(name) == noun


@pytest.mark.parametrize(
    ("name", "noun"),
    [("orderId", "order"), ("tracking_number", "tracking number"), ("id", ""), ("user_uuid", "user")],
)
def test_the_thing_an_id_stands_for(name, noun):
    assert entity_noun(name) == noun


@pytest.mark.parametrize(
    ("parts", "joined"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a, b", "c", "d"], "a, b; c; and d"),
    ],
)
def test_phrases_are_joined_as_a_list_in_a_sentence(parts, joined):
    assert join_phrases(parts) == joined


def test_phrases_may_be_joined_by_another_word():
    assert join_phrases(["a", "b", "c"], "or") == "a, b or c"


# --- entries --------------------------------------------------------------------------------------------------------

ROOMS = [
    {"price": 90, "place": {"rating": 4.1}},
    {"price": 70, "place": {"rating": 4.8}},
    {"price": 120, "place": {"rating": 3.9}},
]


@pytest.mark.parametrize(
    ("pick", "index"),
    [
        ("0", 0),
        ("1", 1),
        ("-1", 2),
        ("", 0),
        ("min:/price", 1),
        ("max:/price", 2),
        ("max:/place/rating", 1),
        ("min:/place/rating", 2),
    ],
)
def test_a_pick_names_one_entry(pick, index):
    assert pick_entry(ROOMS, pick) == index


@pytest.mark.parametrize(("entries", "pick"), [([], "0"), (ROOMS, "7"), (ROOMS, "min:/cost"), ([], "min:/price")])
def test_a_pick_of_nothing_is_a_lookup_error(entries, pick):
    with pytest.raises(LookupError):
        pick_entry(entries, pick)


def test_of_equal_entries_the_first_is_picked():
    assert pick_entry([{"price": 5}, {"price": 5}], "min:/price") == 0


@pytest.mark.parametrize(
    ("pick", "words"),
    [
        ("1", ("second",)),
        ("-1", ("last",)),
        ("min:/price", ("cheapest",)),
        ("max:/rating", ("best-rated",)),
        ("min:/departure_date", ("earliest",)),
    ],
)
def test_a_pick_is_described_as_people_do(pick, words):
    for seed in range(10):
        described = describe_pick(pick, "hotel", random.Random(seed))

        assert described.startswith("the ")
        assert all(word in described for word in words)
        assert described.endswith((" one", " hotel"))


def test_the_first_entry_has_several_names():
    assert len({describe_pick("0", "hotel", random.Random(seed)) for seed in range(40)}) >= 4


def test_every_pick_a_tool_offers_can_be_told_and_found():
    entry = {
        "type": "object",
        "properties": {
            "hotel_id": {"type": "string"},
            "price": {"type": "number"},
            "rating": {"type": "number"},
            "name": {"type": "string"},
            "opens_on": {"type": "string", "format": "date"},
        },
        "required": ["hotel_id", "price", "rating", "name", "opens_on"],
    }
    search = ToolSpec(
        name="search_hotels", returns={"type": "object", "properties": {"hotels": {"type": "array", "items": entry}}}
    )
    entries = [{"hotel_id": "a", "price": 3, "rating": 4.5, "name": "x", "opens_on": "2026-04-01"}] * 3

    picks = set(entry_picks(search, "/hotels/*/hotel_id"))

    assert {"0", "1", "-1", "min:/price", "max:/rating"} <= picks
    for pick in picks:
        pick_entry(entries, pick)
        assert ":" not in pick or superlative(pick)
    assert not any("hotel_id" in pick or "name" in pick for pick in picks)


# --- values ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "Lisbon",
        "2026-03-06",
        "2026-12-24",
        "14:30",
        "economy_class",
        "BK-7310",
        "marta@example.com",
        3,
        12,
        250,
        12500,
        3.5,
        0,
        -4,
        "USD",
    ],
)
def test_what_a_user_says_of_a_value_states_it(value):
    for seed in range(15):
        said = say(value, None, TODAY, random.Random(seed)).text

        assert find_said(value, f"Well, {said} then, please.", TODAY) is not None


# --- styles ---------------------------------------------------------------------------------------------------------

VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\x02\x03"), max_size=20)
WORDS = st.text("abcdefghij ABC.,?'the", max_size=40)


@given(
    pieces=st.lists(st.tuples(WORDS, VALUES), max_size=5),
    end=WORDS,
    seed=st.integers(0, 1000),
    style=st.sampled_from(styles()),
)
@example(pieces=[("", "?. ")], end="", seed=0, style="plain")
def test_no_style_alters_a_value(pieces, end, seed, style):
    text = "".join(f"{words}{protect(value)}" for words, value in pieces) + end

    said = apply_style(text, style, random.Random(seed))

    place = 0
    for _, value in pieces:
        place = said.index(value, place) + len(value)
    assert "\x02" not in said
    assert "\x03" not in said


@pytest.mark.parametrize("style", styles())
def test_a_style_leaves_the_text_readable(style):
    text = f"Could you please find the cheapest hotel in {protect('Lisbon')} for the coming weekend?"

    for seed in range(30):
        said = apply_style(text, style, random.Random(seed))
        assert "Lisbon" in said
        assert len(said) > 0.8 * len(text) - 4


def test_typos_are_made_and_capitals_left_out_where_the_style_is_careless():
    text = "Please search another restaurant. Something cheaper would be wonderful."

    assert {apply_style(text, "plain", random.Random(seed)) for seed in range(20)} == {text}
    assert len({apply_style(text, "typo_prone", random.Random(seed)) for seed in range(40)}) > 10
    assert any(apply_style(text, "terse", random.Random(seed)).islower() is False for seed in range(20))
    assert any(apply_style(text, "terse", random.Random(seed)).startswith("please") for seed in range(20))


def test_an_unknown_style_changes_nothing():
    assert apply_style("Hello.", "pompous", random.Random(1)) == "Hello."


def test_how_many_there_are_is_no_price():
    item = {
        "id": {"type": "string"}, "total": {"type": "integer"}, "fare": {"type": "number"},
        "tracks": {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]},
    }  # fmt: skip
    entry = {"type": "object", "properties": item, "required": list(item)}
    tool = ToolSpec(name="list_playlists", returns={"type": "array", "items": entry})

    assert {pick for pick in entry_picks(tool, "/*/id") if ":" in pick} == {"min:/fare", "max:/fare"}


@pytest.mark.parametrize(
    ("pick", "noun", "expected"),
    [
        ("min:/price", "", {"the cheapest one"}),
        ("max:/hire_date", "employee", {"the employee with the latest hire date"}),
        ("min:/opened_date", "account", {"the account opened first"}),
        ("max:/starts_at", "show", {"the show that starts last"}),
        ("min:/date", "slot", {"the earliest slot"}),
        ("0", "team", {"one of them", "one of the teams", "any one of them", "any one of the teams",
                       "whichever team comes up first"}),
    ],
)  # fmt: skip
def test_an_entry_nobody_has_seen_is_asked_for_by_what_it_is_best_in(pick, noun, expected):
    said = {describe_unseen(pick, noun, random.Random(seed)) for seed in range(60)}

    assert said == expected


def test_the_two_ends_of_a_list_are_asked_for_together():
    assert describe_ends("/price", "hotel") == "the cheapest and the most expensive hotel"
    assert describe_ends("/opened_date", "account") == "the accounts opened first and last"
