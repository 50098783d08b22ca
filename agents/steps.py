"""Step checks: what can be judged of one message while the dialogue still goes on.

A finished dialogue is judged by `toolgraph.quality`; the checks among those that need no later message are run here on
the dialogue so far, so that a step that would spoil the whole is taken again alone. The rest keeps a model in its part.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedTurn
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.provenance import Transcript
from toolgraph.dialogue.record import Dialogue
from toolgraph.dialogue.writing import is_english, is_locale, names_language, names_own_language
from toolgraph.models.requests import UserAnswer
from toolgraph.models.shown import in_words
from toolgraph.quality.checks import CHECKS
from toolgraph.quality.reading import Reading
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

MOST_WORDS = 120
"""Words of a user message beyond the values it states; people who ask for one or two things need fewer."""
LONGEST_NAME = 60
"""Characters up to which a text is a name that is said as it is; what is longer is put in other words."""
MOST_SHOWN = 600
"""Characters of a step that failed which its maker is shown again."""
SCRIPT = re.compile(r"(?mi)^\s*(?:assistant|user|you|system|tool|function)\s*:")
"""How a message begins a line where it is written like a script."""
_ASKS = re.compile(
    r"\?|\b(?:please|kindly)\s+(?:tell|give|provide|share|specify|state|confirm|enter|choose|let)\b|\blet me know\b|"
    r"\bI(?:'ll|\s+will)?\s+(?:still\s+|also\s+|just\s+)?need\s+(?:to\s+know|the|your|a|an|one|some|more)\b",
    re.IGNORECASE,
)


class StepError(Exception):
    """A step that fails a check; it is tried again.

    `raw` is what is kept of it. `shown` is the whole of it, where that is more.
    """

    def __init__(self, check: str, detail: str, raw: str = "", *, shown: str = "") -> None:
        super().__init__(detail)
        self.check, self.detail, self.raw, self.shown = check, detail, raw, shown

    @property
    def complaint(self) -> str:
        """What is wrong, and what it is wrong with: a new attempt knows nothing of the one before."""
        step = (self.shown or self.raw).strip()
        ending = "…" if len(step) > MOST_SHOWN else ""
        return f"{self.detail}. It was: {step[:MOST_SHOWN]}{ending}" if step else self.detail


def asks(text: str) -> bool:
    """Say whether words of the assistant ask the user for something."""
    return bool(_ASKS.search(text))


def require_sound(check: str, messages: Sequence[Message], tools: tuple[ToolSpec, ...]) -> None:
    """Require that the check of that name finds nothing wrong with the last of `messages`.

    Raises:
        StepError: it finds something.
    """
    dialogue = Dialogue.model_construct(id="", tools=tools, messages=tuple(messages))
    last = len(messages) - 1
    for finding in CHECKS[check](Reading(dialogue)):
        if finding.message == last:
            raise StepError(check, finding.reason, messages[last].content)


def require_progress(answer: UserAnswer, *, number: int, plan: Sequence[PlannedTurn], followed: Collection[int]) -> int:
    """Return the item a message speaks about, counted from 0: the present one, or an earlier one that is still open.

    An earlier item may be followed up once, if the speaker does not say himself that it is done.

    Raises:
        StepError: the message speaks about an item whose turn it is not.
    """
    item, instead = answer.current - 1, f"speak about item {number + 1} now"
    if answer.current == 0 or item == number:
        return number
    if not 0 <= item < len(plan):
        reason = f"the plan has no item {answer.current}"
    elif item > number:
        reason = f"item {answer.current} comes later"
    elif answer.current in answer.done:
        reason = f"item {answer.current} is done, as you say yourself"
    elif item in followed or plan[item].kind == "chitchat":
        reason = f"item {answer.current} needs no further word"
    else:
        return item
    raise StepError("progress", f"{reason}; {instead}", answer.text)


def require_one_message(text: str, turn: PlannedTurn | None, tools: Mapping[str, ToolSpec]) -> None:
    """Require of a user's words that they are one message, and of a length that people write.

    Raises:
        StepError: they are a script, or everything at once.
    """
    if SCRIPT.search(text):
        raise StepError("user_words", "it is written like a script; write the words of one message only", text)
    stated = [str(one.argument.value) for one in _user_values(turn, tools)] if turn else []
    words = len(text.split())
    if words > MOST_WORDS + sum(len(value.split()) for value in stated):
        raise StepError("user_words", f"it has {words} words; say one or two things, in a few sentences", text)


def require_values(
    text: str, turn: PlannedTurn, tools: Mapping[str, ToolSpec], *, messages: Sequence[Message], asked_back: bool,
    is_last: bool = False,
) -> None:  # fmt: skip
    """Require of a user's message the values that the plan has it state, and none that it has it keep back.

    A value is stated where the assistant's call would be found to have it from: that is what the call is judged by.
    Names and figures are looked for where a call requires them: without them the assistant can do nothing but ask. A
    choice, or a yes, is looked for always: in other words than its own it would be seen in the call and not found in
    what was said. What was said in an earlier message need not be said again. In the last attempt (`is_last`) a choice
    that no call requires may be missing.

    Raises:
        StepError: a value is missing, or is said before it was asked for.
    """
    system = [message for message in messages if message.role == "system"]
    before = [message for message in messages if message.role == "user"]
    words = Message(role="user", content=text)
    now, ever = _heard(*system, words), _heard(*system, *before, words)
    stated = list(_user_values(turn, tools))
    due = [one.argument.value for one in stated if one.is_withheld == asked_back and not one.argument.is_carried]
    for one in stated:
        value, is_choice = one.argument.value, _is_choice(one.argument.value, one.field)
        if (not is_choice and not _is_name(value)) or _shows_by_itself(one):
            continue
        is_wanted = one.field.is_required or (is_choice and not is_last)
        if value in due and is_wanted and "unresolved" in one.sources(ever):
            raise StepError("plan", _missing(one, is_choice=is_choice), text)
        is_said = not is_choice and one.sources(now) == {"user"}
        if one.is_withheld and not asked_back and is_said and value not in due and len(str(value)) > 1:
            raise StepError("plan", f"it says {value!r}, which is to be said only when asked for", text)


def _shows_by_itself(one: "_Stated") -> bool:
    """Whether a value is the language of what the user writes, which nobody names unless asked."""
    return not one.is_withheld and is_english(one.argument.value) and names_own_language(one.field, one.tool)


class _Stated(NamedTuple):
    """A value that the user states."""

    tool: ToolSpec
    argument: PlannedArgument
    field: Field
    is_withheld: bool

    def sources(self, heard: Transcript) -> set[str]:
        """Where a call would be found to have the value from, as far as `heard` tells."""
        leaves = pointers.leaves(self.argument.value, self.argument.pointer)
        return {heard.source_of("", pointer, leaf, self.tool).source for pointer, leaf in leaves}


def _heard(*messages: Message) -> Transcript:
    transcript = Transcript()
    for message in messages:
        transcript.append(message)
    return transcript


def _missing(one: _Stated, *, is_choice: bool) -> str:
    """What is to be said of a value that is not stated, without a name that the user must not say."""
    value = one.argument.value
    meaning = in_words(one.field.description, one.tool) or split_words(one.field.name)
    if isinstance(value, bool):
        return f"it does not make plain: {'yes' if value else 'no'} ({meaning}); use words of these"
    if is_choice and not (names_language(one.field) and is_locale(value)):
        return f"it does not say '{split_words(str(value)) or value}' ({meaning}); use the word itself"
    return f"it does not state {value!r} ({meaning}); say it as it stands here"


def _user_values(turn: PlannedTurn, tools: Mapping[str, ToolSpec]) -> Iterator[_Stated]:
    for number, step in enumerate(turn.steps):
        for call in step.calls:
            tool = tools.get(call.tool)
            if tool is None:
                continue
            for argument in call.arguments:
                fields = tool.parameter_fields
                field = next((one for one in fields if pointers.matches(one.pointer, argument.pointer)), None)
                if argument.source in ("user", "inferred") and field is not None:
                    yield _Stated(tool, argument, field, number == 0 and argument.pointer in turn.withheld)


def _is_choice(value: Any, field: Field) -> bool:
    return isinstance(value, bool) or (isinstance(value, str | int | float) and "enum" in field.schema)


def _is_name(value: Any) -> bool:
    """Whether a value can be said in one way only, as a name or a figure can."""
    return isinstance(value, int | float) or (isinstance(value, str) and 0 < len(value) <= LONGEST_NAME)


def require_new(calls: Sequence[ToolCall], messages: Sequence[Message]) -> None:
    """Require that no call is made twice at once, or again right after its result came.

    Raises:
        StepError: one is.
    """
    before = next((message.tool_calls for message in reversed(messages) if message.tool_calls), ())
    made = [(call.name, _canonical(call)) for call in before]
    for call in calls:
        content = (call.name, _canonical(call))
        if content in made:
            raise StepError("repeated_call", f"{call.name} was called with the same arguments already", call.arguments)
        made.append(content)


def _canonical(call: ToolCall) -> str:
    return repr(sorted(pointers.leaves(call.parsed()), key=lambda leaf: leaf[0]))


def require_reply(text: str, *, questions: int, most_questions: int, must_call: bool) -> None:
    """Require of words for which nothing was called that they are a question, and not one too many.

    Raises:
        StepError: they are not.
    """
    if not asks(text):
        if must_call:
            raise StepError(
                "missing_call",
                "nothing was called for what the user wants; call the tool it needs, or ask for a required value "
                "that nothing states", text,
            )  # fmt: skip
    elif questions >= most_questions:
        raise StepError(
            "needless_question", f"the user was asked {questions} times already; go on with what was said", text
        )
