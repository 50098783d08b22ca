"""Imported modules described: their public callables, with schemas as pydantic makes them of the types themselves."""

import contextlib
import inspect
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from toolgraph.tools.live_python_values import hints_of, jsonable, told

Described = dict[str, Any]


def describe(module: ModuleType) -> Iterator[Described]:
    """Yield each public callable: its name, docstring, schemas as pydantic reads them, or why it is left out."""
    for path, function in _public(module):
        if isinstance(function, str):
            yield {"path": path, "reason": function}
            continue
        described: Described = {"path": path, "doc": inspect.getdoc(function) or "", "file": _file_of(function)}
        try:
            described["parameters"] = _schema_of(function)
            returns = hints_of(function).get("return", inspect.Signature.empty)
            described["returns"] = None if returns is inspect.Signature.empty else _type_schema(returns)
        except Exception as error:  # a function of C without a signature, a class that pydantic does not know
            described["reason"] = f"its signature cannot be read ({told(error)})"
        yield described


def _file_of(function: Any) -> str:
    """The source of the module that something was defined in, if it has one."""
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    file = getattr(module, "__file__", None) or ""
    return file if file.endswith(".py") else ""


def _public(module: ModuleType) -> Iterator[tuple[list[str], Any]]:
    listed = getattr(module, "__all__", None)
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list | tuple) else dir(module)
    package = module.__name__.split(".")[0]
    for name in names:
        found = inspect.getattr_static(module, name, None)
        if listed is None and (name.startswith("_") or not _is_of(found, module.__name__, package)):
            continue
        if isinstance(found, type):
            yield from _methods(name, found)
        elif callable(found):
            yield [name], found


def _is_of(found: Any, module: str, package: str) -> bool:
    """Whether something was defined in the module itself, or in the package that it speaks for."""
    owner = getattr(found, "__module__", None) or ""
    return owner == module or (module == package and owner.startswith(f"{package}."))


def _methods(name: str, owner: type) -> Iterator[tuple[list[str], Any]]:
    from enum import Enum

    if issubclass(owner, BaseException | Enum | type):
        return
    reason = _reason_not_made(owner)
    for method, static in list(vars(owner).items()):
        if method.startswith("_") or not callable(getattr(owner, method, None)):
            continue
        is_free = isinstance(static, staticmethod | classmethod)
        bound = getattr(owner, method) if is_free else static
        yield [name, method], reason if reason and not is_free else bound


def _reason_not_made(owner: type) -> str:
    """Why a session could not make an object of a class by itself."""
    if inspect.isabstract(owner):
        return f"{owner.__name__} is abstract: no object of it can be made"
    try:
        parameters = inspect.signature(owner).parameters.values()
    except (ValueError, TypeError):
        return ""
    needed = [
        parameter.name
        for parameter in parameters
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    return f"an object of {owner.__name__} cannot be made without {', '.join(map(repr, needed))}" if needed else ""


def _schema_of(function: Callable[..., Any]) -> Described:
    """The schema of the arguments; a type that pydantic does not know admits anything and is named in `unknown`."""
    hints = hints_of(function)
    schema: Described = {"properties": {}, "required": [], "unknown": [], "left_out": [], "$defs": {}}
    parameters = list(inspect.signature(function).parameters.values())
    is_method = bool(parameters) and parameters[0].name == "self" and "." in getattr(function, "__qualname__", "")
    for parameter in parameters[1:] if is_method else parameters:
        name = parameter.name
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            schema["left_out"].append(name)
            continue
        child: Any = {}
        if name in hints:
            found = _type_schema(hints[name])
            child = found or {}
            schema["unknown"] += [[name, str(hints[name])]] if found is None else []
            schema["$defs"] |= child.pop("$defs", {})
        if parameter.default is parameter.empty:
            schema["required"].append(name)
        else:
            with contextlib.suppress(TypeError, ValueError):
                child["default"] = jsonable(parameter.default)
        schema["properties"][name] = child
    return schema


def _type_schema(hint: Any) -> Described | None:
    from pydantic import TypeAdapter

    try:
        return TypeAdapter(hint).json_schema()
    except Exception:  # what pydantic cannot build for a foreign class is no family of exceptions
        return None
