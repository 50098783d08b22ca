"""The law of every format: what is exported and imported again is the same dialogue."""

import inspect
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from layouts import messages_held
from talks import good

from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.record import Dialogue
from toolgraph.formats import FORMATS
from toolgraph.tools.spec import ToolSpec

TAGS = ["<call>", "</call>", "<final>", "</final>", "<tool>", "</tool>", "&lt;call&gt;", "&amp;lt;/final&gt;", "[{}]"]
WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30) | st.lists(
    st.sampled_from([*TAGS, "Привет", " ", "\n", '"', "\\u003c"]), max_size=5
).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
ARGUMENTS = st.dictionaries(WORDS, VALUES, max_size=3)
ARGUMENT_TEXTS = st.builds(lambda value, ascii: json.dumps(value, ensure_ascii=ascii), ARGUMENTS, st.booleans())
NAMES = st.sampled_from(["search_rooms", "get.room", "книга", "book-room"])
JSON_TEXTS = st.one_of(
    st.builds(lambda value: json.dumps(value, ensure_ascii=False), VALUES), st.builds(json.dumps, VALUES), WORDS
)


@st.composite
def dialogues(draw) -> Dialogue:
    """Well-formed dialogues: words, and steps of one to three calls with their results."""
    messages = [Message(role="system", content=draw(WORDS))] if draw(st.booleans()) else []
    made = 0
    for _ in range(draw(st.integers(1, 3))):
        messages.append(Message(role="user", content=draw(WORDS)))
        for _ in range(draw(st.integers(0, 2))):
            step = tuple(
                ToolCall(id=f"call_{made + number}", name=draw(NAMES), arguments=draw(ARGUMENT_TEXTS))
                for number in range(1, draw(st.integers(1, 3)) + 1)
            )  # fmt: skip
            made += len(step)
            thought = draw(st.just("") | WORDS)
            messages.append(
                Message(role="assistant", content=draw(st.just("") | WORDS), tool_calls=step, reasoning=thought)
            )
            messages += [Message(role="tool", tool_call_id=call.id, content=draw(JSON_TEXTS)) for call in step]
        messages.append(Message(role="assistant", content=draw(WORDS), reasoning=draw(st.just("") | WORDS)))
    tools = st.builds(
        ToolSpec, name=NAMES, description=WORDS,
        parameters=st.lists(WORDS).map(lambda names: {"type": "object", "properties": {name: {} for name in names}}),
    )  # fmt: skip
    offered = draw(st.lists(tools, max_size=3, unique_by=lambda tool: tool.name))
    return Dialogue(id=draw(st.text("abc-09", min_size=1, max_size=8)), tools=tuple(offered), messages=tuple(messages))


def there_and_back(dialogue, name):
    record = json.loads(json.dumps(FORMATS[name].write(dialogue), ensure_ascii=False))
    assert FORMATS[name].matches(record)
    return FORMATS[name].read(record, "here, line 1")


def defined(tools):
    return [(tool.name, tool.description, tool.parameters) for tool in tools]


@pytest.mark.parametrize("name", FORMATS)
@given(dialogue=dialogues())
def test_export_then_import_gives_the_same_dialogue(dialogue, name):
    again = there_and_back(dialogue, name)

    assert again.id == ("here, line 1" if name == "button" else dialogue.id)
    assert again.messages == messages_held(dialogue, name)
    assert defined(again.tools) == defined(dialogue.tools)


@given(dialogues(), st.sampled_from(sorted(FORMATS)))
def test_a_record_is_seen_to_be_of_its_format(dialogue, name):
    record = FORMATS[name].write(dialogue)

    first = next(other for other in FORMATS if FORMATS[other].matches(record))

    # Without tools and calls, a dialogue of ours is one in OpenAI's shape as well.
    assert first == name or (first, name) == ("native", "openai")
    assert FORMATS[first].read(record, "here").messages == messages_held(dialogue, name)


def test_our_own_format_keeps_everything():
    dialogue = good(meta={"style": "terse"}, blueprint="b1")

    assert there_and_back(dialogue, "native") == dialogue


def test_every_format_says_what_it_is():
    assert all(
        inspect.getdoc(module) and inspect.getdoc(module.write) and inspect.getdoc(module.read)
        for module in FORMATS.values()
    )
