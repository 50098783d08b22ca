"""Task shapes: what a model is asked for by the questions about scenarios and tasks, and how its answer is read."""

import json
from functools import cache
from typing import Any

from pydantic import BaseModel

from toolgraph.errors import ToolSpecError
from toolgraph.models.online.reading import Complaint
from toolgraph.models.online.schemas import SentSchema, closed
from toolgraph.models.online.shapes import Shape, read_as, shape_of
from toolgraph.models.request import Request
from toolgraph.models.tasks import AtomicTaskAnswer, CompositionAnswer, FilterAnswer, FunctionsAnswer
from toolgraph.tools.schema import Schema
from toolgraph.tools.spec import ToolSpec
from toolgraph.tools.validation import schema_errors

_ORDER: dict[type[BaseModel], tuple[str, ...]] = {
    FilterAnswer: ("reason", "is_consistent", "is_compatible", "is_realistic"),
    FunctionsAnswer: ("functions", "flows"),
}
"""What a model writes, in this order, where that is not what the class has: reasons first, and no planned calls."""
_ENTRIES: dict[type[BaseModel], dict[str, tuple[str, ...]]] = {
    CompositionAnswer: {
        "subtasks": ("id", "text", "needs", "is_own_work", "branch", "is_repeated"),
        "flows": ("giver", "taker", "name"),
    },
}
"""What it writes of the entries of lists: functions are not defined yet where a task is composed."""


def task_schema(request: Request[Any]) -> SentSchema:
    """Return the schema of what a model shall answer."""
    return _shape(request.answer).sent


def read_task(request: Request[Any], value: Any) -> Any:
    """Return the answer to a question about scenarios or tasks.

    Raises:
        Complaint: it has not the shape asked for, or a schema in it is none.
    """
    if request.answer is FunctionsAnswer:
        value = _with_whole_schemas(value)
    answer = read_as(request.answer, _shape(request.answer), value)
    if isinstance(answer, AtomicTaskAnswer):
        answer = answer.model_copy(update={"task": answer.task.strip()})
    if isinstance(answer, FunctionsAnswer):
        _require_schemas(answer)
    return answer


@cache
def _shape(answer: type[BaseModel]) -> Shape:
    loose: Schema = json.loads(json.dumps(shape_of(answer).loose))
    _keep(loose, _ORDER.get(answer, tuple(loose["properties"])))
    for name, kept in _ENTRIES.get(answer, {}).items():
        _keep(loose["properties"][name]["items"], kept)
    return Shape(loose, SentSchema.of(closed(loose)))


def _keep(schema: Schema, names: tuple[str, ...]) -> None:
    schema["properties"] = {name: schema["properties"][name] for name in names}
    if "required" in schema:
        schema["required"] = [name for name in schema["required"] if name in names]


# --- functions ------------------------------------------------------------------------------------------------------


def _with_whole_schemas(value: Any) -> Any:
    """An answer in which schemas that came as text, or as their properties alone, are whole objects."""
    if isinstance(value, list):
        value = {"functions": value}
    functions = value.get("functions") if isinstance(value, dict) else None
    if not isinstance(functions, list):
        return value
    whole = [
        {**one, **{part: _whole(one[part], one) for part in ("parameters", "returns") if part in one}}
        if isinstance(one, dict) else one
        for one in functions
    ]  # fmt: skip
    return {**value, "functions": whole}


def _whole(schema: Any, function: dict[str, Any]) -> Any:
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except ValueError:
            return schema
    is_bare = isinstance(schema, dict) and "type" not in schema and "properties" not in schema and "$ref" not in schema
    if not is_bare or not all(isinstance(child, dict) for child in schema.values()):
        return schema
    required = function.get("required") if schema is function.get("parameters") else list(schema)
    known = [name for name in required if name in schema] if isinstance(required, list) else []
    return {"type": "object", "properties": schema, "required": known}


def _require_schemas(answer: FunctionsAnswer) -> None:
    """Require that every schema describes an object and can be applied.

    Raises:
        Complaint: one does not.
    """
    if not answer.functions:
        raise Complaint("there are no functions; define those that the sub-tasks take", check="answer_shape")
    for one in answer.functions:
        if not one.name.strip():
            raise Complaint(f"a function of {one.subtask} has no name", check="answer_shape")
        for part, schema in (("parameters", one.parameters), ("returns", one.returns)):
            if schema.get("type", "object") != "object" or not isinstance(schema.get("properties", {}), dict):
                raise Complaint(f"`{part}` of {one.name} must be a JSON Schema of type object", check="answer_shape")
            if reason := _schema_error(schema):
                raise Complaint(f"`{part}` of {one.name} is no valid JSON Schema: {reason}", check="answer_shape")


def _schema_error(schema: Schema) -> str:
    """What keeps a schema from being one, or from being applied."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(schema)
        schema_errors(ToolSpec(name="function", parameters=schema), {})
    except SchemaError as error:
        return f"{error.json_path}: {error.message[:200]}"
    except ToolSpecError as error:
        return str(error)
    return ""
