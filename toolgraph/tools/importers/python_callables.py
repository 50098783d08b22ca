"""Callables: the functions and methods of a Python file that someone outside would call, and why the others are not."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from toolgraph.tools.importers.items import Skipped
from toolgraph.tools.importers.python_docstrings import read_docstring
from toolgraph.tools.importers.python_models import has_no_default, is_enum, is_model
from toolgraph.tools.importers.python_scope import UNREADABLE, Scope, top_level

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_PROPERTY = "a property, which is read and not called"
_COMMAND = "a command, called with the words of a command line"
_OF_MODEL = "called by its model"
_DECORATORS = {
    "overload": "an overload; the function itself is read where it is written",
    "property": _PROPERTY, "cached_property": _PROPERTY, "setter": _PROPERTY, "deleter": _PROPERTY,
    "getter": _PROPERTY, "computed_field": _PROPERTY,
    "abstractmethod": "abstract: there is nothing to call",
    "contextmanager": "a context manager, made for `with`",
    "asynccontextmanager": "a context manager, made for `with`",
    "deprecated": "deprecated", "fixture": "a fixture of tests", "command": _COMMAND, "group": _COMMAND,
    "validator": _OF_MODEL, "root_validator": _OF_MODEL, "field_validator": _OF_MODEL, "model_validator": _OF_MODEL,
    "field_serializer": _OF_MODEL, "model_serializer": _OF_MODEL,
}  # fmt: skip
_BASES = {
    "Exception": "an exception", "BaseException": "an exception", "Warning": "an exception",
    "Protocol": "a protocol: there is nothing to call", "TestCase": "a test", "type": "a class of classes",
}  # fmt: skip


class Callable(NamedTuple):
    """A function or method, and how it is reached."""

    path: tuple[str, ...]
    """Its name, after that of its class if it has one."""
    node: FunctionNode
    is_bound: bool = False
    """Whether Python fills its first parameter: `self`, or `cls`."""

    @property
    def where(self) -> str:
        """Its place in the file."""
        return f"function {'.'.join(self.path)}"


def callables(tree: ast.Module, scope: Scope) -> Iterator[Callable | Skipped]:
    """Yield the public functions and the public methods of public classes, in the order of the file.

    Public is what `__all__` lists, or, where the file has none, what does not begin with an underscore.
    """
    exported = _exported(tree, scope)
    definitions = [each for each in top_level(tree.body) if isinstance(each, FunctionNode | ast.ClassDef)]
    last = {each.name: each for each in definitions if not _is_overload(each, scope)}
    for definition in definitions:
        name = definition.name
        if name.startswith("_") and name not in exported:
            continue
        reason = "" if name in exported or exported == _EVERYTHING else "not listed in __all__"
        if last.get(name, definition) is not definition and not _is_overload(definition, scope):
            reason = reason or f"defined again on line {last[name].lineno}"
        if isinstance(definition, ast.ClassDef):
            yield from _methods(definition, scope, reason or _reason_against_class(definition, scope))
        elif reason := reason or _reason_against(definition, scope):
            yield Skipped(f"function {name}", reason)
        else:
            yield Callable((name,), definition)


_EVERYTHING = frozenset({"*"})


def _exported(tree: ast.Module, scope: Scope) -> frozenset[str]:
    """The names in `__all__`, or `_EVERYTHING` where there is none that can be read."""
    names: list[str] = []
    for statement in top_level(tree.body):
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=value)
                | ast.AugAssign(target=ast.Name(id="__all__"), value=value)
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value)
                | ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="__all__")), args=[value]))
            ):
                found = scope.value(value)
                if found is UNREADABLE or not isinstance(found, list | tuple | str):
                    return _EVERYTHING
                names += [found] if isinstance(found, str) else [each for each in found if isinstance(each, str)]
    return frozenset(names) or _EVERYTHING


def _methods(definition: ast.ClassDef, scope: Scope, reason: str) -> Iterator[Callable | Skipped]:
    methods = [each for each in top_level(definition.body) if isinstance(each, FunctionNode)]
    last = {each.name: each for each in methods}
    for method in methods:
        if method.name.startswith("_"):
            continue
        why = reason or _reason_against(method, scope)
        if not why and last[method.name] is not method:
            why = f"defined again on line {last[method.name].lineno}"
        path = (definition.name, method.name)
        is_static = any(scope.last_name(each) == "staticmethod" for each in method.decorator_list)
        yield Skipped(f"function {'.'.join(path)}", why) if why else Callable(path, method, is_bound=not is_static)


def _is_overload(definition: ast.stmt, scope: Scope) -> bool:
    return isinstance(definition, FunctionNode) and any(
        scope.last_name(decorator) == "overload" for decorator in definition.decorator_list
    )


def _reason_against(function: FunctionNode, scope: Scope) -> str:
    for decorator in function.decorator_list:
        if reason := _DECORATORS.get(scope.last_name(decorator)):
            return reason
    return "deprecated" if read_docstring(ast.get_docstring(function)).is_deprecated else ""


def _reason_against_class(definition: ast.ClassDef, scope: Scope) -> str:
    """Why nobody would call the methods of a class: it is no service, or its objects are data made elsewhere."""
    bases = scope.bases(definition)
    if is_enum(definition, scope):
        return f"{definition.name} is an enum"
    for base in bases:
        if base in _BASES or base.endswith(("Error", "Exception", "Warning")):
            return f"{definition.name} is {_BASES.get(base, 'an exception')}"
    if any(scope.last_name(decorator) == "deprecated" for decorator in definition.decorator_list):
        return "deprecated"
    if bases & {"TypedDict", "NamedTuple"}:
        return f"{definition.name} is a record, not a service"
    needed = [
        each.target.id
        for each in definition.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        if each.value is None or has_no_default(each.value, scope)
        if scope.last_name(each.annotation.value if isinstance(each.annotation, ast.Subscript) else each.annotation)
        != "ClassVar"
    ]
    if is_model(definition, scope) and needed:
        return f"{definition.name} is a record, made with {', '.join(repr(name) for name in needed[:5])}"
    return ""
