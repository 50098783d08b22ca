"""What is wrong with the functions of a task: their schemas, how general they are, and what flows between them.

A flow is checked by field: what one function returns and what the next takes must exist and fit each other.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from planners.task_validity import compatibility_errors, values_in
from toolgraph.dialogue.task import CompositionalTask, DataFlow, SubTask
from toolgraph.models.tasks import FunctionDefinition
from toolgraph.tools import pointers
from toolgraph.tools.fields import Field
from toolgraph.tools.spec import ToolSpec

LONGEST_NAME = 64
"""Characters of a name; servers take no longer ones."""
REPEATED = 0.6
"""Share of a sub-task's words, in their order, that a description may not repeat."""
FEWEST_REPEATED = 5
"""Words in sequence below which that is chance."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORD = re.compile(r"[a-z0-9]+")
_LITTLE = frozenset(
    "a an and are as at be by for from has have in is it its of on or that the their there these this those to was "
    "which who with you your my me i".split()
)
_NUMERIC = frozenset({"integer", "number"})


def function_errors(task: CompositionalTask, functions: Sequence[FunctionDefinition]) -> Iterator[str]:
    """Yield what is wrong with the functions of `task`, whose flows have their pointers, one sentence each."""
    by_id = {one.id: one for one in task.subtasks}
    for one in functions:
        if one.subtask not in by_id:
            known = ", ".join(by_id)
            yield f"function {one.name} is for sub-task '{one.subtask}', which there is not; there are {known}"
            return
    yield from _share_errors(task.subtasks, functions)
    wrong = [error for one in functions for error in _own_errors(one)]
    yield from wrong
    definitions: dict[str, FunctionDefinition] = {}
    for one in functions:
        first = definitions.setdefault(one.name, one)
        if tool_key(first) != tool_key(one):
            yield f"two different functions are named {one.name}; give one of them another name"
    for one in definitions.values():
        yield from _generality_errors(one, task, by_id[one.subtask])
    if wrong:
        return
    tools = [(one.subtask, tool_of(one)) for one in functions]
    yield from flow_errors(task, {one.id: [tool for id, tool in tools if id == one.id] for one in task.subtasks})
    yield from compatibility_errors({name: name for name in definitions})


def tool_of(function: FunctionDefinition) -> ToolSpec:
    """Return a function as a tool that may be offered."""
    return _tool(tool_key(function))


def tool_key(function: FunctionDefinition) -> str:
    """Return a function's definition as canonical text, whichever sub-task takes it."""
    return json.dumps(
        [function.name, function.description, function.parameters, function.returns, function.effects],
        ensure_ascii=False,
    )  # fmt: skip


@lru_cache(maxsize=8192)
def _tool(key: str) -> ToolSpec:
    """One object for every mention of a definition, so that its fields and validators are worked out once."""
    name, description, parameters, returns, effects = json.loads(key)
    return ToolSpec(name=name, description=description, parameters=parameters, returns=returns, effects=effects)


def _share_errors(subtasks: Sequence[SubTask], functions: Sequence[FunctionDefinition]) -> Iterator[str]:
    taken = {one.subtask for one in functions}
    for one in subtasks:
        if one.is_own_work and one.id in taken:
            yield f"sub-task {one.id} is own work and takes no function; leave its functions out"
        if not one.is_own_work and one.id not in taken:
            yield f"sub-task {one.id} has no function; define one that does it"


def _own_errors(function: FunctionDefinition) -> Iterator[str]:
    yield from (
        f"function {function.name or 'without a name'}: {error}" for error in _definition_errors(tool_key(function))
    )


@lru_cache(maxsize=8192)
def _definition_errors(key: str) -> tuple[str, ...]:
    """What is wrong with a definition by itself, worked out once however many tasks use it."""
    name, description, parameters, returns, _ = json.loads(key)
    return tuple(_told(name, description, parameters, returns))


def _told(name: str, description: str, parameters: dict[str, Any], returns: dict[str, Any]) -> Iterator[str]:
    if not _IDENTIFIER.fullmatch(name) or len(name) > LONGEST_NAME:
        yield f"the name is no identifier of at most {LONGEST_NAME} letters, digits and underscores"
    if not description.strip():
        yield "has no description"
    for part, schema in (("parameters", parameters), ("returns", returns)):
        yield from _schema_errors(part, schema)


def _schema_errors(part: str, schema: dict[str, Any]) -> Iterator[str]:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        yield f"{part} is no valid JSON Schema ({error.message[:200]})"
        return
    if schema.get("type") != "object" or not isinstance(schema.get("properties", {}), dict):
        yield f'{part} must be a JSON Schema with "type": "object" and "properties"'
        return
    if part == "returns" and not schema.get("properties"):
        yield "returns holds no field; say what comes back"
    yield from _undescribed(schema, part)
    for name in schema.get("required", ()):
        if name not in schema.get("properties", {}):
            yield f"{part} requires '{name}', which is none of its properties"


def _undescribed(schema: dict[str, Any], place: str) -> Iterator[str]:
    """Properties without a description or a type, at any depth that is written out."""
    for name, child in schema.get("properties", {}).items():
        if not isinstance(child, dict):
            yield f"{place}/{name} says nothing of its values; give a type and a description"
            continue
        if not str(child.get("description", "")).strip():
            yield f"{place}/{name} has no description"
        if not {"type", "enum", "const", "anyOf", "oneOf", "$ref"} & child.keys():
            yield f"{place}/{name} has no type"
        yield from _undescribed(child, f"{place}/{name}")
        items = child.get("items")
        if isinstance(items, dict):
            yield from _undescribed(items, f"{place}/{name}/*")


# --- general, and not made for one task -----------------------------------------------------------------------------


def _generality_errors(function: FunctionDefinition, task: CompositionalTask, subtask: SubTask) -> Iterator[str]:
    """What ties a function to the one task it was made for."""
    said = f"{function.name.replace('_', ' ')} {function.description}"
    for value in _telling_values(task):
        if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", said, re.IGNORECASE):
            yield f"function {function.name} names '{value}', a value of the task; take it as a parameter instead"
    if _repeats(function.description, subtask.text) or _repeats(function.name, subtask.text):
        yield f"function {function.name} repeats the wording of sub-task {subtask.id}; describe it for anybody's use"


def _telling_values(task: CompositionalTask) -> Iterator[str]:
    """The values of a task that no general description would hold by chance."""
    texts = [task.text, *(one.text for one in task.subtasks)]
    for value in dict.fromkeys(value for text in texts for value in values_in(text)):
        if len(value) > 3 and (not value.isalpha() or not value.isupper()):
            yield value


def _repeats(text: str, wording: str) -> bool:
    """Whether a text holds most of a sub-task's telling words, one after the other."""
    said, wanted = _telling_words(text), _telling_words(wording)
    longest = _longest_run(said, wanted)
    return longest >= FEWEST_REPEATED and longest > REPEATED * len(wanted)


def _telling_words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in _LITTLE]


def _longest_run(left: Sequence[str], right: Sequence[str]) -> int:
    """How many words in sequence two texts have in common."""
    best, before = 0, [0] * (len(right) + 1)
    for word in left:
        row = [0] * (len(right) + 1)
        for column, other in enumerate(right):
            if word == other:
                row[column + 1] = before[column] + 1
        best, before = max(best, *row), row
    return best


# --- flows ----------------------------------------------------------------------------------------------------------


def flow_errors(task: CompositionalTask, tools: dict[str, list[ToolSpec]]) -> Iterator[str]:
    """Yield what does not fit between the functions of sub-tasks; `tools` holds those of each by its id.

    Between two sub-tasks with functions both ends of a flow are fields whose types fit. Where one end is own work only
    the other is a field; what own work hands on must be made of something that was handed to it.
    """
    own = {one.id for one in task.subtasks if one.is_own_work}
    branches = {one.id for one in task.subtasks if one.branch}
    for flow in task.flows:
        way = f"flow '{flow.name}' from {flow.giver} to {flow.taker}"
        returned = _fields_at(flow.returned, (tool.return_fields for tool in tools.get(flow.giver, ())))
        taken = _fields_at(flow.parameter, (tool.parameter_fields for tool in tools.get(flow.taker, ())))
        if flow.giver not in own and (flow.returned or flow.taker not in own) and not returned:
            yield f"{way}: no function of {flow.giver} returns '{flow.returned}'; {_held(tools, flow.giver, 'returns')}"
        elif (
            flow.taker not in own
            and (flow.parameter or not (flow.giver in own and flow.taker in branches))
            and not taken
        ):
            yield f"{way}: no function of {flow.taker} takes '{flow.parameter}'; {_held(tools, flow.taker, 'takes')}"
        elif taken and not _has_source(flow, returned, taken, task, tools):
            yield (
                f"{way}: '{flow.parameter}' is {_types(taken)}, and what comes there is {_types(returned)}; "
                "make the types agree"
            )


def _fields_at(pointer: str, groups: Iterable[Sequence[Field]]) -> list[Field]:
    """The fields a pointer names: itself, or the entries of the list or the object it names as a whole."""
    if not pointer.startswith("/"):
        return []
    found: list[Field] = []
    for field in (field for group in groups for field in group):
        keys = pointers.split(field.pointer)
        given = pointers.split(pointer)
        head = "".join(f"/{key}" for key in keys[: len(given)])
        if len(keys) >= len(given) and pointers.matches(head, pointer):
            found.append(field)
    return found


def _has_source(
    flow: DataFlow, returned: Sequence[Field], taken: Sequence[Field], task: CompositionalTask,
    tools: dict[str, list[ToolSpec]],
) -> bool:  # fmt: skip
    """Whether what comes to a parameter fits it: the field named, or something that own work was given."""
    if returned:
        return any(_fits(one, other) for one in returned for other in taken)
    if any(set(field.types) & (_NUMERIC | {"boolean"}) for field in taken):
        return True  # own work reckons, and decides
    by_id = {one.id: one for one in task.subtasks}
    givers = task.ancestors(flow.giver) if flow.giver in by_id else frozenset[str]()
    reached = [field for giver in givers for tool in tools.get(giver, ()) for field in tool.return_fields]
    return any(_fits(one, other) for one in reached for other in taken)


def _fits(returned: Field, taken: Field) -> bool:
    """Whether a value of one field can be one of the other."""
    given, wanted = set(returned.types), set(taken.types)
    if not given or not wanted:
        return True
    if not (given & wanted or (given & _NUMERIC and wanted & _NUMERIC)):
        return False
    formats = {str(field.schema["format"]) for field in (returned, taken) if field.schema.get("format")}
    return len(formats) < 2 or formats == {"date", "date-time"}


def _types(fields: Sequence[Field]) -> str:
    names = dict.fromkeys(
        f"{name} ({field.schema['format']})" if field.schema.get("format") else name
        for field in fields for name in field.types or ("anything",)
    )  # fmt: skip
    return " or ".join(names) or "nothing of that type"


def _held(tools: dict[str, list[ToolSpec]], subtask: str, verb: str) -> str:
    fields = [
        field.pointer
        for tool in tools.get(subtask, ())
        for field in (tool.return_fields if verb == "returns" else tool.parameter_fields)
    ]
    return f"it {verb} {', '.join(fields[:12])}" if fields else f"it {verb} nothing"
