"""The function library: every function that the tasks of a data set have taken so far, each once and under one name.

Tasks define their functions by themselves, so that many are the same, or nearly, and some share a name without being
the same. Adopted into the library in the order of the tasks, near-identical ones become one, and names stay unique.
"""

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from planners.button import TaskPlan
from planners.function_validity import LONGEST_NAME, flow_errors
from toolgraph.dialogue.blueprint import PlannedStep, PlannedTurn
from toolgraph.dialogue.stems import stems_in
from toolgraph.dialogue.task import CompositionalTask
from toolgraph.graph.embedding import Vectors
from toolgraph.graph.vector_cache import Vector
from toolgraph.tools import pointers
from toolgraph.tools.definition import Definition
from toolgraph.tools.fields import top_level
from toolgraph.tools.inference import VERBS
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

SIMILARITY = 0.9
"""The cosine from which two functions with the same parameters are one."""

EmbedTexts = Callable[[Sequence[str]], Vectors]
"""Gives the vectors of texts, of length 1 each."""
Signature = frozenset[tuple[str, tuple[str, ...]]]
_WORD = re.compile(r"[a-z]{4,}")
_PLAIN = frozenset("with from that this which where when into have been their given more than some every other".split())


class FunctionLibrary:
    """A library that grows; what it does depends on what it holds and on what it is given, in that order.

    With `embed_texts` two functions are alike where the embeddings of their names and descriptions are; without it,
    where these hold the same words.
    """

    def __init__(
        self, tools: Iterable[ToolSpec] = (), *, embed_texts: EmbedTexts | None = None, similarity: float = SIMILARITY
    ) -> None:  # fmt: skip
        self._embed_texts, self._similarity = embed_texts, similarity
        self._by_name: dict[str, ToolSpec] = {}
        self._by_body: dict[str, ToolSpec] = {}
        self._by_signature: dict[Signature, list[ToolSpec]] = {}
        self._vectors: dict[str, Vector] = {}
        for tool in tools:
            self.add(tool)

    def __len__(self) -> int:
        """How many functions there are."""
        return len(self._by_name)

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        """The functions, in the order in which they came."""
        return tuple(self._by_name.values())

    def __getitem__(self, name: str) -> ToolSpec:
        """Return the function of a name."""
        return self._by_name[name]

    def add(self, tool: ToolSpec) -> None:
        """Take a function in as it is; its name must be free."""
        if tool.name in self._by_name:
            raise ValueError(f"the library holds a function {tool.name} already")
        self._by_name[tool.name] = tool
        self._by_body.setdefault(body_of(tool), tool)
        self._by_signature.setdefault(_signature(tool), []).append(tool)

    def adopt(self, plan: TaskPlan) -> tuple[TaskPlan, tuple[ToolSpec, ...]]:
        """Return the plan with the functions of the library, and those that the library has taken in for it.

        A function that is in the library, or nearly, is replaced by the one there, wherever every flow and every step
        of the plan still fits; one whose name stands for another function gets a name that tells them apart.
        """
        new: list[ToolSpec] = []
        known: dict[str, ToolSpec] = {}
        for tool in plan.tools:
            found = self._known(tool, plan)
            if found is None:
                name = self._free_name(tool, {one.name for one in plan.tools if one is not tool})
                found = tool if name == tool.name else tool.model_copy(update={"name": name})
                self.add(found)
                new.append(found)
            known[tool.name] = found
        return with_tools(plan, known), tuple(new)

    def distractors(
        self, tools: Sequence[ToolSpec], *, count: int, chooser: random.Random, among: int | None = None
    ) -> tuple[ToolSpec, ...]:  # fmt: skip
        """Return up to `count` functions, none of which is nearly one of `tools` or another of them.

        They are drawn from the first `among` functions of the library, or from all.
        """
        drawn: list[ToolSpec] = []
        possible = self.tools[:among] if count else ()
        for candidate in chooser.sample(possible, len(possible)):
            if len(drawn) == count:
                break
            if not any(candidate.name == one.name or self._are_alike(candidate, one) for one in (*tools, *drawn)):
                drawn.append(candidate)
        return tuple(drawn)

    def _known(self, tool: ToolSpec, plan: TaskPlan) -> ToolSpec | None:
        """The function of the library that does what `tool` does, as far as the plan is concerned."""
        same = self._by_body.get(body_of(tool))
        if same is not None:
            return same
        others = {one.name for one in plan.tools if one is not tool}
        for one in self._by_signature.get(_signature(tool), ()):
            is_free = one.name not in others
            if is_free and self._are_alike(one, tool) and _still_fits(with_tools(plan, {tool.name: one}), one):
                return one
        return None

    def _are_alike(self, one: ToolSpec, other: ToolSpec) -> bool:
        if self._embed_texts is None:
            return _words(one) == _words(other)
        texts = [text for text in (_text(one), _text(other)) if text not in self._vectors]
        if texts:
            self._vectors.update(zip(texts, self._embed_texts(texts), strict=True))
        return float(self._vectors[_text(one)] @ self._vectors[_text(other)]) >= self._similarity

    def _free_name(self, tool: ToolSpec, others: set[str]) -> str:
        """The name of a function, or if that is taken one that tells it from the function that has it."""
        if tool.name not in self._by_name:
            return tool.name
        taken = self._by_name.keys() | others
        names = (name for name in _telling_names(tool, self._by_name[tool.name]) if len(name) <= LONGEST_NAME)
        return next(name for name in names if name not in taken)


def with_tools(plan: TaskPlan, known: Mapping[str, ToolSpec]) -> TaskPlan:
    """Return the plan with other tools in the places of those named: in its list, its sub-tasks and its steps."""
    places = {tool.name: known.get(tool.name, tool) for tool in plan.tools}
    tools = tuple({tool.name: tool for tool in places.values()}.values())
    names = {old: tool.name for old, tool in places.items()}
    if all(old == new for old, new in names.items()):
        return replace(plan, tools=tools)
    subtasks = tuple(
        one.model_copy(update={"functions": tuple(dict.fromkeys(names[name] for name in one.functions))})
        for one in plan.task.subtasks
    )
    blueprint = plan.blueprint.model_copy(update={
        "tools": tuple(tool.name for tool in tools),
        "task": plan.task.model_copy(update={"subtasks": subtasks}),
        "turns": tuple(_renamed(turn, names) for turn in plan.blueprint.turns),
    })  # fmt: skip
    return TaskPlan(blueprint, tools)


def _renamed(turn: PlannedTurn, names: Mapping[str, str]) -> PlannedTurn:
    steps = tuple(
        PlannedStep(calls=tuple(call.model_copy(update={"tool": names[call.tool]}) for call in step.calls))
        for step in turn.steps
    )
    return turn.model_copy(update={"steps": steps})


def tools_by_subtask(task: CompositionalTask, tools: Iterable[ToolSpec]) -> dict[str, list[ToolSpec]]:
    """Return the tools of each sub-task, by its id."""
    by_name = {tool.name: tool for tool in tools}
    return {one.id: [by_name[name] for name in one.functions] for one in task.subtasks}


def body_of(tool: ToolSpec) -> str:
    """Return a definition without its name, as canonical text: the same for what goes by several names."""
    return _body_of(Definition(tool))


def _still_fits(plan: TaskPlan, tool: ToolSpec) -> bool:
    """Whether every flow fits, and whatever is read from a result of `tool` is there."""
    if next(flow_errors(plan.task, tools_by_subtask(plan.task, plan.tools)), None) is not None:
        return False
    returned = [field.pointer for field in tool.return_fields]
    return all(any(pointers.matches(pointer, path) for pointer in returned) for path in _paths_read(plan, tool.name))


def _paths_read(plan: TaskPlan, name: str) -> Iterator[str]:
    """What the planned calls read from the results of one function."""
    calls = [call for turn in plan.blueprint.turns for step in turn.steps for call in step.calls]
    of_tool = {call.id for call in calls if call.tool == name}
    for call in calls:
        if call.condition and call.condition.call in of_tool:
            yield call.condition.path
        for argument in call.arguments:
            if argument.source == "result" and of_tool & {argument.call, *argument.among}:
                yield argument.path


def _telling_names(tool: ToolSpec, other: ToolSpec) -> Iterator[str]:
    """Names that tell a function from one of the same name: by a parameter, by what it is about, by what it returns."""
    yield from (f"{tool.name}_by_{name}" for name in _more_in(_parameters(tool), _parameters(other)))
    about = _more_in(_WORD.findall(tool.description.lower()), _WORD.findall(other.description.lower()))
    named = split_words(tool.name)
    yield from (f"{tool.name}_{word}" for word in about if word not in _PLAIN | VERBS and word not in named)
    yield from (f"{tool.name}_with_{name}" for name in _more_in(_returns(tool), _returns(other)))
    yield from (f"{tool.name}_{number}" for number in range(2, 1_000_000))


def _more_in(names: Sequence[str], others: Sequence[str]) -> list[str]:
    """The names that the others lack, each once, as parts of an identifier."""
    return [re.sub(r"\W+", "_", name) for name in dict.fromkeys(names) if name not in others]


def _parameters(tool: ToolSpec) -> list[str]:
    """Names of parameters, those that are required first."""
    fields = sorted(tool.parameter_fields, key=lambda field: not field.is_required)
    return [top_level(field.pointer) for field in fields]


def _returns(tool: ToolSpec) -> list[str]:
    return [field.name for field in tool.return_fields]


def _signature(tool: ToolSpec) -> Signature:
    return frozenset((field.pointer, field.types) for field in tool.parameter_fields)


@lru_cache(maxsize=8192)
def _body_of(definition: Definition) -> str:
    tool = definition.tool
    return json.dumps([tool.description, tool.parameters, tool.returns], sort_keys=True, ensure_ascii=False)


def _text(tool: ToolSpec) -> str:
    return f"{split_words(tool.name)}: {tool.description}"


def _words(tool: ToolSpec) -> frozenset[str]:
    return stems_in(_text(tool))
