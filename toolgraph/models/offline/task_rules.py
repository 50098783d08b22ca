"""The rules of BUTTON's bottom-up half: each request about a task is answered from the same composition of it."""

import re
from functools import lru_cache

from toolgraph.dialogue.blueprint import PlannedCall, PlannedStep
from toolgraph.dialogue.task import Composition, CompositionalTask, DataFlow, SubTask
from toolgraph.models.offline.banks import load_words
from toolgraph.models.offline.composed import Composed, Part, steps_of
from toolgraph.models.offline.composing import compose
from toolgraph.models.offline.speech import capitalised, describe_pick
from toolgraph.models.offline.styles import apply_style, unprotect
from toolgraph.models.offline.task_wording import TaskWords
from toolgraph.models.offline.user import fields_of, thing
from toolgraph.models.tasks import (
    AtomicTaskAnswer,
    AtomicTaskRequest,
    CompositionAnswer,
    CompositionRequest,
    FilterAnswer,
    FilterRequest,
    FunctionDefinition,
    FunctionsAnswer,
    FunctionsRequest,
    StatementAnswer,
    StatementRequest,
    TaskRequest,
)
from toolgraph.seeds import rng
from toolgraph.tools.inference import CREATE, DELETE, name_parts

_VALUE = re.compile(r"\d[\d.,:]*\d|\d|(?<=\s)[A-Z][\w'-]+")
"""What a sub-task states and the whole must state too: figures, and names inside a sentence."""

_SERIOUS = re.compile(r"[^:!]*\{[Aa]sk\}(?:, please)?[.?]?")
"""Ways to begin a request of several sentences: it follows at once, and nothing is said behind it."""


def state_atomic_task(request: AtomicTaskRequest, seed: int) -> AtomicTaskAnswer:
    """Return the first sub-task in one line."""
    told = _told(request, seed)
    return AtomicTaskAnswer(task=_line(told, told.composed.parts[0]))


def compose_task(request: CompositionRequest, seed: int) -> CompositionAnswer:
    """Return the sub-tasks, what goes from one to the other, and the whole in plain words."""
    told = _told(request, seed)
    composed = told.composed
    text = told.statement(rng(seed, "task", _dialogue_of(request)), tuple(load_words("tasks")["frames"]))
    subtasks = tuple(
        SubTask(
            id=part.id, text=_line(told, part), needs=part.needs, is_own_work=part.is_own_work, branch=part.branch,
            is_repeated=part.is_repeated,
        )
        for part in composed.parts
    )  # fmt: skip
    flows = tuple(flow.model_copy(update={"returned": "", "parameter": ""}) for flow in _flows(told))
    return CompositionAnswer(subtasks=subtasks, flows=flows, task=unprotect(text))


def filter_task(request: FilterRequest, seed: int) -> FilterAnswer:
    """Return whether a task says what its sub-tasks do, undoes nothing and does nothing twice."""
    composed = _told(request, seed).composed
    unsaid = [
        value for part in request.task.subtasks for value in _VALUE.findall(part.text) if value not in request.task.text
    ]
    undone = [one for one in composed.tools if _is_undone(one, composed)]
    calls = [(call.tool, call.arguments) for part in composed.parts for call in part.calls]
    is_repetitive = any(calls.count(call) > 1 for call in calls)
    reasons = [
        *(f"the task does not say {value}" for value in unsaid[:1]),
        *(f"what is made is removed again by {one}" for one in undone[:1]),
        *(["the same is done twice"] if is_repetitive else []),
    ]
    return FilterAnswer(
        is_consistent=not unsaid, is_compatible=not undone, is_realistic=not is_repetitive, reason="; ".join(reasons)
    )


def define_functions(request: FunctionsRequest, seed: int) -> FunctionsAnswer:
    """Return the functions of every sub-task, the fields that flow, and the calls that do it all."""
    told = _told(request, seed)
    composed = told.composed
    defined: dict[tuple[str, str], FunctionDefinition] = {}
    for part in composed.parts:
        for call in part.calls:
            tool = composed.tools[call.tool]
            defined.setdefault(
                (part.id, tool.name),
                FunctionDefinition(
                    subtask=part.id, name=tool.name, description=tool.description, parameters=tool.parameters,
                    returns=tool.returns or {}, effects=tool.effects,
                ),
            )  # fmt: skip
    steps = tuple(PlannedStep(calls=calls) for calls in steps_of(composed, is_parallel=request.is_parallel))
    return FunctionsAnswer(functions=tuple(defined.values()), flows=tuple(_flows(told)), steps=steps)


def state_task(request: StatementRequest, seed: int) -> StatementAnswer:
    """Return the whole task in the words of somebody with a style."""
    told = _told(request, seed)
    chooser = rng(seed, "statement", request.key)
    styles = load_words("user")["styles"]
    known = styles.get(request.style, styles["plain"])["frames"]
    frames = tuple(frame for frame in known if _SERIOUS.fullmatch(frame)) or tuple(load_words("tasks")["frames"])
    return StatementAnswer(text=apply_style(told.statement(chooser, frames), request.style, chooser))


def words_of(task: CompositionalTask, system: str, *, seed: int, id: str) -> TaskWords:
    """Return what the rules know of a task that they have composed."""
    return _known(task.scenario, task.composition, len(task.subtasks), system, seed, id)


def _told(request: TaskRequest, seed: int) -> TaskWords:
    return _known(
        request.scenario, request.composition, request.depth, request.system, seed, _dialogue_of(request)
    )  # fmt: skip


@lru_cache(maxsize=64)
def _known(scenario: str, composition: Composition, depth: int, system: str, seed: int, id: str) -> TaskWords:
    composed = compose(scenario, composition=composition, depth=depth, system=system, seed=seed, id=id)
    return TaskWords(composed, system=system, seed=seed, id=id)


def _dialogue_of(request: TaskRequest) -> str:
    return request.key.split("/")[0].split("#")[0]


def _line(told: TaskWords, part: Part) -> str:
    return f"{capitalised(unprotect(told.ask(part)))}."


def _flows(told: TaskWords) -> list[DataFlow]:
    """What goes from one part to another: values of calls by their fields, and outcomes of the parts' own work."""
    composed = told.composed
    flows: list[DataFlow] = []
    for part in composed.parts:
        given = {flow.giver: flow for call in part.calls for flow in _into(call, part, composed)}
        for need in part.needs:
            flows.append(given.get(need) or DataFlow(giver=need, taker=part.id, name=_outcome(composed, need)))
        flows += [flow for giver, flow in given.items() if giver not in part.needs]
    return flows


def _into(call: PlannedCall, part: Part, composed: Composed) -> list[DataFlow]:
    """The flows into one call from other parts."""
    fields = fields_of(composed.tools[call.tool])
    flows: list[DataFlow] = []
    for argument in call.arguments:
        if argument.source != "result":
            continue
        noun = thing(argument, fields.get(argument.pointer))
        name = f"the {noun}"
        if argument.pick == "each":
            name = f"each {noun}"
        elif argument.pick:
            name = describe_pick(argument.pick, noun, rng(0, "noun")).removesuffix(" one").removesuffix(f" {noun}")
            name = f"{name} {noun}"
        for giver in (argument.call, *argument.among):
            owner = composed.owner(giver)
            if owner.id != part.id:
                flows.append(
                    DataFlow(
                        giver=owner.id, taker=part.id, name=name, returned=argument.path, parameter=argument.pointer
                    )
                )
    return flows


def _outcome(composed: Composed, need: str) -> str:
    part = next(one for one in composed.parts if one.id == need)
    if part.test is not None:
        return "the decision"
    if part.is_repeated:
        return "what was found for each of them"
    return "what was found" if not part.is_own_work else "what came out"


def _is_undone(name: str, composed: Composed) -> bool:
    parts = name_parts(name)
    made = {
        noun for other in composed.tools for verb, noun in [(name_parts(other).verb, name_parts(other).noun)]
        if verb in CREATE
    }  # fmt: skip
    return parts.verb in DELETE and parts.noun in made
