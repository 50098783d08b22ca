import pytest

from toolgraph.tools.importers.texts import described_from_text, plain_text, with_plain_texts


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("<p>Find a <b>book</b>.</p><p>Or two.</p>", "Find a book.\n\nOr two."),
        ("One<br/>two<BR>three", "One\ntwo\nthree"),
        ("Either:<ul><li>new</li><li>used</li></ul>", "Either:\n\n- new\n- used"),
        ('See <a href="https://books.example">our site</a>.', "See our site."),
        ("Salt &amp; pepper &#8364;5&nbsp;each", "Salt & pepper €5\xa0each"),
        ("<style>p {color: red}</style>Red.<!-- not this -->", "Red."),
        ("Left open</p>", "Left open"),
    ],
)
def test_html_is_made_plain(written, plain):
    assert plain_text(written) == plain


@pytest.mark.parametrize(
    "text",
    [
        "The shelf, as in /shelves/<shelf>.",
        "Enter the <code> you were sent.",
        "List<String> of names, where a < b and c > d",
        "https://books.example/?a=1&copy=2",
        "  indented\n    as written  ",
        "",
    ],
)
def test_what_is_no_html_stays_as_it_is(text):
    assert plain_text(text) == text


def test_descriptions_in_a_schema_are_made_plain_wherever_they_stand():
    schema = {
        "type": "object",
        "description": "<b>All</b>",
        "properties": {
            "description": {"type": "string", "description": "<i>Its</i> text", "default": "<b>bold</b>"},
            "list": {"type": "array", "items": {"anyOf": [{"description": "<u>One</u>"}, {"type": "null"}]}},
        },
    }

    plain = with_plain_texts(schema)

    assert plain["description"] == "All"
    assert plain["properties"]["description"] == {"type": "string", "description": "Its text", "default": "<b>bold</b>"}
    assert plain["properties"]["list"]["items"]["anyOf"] == [{"description": "One"}, {"type": "null"}]
    assert schema["description"] == "<b>All</b>"


def test_a_schema_without_html_is_returned_itself():
    schema = {"properties": {"a": {"description": "Plain.", "anyOf": [{}]}}}

    assert with_plain_texts(schema) is schema


GOOGLE = (
    "Find a book.\n\nArgs:\n    title (str): Its title.\n    year: When it\n        was printed.\n\nReturns:\n    It."
)
NUMPY = "Find a book.\n\nParameters\n----------\ntitle : str\n    Its title.\nyear : int\n    When it was printed.\n"
REST = "Find a book.\n\n:param title: Its title.\n:param year: When it was printed."


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, REST], ids=["google", "numpy", "rest"])
def test_parameters_that_only_the_text_describes_are_described_by_it(text):
    parameters = {"type": "object", "properties": {"title": {"type": "string"}, "year": {}, "shelf": {}}}

    described, told = described_from_text(parameters, text)

    assert told == ("title", "year")
    assert described["properties"] == {
        "title": {"type": "string", "description": "Its title."},
        "year": {"description": "When it was printed."},
        "shelf": {},
    }
    assert parameters["properties"]["year"] == {}


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ({"title": {"description": "Told already."}, "year": {}}, GOOGLE),
        ({"isbn": {}}, GOOGLE),
        ({}, GOOGLE),
        ({"title": {}}, "Find a book by title: the title."),
        ({"title": True}, GOOGLE),
    ],
)
def test_parameters_are_left_alone_where_they_are_described_or_the_text_says_nothing(properties, text):
    parameters = {"type": "object", "properties": properties}

    assert described_from_text(parameters, text) == (parameters, ())
