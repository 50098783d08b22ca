"""The probes: small questions with known good answers, which tell what an endpoint can do."""

from collections.abc import Callable, Iterator
from typing import Any

from toolgraph.errors import EndpointError
from toolgraph.models.online.abilities import Rung, response_format
from toolgraph.models.online.exchange import Body, Purpose, Reply, ServerRefusal
from toolgraph.models.online.reading import Complaint, Refused, Said, answers_in, said

_PROBE_TOKENS = (1024, 4096)
"""Models that think before they speak need room even for a short answer; the second is for those cut off."""
_FACTS = {
    "type": "object",
    "properties": {"food": {"type": "string"}, "legs": {"type": "integer"}},
    "required": ["food", "legs"],
    "additionalProperties": False,
}
_QUESTION = "Say in one plain sentence what a spider eats and how many legs it has."
_SECRET = "marzipan"
_LOOK_UP: Body = {
    "type": "function",
    "function": {
        "name": "look_up_word",
        "description": "Looks up today's word for a subject. Only this tool knows the words.",
        "parameters": {
            "type": "object",
            "properties": {"subject": {"type": "string", "description": "The subject, in one word."}},
            "required": ["subject"],
        },
    },
}


class Probes:
    """The probes of one model, each a question with a known good answer."""

    def __init__(self, ask: Callable[..., Reply], model: str) -> None:
        """Take what sends a body, with a purpose and `is_probe`, as `Ladder.ask` does."""
        self._ask, self._model = ask, model
        self._salts = iter(range(1000))

    def findings(self) -> dict[str, Any]:
        """Return what was found out, as fields of `Abilities`.

        Raises:
            EndpointError: the server cannot be used, or the model gives structured answers in no way.
        """
        return {**self._rung(), **self._tools()}

    def _rung(self) -> dict[str, Any]:
        failures: list[str] = []
        for rung, has_schema, messages in self._ways():
            body: Body = {"messages": messages}
            if rung != "text":
                body["response_format"] = response_format(
                    rung, _FACTS, name="spider", strict=True, with_schema=has_schema
                )
            try:
                answers = answers_in(self._said(body))
                if self._is_fit(answers[0], has_schema or rung == "text"):
                    return {"rung": rung, "schema_in_mode": rung == "json_object" and has_schema}
                failures.append(f"{_WAYS[rung]}: the answer had another shape")
            except (Complaint, Refused, ServerRefusal) as error:
                failures.append(f"{_WAYS[rung]}: {_short(error)}")
        tried = "; ".join(dict.fromkeys(failures))
        raise EndpointError(
            f"{self._model} gave a structured answer in none of the ways that were tried ({tried}); "
            "use a larger or instruction-tuned model, or another server"
        )

    def _ways(self) -> Iterator[tuple[Rung, bool, list[Body]]]:
        plain = _messages(_QUESTION)
        # JSON mode wants the word in the prompt; a server that takes no notice of the mode answers in words.
        mode = _messages(f"{_QUESTION} Never mind JSON or any other notation.")
        shape = (
            'one JSON object with the keys "food" (a text) and "legs" (a number), in a block fenced by ```json and ```'
        )
        fenced = _messages(f"{_QUESTION} Answer with {shape}.")
        yield "json_schema", True, plain
        yield "json_object", True, mode
        yield "json_object", False, mode
        yield "text", False, fenced
        yield "text", False, fenced

    def _is_fit(self, answer: Any, has_keys: bool) -> bool:
        if not isinstance(answer, dict):
            return False
        if not has_keys:
            return True
        return isinstance(answer.get("food"), str) and isinstance(answer.get("legs"), int)

    def _tools(self) -> dict[str, Any]:
        wish = "Look up today's words for the subjects rivers and mountains, both at once."
        messages = _messages(wish)
        body: Body = {"messages": messages, "tools": [_LOOK_UP], "parallel_tool_calls": True}
        try:
            calls = self._said(body, offered=("look_up_word",)).calls
        except (Complaint, Refused, ServerRefusal):
            calls = ()
        if not calls or any(not isinstance(call.arguments.get("subject"), str) for call in calls):
            return {}
        return {"native_tools": True, "parallel_calls": len(calls) > 1, "sees_results": self._sees_results()}

    def _sees_results(self) -> bool:
        function = {"name": "look_up_word", "arguments": '{"subject": "rivers"}'}
        messages = [
            *_messages("Look up today's word for the subject rivers and tell it to me."),
            {"role": "assistant", "content": "", "tool_calls": [
                {"id": "call_1", "type": "function", "function": function}
            ]},
            {"role": "tool", "tool_call_id": "call_1", "content": f'{{"word": "{_SECRET}"}}'},
        ]  # fmt: skip
        try:
            return (
                _SECRET
                in self._said({"messages": messages, "tools": [_LOOK_UP]}, offered=("look_up_word",)).text.lower()
            )
        except (Complaint, Refused, ServerRefusal):
            return False

    def _said(self, body: Body, *, offered: tuple[str, ...] = ()) -> Said:
        for tokens in _PROBE_TOKENS:
            purpose = Purpose(role="assistant", stage="probe", salt=next(self._salts))
            sent = {"model": self._model, **body, "temperature": 0, "seed": purpose.salt, "max_tokens": tokens}
            reply = self._asked(sent, purpose)
            try:
                return said(reply.body, offered=offered)
            except Complaint as complaint:
                if complaint.check != "cut_off" or tokens == _PROBE_TOKENS[-1]:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _asked(self, sent: Body, purpose: Purpose) -> Reply:
        """Ask, and once more after an error of the server's: one in trouble for a moment can do more than it says."""
        try:
            return self._ask(sent, purpose, is_probe=True)
        except ServerRefusal as refusal:
            if refusal.status < 500:
                raise
            return self._ask(sent, purpose, is_probe=True)


_WAYS: dict[Rung, str] = {"json_schema": "JSON Schema", "json_object": "JSON mode", "text": "JSON in text"}


def _messages(question: str) -> list[Body]:
    return [
        {"role": "system", "content": "You are a helpful assistant and answer briefly."},
        {"role": "user", "content": question},
    ]


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 160 else f"{text[:159]}…"
