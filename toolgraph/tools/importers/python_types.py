"""Type hints as JSON Schema, by reading them alone."""

import ast
import warnings
from dataclasses import dataclass, field
from typing import Any

from toolgraph.phrases import shortened
from toolgraph.tools.importers.python_constraints import constrained, said_by
from toolgraph.tools.importers.python_models import NotJsonError, class_schema
from toolgraph.tools.importers.python_scope import UNREADABLE, Scope
from toolgraph.tools.schema import Schema, json_type

MAX_DEPTH = 30
MOST_CLASSES = 200
"""How many classes of its file one schema brings along; a model could not read more."""
_FORMATS = {
    "datetime": "date-time", "AwareDatetime": "date-time", "NaiveDatetime": "date-time", "date": "date",
    "PastDate": "date", "FutureDate": "date", "time": "time", "timedelta": "duration", "UUID": "uuid", "UUID4": "uuid",
    "Path": "path", "PurePath": "path", "PosixPath": "path", "PathLike": "path", "FilePath": "path",
    "DirectoryPath": "path", "Decimal": "decimal", "bytes": "binary", "bytearray": "binary", "AnyUrl": "uri",
    "HttpUrl": "uri", "AnyHttpUrl": "uri", "EmailStr": "email", "IPv4Address": "ipv4", "IPv6Address": "ipv6",
    "SecretStr": "password",
}  # fmt: skip
_NAMED: dict[str, Schema] = {
    **{name: {"type": "string"} for name in ("str", "AnyStr", "LiteralString", "StrictStr", "Text", "Fraction")},
    **{name: {"type": "integer"} for name in ("int", "Integral", "StrictInt", "SupportsInt", "SupportsIndex")},
    **{name: {"type": "number"} for name in ("float", "Real", "Number", "Rational", "StrictFloat", "SupportsFloat",
                                             "FiniteFloat")},
    **{name: {"type": "boolean"} for name in ("bool", "StrictBool")},
    **{name: {"type": "null"} for name in ("None", "NoneType")},
    **{name: {} for name in ("Any", "object", "JsonValue", "Hashable", "Sized")},
    **{name: {"type": "string", "format": form} for name, form in _FORMATS.items()},
    "PositiveInt": {"type": "integer", "exclusiveMinimum": 0}, "NonNegativeInt": {"type": "integer", "minimum": 0},
    "PositiveFloat": {"type": "number", "exclusiveMinimum": 0}, "NonNegativeFloat": {"type": "number", "minimum": 0},
}  # fmt: skip
_LISTS = frozenset(
    "list List Sequence MutableSequence Iterable Iterator Collection Generator AsyncIterator AsyncIterable "
    "AsyncGenerator deque Deque Container Reversible ndarray ArrayLike NDArray".split()
)
_SETS = frozenset("set Set frozenset FrozenSet AbstractSet MutableSet KeysView".split())
_MAPS = frozenset("dict Dict Mapping MutableMapping defaultdict DefaultDict OrderedDict Counter ChainMap".split())
_WRAPPERS = frozenset("Final ClassVar Required NotRequired ReadOnly Awaitable InitVar SkipValidation".split())
_NO_JSON = {
    **dict.fromkeys(("Callable", "FunctionType", "MethodType", "LambdaType"), "a function"),
    **dict.fromkeys(("IO", "TextIO", "BinaryIO", "TextIOWrapper", "BytesIO", "StringIO", "BufferedReader"),
                    "an open file"),
    **dict.fromkeys(("type", "Type"), "a class"),
    **dict.fromkeys(("ModuleType",), "a module"),
    **dict.fromkeys(("socket", "Thread", "Lock", "AbstractEventLoop", "CodeType", "FrameType"), "a running thing"),
}  # fmt: skip
_KNOWN_MODULES = frozenset(
    "typing typing_extensions collections datetime pathlib decimal uuid enum numbers ipaddress os numpy pydantic "
    "fractions builtins types io fastapi annotated_types dataclasses threading socket asyncio".split()
)


@dataclass(slots=True)
class Hints:
    """Reads the hints of one schema, gathering its definitions, and what was unclear, as it goes."""

    scope: Scope
    definitions: dict[str, Schema] = field(default_factory=dict)
    """The classes of the file that a hint names, for the schema's `$defs`."""
    unknown: list[str] = field(default_factory=list)
    """The types that could not be read."""

    def schema(self, hint: ast.expr, depth: int = 0) -> Schema:
        """Return the schema of a type hint; an unknown type admits anything.

        Raises:
            NotJsonError: no JSON value could be of this type.
        """
        if depth > MAX_DEPTH:
            return {}
        match hint:
            case ast.Constant(value=None):
                return {"type": "null"}
            case ast.Constant(value=str() as text):
                return self._quoted(text, depth)
            case ast.Name() | ast.Attribute():
                return self._named(hint, depth)
            case ast.BinOp(op=ast.BitOr()):
                return self._union(_alternatives(hint), depth)
            case ast.Subscript():
                return self._parametrized(hint, depth)
            case ast.Call():
                return self._called(hint, depth)
            case ast.Constant(value=value) if value is ...:
                return {}
        return self._unknown(hint)

    def reference(self, name: str, depth: int) -> Schema:
        """Return the schema of a class of the file, a reference into `$defs` unless it is an enum."""
        if name not in self.definitions:
            if len(self.definitions) >= MOST_CLASSES:
                return self._unknown(ast.Name(id=name))
            # Stands there before it is read, so that a class may name itself.
            self.definitions[name] = {}
            try:
                schema = class_schema(self.scope.classes[name], self, depth + 1)
            except NotJsonError:
                del self.definitions[name]
                raise
            if schema is None or "enum" in schema:
                del self.definitions[name]
                return self._unknown(ast.Name(id=name)) if schema is None else schema
            self.definitions[name] = schema
        return {"$ref": f"#/$defs/{name}"}

    def _named(self, hint: ast.Name | ast.Attribute, depth: int) -> Schema:
        full = self.scope.full_name(hint)
        module, _, name = full.rpartition(".")
        if isinstance(hint, ast.Name) and hint.id in self.scope.classes:
            return self.reference(hint.id, depth)
        if isinstance(hint, ast.Name) and hint.id in self.scope.values and hint.id not in self.scope.imports:
            return self._alias(self.scope.values[hint.id], depth)
        if module and module.split(".")[0] not in _KNOWN_MODULES:
            return self._unknown(hint)
        if name in _NAMED:
            return dict(_NAMED[name])
        if name in _LISTS | _SETS | _MAPS | {"tuple", "Tuple", "NamedTuple"}:
            return self._container(name, [], depth)
        if name in _NO_JSON:
            raise NotJsonError(_NO_JSON[name])
        return self._unknown(hint)

    def _alias(self, value: ast.expr, depth: int) -> Schema:
        """What a name assigned in the file stands for: another hint, a `NewType`, or a `TypeVar`."""
        if isinstance(value, ast.Constant) and not isinstance(value.value, str):
            return self._unknown(value)
        return self.schema(value, depth + 1)

    def _called(self, hint: ast.Call, depth: int) -> Schema:
        match self.scope.last_name(hint):
            case "NewType" if len(hint.args) == 2:
                return self.schema(hint.args[1], depth + 1)
            case "TypeVar":
                bound = next((each.value for each in hint.keywords if each.arg == "bound"), None)
                options = [bound] if bound else hint.args[1:]
                return self._union(options, depth) if options else {}
            case "conint" | "confloat" | "constr" | "conlist" as name:
                base = {"conint": "integer", "confloat": "number", "constr": "string", "conlist": "array"}[name]
                as_field = ast.Call(func=ast.Name(id="Field"), args=[], keywords=hint.keywords)
                return constrained({"type": base}, said_by(as_field, self.scope))
        return self._unknown(hint)

    def _parametrized(self, hint: ast.Subscript, depth: int) -> Schema:
        name = self.scope.last_name(hint.value)
        arguments = hint.slice.elts if isinstance(hint.slice, ast.Tuple) else [hint.slice]
        if name == "Optional":
            return self._union([*arguments, ast.Constant(value=None)], depth)
        if name == "Union":
            return self._union(arguments, depth)
        if name == "Literal":
            return self._literal(arguments)
        if name == "Annotated" and arguments:
            schema = self.schema(arguments[0], depth + 1)
            for mark in arguments[1:]:
                schema = constrained(schema, said_by(mark, self.scope))
            return schema
        if name in _WRAPPERS or (name == "Coroutine" and len(arguments) == 3):
            return self.schema(arguments[-1], depth + 1)
        if name in _LISTS | _SETS | _MAPS | {"tuple", "Tuple"}:
            return self._container(name, arguments, depth)
        if name in self.scope.classes or name in _NAMED:
            return self.schema(hint.value, depth + 1)
        if name in _NO_JSON:
            raise NotJsonError(_NO_JSON[name])
        return self._unknown(hint)

    def _container(self, name: str, arguments: list[ast.expr], depth: int) -> Schema:
        if name in _MAPS:
            values = arguments[1] if len(arguments) == 2 else None
            inner = self.schema(values, depth + 1) if values is not None else {}
            if name == "Counter":
                inner = {"type": "integer"}
            return {"type": "object", "additionalProperties": inner} if inner else {"type": "object"}
        if name in ("tuple", "Tuple") and not (len(arguments) == 2 and _is_ellipsis(arguments[1])):
            items = [self.schema(each, depth + 1) for each in arguments if not isinstance(each, ast.Tuple)]
            bounds = {"prefixItems": items, "minItems": len(items), "maxItems": len(items)} if items else {}
            return {"type": "array", **bounds}
        items_hint = arguments[0] if arguments and name not in ("ndarray", "NDArray") else None
        inner = self.schema(items_hint, depth + 1) if items_hint is not None else {}
        unique = {"uniqueItems": True} if name in _SETS else {}
        return {"type": "array", **({"items": inner} if inner else {}), **unique}

    def _union(self, options: list[ast.expr], depth: int) -> Schema:
        """What can be read of the alternatives; those that cannot, or that are no JSON, are left out if one remains."""
        schemas: list[Schema] = []
        refused: NotJsonError | None = None
        is_open = False
        for option in options:
            unknown = len(self.unknown)
            try:
                schema = self.schema(option, depth + 1)
            except NotJsonError as error:
                refused = error
                continue
            if not schema and len(self.unknown) > unknown:
                is_open = True
            elif schema not in schemas:
                schemas.append(schema)
        is_left = any(schema != {"type": "null"} for schema in schemas)
        if refused and not is_left and not is_open:
            raise refused
        return {} if is_open and not is_left else union_of(schemas)

    def _literal(self, arguments: list[ast.expr]) -> Schema:
        values = [value for each in arguments if (value := self.scope.value(each)) is not UNREADABLE]
        values = [value for value in values if value is None or isinstance(value, str | int | bool)]
        return enum_of(values) if values else {}

    def _quoted(self, text: str, depth: int) -> Schema:
        hint = parsed_hint(text)
        return self._unknown(ast.Name(id=text)) if hint is None else self.schema(hint, depth + 1)

    def _unknown(self, hint: ast.expr) -> Schema:
        try:
            text = ast.unparse(hint)
        except (RecursionError, AttributeError):
            text = "a hint"
        self.unknown.append(shortened(text, 80))
        return {}


def parsed_hint(text: str) -> ast.expr | None:
    """Return a hint written as text, or none if it is no expression."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "3or" and the like are odd, and not for the user to mend
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def union_of(schemas: list[Schema]) -> Schema:
    """Return a schema that admits what any of the given ones admits.

    >>> union_of([{"type": "integer"}, {"type": "null"}])
    {'type': ['integer', 'null']}
    """
    if len(schemas) < 2 or {} in schemas:
        return {} if {} in schemas or not schemas else schemas[0]
    if all(schema.keys() == {"type"} and isinstance(schema["type"], str) for schema in schemas):
        return {"type": [schema["type"] for schema in schemas]}
    null = {"type": "null"}
    others = [schema for schema in schemas if schema != null]
    if len(others) == 1 and null in schemas and isinstance(others[0].get("type"), str):
        options = {"enum": [*others[0]["enum"], None]} if "enum" in others[0] else {}
        return {**others[0], "type": [others[0]["type"], "null"], **options}
    return {"anyOf": schemas}


def enum_of(values: list[Any]) -> Schema:
    """Return a schema that admits exactly these values."""
    types = list(dict.fromkeys(json_type(value) for value in values))
    return {"type": types[0] if len(types) == 1 else types, "enum": list(dict.fromkeys(values))}


def _alternatives(hint: ast.expr) -> list[ast.expr]:
    """The alternatives of `A | B | C`, without recursion, as there may be thousands."""
    found: list[ast.expr] = []
    while isinstance(hint, ast.BinOp) and isinstance(hint.op, ast.BitOr):
        found.append(hint.right)
        hint = hint.left
    return [hint, *reversed(found)]


def _is_ellipsis(hint: ast.expr) -> bool:
    return isinstance(hint, ast.Constant) and hint.value is ...
