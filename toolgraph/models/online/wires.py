"""Wires: for each request class, how it is put to a language model and how the model's answer is read.

What a model is asked for may be less than the answer class holds: what only rules know is in no schema that is sent.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from toolgraph.errors import ToolSpecError
from toolgraph.models.confirming import EdgeAnswer, EdgeRequest
from toolgraph.models.filling import FillAnswer, FillRequest, complaint_about
from toolgraph.models.judging import JudgeAnswer, JudgeRequest
from toolgraph.models.online.exchange import Role, Stage
from toolgraph.models.online.json_text import values_of
from toolgraph.models.online.portable import portable
from toolgraph.models.online.reading import Complaint, Refused, arguments_of
from toolgraph.models.online.schemas import (
    SentSchema,
    sent_parameters,
    sent_result,
    sent_returns,
)
from toolgraph.models.online.shapes import MOST_ERRORS, admits_null, plan_shape, read_as, shape_of
from toolgraph.models.online.task_shapes import read_task, task_schema
from toolgraph.models.request import Request
from toolgraph.models.requests import (
    AssistantAnswer,
    AssistantRequest,
    PlainCall,
    PlanAnswer,
    PlanRequest,
    ToolAnswer,
    ToolRequest,
    UserAnswer,
    UserRequest,
)
from toolgraph.models.tasks import (
    AtomicTaskRequest,
    CompositionRequest,
    ExpansionRequest,
    ExtractionRequest,
    FilterRequest,
    FunctionsRequest,
    StatementAnswer,
    StatementRequest,
)
from toolgraph.tools.definition import Definition
from toolgraph.tools.schema import Schema
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.validation import result_errors, schema_errors

MOST_TOOLS_SPELT_OUT = 16
"""With more tools than these, the schema of a prompted call does not spell out the arguments of each."""


@dataclass(frozen=True, slots=True)
class Wire:
    """How requests of one class travel."""

    role: Role
    stage: Stage
    max_tokens: int
    """Tokens an answer may have; thinking aloud counts, so this is well above what the answer itself needs."""
    sent: Callable[[Any], SentSchema]
    """What the model shall answer to a request."""
    read: Callable[[Any, Any], BaseModel]
    """From a request and a JSON value to the answer; raises `Complaint`, or `Refused`."""
    note: str = ""
    """What the prompt does not say of the keys of the answer."""
    is_spelt_out: bool = False
    """Whether the prompt shows the schema in any case: not every server shows a model the one it is held to."""

    def schema(self, request: Request[Any]) -> Schema:
        """Return the JSON Schema of what the model shall answer to a request."""
        return self.sent(request).schema


def read_call(name: Any, arguments: Any, tools: Mapping[str, ToolSpec]) -> PlainCall:
    """Return a call of one of `tools`, its arguments valid by the full schema.

    An optional argument that is null where its schema admits none is taken for left out, as strict modes write it.

    Raises:
        Complaint: there is no such tool, or the arguments are invalid.
    """
    tool = tools.get(name) if isinstance(name, str) else None
    if tool is None:
        shown = str(name)[:80]
        raise Complaint(
            f"there is no tool named '{shown}'; the tools are: {', '.join(tools) or 'none'}", check="known_tool"
        )
    arguments = arguments_of(tool.name, arguments)
    arguments = _without_idle_nulls(arguments, sent_parameters(tool))
    if errors := _errors(schema_errors, tool, arguments):
        raise Complaint(
            f"the arguments of {tool.name} do not fit its schema: {'; '.join(errors)}", check="valid_arguments"
        )
    return PlainCall(tool=tool.name, arguments=arguments)


def _errors(find: Callable[[ToolSpec, Any], tuple[str, ...]], tool: ToolSpec, value: Any) -> tuple[str, ...]:
    """The first few errors; none where the tool's own schema is at fault, which the checks of the dialogue tell."""
    try:
        return find(tool, value)[:MOST_ERRORS]
    except ToolSpecError:
        return ()


def _without_idle_nulls(arguments: dict[str, Any], schema: Schema) -> dict[str, Any]:
    if not any(value is None for value in arguments.values()):
        return arguments
    properties, required = schema["properties"], schema.get("required", ())
    return {
        name: value
        for name, value in arguments.items()
        if value is not None or name in required or name not in properties or admits_null(properties[name])
    }


def is_refusal(text: str) -> bool:
    """Say whether a text is nothing but a refusal to take part, in the words that models have for it.

    >>> is_refusal("I'm sorry, but I can't assist with that request.")
    True
    >>> is_refusal("I'm sorry, I can't find any flights on that day.")
    False
    """
    return len(text) < 300 and _REFUSAL.fullmatch(" ".join(text.replace("\u2019", "'").split())) is not None


_REFUSAL = re.compile(
    r"(?:(?:i'?m|i am) (?:very |so )?sorry|sorry|i apologi[sz]e|my apologies|unfortunately)?[,.;:!]? ?(?:but )?"
    r"(?:as an ai[^,.]*, ?)?i(?: can(?:no|')t|(?:'m| am) (?:unable|not able) to| won't| will not)"
    r" (?:(?:assist|help)(?: you)?(?: with (?:that|this|your request)(?: request| task)?)?"
    r"|(?:comply|continue)(?: with (?:that|this)(?: request| task| conversation)?)?"
    r"|(?:do|fulfil+|answer|complete|engage in|participate in|provide) (?:that|this)(?: request| task| conversation)?)"
    r"[.!]?(?: (?:is|can i help).*)?",
    re.IGNORECASE,
)


# --- the plan, the user, the judge, the filler and edges ------------------------------------------------------------


def _plan_schema(request: PlanRequest) -> SentSchema:
    return plan_shape(request.plan_style).sent


def _read_plan(request: PlanRequest, value: Any) -> PlanAnswer:
    answer: PlanAnswer = read_as(PlanAnswer, plan_shape(request.plan_style), value)
    if not answer.turns:
        raise Complaint("the plan has no turns", check="answer_shape")
    return answer


_HIDDEN_OF_USER = frozenset({"meaning"})
_HIDDEN_OF_FILLER = frozenset({"is_guessed"})


def _user_schema(request: UserRequest) -> SentSchema:
    return shape_of(UserAnswer, _HIDDEN_OF_USER).sent


def _read_user(request: UserRequest, value: Any) -> UserAnswer:
    answer: UserAnswer = read_as(UserAnswer, shape_of(UserAnswer, _HIDDEN_OF_USER), value)
    _require_words(answer.text)
    return answer


def _read_statement(request: StatementRequest, value: Any) -> StatementAnswer:
    answer: StatementAnswer = read_task(request, value)
    _require_words(answer.text)
    return answer


def _require_words(text: str) -> None:
    if not text.strip():
        raise Complaint("the text is empty; say something", check="user_words")
    if is_refusal(text):
        raise Refused(text)


def _judge_schema(request: JudgeRequest) -> SentSchema:
    return shape_of(JudgeAnswer).sent


def _read_judge(request: JudgeRequest, value: Any) -> JudgeAnswer:
    answer: JudgeAnswer = read_as(JudgeAnswer, shape_of(JudgeAnswer), value)
    return answer


def _fill_schema(request: FillRequest) -> SentSchema:
    return shape_of(FillAnswer, _HIDDEN_OF_FILLER).sent


def _read_fill(request: FillRequest, value: Any) -> FillAnswer:
    answer: FillAnswer = read_as(FillAnswer, shape_of(FillAnswer, _HIDDEN_OF_FILLER), value)
    if complaint := complaint_about(request, answer):
        raise Complaint(complaint, check="answer_shape")
    return answer


def _edge_schema(request: EdgeRequest) -> SentSchema:
    return shape_of(EdgeAnswer).sent


def _read_edge(request: EdgeRequest, value: Any) -> EdgeAnswer:
    answer: EdgeAnswer = read_as(EdgeAnswer, shape_of(EdgeAnswer), value)
    return answer


# --- the tool -------------------------------------------------------------------------------------------------------


def _tool_schema(request: ToolRequest) -> SentSchema:
    return sent_result(request.tool)


def _read_tool(request: ToolRequest, value: Any) -> ToolAnswer:
    """The result: under `result`, or bare, or as JSON inside a text, whichever is valid as it stands."""
    tool = request.tool
    is_wrapped = isinstance(value, dict) and "result" in value
    candidates = [value["result"]] if is_wrapped else [value]
    if tool.output_schema is None:
        return ToolAnswer(result=_bare(candidates[0]))
    if is_wrapped and "result" in sent_returns(tool).get("properties", {}):
        candidates.append(value)
    candidates += list(values_of([candidates[0]])) if isinstance(candidates[0], str) else []
    errors = [_errors(result_errors, tool, candidate) for candidate in candidates]
    for candidate, found in zip(candidates, errors, strict=True):
        if not found:
            return ToolAnswer(result=candidate)
    raise Complaint(f"the result does not fit the return schema: {'; '.join(errors[0])}", check="valid_results")


def _bare(value: Any) -> Any:
    """A value, or the object or list that a text is nothing but."""
    inner = next(values_of([value]), None) if isinstance(value, str) else None
    return inner if isinstance(inner, dict | list) else value


# --- the assistant, where tools cannot be called natively -----------------------------------------------------------


def _assistant_schema(request: AssistantRequest) -> SentSchema:
    return _sent_move(tuple(Definition(tool) for tool in request.tools), request.wants_reasoning)


@lru_cache(maxsize=1024)
def _sent_move(definitions: tuple[Definition, ...], wants_reasoning: bool) -> SentSchema:
    """One move of the assistant: what it says, or the calls it makes."""
    names = [definition.tool.name for definition in definitions]
    calls: list[Schema] = [
        _object(tool=portable({"type": "string", "enum": [name]}), arguments=sent_parameters(definition.tool))
        for name, definition in zip(names, definitions, strict=True)
    ]
    if len(calls) > MOST_TOOLS_SPELT_OUT:
        calls = [_object(tool=portable({"type": "string", "enum": names}), arguments={"type": "object"})]
    items = calls[0] if len(calls) == 1 else {"anyOf": calls}
    move: Schema = {"say": {"type": "string"}, "calls": {"type": "array", **({"items": items} if calls else {})}}
    return SentSchema.of(_object(**({"reasoning": {"type": "string"}} if wants_reasoning else {}), **move))


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


def _read_assistant(request: AssistantRequest, value: Any) -> AssistantAnswer:
    if isinstance(value, str):
        value = {"say": value}
    elif isinstance(value, list):
        value = {"calls": value}
    elif isinstance(value, dict) and "calls" not in value and "arguments" in value:
        value = {"calls": [value]}
    if not isinstance(value, dict):
        raise Complaint('the answer is no JSON object with "say" and "calls"', check="answer_shape")
    made = value.get("calls") or []
    if not isinstance(made, list) or not all(isinstance(call, dict) for call in made):
        raise Complaint('"calls" is no list of objects with "tool" and "arguments"', check="answer_shape")
    tools = {tool.name: tool for tool in request.tools}
    calls = tuple(read_call(call.get("tool", call.get("name")), call.get("arguments"), tools) for call in made)
    thought, words = value.get("reasoning"), value.get("say")
    reasoning = thought.strip() if request.wants_reasoning and isinstance(thought, str) else ""
    return move(words if isinstance(words, str) else "", calls, reasoning)


def move(text: str, calls: tuple[PlainCall, ...], reasoning: str) -> AssistantAnswer:
    """Return what the assistant does; words beside calls are dropped, since it does one or the other.

    Raises:
        Complaint: it does neither.
        Refused: it will not take part.
    """
    text = "" if calls else text.strip()
    if not calls and not text:
        raise Complaint("the answer neither calls a tool nor says anything", check="empty_answer")
    if is_refusal(text):
        raise Refused(text)
    return AssistantAnswer(text=text, calls=calls, reasoning=reasoning)


_PLAN_NOTE = "`turns` holds the items of the plan, in order."
_TOOL_NOTE = "`result` holds the result."
_ASSISTANT_NOTE = (
    "`calls` holds the calls you make, each with the name of its `tool` and its `arguments`; it is empty where you say "
    "something. `say` is what you say to the user; it is empty where you call tools. If `reasoning` is among the keys, "
    "it comes first and holds a few sentences of thought that the user does not see."
)
_ATOMIC_NOTE = "`task` holds the task."
_COMPOSITION_NOTE = "`subtasks`, `flows` and `task` are filled in in this order."
_FUNCTIONS_NOTE = (
    "`functions` holds the functions in the order in which they are called, and `flows` the flows. `parameters` and "
    "`returns` are JSON Schemas, as objects and not as texts."
)

WIRES: dict[type[Request[Any]], Wire] = {
    PlanRequest: Wire("planner", "plan", 8192, _plan_schema, _read_plan, _PLAN_NOTE),
    UserRequest: Wire("user", "dialogue", 2048, _user_schema, _read_user),
    AssistantRequest: Wire("assistant", "dialogue", 4096, _assistant_schema, _read_assistant, _ASSISTANT_NOTE),
    ToolRequest: Wire("tool", "dialogue", 4096, _tool_schema, _read_tool, _TOOL_NOTE, is_spelt_out=True),
    JudgeRequest: Wire("judge", "judge", 2048, _judge_schema, _read_judge),
    EdgeRequest: Wire("filler", "edges", 2048, _edge_schema, _read_edge),
    FillRequest: Wire("filler", "fill", 8192, _fill_schema, _read_fill),
    ExtractionRequest: Wire("planner", "scenario", 2048, task_schema, read_task),
    ExpansionRequest: Wire("planner", "scenario", 2048, task_schema, read_task),
    AtomicTaskRequest: Wire("planner", "atomic_task", 2048, task_schema, read_task, _ATOMIC_NOTE),
    CompositionRequest: Wire("planner", "composition", 8192, task_schema, read_task, _COMPOSITION_NOTE),
    FilterRequest: Wire("planner", "filter", 2048, task_schema, read_task),
    FunctionsRequest: Wire("planner", "functions", 8192, task_schema, read_task, _FUNCTIONS_NOTE),
    StatementRequest: Wire("user", "dialogue", 2048, task_schema, _read_statement),
}
"""Complete for `REQUESTS`; a test sees to it."""
