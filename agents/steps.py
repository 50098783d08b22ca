"""Step checks: what can be judged of one message while the dialogue still goes on.

A finished dialogue is judged by `toolgraph.quality`; the checks among those that need no later message are run here on
the dialogue so far, so that a step that would spoil the whole is taken again alone. The rest keeps a model in its part.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedTurn
from toolgraph.dialogue.messages import Message, ToolCall
from toolgraph.dialogue.record import Dialogue
from toolgraph.dialogue.spoken import find_said
from toolgraph.models.requests import UserAnswer
from toolgraph.quality.checks import CHECKS
from toolgraph.quality.reading import Reading
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.spec import ToolSpec

MOST_WORDS = 120
"""Words of a user message beyond the values it states; people who ask for one or two things need fewer."""
LONGEST_NAME = 60
"""Characters up to which a text is a name that is said as it is; what is longer is put in other words."""
_SCRIPT = re.compile(r"(?mi)^\s*(?:assistant|user|you|system|tool|function)\s*:")
_ASKS = re.compile(
    r"\?|\b(?:please|kindly)\s+(?:tell|give|provide|share|specify|state|confirm|enter|choose|let)\b|\blet me know\b|"
    r"\bI(?:'ll|\s+will)?\s+(?:still\s+|also\s+|just\s+)?need\s+(?:to\s+know|the|your|a|an|one|some|more)\b",
    re.IGNORECASE,
)


class StepError(Exception):
    """A step that fails a check; it is tried again."""

    def __init__(self, check: str, detail: str, raw: str = "") -> None:
        super().__init__(detail)
        self.check, self.detail, self.raw = check, detail, raw


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
    if _SCRIPT.search(text):
        raise StepError("user_words", "it is written like a script; write the words of one message only", text)
    stated = [str(one.argument.value) for one in _user_values(turn, tools)] if turn else []
    words = len(text.split())
    if words > MOST_WORDS + sum(len(value.split()) for value in stated):
        raise StepError("user_words", f"it has {words} words; say one or two things, in a few sentences", text)


def require_values(
    text: str, turn: PlannedTurn, tools: Mapping[str, ToolSpec], *, messages: Sequence[Message], asked_back: bool,
    today: dt.date | None,
) -> None:  # fmt: skip
    """Require of a user's message the values that the plan has it state, and none that it has it keep back.

    Only names and figures that a call requires are looked for: without them the assistant can do nothing but ask.
    What was said in an earlier message need not be said again.

    Raises:
        StepError: a value is missing, or is said before it was asked for.
    """
    named = [one for one in _user_values(turn, tools) if _is_name(one.argument.value, one.field)]
    due = [one.argument.value for one in named if one.is_withheld == asked_back and not one.argument.is_carried]
    before = [message.content for message in messages if message.role == "user"]
    for value, field, is_withheld in ((one.argument.value, one.field, one.is_withheld) for one in named):
        is_said = find_said(value, text, today) is not None
        was_said = is_said or any(find_said(value, old, today) for old in before)
        if value in due and field.is_required and not was_said:
            meaning = f" ({field.description})" if field.description else ""
            raise StepError("plan", f"it does not state {value!r}{meaning}; say it as it stands here", text)
        if is_withheld and not asked_back and is_said and value not in due and len(str(value)) > 1:
            raise StepError("plan", f"it says {value!r}, which is to be said only when asked for", text)


class _Stated(NamedTuple):
    """A value that the user states."""

    argument: PlannedArgument
    field: Field
    is_withheld: bool


def _user_values(turn: PlannedTurn, tools: Mapping[str, ToolSpec]) -> Iterator[_Stated]:
    for number, step in enumerate(turn.steps):
        for call in step.calls:
            fields = tools[call.tool].parameter_fields if call.tool in tools else ()
            for argument in call.arguments:
                field = next((one for one in fields if pointers.matches(one.pointer, argument.pointer)), None)
                if argument.source == "user" and field is not None:
                    yield _Stated(argument, field, number == 0 and argument.pointer in turn.withheld)


def _is_name(value: Any, field: Field) -> bool:
    """Whether a value can be said in one way only: a name or a figure, and no choice or yes."""
    if "enum" in field.schema or isinstance(value, bool):
        return False
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
