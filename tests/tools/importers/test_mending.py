from toolgraph.tools.importers.items import Found, Skipped
from toolgraph.tools.importers.mending import mended


def test_a_tool_that_needs_nothing_is_yielded_as_it_was_found():
    found = Found("entry 1", {"name": "find_book", "description": "Find.", "parameters": {"type": "object"}}, ("kept",))

    assert list(mended([found])) == [found]


def test_a_made_name_is_told_and_unlike_the_others():
    made, kept = mended([Found("entry 1", {"name": "find book"}), Found("entry 2", {"name": "find_book"})])

    assert made.fields["name"] == "find_book_2"
    assert made.repairs == ("named 'find_book_2', since no server takes the name 'find book'",)
    assert kept == Found("entry 2", {"name": "find_book"})


def test_html_is_removed_once_and_told_once():
    fields = {
        "name": "f",
        "description": "<p>Find.</p>",
        "parameters": {"properties": {"a": {"description": "<b>A</b>"}}},
        "returns": {"description": "<i>It</i>"},
    }

    (item,) = mended([Found("entry 1", fields)])

    assert item.fields == {
        "name": "f",
        "description": "Find.",
        "parameters": {"properties": {"a": {"description": "A"}}},
        "returns": {"description": "It"},
    }
    assert item.repairs == ("HTML in the descriptions was made plain text",)
    assert fields["description"] == "<p>Find.</p>"


def test_descriptions_taken_from_the_text_are_told():
    fields = {"name": "f", "description": "Find.\n\nArgs:\n    a: The A.", "parameters": {"properties": {"a": {}}}}

    (item,) = mended([Found("entry 1", fields)])

    assert item.fields["parameters"] == {"properties": {"a": {"description": "The A."}}}
    assert item.repairs == ("the descriptions of 'a' were taken from the tool's text",)


def test_a_tool_without_a_name_is_skipped():
    items = [Found("entry 1", {"description": "x"}), Found("entry 2", {"name": " "}), Found("entry 3", {"name": 7})]

    assert list(mended(items)) == [Skipped(f"entry {number}", "has no name") for number in (1, 2, 3)]


def test_what_is_said_again_is_yielded_once_and_counted():
    one, other = {"name": "f", "description": "One."}, {"name": "f", "description": "Other."}

    items = list(mended(Found(f"entry {n}", fields) for n, fields in enumerate((one, one, other, one))))

    assert [item.where for item in items] == ["entry 0", "entry 2", "the document"]
    assert items[-1] == Skipped("the document", "says 2 of its tools again, word for word")


def test_what_was_skipped_stays_in_its_place():
    items = [Found("entry 1", {"name": "f"}), Skipped("entry 2", "is no tool"), Found("entry 3", {"name": "g"})]

    assert list(mended(items)) == items


def test_a_description_that_is_no_text_is_left_out():
    (item,) = mended([Found("entry 1", {"name": "f", "description": ["Find."]})])

    assert item == Found("entry 1", {"name": "f"}, ("its description is no text and was left out",))
