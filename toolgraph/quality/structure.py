"""Checks of form: the tools and arguments of calls, the order of messages, and the end."""

from collections import Counter
from collections.abc import Iterator

from toolgraph.dialogue.parallel import allows_parallel
from toolgraph.dialogue.record import Finding
from toolgraph.errors import ToolSpecError
from toolgraph.quality.reading import MadeCall, Reading, Unparsable
from toolgraph.tools.validation import schema_errors


def known_tool(reading: Reading) -> Iterator[Finding]:
    """Every call names a tool that is offered, and no two of these have one name."""
    names = Counter(tool.name for tool in reading.dialogue.tools)
    for name, number in names.items():
        if number > 1:
            yield Finding(
                check="known_tool", message=-1, place=name,
                reason=f"{number} of the tools offered are named '{name}'; offer it once",
            )  # fmt: skip
    for made in reading.calls:
        if made.tool is None:
            yield Finding(
                check="known_tool", message=made.message, place=made.call.id,
                reason=f"calls '{made.call.name}', which is not among the tools offered",
            )  # fmt: skip


def valid_arguments(reading: Reading) -> Iterator[Finding]:
    """The arguments of every call are a JSON object, valid against the tool's schema and with no other parameters."""
    for made in reading.calls:
        if isinstance(made.arguments, Unparsable):
            reasons: tuple[str, ...] = (f"the text of the arguments {made.arguments.reason}",)
        elif not isinstance(made.arguments, dict):
            reasons = (f"the arguments are not an object but {type(made.arguments).__name__}",)
        else:
            reasons = _schema_errors(made) if made.tool else ()
        for reason in reasons:
            pointer, _, what = reason.partition(": ")
            place, reason = (f"{made.call.id} {pointer}", what) if pointer.startswith("/") else (made.call.id, reason)
            yield Finding(check="valid_arguments", message=made.message, place=place, reason=reason)


def _schema_errors(made: MadeCall) -> tuple[str, ...]:
    try:
        return schema_errors(made.tool, made.arguments) if made.tool else ()
    except ToolSpecError as error:
        return (str(error),)


def call_result_pairing(reading: Reading) -> Iterator[Finding]:
    """Every call has its own id and is answered exactly once, before anyone else speaks; every result has its call."""
    seen: set[str] = set()
    waiting: dict[str, int] = {}

    def found(index: int, call: str, reason: str) -> Finding:
        return Finding(check="call_result_pairing", message=index, place=call, reason=reason)

    for index, message in enumerate(reading.dialogue.messages):
        if message.role == "tool":
            if message.tool_call_id in waiting:
                del waiting[message.tool_call_id]
            elif message.tool_call_id in seen:
                yield found(index, message.tool_call_id, "answers a call that was answered or passed over before")
            else:
                yield found(index, message.tool_call_id, "answers a call that nobody made")
            continue
        for call, at in waiting.items():
            yield found(at, call, f"is not answered before message {index}")
        waiting = {}
        for call_made in message.tool_calls:
            if call_made.id in seen or not call_made.id:
                yield found(index, call_made.id, "has the id of an earlier call" if call_made.id else "has no id")
            seen.add(call_made.id)
            waiting[call_made.id] = index
    for call, at in waiting.items():
        yield found(at, call, "is never answered")


def role_order(reading: Reading) -> Iterator[Finding]:
    """One system message at most, and first; then the user; then roles follow each other as in a talk.

    The assistant follows the user; results follow calls, and the assistant follows results; words of the assistant
    end its turn.
    """
    before = "start"
    for index, message in enumerate(reading.dialogue.messages):
        now = "calls" if message.tool_calls else message.role
        if message.tool_calls and message.role != "assistant":
            yield Finding(check="role_order", message=index, reason=f"a {message.role} message holds tool calls")
        reason = _OUT_OF_ORDER.get((before, now), "")
        if reason:
            yield Finding(check="role_order", message=index, reason=reason)
        before = now


_OUT_OF_ORDER = {
    ("start", "assistant"): "the assistant speaks first",
    ("start", "calls"): "the assistant calls a tool before the user has spoken",
    ("start", "tool"): "a result stands first",
    ("system", "system"): "a second system message",
    ("system", "assistant"): "the assistant speaks before the user has",
    ("system", "calls"): "the assistant calls a tool before the user has spoken",
    ("system", "tool"): "a result stands where the user should speak",
    ("user", "system"): "a system message that is not the first message",
    ("user", "user"): "the user speaks twice in a row",
    ("user", "tool"): "a result follows the user's words and no call",
    ("assistant", "system"): "a system message that is not the first message",
    ("assistant", "assistant"): "the assistant speaks twice in a row",
    ("assistant", "calls"): "the assistant calls a tool after words that end its turn",
    ("assistant", "tool"): "a result follows the assistant's words and no call",
    ("calls", "system"): "a system message that is not the first message",
    ("calls", "user"): "the user speaks while a call waits for its result",
    ("calls", "assistant"): "the assistant speaks while a call waits for its result",
    ("calls", "calls"): "the assistant calls again while a call waits for its result",
    ("tool", "system"): "a system message that is not the first message",
    ("tool", "user"): "the user speaks before the assistant has answered",
}
"""What is wrong with one kind of message after another; pairs not listed are in order."""


def one_at_a_time(reading: Reading) -> Iterator[Finding]:
    """Where the system message allows only one call at a time, no message has more than one."""
    messages = reading.dialogue.messages
    if not any(len(message.tool_calls) > 1 for message in messages):
        return
    if allows_parallel("\n".join(message.content for message in messages if message.role == "system")) is not False:
        return
    for index, message in enumerate(messages):
        if len(message.tool_calls) > 1:
            yield Finding(
                check="one_at_a_time", message=index, place=message.tool_calls[1].id,
                reason=f"makes {len(message.tool_calls)} calls at once, and the system message allows one at a time; "
                "make one, and wait for its result before the next",
            )  # fmt: skip


def finished(reading: Reading) -> Iterator[Finding]:
    """The last message is the assistant's, with words and without calls."""
    messages = reading.dialogue.messages
    if not messages:
        yield Finding(check="finished", message=-1, reason="the dialogue has no messages")
        return
    last = messages[-1]
    at = len(messages) - 1
    if last.role != "assistant":
        yield Finding(check="finished", message=at, reason=f"ends with a {last.role} message")
    elif last.tool_calls:
        yield Finding(check="finished", message=at, place=last.tool_calls[0].id, reason="ends with a call")
    elif not last.content.strip():
        yield Finding(check="finished", message=at, reason="ends with an assistant message that says nothing")
