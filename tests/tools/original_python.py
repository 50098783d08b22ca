"""What Python itself says of the functions of a file: it is run, calls are bound, values held against the hints."""

import importlib.util
import inspect
import json
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from tests.tools.originals import Faults, Original


def python(path: Path) -> Iterator[Original]:
    """The functions that a file defines; a value is read as JSON, without conversions."""
    spec = importlib.util.spec_from_file_location(f"read_from_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, function in vars(module).items():
        if inspect.isfunction(function) and function.__module__ == module.__name__:
            yield Original(f"function {name}", _faults(function), partial(_schema, function))


def _schema(function: Callable[..., Any], names: Collection[str]) -> dict[str, Any]:
    return {**TypeAdapter(function).json_schema(), "additionalProperties": False}


def _faults(function: Callable[..., Any]) -> Faults:
    signature = inspect.signature(function)
    hints = {
        name: TypeAdapter(hint)
        for name, hint in get_type_hints(function, include_extras=True).items()
        if name != "return"
    }

    def faults(arguments: dict[str, Any]) -> list[str]:
        try:
            signature.bind(**arguments)
        except TypeError as error:
            return [str(error)]
        found = []
        for name, value in arguments.items():
            try:
                hints[name].validate_json(json.dumps(value), strict=True)
            except ValidationError as error:
                found.append(f"{name}: {error.errors()[0]['msg']}")
        return found

    return faults
