"""Reading a response: what was said, thought and called, or a complaint that the model can act on."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from toolgraph.models.online.exchange import Body
from toolgraph.models.online.json_text import clean, clean_text, json_of, values_amid_prose, values_of


class Complaint(Exception):
    """An answer that cannot be used, in one sentence that the model can act on; `check` names what failed."""

    def __init__(self, text: str, *, check: str) -> None:
        super().__init__(text)
        self.text, self.check = text, check


class Refused(Exception):
    """The model, or a filter before it, will not answer; asking again in other words is not ours to try."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class SaidCall:
    """A call as it came: the name as the model wrote it, the arguments as a value."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What one response holds."""

    text: str = ""
    """What was said, without thoughts and without the markup of calls."""
    reasoning: str = ""
    """Thoughts: a field of their own, or text between tags."""
    calls: tuple[SaidCall, ...] = ()
    was_cut: bool = False
    """Whether the server stopped it at the limit on tokens."""


def said(body: Body, *, offered: Collection[str] = ()) -> Said:
    """Return what a response holds; `offered` are the names by which tools may be called.

    Raises:
        Complaint: there is nothing in it, or a call in it cannot be read.
        Refused: the model or a content filter refuses.
    """
    choice = _choice(body)
    message = choice["message"]
    text, refusal, thoughts = _content(message)
    if refusal or choice.get("finish_reason") == "content_filter":
        raise Refused(refusal or text or "the server's content filter stopped the answer")
    text, tagged = without_thoughts(text)
    reasoning = "\n".join(part for part in (*thoughts, *tagged) if part)
    was_cut = choice.get("finish_reason") in ("length", "max_tokens", "MAX_TOKENS")
    try:
        calls = tuple(_call(function) for function in _functions(message))
        if not calls and offered:
            text, calls = _leaked_calls(text, offered)
    except Complaint as complaint:
        raise (_cut_off() if was_cut else complaint) from complaint
    unknown = [call.name for call in calls if call.name not in offered]
    if unknown:
        names = ", ".join(sorted(offered)) or "none at all"
        raise Complaint(f"there is no tool named '{unknown[0][:80]}'; the tools are: {names}", check="known_tool")
    if not text and not calls and was_cut:
        raise _cut_off()
    return Said(text=text, reasoning=reasoning, calls=calls, was_cut=was_cut)


def arguments_of(name: str, arguments: Any) -> dict[str, Any]:
    """Return the arguments of a call of tool `name`, which come as JSON text or as the object itself.

    Raises:
        Complaint: they are neither.
    """
    if arguments is None or (isinstance(arguments, str) and not arguments.strip()):
        return {}
    if isinstance(arguments, str):
        try:
            arguments = json_of(arguments)
        except ValueError as error:
            raise Complaint(f"the arguments of {name[:80]} are not valid JSON ({error})", check="valid_json") from error
    if not isinstance(arguments, dict):
        raise Complaint(f"the arguments of {name[:80]} are not a JSON object", check="valid_call")
    found: dict[str, Any] = clean(arguments)
    return found


def raw_text(body: Body) -> str:
    """Return a response as it is kept of a rejected dialogue: its message, or else all of it, as JSON text."""
    try:
        return clean_text(json.dumps(_choice(body)["message"], ensure_ascii=False))
    except Complaint:
        return clean_text(json.dumps(body, ensure_ascii=False))


def shown_text(body: Body) -> str:
    """Return what a response says and calls, as it came but for the thoughts; empty where it holds nothing."""
    try:
        message = _choice(body)["message"]
    except Complaint:
        return ""
    text, _ = without_thoughts(_content(message)[0])
    functions = [function for function in _functions(message) if isinstance(function, dict)]
    calls = [clean_text(f"{function.get('name')} {function.get('arguments')}") for function in functions]
    return "\n".join(part for part in (text, *calls) if part)


def answers_in(said: Said) -> list[Any]:
    """Return the JSON values a text may mean: itself, those in its fences, or those amid its prose; at least one.

    Nothing is guessed: quotes, commas and brackets that JSON does not have are no JSON.

    Raises:
        Complaint: there is none.
    """
    # Some servers put a constrained answer where the thoughts belong and leave the content empty.
    text = said.text or said.reasoning.strip()
    if not text:
        raise Complaint("the answer is empty", check="empty_answer")
    try:
        return [json_of(text)]
    except ValueError as error:
        reason = str(error)
    fenced = [match.group(1) for match in _FENCE.finditer(text)]
    values = list(values_of(fenced)) or (values_amid_prose(text) if said.text else [])
    if values:
        return values
    if said.was_cut:
        raise _cut_off()
    raise Complaint(f"the answer is not valid JSON ({reason})", check="valid_json")


def without_thoughts(text: str) -> tuple[str, list[str]]:
    """Cut leaked thoughts out of a text and return both.

    A block without its opening tag reaches back to the beginning, one without its closing tag to the end.

    >>> without_thoughts("<think>Lisbon?</think>Yes.")
    ('Yes.', ['Lisbon?'])
    """
    if "<" not in text and "[" not in text:
        return text.strip(), []
    thoughts: list[str] = []

    def keep(match: re.Match[str]) -> str:
        thoughts.append("".join(part for part in match.groups() if part).strip())
        return ""

    text = _THOUGHT.sub(keep, text)
    text = _THOUGHT_CLOSED.sub(keep, text, count=1)
    text = _THOUGHT_OPEN.sub(keep, text, count=1)
    return text.strip(), thoughts


# --- the parts of a response ----------------------------------------------------------------------------------------


def _choice(body: Body) -> Body:
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict) or not isinstance(choice.get("message"), dict):
        raise Complaint("the server's response holds no message", check="empty_answer")
    return choice


def _content(message: Body) -> tuple[str, str, list[str]]:
    """Text, refusal and thoughts of a message, whether its content is a text or a list of parts."""
    texts: list[Any] = []
    thoughts: list[Any] = []
    refusal = message.get("refusal")
    content = message.get("content")
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            if part.get("type") in ("text", "output_text", None):
                texts.append(part.get("text"))
            elif part.get("type") in ("reasoning", "thinking"):
                thoughts.append(part.get("text") or part.get(str(part["type"])))
            elif part.get("type") == "refusal":
                refusal = refusal or part.get("refusal")
    thoughts += [message.get("reasoning_content") or message.get("reasoning")]
    text = "".join(part for part in texts if isinstance(part, str))
    thought = [clean_text(part).strip() for part in thoughts if isinstance(part, str)]
    return clean_text(text), refusal.strip() if isinstance(refusal, str) else "", thought


def _functions(message: Body) -> Iterator[Any]:
    """The name and arguments of each call, in the present form and in the one it replaced."""
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        yield call.get("function") if isinstance(call, dict) else None
    if not calls and isinstance(message.get("function_call"), dict):
        yield message["function_call"]


def _call(function: Any) -> SaidCall:
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise Complaint("a tool call has no name", check="valid_call")
    name = clean_text(function["name"].strip())
    return SaidCall(name, arguments_of(name, function.get("arguments", function.get("parameters"))))


def _leaked_calls(text: str, offered: Collection[str]) -> tuple[str, tuple[SaidCall, ...]]:
    """Calls that a chat template left in the text, and the text without them."""
    calls: list[SaidCall] = []
    for match in _LEAKED_CALL.finditer(text):
        name = match.group("name")
        inner = (match.group("call") or match.group("given") or match.group("rest") or "").strip()
        try:
            found = json_of(inner) if inner else {}
        except ValueError as error:
            reason = f"a tool call in the text is not valid JSON ({error})"
            raise Complaint(f"{reason}; call tools the way you were given", check="valid_json") from error
        if name:
            found = {"name": name, "arguments": found}
        calls += [_call(one) for one in (found if isinstance(found, list) else [found])]
    if calls:
        return _LEAKED_CALL.sub("", text).strip(), tuple(calls)
    # A whole text that is nothing but a call of an offered tool can only be meant as one.
    if text.startswith("{") and text.endswith("}"):
        for value in values_of([text]):
            if value.get("name") in offered and value.keys() <= {"name", "arguments", "parameters", "type", "id"}:
                return "", (_call(value),)
    return text, ()


def _cut_off() -> Complaint:
    return Complaint("the answer was cut off before its end; make it shorter", check="cut_off")


_FENCE = re.compile(r"```[ \t]*(?:json|JSON|json5|jsonc)?[ \t]*\r?\n?(.*?)```", re.DOTALL)
_OPENED = r"(?:<(?:think|thinking|thought|reasoning)>|\[THINK\])"
_CLOSED = r"(?:</(?:think|thinking|thought|reasoning)>|\[/THINK\])"
_THOUGHT = re.compile(rf"{_OPENED}(.*?){_CLOSED}", re.DOTALL | re.IGNORECASE)
_THOUGHT_CLOSED = re.compile(rf"\A(.*){_CLOSED}", re.DOTALL | re.IGNORECASE)
_THOUGHT_OPEN = re.compile(rf"{_OPENED}(.*)\Z", re.DOTALL | re.IGNORECASE)
_LEAKED_CALL = re.compile(
    r"<tool_call>(?P<call>.*?)(?:</tool_call>|\Z)"
    r"|<function=(?P<name>[^>\s]+)>(?P<given>.*?)(?:</function>|\Z)"
    r"|(?:\[TOOL_CALLS\]|<\|python_tag\|>)(?P<rest>.*)\Z",
    re.DOTALL,
)
