import datetime as dt
import re

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolgraph.models.offline.banks import people, value_bank
from toolgraph.models.offline.scene import fits, new_scene
from toolgraph.models.offline.values import given_examples, make_value
from toolgraph.seeds import rng
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of

TODAY = dt.date(2026, 3, 2)
SEEDS = range(25)


def scene(seed=1):
    return new_scene(rng(seed, "scene"), TODAY)


def field(name, description="", **schema):
    return Field(f"/{name}", name, description, {"type": "string", **schema}, True)


# --- schemas --------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    "x city price check_in_date check_out_date max_price min_age hotel_id email user_name count rating phone lat year "
    "api_key title message url 城市 starts_at birth_date percent zip_code duration_minutes limit".split()
)
INTEGERS = st.integers(-1000, 100_000)


@st.composite
def bounds(draw, numbers):
    low = draw(numbers)
    return {"minimum": low, "maximum": low + draw(st.integers(0, 5000))}


STRINGS = st.one_of(
    st.just({}),
    st.integers(0, 60).flatmap(
        lambda low: st.integers(20, 40).map(lambda more: {"minLength": low, "maxLength": max(low + more, 1)})
    ),
    st.integers(0, 90).map(lambda low: {"minLength": low}),
    st.integers(1, 12).map(lambda high: {"maxLength": high}),
    st.sampled_from([r"^[A-Z]{2}\d{3}$", r"^\d{4}-\d{2}$", r"^(on|off)$", r"^[a-z]+\.[a-z]{2}$", r"\d"]).map(
        lambda pattern: {"pattern": pattern}
    ),
    st.sampled_from(["date", "date-time", "time", "email", "uri", "uuid", "ipv4"]).map(lambda name: {"format": name}),
).map(lambda schema: {"type": "string", **schema})
NUMBERS = st.one_of(
    bounds(INTEGERS).map(lambda schema: {"type": "integer", **schema}),
    INTEGERS.map(lambda low: {"type": "integer", "minimum": low}),
    INTEGERS.map(lambda high: {"type": "number", "maximum": high}),
    bounds(st.floats(-50, 50)).map(lambda schema: {"type": "number", **schema}),
    INTEGERS.map(lambda low: {"type": "integer", "exclusiveMinimum": low, "exclusiveMaximum": low + 2}),
    st.sampled_from([2, 5, 10, 25]).map(
        lambda step: {"type": "integer", "multipleOf": step, "minimum": 0, "maximum": 1000}
    ),
    st.just({"type": "number"}),
    st.just({"type": "integer"}),
)
CHOICES = st.one_of(
    st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=5).map(
        lambda options: {"type": "string", "enum": options}
    ),
    st.lists(st.integers(), min_size=1, max_size=5).map(lambda options: {"type": "integer", "enum": options}),
    st.one_of(st.text(), st.integers(), st.booleans(), st.none()).map(lambda value: {"const": value}),
    st.just({"type": "boolean"}),
    st.just({"type": "null"}),
    st.just({"type": ["string", "null"], "enum": ["a", None]}),
    st.just({"type": "string", "enum": [""]}),
)


def assert_makes_a_fitting_value(name, schema, seed, is_result):
    made = make_value(Field(f"/{name}", name, "", schema, True), scene(seed), is_result=is_result)

    jsonschema.Draft202012Validator(schema).validate(made)
    assert fits(made, schema)


@settings(max_examples=300, deadline=None)
@given(name=NAMES, schema=STRINGS, seed=st.integers(0, 10_000), is_result=st.booleans())
def test_a_made_text_is_one_that_the_schema_admits(name, schema, seed, is_result):
    assert_makes_a_fitting_value(name, schema, seed, is_result)


@settings(max_examples=400, deadline=None)
@given(name=NAMES, schema=NUMBERS, seed=st.integers(0, 10_000), is_result=st.booleans())
def test_a_made_number_is_one_that_the_schema_admits(name, schema, seed, is_result):
    assert_makes_a_fitting_value(name, schema, seed, is_result)


@settings(max_examples=150, deadline=None)
@given(name=NAMES, schema=CHOICES, seed=st.integers(0, 10_000), is_result=st.booleans())
def test_a_made_choice_is_one_that_the_schema_admits(name, schema, seed, is_result):
    assert_makes_a_fitting_value(name, schema, seed, is_result)


@settings(max_examples=300, deadline=None, database=None)
@given(length=st.integers(1, 60), seed=st.integers(0, 10_000))
def test_a_made_text_has_the_one_length_admitted(length, seed):
    assert_makes_a_fitting_value("x", {"type": "string", "minLength": length, "maxLength": length}, seed, False)


@pytest.mark.parametrize("pattern", [r"^\d+$", r"^[A-Z]+$"])
def test_a_text_meets_pattern_and_length_together(pattern):
    for seed in SEEDS:
        assert_makes_a_fitting_value(
            "cep", {"type": "string", "pattern": pattern, "minLength": 8, "maxLength": 8}, seed, False
        )


@pytest.mark.parametrize("low", [0, 0.5, 0.99, 41.5])
def test_a_made_number_lies_between_open_bounds(low):
    schema = {"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + 1}

    for seed in range(200):
        assert_makes_a_fitting_value("x", schema, seed, False)


def test_a_made_multiple_is_no_less_than_the_minimum():
    for seed in range(200):
        assert_makes_a_fitting_value("x", {"type": "integer", "multipleOf": 7, "minimum": 100}, seed, False)


@settings(max_examples=300, deadline=None)
@given(
    schema=st.one_of(STRINGS, NUMBERS),
    value=st.one_of(st.text(max_size=70), st.integers(-2000, 2000), st.booleans(), st.none()),
)
def test_fitting_agrees_with_jsonschema(schema, value):
    admits = jsonschema.Draft202012Validator(schema).is_valid(value)

    assert fits(value, schema) == admits


@pytest.mark.parametrize(
    "schema", [{"enum": [None]}, {"type": "string", "enum": [None, "a_b"]}, {"enum": [1, "two", True]}]
)
def test_an_enum_is_kept_whatever_it_holds(schema):
    for seed in SEEDS:
        assert make_value(Field("/x", "x", "", schema, True), scene(seed)) in schema["enum"]


# --- meaning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("check_in_date", "check_out_date"),
        ("start_date", "end_date"),
        ("departure_date", "return_date"),
        ("from_date", "to_date"),
    ],
)
def test_an_end_follows_its_beginning(first, last):
    for seed in SEEDS:
        one = scene(seed)
        begins, ends = (make_value(field(name, format="date"), one) for name in (first, last))

        assert TODAY < dt.date.fromisoformat(begins) < dt.date.fromisoformat(ends)


@pytest.mark.parametrize("about", ["transaction", "message", "invoice"])
def test_a_period_of_what_is_on_record_lies_in_the_past(about):
    for seed in SEEDS:
        one = scene(seed)
        one.about = about
        begins, ends = (make_value(field(name, format="date"), one) for name in ("start_date", "end_date"))

        assert dt.date.fromisoformat(begins) < dt.date.fromisoformat(ends) <= TODAY


def test_what_is_due_lies_ahead_even_on_record():
    one = scene(1)
    one.about = "invoice"

    assert dt.date.fromisoformat(make_value(field("due_date", format="date"), one)) > TODAY


@pytest.mark.parametrize("name", ["purchase_date", "date_of_incident", "published_on", "last_visit_date"])
def test_what_happened_lies_in_the_past(name):
    described = field(name, "Day on which it happened", format="date")

    assert all(dt.date.fromisoformat(make_value(described, scene(seed))) < TODAY for seed in SEEDS)


def test_a_person_was_born_long_ago():
    for seed in SEEDS:
        born = dt.date.fromisoformat(make_value(field("date_of_birth", format="date"), scene(seed)))
        assert 18 < (TODAY - born).days / 365 < 75


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        ("YYYY-MM-DD", r"\d{4}-\d{2}-\d{2}"),
        ("DD/MM/YYYY", r"\d{2}/\d{2}/\d{4}"),
        ("MM-DD-YYYY", r"\d{2}-\d{2}-\d{4}"),
        ("YYYYMMDD", r"\d{8}"),
        ("DD.MM.YYYY", r"\d{2}\.\d{2}\.\d{4}"),
    ],
)
def test_a_date_has_the_shape_its_description_asks_for(written, shape):
    described = field("date", f"Date in the format {written}")

    assert all(re.fullmatch(shape, make_value(described, scene(seed))) for seed in SEEDS)


@pytest.mark.parametrize("example", ["BK-7310", "ORD_2024_118", "a1b2-99", "INV/0042"])
def test_an_id_has_the_shape_of_its_example(example):
    shape = re.sub(r"\d", r"\\d", re.escape(example))
    made = {make_value(field("order_id", "Identifier", examples=[example]), scene(seed)) for seed in SEEDS}

    assert all(re.fullmatch(shape, value) for value in made)
    assert len(made) > 5


def test_an_id_without_example_looks_like_one():
    for seed in SEEDS:
        assert re.fullmatch(r"[A-Z]{2}-\d{5}", make_value(field("hotel_booking_id"), scene(seed)))


def test_a_minimum_lies_below_its_maximum():
    for seed in SEEDS:
        one = scene(seed)
        low, high = (make_value(field(name, type="number"), one) for name in ("min_price", "max_price"))

        assert low < high


def test_the_person_of_a_dialogue_keeps_one_name_and_address():
    person = people()[3]
    one = new_scene(rng(1, "scene"), TODAY, person)

    assert make_value(field("first_name"), one) == person.first_name
    assert make_value(field("email"), one) == person.email


def test_the_city_asked_for_is_a_city():
    made = {make_value(field("city"), scene(seed)) for seed in range(60)}

    assert len(made) > 20
    assert all(value[:1].isupper() and "_" not in value for value in made)


@pytest.mark.parametrize(
    ("description", "examples"),
    [
        ("The size, e.g. 'small' or 'large'", ("small", "large")),
        ('Options: "am", "pm"', ("am", "pm")),
        ("Sport (e.g. tennis, golf)", ("tennis", "golf")),
        ("The name of it", ()),
        ("", ()),
    ],
)
def test_examples_are_read_from_a_description(description, examples):
    assert given_examples(field("x", description)) == examples


@pytest.mark.parametrize(
    ("name", "schema", "kind"),
    [
        ("check_in", {"type": "string", "format": "date"}, "date"),
        ("hotelId", {"type": "string"}, "id"),
        ("max_price", {"type": "number"}, "money"),
        ("to_city", {"type": "string"}, "city"),
        ("api_key", {"type": "string"}, "credential"),
        ("include_tax", {"type": "boolean"}, "boolean"),
        ("guests", {"type": "integer"}, "count"),
        ("数量", {"type": "integer"}, "integer"),
    ],
)
def test_kinds_are_read_from_names(name, schema, kind):
    assert kind_of(Field(f"/{name}", name, "", schema, True)) == kind


def test_values_depend_on_the_scene_alone():
    fields = [field(name) for name in ("city", "email", "title", "hotel_id", "message", "departure_date")]

    first, second = scene(4), scene(4)
    assert [make_value(one, first) for one in fields] == [make_value(one, second) for one in fields]


@pytest.mark.parametrize(
    ("about", "pointer", "bank"),
    [("pet", "/name", "animal"), ("pet", "/category/name", "category"), ("task", "/name", "title")],
)
def test_a_bare_name_is_that_of_the_thing_it_stands_at(about, pointer, bank):
    named = scene()
    named.about = about

    assert make_value(Field(pointer, "name", "", {"type": "string"}, True), named) in value_bank(bank)


def test_a_call_that_answers_has_not_failed():
    ok = Field("/ok", "ok", "", {"type": "boolean"}, True)

    assert all(make_value(ok, scene(seed), is_result=True) for seed in SEEDS)


def test_an_id_has_plain_digits_where_its_pattern_asks_for_them():
    snowflake = field("guild_id", pattern="^(0|[1-9][0-9]*)$")

    assert re.fullmatch(r"[1-9]{8}", make_value(snowflake, scene()))


def test_a_piece_of_json_in_a_description_is_no_example():
    assert given_examples(field("uris", 'The URIs. For example: {"uris": ["spotify:track:4iV5W9uYEd"]}')) == ()


def test_one_example_is_used_now_and_then():
    event = field("event_name", "Name of the event", examples=["Pirate Coding Workshop"])

    made = [make_value(event, scene(seed)) for seed in range(200)]

    assert 0 < made.count("Pirate Coding Workshop") < 80
