"""The model behind the rule server: the offline rules, put into the wire's words.

A request that was told through the spool is answered by its rule. Any other (a probe) is answered as a capable and
obedient model would.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.servers.memory import Memory, with_calls
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.request import Request
from toolgraph.models.requests import AssistantAnswer, AssistantRequest, UserRequest
from toolgraph.seeds import rng

Body = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """What the model says: words, or calls, each a tool's name and its arguments."""

    text: str = ""
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()


class RuleModel:
    """Answers by rule; its answer is a function of the seed and the request, as the offline backend's is."""

    def __init__(self, seed: int = 0) -> None:
        self._seed, self._rules, self._memory = seed, OfflineBackend(seed), Memory()

    def say(self, body: Body, request: Request[Any] | None) -> Said:
        """Return what is said to a body, and to the request behind it if there is one."""
        if request is None:
            return improvised(body)
        if isinstance(request, AssistantRequest):
            return self._act(body, request)
        return Said(_as_asked(body, self._value(request)))

    def _value(self, request: Request[Any]) -> Any:
        from toolgraph.models.online.wires import WIRES

        if type(request).__name__ == "JudgeRequest":
            return judgement(request, self._seed)
        if type(request).__name__ == "EdgeRequest":
            return {"reason": "Such ids are handed on.", "feeds": rng(self._seed, "edge", request.key).random() < 0.7}
        if isinstance(request, UserRequest):
            request = self._memory.for_user(request)
        answer = self._rules.complete(request).answer
        if isinstance(request, UserRequest):
            self._memory.remember(request, answer)
        return pruned(answer.model_dump(mode="json"), WIRES[type(request)].schema(request))

    def _act(self, body: Body, request: AssistantRequest) -> Said:
        has_results = any(fact["role"] == "tool" for fact in body["messages"]) or "tools" not in body
        known = self._memory.for_assistant(request)
        if request.task is not None:
            known = with_calls(request, self._rules)
        known = known if has_results else known.model_copy(update={"call_ids": ()})
        answer: AssistantAnswer = self._rules.complete(known).answer
        reasons = (answer.reasoning or "The user's words say what is needed.") if request.wants_reasoning else ""
        if "tools" in body:
            lead = f"<reasoning>{reasons}</reasoning>\n" if reasons else ""
            return Said(lead + answer.text, tuple((call.tool, call.arguments) for call in answer.calls))
        calls = [{"tool": call.tool, "arguments": call.arguments} for call in answer.calls]
        move = {"reasoning": reasons} if reasons else {}
        return Said(_as_asked(body, {**move, "say": answer.text, "calls": calls}))


def judgement(request: Request[Any], seed: int) -> dict[str, Any]:
    """Return a verdict as a judge writes it: a reason, then scores drawn by the request."""
    from toolgraph.models.online.wires import WIRES

    value = instance_of(WIRES[type(request)].schema(request))
    chooser = rng(seed, "judge", request.key)
    return {name: chooser.randint(3, 5) if isinstance(one, int) else one for name, one in value.items()}


# --- bodies nobody told about -----------------------------------------------------------------------------------------


def improvised(body: Body) -> Said:
    """Answer a probe: call the tools offered, read their results out, keep to the format asked for."""
    messages, last = body["messages"], body["messages"][-1]
    results = [message["content"] for message in messages if message["role"] == "tool"]
    wanted = (body.get("response_format") or {}).get("type", "text")
    if body.get("tools") and body.get("tool_choice") != "none" and last["role"] != "tool":
        return Said(calls=_calls(body))
    if wanted == "json_schema":
        return Said(json.dumps(instance_of(body["response_format"]["json_schema"]["schema"])))
    if wanted == "json_object" or "```json" in last["content"]:
        keys = re.findall(r'"(\w+)" \(a (text|number)\)', last["content"])
        return Said(_as_asked(body, {key: 8 if kind == "number" else "flies" for key, kind in keys}))
    return Said(f"It says: {' '.join(results)}" if results else "The sky is blue.")


def _calls(body: Body) -> tuple[tuple[str, dict[str, Any]], ...]:
    """One call of the tool that is forced, else of the first; one for each of two things asked about in one breath."""
    functions = {tool["function"]["name"]: tool["function"] for tool in body["tools"]}
    choice = body.get("tool_choice")
    name = choice["function"]["name"] if isinstance(choice, dict) else next(iter(functions))
    arguments = instance_of(functions[name]["parameters"])
    text = next((key for key, value in arguments.items() if isinstance(value, str)), None)
    both = re.search(r"(\w+) and (?:in )?(\w+)", body["messages"][-1]["content"])
    if text is None or both is None:
        return ((name, arguments),)
    wanted = both.groups() if body.get("parallel_tool_calls", True) else both.groups()[:1]
    return tuple((name, {**arguments, text: thing}) for thing in wanted)


def instance_of(schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    """Return a small value that a schema admits, as far as types, choices and bounds go."""
    root = root or schema
    if "$ref" in schema:
        return instance_of(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return instance_of(schema[word][0], root)
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: instance_of(one, root) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [instance_of(schema.get("items", {"type": "string"}), root)] * schema.get("minItems", 1)
    number = max(schema.get("minimum", 1), min(4, schema.get("maximum", 4)))
    return {"string": "blue", "integer": int(number), "number": number, "boolean": True}.get(kind)


# --- shapes -----------------------------------------------------------------------------------------------------------


def _as_asked(body: Body, value: Any) -> str:
    """A value as JSON; where no format was asked for, fenced and with words around it, as models write it."""
    text = json.dumps(value, ensure_ascii=False)
    if (body.get("response_format") or {}).get("type", "text") == "text":
        return f"Here is my answer:\n\n```json\n{text}\n```\n\nI hope this helps."
    return text


def pruned(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    """Return a value without the keys that a schema does not name, which the model was not asked for."""
    root = root or schema
    if "$ref" in schema:
        return pruned(value, root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root)
    for word in ("anyOf", "oneOf"):
        branches = [one for one in schema.get(word, ()) if _fits(value, one, root)]
        if branches:
            return pruned(value, branches[0], root)
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [pruned(one, schema["items"], root) for one in value]
    properties = schema.get("properties")
    if isinstance(value, dict) and properties and schema.get("additionalProperties") in (False, None):
        return {name: pruned(one, properties[name], root) for name, one in value.items() if name in properties}
    return value


def _fits(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    types = {"object": dict, "array": list, "string": str, "null": type(None), "boolean": bool}
    kind = types.get(schema.get("type", ""))
    if isinstance(value, dict):
        options = {name: one["enum"] for name, one in schema.get("properties", {}).items() if "enum" in one}
        return kind is dict and all(value.get(name) in listed for name, listed in options.items())
    return isinstance(value, kind) if kind else isinstance(value, int | float) and not isinstance(value, bool)
