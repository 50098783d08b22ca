import pytest

from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.provenance import Transcript
from toolgraph.dialogue.writing import is_english, is_locale, is_written_in, names_own_language
from toolgraph.tools.catalogue import parse_tools

TEXT = {"type": "string"}


def tool(name, description="", *, text="text"):
    properties = {name: {"type": "string", "description": description}, text: TEXT}
    (made,) = parse_tools([{"name": "check", "parameters": {"type": "object", "properties": properties}}], where="test")
    return made


OWN = {
    "a language": (tool("language"), True),
    "a locale of a sentence": (tool("locale", "Locale of the sentence", text="sentence"), True),
    "a language to translate into": (tool("language", "Language to translate into"), False),
    "a target": (tool("target_language"), False),
    "the language of a film": (tool("language", text="title"), False),
    "something else": (tool("tone"), False),
}


@pytest.mark.parametrize("case", OWN)
def test_the_language_of_a_text_is_told_from_one_that_must_be_named(case):
    made, is_own = OWN[case]

    assert names_own_language(made.parameter_fields[0], made) is is_own


@pytest.mark.parametrize("value", ["English", "english", "en", "en-US", "en_GB", "English (US)"])
def test_english_has_several_names(value):
    assert is_english(value)
    assert is_written_in(value, "Could you check this for me? She go to school.")
    assert not is_written_in(value, "Lisboa, por favor")


@pytest.mark.parametrize("value", ["Spanish", "pt-BR", "Englisch", "", 7, None])
def test_what_is_not_english_is_no_language_that_shows(value):
    assert not is_english(value)


def test_codes_are_told_from_words():
    assert is_locale("en-US")
    assert is_locale("zh-Hans")
    assert not is_locale("English")
    assert not is_locale(7)


@pytest.mark.parametrize(
    ("made", "text", "source"),
    [
        (tool("language"), "Please check this for me: She go to school.", "inferred"),
        (tool("language"), "Lisboa", "unresolved"),
        (tool("target_language"), "Please check this for me: She go to school.", "unresolved"),
    ],
    ids=["English words", "too few of them", "a language to come"],
)
def test_the_language_of_a_text_is_inferred_from_what_the_user_writes(made, text, source):
    transcript = Transcript()
    transcript.append(Message(role="user", content=text))
    field = made.parameter_fields[0]

    assert transcript.source_of("call_1", field.pointer, "en-US", made).source == source
