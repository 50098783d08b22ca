"""Small real implementations of exchanges: one with a script, one that behaves as a server of given abilities does."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from toolgraph.dialogue.record import Usage
from toolgraph.models.online.abilities import Abilities
from toolgraph.models.online.exchange import Body, Exchange, Purpose, Reply, ServerRefusal
from toolgraph.models.online.ladder import Ladder

USAGE = Usage(requests=1, prompt_tokens=10, completion_tokens=3)
ABLE = Abilities(rung="json_schema", native_tools=True, sees_results=True, parallel_calls=True)
"""A server that can do everything."""


def response(content: Any = "", *, finish: str = "stop", **message: Any) -> Body:
    """Return the body of a response with one message."""
    return {"choices": [{"finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}]}


def says(value: Any, **more: Any) -> Body:
    """Return the body of a response that says a JSON value."""
    return response(json.dumps(value), **more)


def calls(*named: tuple[str, Any], content: Any = "", finish: str = "tool_calls") -> Body:
    """Return the body of a response that calls tools; arguments that are no text are written as JSON."""
    made = [
        {
            "id": "x",
            "type": "function",
            "function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)},
        }
        for name, given in named
    ]
    return response(content, finish=finish, tool_calls=made)


class ScriptedExchange:
    """Gives the bodies it was given, in order, and remembers what it was asked; an exception among them is raised."""

    def __init__(self, answers: Iterable[Body | Exception]) -> None:
        self._answers = list(answers)
        self.bodies: list[Body] = []
        self.purposes: list[Purpose] = []
        self.attempts: list[int | None] = []

    def ask(
        self, body: Body, purpose: Purpose, *, is_probe: bool = False, attempts: int | None = None
    ) -> Reply:  # fmt: skip
        """Return the next answer."""
        self.attempts.append(attempts)
        self.bodies.append(json.loads(json.dumps(body)))
        self.purposes.append(purpose)
        assert self._answers, f"nobody expected another request: {body}"
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Reply(body=answer, usage=USAGE, seconds=0.1)

    @property
    def is_finished(self) -> bool:
        """Whether every answer was asked for."""
        return not self._answers


class RuledExchange:
    """Answers every body by a rule, which may raise, and remembers what it was asked."""

    def __init__(self, rule: Callable[[Body], Body]) -> None:
        self._rule = rule
        self.bodies: list[Body] = []

    def ask(
        self, body: Body, purpose: Purpose, *, is_probe: bool = False, attempts: int | None = None
    ) -> Reply:  # fmt: skip
        """Return what the rule says."""
        self.bodies.append(body)
        return Reply(body=self._rule(body), usage=USAGE, seconds=0.1)


def server(
    *, schema: str = "kept", mode: str = "kept", fenced: bool = True, tools: str = "parallel", results: bool = True
) -> Callable[[Body], Body]:
    """Return a rule that answers probes as a server does that keeps, ignores or refuses what it is asked.

    `schema` and `mode` are `kept`, `ignored`, `refused` or, for the mode, `shaped` (it follows a schema given with it);
    `tools` is `parallel`, `single`, `ignored` or `refused`.
    """
    facts, prose = {"food": "flies", "legs": 8}, response("A spider eats flies and has eight legs.")

    def answer(body: Body) -> Body:
        format, last = body.get("response_format", {}).get("type"), body["messages"][-1]
        if last["role"] == "tool":
            return response(f"The word is {json.loads(last['content'])['word']}." if results else "I do not know.")
        if "tools" in body:
            return _tool_answer(tools)
        if format is None:
            return response(f"Here:\n```json\n{json.dumps(facts)}\n```") if fenced else prose
        behaviour = schema if format == "json_schema" else mode
        if behaviour == "refused":
            raise ServerRefusal("unknown response_format type", status=500)
        if behaviour == "ignored":
            return prose
        is_shaped = format == "json_schema" or (behaviour == "shaped" and "schema" in body["response_format"])
        return says(facts if is_shaped else {"animal": "spider"})

    return answer


def _tool_answer(tools: str) -> Body:
    if tools == "refused":
        raise ServerRefusal("tools are not supported", status=400)
    if tools == "ignored":
        return response("I cannot look anything up.")
    subjects = ("rivers", "mountains") if tools == "parallel" else ("rivers",)
    return calls(*(("look_up_word", {"subject": subject}) for subject in subjects))


def ladder(exchange: Exchange, abilities: Abilities = ABLE, **options: Any) -> Ladder:
    """Return a ladder that knows its abilities already."""
    known = Ladder(exchange, model="m", **options)
    known.learn(abilities)
    return known
