"""The server that ships with toolgraph: what it says of itself is so, and its examples find something."""

import importlib.util
import io
import json
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator

from toolgraph.resources import data_dir

PATH = data_dir() / "servers" / "library.py"
_SPEC = importlib.util.spec_from_file_location("library_server", PATH)
library = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(library)


@pytest.fixture
def shelves():
    return library.new_library()


def result_of(shelves, name, **arguments):
    """The structure of a result, which is what was promised."""
    answer = library.call(shelves, name, arguments)
    assert answer["isError"] is False, answer
    found = answer["structuredContent"]
    Draft202012Validator(library.TOOLS[name].described(name)["outputSchema"]).validate(found)
    assert json.loads(answer["content"][0]["text"]) == found
    return found


def error_of(shelves, name, **arguments):
    answer = library.call(shelves, name, arguments)
    assert answer["isError"] is True
    return answer["content"][0]["text"]


def values_of(name, parameter):
    schema = library.TOOLS[name].parameters[parameter]
    return schema.get("enum") or schema["examples"]


def test_every_schema_is_valid():
    for name, tool in library.TOOLS.items():
        described = tool.described(name)
        Draft202012Validator.check_schema(described["inputSchema"])
        Draft202012Validator.check_schema(described["outputSchema"])


@pytest.mark.parametrize(
    ("name", "parameter", "least"),
    [
        ("search_library_books", "genre", 2), ("find_books_by_author", "author", 2),
        ("find_library_branches", "city", 2), ("list_library_loans", "card_number", 2),
        ("get_library_book", "book_id", 6),
    ],
)  # fmt: skip
def test_every_value_that_a_tool_offers_finds_something(shelves, name, parameter, least):
    for value in values_of(name, parameter):
        found = result_of(shelves, name, **{parameter: value})
        entries = next((child for child in found.values() if isinstance(child, list)), found)
        assert len(entries) >= least, value


def test_filters_leave_only_what_they_admit(shelves):
    every = result_of(shelves, "search_library_books", genre="mystery")["books"]
    here = result_of(shelves, "search_library_books", genre="mystery", available_now=True)["books"]
    large = result_of(shelves, "search_library_books", genre="mystery", book_format="large_print")["books"]
    spanish = result_of(shelves, "search_library_books", genre="mystery", language="Spanish")["books"]
    sunday = result_of(shelves, "find_library_branches", city="leeds", open_sunday=True, facilities=["printers"])

    assert [book["title"] for book in every if book not in here] == ["Murder at Low Tide"]
    assert [book["title"] for book in large] == ["The Glass Alibi", "A Key for Every Door"]
    assert [book["title"] for book in spanish] == ["The Ninth Bell", "The Glass Alibi"]
    assert [branch["branch_name"] for branch in sunday["branches"]] == ["Old Exchange Library"]


def test_a_hold_is_placed_once_and_can_be_cancelled_once(shelves):
    asked = {"book_id": "BK-13790", "card_number": "LC-581904", "branch_id": "LB-30118"}

    hold = result_of(shelves, "place_book_hold", **asked)
    second = result_of(shelves, "place_book_hold", **{**asked, "card_number": "LC-602371"})
    assert (hold["queue_position"], second["queue_position"]) == (1, 2)
    assert (hold["pickup_date"], second["pickup_date"]) == ("2027-01-05", "2027-01-19")  # there is one copy
    assert "already" in error_of(shelves, "place_book_hold", **asked)

    assert result_of(shelves, "cancel_book_hold", hold_id=hold["hold_id"])["open_holds"] == 0
    assert "cancelled before" in error_of(shelves, "cancel_book_hold", hold_id=hold["hold_id"])


def test_a_loan_is_renewed_while_that_is_allowed(shelves):
    renewed = result_of(shelves, "renew_library_loan", loan_id="LN-70348", extra_weeks=3)

    assert (renewed["due_date"], renewed["renewals_left"]) == ("2027-02-09", 0)
    loans = result_of(shelves, "list_library_loans", card_number="LC-581904")["loans"]
    assert {"loan_id": "LN-70348", "title": "The Ember Throne", "due_date": "2027-02-09", "renewals_left": 0} in loans
    assert "cannot be renewed" in error_of(shelves, "renew_library_loan", loan_id="LN-70348")


def test_a_new_member_can_reserve_a_book(shelves):
    card = result_of(
        shelves, "register_library_member", full_name="Ada Field", email="ada@example.com", branch_id="LB-31067"
    )

    asked = {"book_id": "BK-10214", "card_number": card["card_number"], "branch_id": "LB-31067"}
    assert result_of(shelves, "place_book_hold", **asked)["branch_name"] == "Old Exchange Library"
    again = {"full_name": "Ada F. Field", "email": "Ada@example.com", "branch_id": "LB-31790"}
    assert error_of(shelves, "register_library_member", **again) == "Ada@example.com has a card already"


def test_a_call_that_is_refused_changes_nothing(shelves):
    before = "\n".join(shelves.iterdump())

    error_of(shelves, "place_book_hold", book_id="BK-10214", card_number="LC-581904", branch_id="LB-1")

    assert "\n".join(shelves.iterdump()) == before


def test_a_card_changes_only_what_is_its_own(shelves):
    hold = result_of(
        shelves, "place_book_hold", book_id="BK-10214", card_number="LC-602371", branch_id="LB-32244"
    )["hold_id"]  # fmt: skip
    for name, key, number in (("renew_library_loan", "loan_id", "LN-70502"), ("cancel_book_hold", "hold_id", hold)):
        asked = {key: number, "card_number": "LC-581904"}
        assert error_of(shelves, name, **asked) == f"{key[:4]} {number} is not on card LC-581904"
        assert error_of(shelves, name, **asked | {"card_number": "LC-1"}) == "the library has no card number LC-1"
        result_of(shelves, name, **asked | {"card_number": "LC-602371"})


def test_a_hold_is_refused_where_it_makes_no_sense(shelves):
    asked = {"card_number": "LC-581904", "branch_id": "LB-30118"}

    assert "on loan on card" in error_of(shelves, "place_book_hold", book_id="BK-10583", **asked)
    told = error_of(shelves, "place_book_hold", book_id="BK-12306", book_format="large_print", **asked)
    assert told == "the library does not have The Ninth Bell in large print"
    for book in ("BK-10214", "BK-11947", "BK-12306", "BK-13128", "BK-13790"):
        result_of(shelves, "place_book_hold", book_id=book, **asked)
    assert "has 5 open holds" in error_of(shelves, "place_book_hold", book_id="BK-14265", **asked)


def test_nothing_happens_before_the_day_it_says_it_is(shelves):
    told = library.answer(shelves, {"id": 1, "method": "initialize"})["result"]["instructions"]

    assert told.endswith("Today is 2027-01-05.")
    dates = [loan["due_date"] for card in values_of("list_library_loans", "card_number")
             for loan in result_of(shelves, "list_library_loans", card_number=card)["loans"]]  # fmt: skip
    assert len(dates) == 9
    assert min(dates) > "2027-01-05"


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("get_library_book", {"book_id": "BK-1"}, "the library has no book id BK-1"),
        ("get_library_book", {"book_id": "BK-10214", "branch_id": "LB-1"}, "the library has no branch id LB-1"),
        ("get_library_book", {}, "get_library_book needs book_id"),
        ("burn_book", {}, "there is no tool burn_book"),
        ("list_library_loans", {"card_number": "' OR 1=1 --"}, "the library has no card number ' OR 1=1 --"),
        ("renew_library_loan", {"loan_id": "LN-70348", "extra_weeks": 600}, "extra_weeks must be between 2 and 6"),
        ("renew_library_loan", {"loan_id": "LN-70348", "extra_weeks": "2"}, "extra_weeks must be of type integer"),
        ("renew_library_loan", {"loan_id": "LN-70348", "weeks": 2}, "renew_library_loan has no parameter weeks"),
        (
            "search_library_books",
            {"genre": "poetry"},
            "genre must be one of mystery, romance, fantasy, science_fiction, historical_fiction, adventure",
        ),
        ("find_library_branches", {"city": "Leeds", "facilities": [1]}, "facilities must be of type string"),
        ("find_library_branches", {"city": " "}, "city must not be empty"),
        ("find_library_branches", ["Leeds"], "find_library_branches must be of type object"),
    ],
)
def test_what_cannot_be_is_told_to_the_caller(shelves, name, arguments, told):
    answer = library.call(shelves, name, arguments)

    assert answer == {"content": [{"type": "text", "text": told}], "isError": True}


def test_a_line_that_is_no_message_is_answered_and_passed_over():
    out = io.StringIO()

    library.serve(
        io.StringIO("[" * 100_000 + '\ngarbage\n[]\n{"method": "notifications/x"}\n{"id": 4, "method": "ping"}\n'), out
    )

    replies = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [reply.get("error", {}).get("code") for reply in replies] == [-32700, -32700, None]
    assert replies[2] == {"jsonrpc": "2.0", "id": 4, "result": {}}


def test_it_needs_nothing_but_python():
    asked = '{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}\n'

    done = subprocess.run(
        [sys.executable, "-I", "-S", str(PATH)], input=asked, capture_output=True, text=True, check=True
    )

    assert len(json.loads(done.stdout)["result"]["tools"]) == len(library.TOOLS)
