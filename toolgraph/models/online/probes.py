"""The probes: small questions with known good answers, which tell what an endpoint can do."""

from collections.abc import Callable
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
_QUESTIONS = (
    "Say in one plain sentence what a spider eats and how many legs it has.",
    "Tell me in a single sentence how many legs a beaver has and what it feeds on.",
)
"""The second is for a model that failed at the first: one bad answer is not yet an ability that it lacks."""
_LOOK_UPS = (
    "Look up today's words for the subjects rivers and mountains, both at once.",
    "I need today's words for two subjects, clouds and forests; look up both of them together.",
)
_RESULTS = (("rivers", "marzipan"), ("clouds", "cinnamon"))
"""Subjects, and words that stand in the results alone."""
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
        for rung, has_schema, more in _DESCENT:
            try:
                for question in _QUESTIONS:
                    failure = self._failure(rung, has_schema, f"{question} {more}".strip())
                    if not failure:
                        return {"rung": rung, "schema_in_mode": rung == "json_object" and has_schema}
                    failures.append(f"{_WAYS[rung]}: {failure}")
            except ServerRefusal as refusal:  # it will say so in other words too
                failures.append(f"{_WAYS[rung]}: {_short(refusal)}")
        tried = "; ".join(dict.fromkeys(failures))
        raise EndpointError(
            f"{self._model} gave a structured answer in none of the ways that were tried ({tried}); "
            "use a larger or instruction-tuned model, or another server"
        )

    def _failure(self, rung: Rung, has_schema: bool, question: str) -> str:
        """What is wrong with the answer to a question on a rung; empty if nothing."""
        body: Body = {"messages": _messages(question)}
        if rung != "text":
            body["response_format"] = response_format(rung, _FACTS, name="animal", strict=True, with_schema=has_schema)
        try:
            answers = answers_in(self._said(body))
        except (Complaint, Refused) as error:
            return _short(error)
        return "" if self._is_fit(answers[0], has_schema or rung == "text") else "the answer had another shape"

    def _is_fit(self, answer: Any, has_keys: bool) -> bool:
        if not isinstance(answer, dict):
            return False
        if not has_keys:
            return True
        return isinstance(answer.get("food"), str) and isinstance(answer.get("legs"), int)

    def _tools(self) -> dict[str, Any]:
        for wish in _LOOK_UPS:
            body: Body = {"messages": _messages(wish), "tools": [_LOOK_UP], "parallel_tool_calls": True}
            try:
                calls = self._said(body, offered=("look_up_word",)).calls
            except (Complaint, Refused):
                continue
            except ServerRefusal:
                break
            if calls and all(isinstance(call.arguments.get("subject"), str) for call in calls):
                return {"native_tools": True, "parallel_calls": len(calls) > 1, "sees_results": self._sees_results()}
        return {}

    def _sees_results(self) -> bool:
        try:
            return any(self._tells(subject, word) for subject, word in _RESULTS)
        except ServerRefusal:
            return False

    def _tells(self, subject: str, word: str) -> bool:
        """Whether the model tells a word that only the result of a tool has told it."""
        function = {"name": "look_up_word", "arguments": f'{{"subject": "{subject}"}}'}
        messages = [
            *_messages(f"Look up today's word for the subject {subject} and tell it to me."),
            {"role": "assistant", "content": "", "tool_calls": [
                {"id": "call_1", "type": "function", "function": function}
            ]},
            {"role": "tool", "tool_call_id": "call_1", "content": f'{{"word": "{word}"}}'},
        ]  # fmt: skip
        body: Body = {"messages": messages, "tools": [_LOOK_UP]}
        try:
            return word in self._said(body, offered=("look_up_word",)).text.lower()
        except (Complaint, Refused):
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


# JSON mode wants the word in the prompt; a server that takes no notice of the mode answers in words.
_IN_MODE = "Never mind JSON or any other notation."
_IN_FENCE = (
    'Answer with one JSON object with the keys "food" (a text) and "legs" (a number), in a block fenced by ```json and '
    "```."
)
_DESCENT: tuple[tuple[Rung, bool, str], ...] = (
    ("json_schema", True, ""),
    ("json_object", True, _IN_MODE),
    ("json_object", False, _IN_MODE),
    ("text", False, _IN_FENCE),
)
"""The rungs from the highest down, whether the schema is sent, and what is added to the question."""
_WAYS: dict[Rung, str] = {"json_schema": "JSON Schema", "json_object": "JSON mode", "text": "JSON in text"}


def _messages(question: str) -> list[Body]:
    return [
        {"role": "system", "content": "You are a helpful assistant and answer briefly."},
        {"role": "user", "content": question},
    ]


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 160 else f"{text[:159]}…"
