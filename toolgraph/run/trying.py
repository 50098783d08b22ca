"""Trying: reading tools are called before anything is planned, to see what they return and what there is to ask for.

Most servers, and most functions, declare nothing of their results and give no examples of values that they know;
without these no call could be planned that takes something from another, or finds something. What may change something
is never tried.
"""

import copy
import datetime as dt
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from toolgraph.models.offline.flows import flows_between
from toolgraph.models.offline.scene import fits, new_scene
from toolgraph.models.offline.values import known_values, make_value
from toolgraph.seeds import rng
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.live import LiveSession, LiveTools, holds_nothing, refusal_of
from toolgraph.tools.seen import schema_of_results
from toolgraph.tools.spec import RETURNS, ToolSpec

log = logging.getLogger(__name__)

MOST_TRIED, CALLS_EACH, ROUNDS = 100, 2, 3
"""Tools that are tried at the most, and calls of one in each round; in each more is known that may be asked for."""
MOST_SECONDS, MOST_ASKED_FOR = 120, 500
"""How long all of it may take, and how many tools are looked at for values that they lack."""
MOST_EXAMPLES, LONGEST_EXAMPLE = 8, 60


def leaves_returns_open(tool: ToolSpec) -> bool:
    """Say whether no field of a tool's results is known: nothing is said of them, or that they are objects, or a text.

    A server made with the SDK declares as text, `result`, whatever its functions have turned into text.

    >>> leaves_returns_open(ToolSpec(name="get_note", returns={"type": "array", "items": {"type": "object"}}))
    True
    >>> leaves_returns_open(ToolSpec(name="get_note", returns={"type": "object", "properties": {"id": {}}}))
    False
    """
    schema = tool.output_schema or {}
    fields = tool.return_fields
    if not fields:
        return schema.get("type") in (None, "object", "array")
    is_text = [(field.pointer, field.types) for field in fields] == [("/result", ("string",))]
    return is_text or all(field.types == ("object",) for field in fields)


def tried(tools: Sequence[ToolSpec], live: LiveTools, *, seed: int) -> tuple[ToolSpec, ...]:
    """Return the tools with what calls that change nothing tell: returns where they are open, examples of parameters.

    Both are marked as filled in, and nothing that an owner says is changed. The values of these calls come from results
    that were seen, from examples, or are made up.

    Raises:
        LiveError: the tools cannot be run.
    """
    worthy = (tool for tool in tools if _is_worth_trying(tool, tools[:MOST_ASKED_FOR]))
    waiting = list(islice(worthy, MOST_TRIED))
    if not waiting:
        return tuple(tools)
    with live.session() as session:
        trial = called(waiting, session, seed=seed)
    idle = [tool.name for tool in waiting if tool.name not in trial.tried and tool.name in trial.errors]
    if idle:
        log.warning(
            "%d of %d tools tried brought only errors (as in %s: %s); what they know belongs into enum or examples",
            len(idle), len(waiting), idle[0], trial.errors[idle[0]],
        )  # fmt: skip
    return tuple(trial.with_examples(trial.tried.get(tool.name, tool)) for tool in tools)


def _is_worth_trying(tool: ToolSpec, tools: Sequence[ToolSpec]) -> bool:
    """Whether a tool that changes nothing leaves open what it returns, or lists what others can be asked about."""
    if refusal_of(tool, allow_writes=False):
        return False
    if leaves_returns_open(tool):
        return True
    is_list = not any(field.is_required for field in tool.parameter_fields)
    return is_list and any(
        flow.pointer == field.pointer for other in tools for field in other.parameter_fields if _lacks_values(field)
        for flow in flows_between(tool, other)
    )  # fmt: skip


def _lacks_values(field: Field) -> bool:
    is_settled = bool({"enum", "const"} & field.schema.keys()) or field.schema.get("default") not in (None, "")
    return not (is_settled or known_values(field))


def called(tools: Sequence[ToolSpec], session: LiveSession, *, seed: int, calls_each: int = CALLS_EACH) -> "Calls":
    """Return what calls of tools that change nothing bring, in rounds, for `MOST_SECONDS` at most."""
    calls, end = Calls(session, seed), time.monotonic() + MOST_SECONDS
    for number in range(ROUNDS):
        for tool in tools:
            if tool.name not in calls.tried and time.monotonic() < end:
                calls.take(tool, number, calls_each)
    return calls


@dataclass(frozen=True, slots=True)
class Answered:
    """A call that brought something."""

    arguments: dict[str, Any]
    value: Any


class Calls:
    """What was seen so far of tools that were called."""

    def __init__(self, session: LiveSession, seed: int) -> None:
        self._session, self._seed = session, seed
        self.tried: dict[str, ToolSpec] = {}
        """Tools that brought something, with the returns that tells of."""
        self.errors: dict[str, str] = {}
        """The last error of each tool that gave one."""
        self.answers: dict[str, list[Answered]] = {}
        """What the tools that brought something were asked, and gave."""

    def take(self, tool: ToolSpec, number: int, calls: int) -> None:
        """Call a tool so many times, in the round of this number, and note what that brings."""
        answers: list[Answered] = []
        asked: list[dict[str, Any]] = []
        for index in range(calls):
            arguments = self.arguments(tool, number, index)
            if arguments in asked:
                continue
            asked.append(arguments)
            result = self._session.call(tool.name, arguments)
            if result.is_error:
                self.errors[tool.name] = result.error
            elif not holds_nothing(result.value, arguments):
                answers.append(Answered(arguments, result.value))
        if not leaves_returns_open(tool):
            if answers:
                self.tried[tool.name], self.answers[tool.name] = tool, answers
            return
        told = _with_returns(tool, schema_of_results([answer.value for answer in answers]))
        if told.return_fields and not leaves_returns_open(told):
            self.tried[tool.name], self.answers[tool.name] = told, answers

    def arguments(self, tool: ToolSpec, number: int, index: int) -> dict[str, Any]:
        """Values for what a call must hold: seen in a result, as far as there is one that fits, or made up."""
        scene = new_scene(rng(self._seed, "trial", tool.name, number, index), dt.date.today(), is_real=True)
        arguments: dict[str, Any] = {}
        for field in tool.parameter_fields:
            if field.is_required:
                seen = list(self._seen(tool, field))
                value = seen[index % len(seen)] if seen else make_value(field, scene)
                pointers.put(arguments, field.pointer, value)
        return arguments

    def with_examples(self, tool: ToolSpec) -> ToolSpec:
        """Return a tool with examples of values that there are, where its owner gives none.

        Of what writes only ids are among them: nobody registers who is there already.
        """
        parameters, marks = copy.deepcopy(tool.parameters), list[str]()
        for field in tool.parameter_fields:
            is_id = kind_of(field) in ("id", "uuid")
            place = (parameters.get("properties") or {}).get(field.name)
            if (
                pointers.join("", field.name) != field.pointer
                or not isinstance(place, dict)
                or not _lacks_values(field)
            ):
                continue
            if is_id or not refusal_of(tool, allow_writes=False):
                seen = list(dict.fromkeys(filter(_is_sayable, self._seen(tool, field))))[:MOST_EXAMPLES]
                if seen:
                    place["examples"] = seen
                    marks.append(f"{pointers.join('/parameters/properties', field.name)}/examples")
        update = {"parameters": parameters, "filled": (*tool.filled, *marks)}
        return tool.model_copy(update=update) if marks else tool

    def _seen(self, tool: ToolSpec, field: Field) -> Iterator[Any]:
        """The values seen that can be meant by a parameter: those that flow into it, and its tool's own of its name."""
        for name, giver in self.tried.items():
            paths = {flow.path for flow in flows_between(giver, tool) if flow.pointer == field.pointer}
            if name == tool.name:
                paths |= {one.pointer for one in giver.return_fields if one.name == field.name}
            for answer in self.answers[name]:
                for place, leaf in pointers.leaves(answer.value):
                    if any(pointers.matches(path, place) for path in paths) and fits(leaf, field.schema):
                        yield leaf


def _is_sayable(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and 0 < len(str(value)) <= LONGEST_EXAMPLE


def _with_returns(tool: ToolSpec, schema: Mapping[str, Any]) -> ToolSpec:
    """The tool with inferred returns, and what its owner said of them in words."""
    said = {key: value for key, value in (tool.returns or {}).items() if key in ("title", "description")}
    return tool.model_copy(
        update={"returns": {**schema, **said}, "returns_inferred": True, "filled": (*tool.filled, RETURNS)}
    )
