"""Values at the border of a Python callable: arguments as its hints want them, results as JSON, errors as a line."""

import inspect
import json
import numbers
import traceback
import typing
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

MOST_ITEMS = 10_000
"""How much is taken of what is yielded one by one."""


def converted(function: Callable[..., Any], arguments: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments of a call as the types that the function's hints name: dates, enums, models.

    Raises:
        ValueError: an argument is not what its hint says.
    """
    from pydantic.fields import FieldInfo

    hints = hints_of(function)
    values = {name: _converted(name, value, hints) for name, value in arguments.items()}
    try:
        parameters = inspect.signature(function).parameters
    except (ValueError, TypeError):
        return [], values
    positional: list[Any] = []
    for name, parameter in parameters.items():
        if name not in values and isinstance(parameter.default, FieldInfo) and not parameter.default.is_required():
            values[name] = parameter.default.get_default(call_default_factory=True, validated_data={})
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY and name in values:
            positional.append(values.pop(name))
    return positional, values


def _converted(name: str, value: Any, hints: Mapping[str, Any]) -> Any:
    from pydantic import TypeAdapter, ValidationError

    if name not in hints:
        return value
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(hints[name])
    except Exception:  # what pydantic cannot build for a foreign class is no family of exceptions
        return value
    try:
        return adapter.validate_json(json.dumps(value))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in (name, *first["loc"]))
        raise ValueError(f"argument '{place}': {first['msg']}") from error


def hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the type hints of a function, resolved; none where that fails."""
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception:  # a hint is an expression of someone else's, and may fail in any way
        return {}


def jsonable(value: Any) -> Any:
    """Return a result as JSON values: models, dataclasses, dates, sets, arrays, named tuples.

    Raises:
        TypeError: it holds something that JSON cannot.
    """
    from pydantic_core import PydanticSerializationError, to_json

    try:
        return json.loads(
            to_json(value, fallback=_foreign, inf_nan_mode="null", bytes_mode="utf8", timedelta_mode="iso8601")
        )
    except PydanticSerializationError as error:
        raise TypeError(f"the result cannot be written as JSON: {error}") from error


def _foreign(value: Any) -> Any:
    for method in ("tolist", "model_dump", "to_dict", "_asdict"):
        if callable(found := getattr(value, method, None)):
            return found()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, numbers.Number):
        return str(value)
    if isinstance(value, range) or (isinstance(value, Iterable) and hasattr(value, "__len__")):
        return list(islice(value, MOST_ITEMS))
    raise TypeError(f"JSON has nothing for a {type(value).__name__}")


def told(error: BaseException) -> str:
    """An exception as one line, for those who called."""
    text = _text_of(error)
    return _typed(error, f"not found: {text}" if isinstance(error, KeyError) else text)


def told_with_line(error: BaseException) -> str:
    """An exception as one line, for those who can mend the code: its type, its text, and the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    is_of_code = last is not None and last.lineno and Path(last.filename).is_file() and last.filename != _LOADER
    told = _typed(error, _text_of(error))
    return f"{told}, {Path(last.filename).name} line {last.lineno}" if last is not None and is_of_code else told


_LOADER = str(Path(__file__).with_name("live_python_worker.py"))


def _text_of(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())[:400]
    except Exception:  # an exception of someone else's may fail even to say what it is
        return ""


def _typed(error: BaseException, text: str) -> str:
    name = type(error).__name__
    return f"{name}: {text}" if text else name
