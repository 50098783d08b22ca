"""Classes that hold data, as JSON Schema: enums, dataclasses, TypedDicts, named tuples, attrs and pydantic models."""

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from toolgraph.tools.importers.python_constraints import FIELD_CALLS, constrained, said_by
from toolgraph.tools.importers.python_docstrings import read_docstring
from toolgraph.tools.importers.python_scope import UNREADABLE, Scope
from toolgraph.tools.schema import Schema, json_type

ENUMS = frozenset({"Enum", "IntEnum", "StrEnum"})
_MODELS = frozenset({"BaseModel", "TypedDict", "NamedTuple", "SQLModel", "Struct", "RootModel", "BaseSettings"})
_MAKERS = frozenset({"dataclass", "define", "frozen", "mutable", "attrs", "s", "attributes"})


class NotJsonError(Exception):
    """A type that no JSON value stands for; its message is what it is, with an article: "a function"."""


class HintReader(Protocol):
    """What reads the hints of fields: `python_types.Hints`, which in turn calls `class_schema`."""

    scope: Scope

    def schema(self, hint: ast.expr, depth: int = 0) -> Schema:
        """Return the schema of a type hint."""
        ...


def is_enum(definition: ast.ClassDef, scope: Scope) -> bool:
    """Say whether a class is an enum."""
    return not ENUMS.isdisjoint(scope.bases(definition))


def is_model(definition: ast.ClassDef, scope: Scope) -> bool:
    """Say whether a class declares its fields by hints, so that its values are JSON objects."""
    return not _MODELS.isdisjoint(scope.bases(definition)) or any(
        scope.last_name(decorator) in _MAKERS for decorator in definition.decorator_list
    )


def class_schema(definition: ast.ClassDef, hints: HintReader, depth: int) -> Schema | None:
    """Return the schema of an enum or a model, or none for any other class.

    Raises:
        NotJsonError: a required field is of a type that no JSON value stands for.
    """
    described = read_docstring(ast.get_docstring(definition)).description
    about = {"description": described} if described else {}
    if is_enum(definition, hints.scope):
        values = [value for _, value in hints.scope.members(definition)]
        if not values or not all(isinstance(value, str | int | float) for value in values):
            return {"type": "string", "enum": [name for name, _ in hints.scope.members(definition)]} if values else None
        types = list(dict.fromkeys(json_type(value) for value in values))
        return {"type": types[0] if len(types) == 1 else types, "enum": list(dict.fromkeys(values)), **about}
    if not is_model(definition, hints.scope):
        return None
    fields = {each.name: each for each in _fields(definition, hints, depth)}
    required = [each.name for each in fields.values() if each.is_required]
    properties = {name: each.schema for name, each in fields.items()}
    return {"type": "object", **about, "properties": properties, **({"required": required} if required else {})}


class _Field(NamedTuple):
    name: str
    schema: Schema
    is_required: bool


def _fields(
    definition: ast.ClassDef, hints: HintReader, depth: int, seen: frozenset[str] = frozenset()
) -> Iterator[_Field]:
    """The fields of a class, those of its bases in this file first."""
    scope = hints.scope
    for base in reversed(definition.bases):
        name = scope.last_name(base.value if isinstance(base, ast.Subscript) else base)
        if name in scope.classes and name not in seen and name != definition.name:
            yield from _fields(scope.classes[name], hints, depth, seen | {definition.name})
    documented = read_docstring(ast.get_docstring(definition)).parameters
    is_total = not any(
        keyword.arg == "total" and scope.value(keyword.value) is False for keyword in definition.keywords
    )
    for index, statement in enumerate(definition.body):
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=hint, value=value) if not name.startswith("_"):
                kind = scope.last_name(hint.value if isinstance(hint, ast.Subscript) else hint)
                if kind == "ClassVar" or name == "model_config":
                    continue
                is_required = (
                    (value is None or has_no_default(value, scope)) and is_total and kind != "NotRequired"
                ) or kind == "Required"
                try:
                    schema = hints.schema(hint, depth)
                except NotJsonError:
                    if is_required:
                        raise
                    continue
                described = _text_below(definition.body, index) or (documented[name].text if name in documented else "")
                said = said_by(value, scope) if isinstance(value, ast.Call) else {}
                schema = constrained(schema, {**({"description": described} if described else {}), **said})
                default = default_of(value, scope)
                if default is not UNREADABLE and default is not None:
                    schema = {**schema, "default": default}
                yield _Field(_alias(value, scope) or name, schema, is_required)


def default_of(value: ast.expr | None, scope: Scope) -> Any:
    """Return the default that an expression in its place states, as a JSON value, or `UNREADABLE`."""
    if isinstance(value, ast.Call) and scope.last_name(value) in FIELD_CALLS:
        stated = next((each.value for each in value.keywords if each.arg == "default"), None)
        value = stated or (value.args[0] if value.args else None)
    found = scope.value(value)
    if isinstance(found, tuple):
        found = list(found)
    is_plain = found is None or isinstance(found, str | int | float | bool | list | dict)
    return found if is_plain and found is not ... else UNREADABLE


def has_no_default(value: ast.expr, scope: Scope) -> bool:
    """Say whether what stands in a default's place gives none: `Field(...)`, `Field(ge=1)`, `field(repr=False)`."""
    if not (isinstance(value, ast.Call) and scope.last_name(value) in FIELD_CALLS):
        return isinstance(value, ast.Constant) and value.value is ...
    first = value.args[0] if value.args else None
    if first is not None:
        return isinstance(first, ast.Constant) and first.value is ...
    stated = {keyword.arg: keyword.value for keyword in value.keywords}
    if "default" in stated:
        return isinstance(stated["default"], ast.Constant) and stated["default"].value is ...
    return stated.keys().isdisjoint({"default_factory", "factory"})


def _alias(value: ast.expr | None, scope: Scope) -> str:
    """The name under which a pydantic field is filled."""
    if not isinstance(value, ast.Call):
        return ""
    named = {keyword.arg: scope.value(keyword.value) for keyword in value.keywords}
    found = named.get("validation_alias", named.get("alias"))
    return found if isinstance(found, str) else ""


def _text_below(body: list[ast.stmt], index: int) -> str:
    match body[index + 1 : index + 2]:
        case [ast.Expr(value=ast.Constant(value=str() as text))]:
            return " ".join(text.split())
    return ""
