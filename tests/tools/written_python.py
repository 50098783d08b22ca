"""Real tools written down as Python functions: plain types, containers, literals, constraints, classes of data."""

import builtins
import keyword
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

HEAD = '''"""Tools."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal, Optional, Union
from uuid import UUID

from pydantic import BaseModel, Field
from typing_extensions import NotRequired, TypedDict
'''
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
FORMATS = {"date": "date", "date-time": "datetime", "uuid": "UUID"}
BOUNDS = {"minimum": "ge", "maximum": "le", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt"}
LENGTHS = {"minLength": "min_length", "maxLength": "max_length"}
COUNTS = {"minItems": "min_length", "maxItems": "max_length"}
MAX_DEPTH = 6
TAKEN = {*dir(builtins), *dir(BaseModel), *re.findall(r"\w+", HEAD)}
"""Names that mean something else in the module, or in a class of data."""


def written_python(lines: list[dict[str, Any]]) -> str:
    """The source of a module with a function for each tool."""
    parts = [HEAD]
    for number, line in enumerate(lines):
        writer = _Writer(line["parameters"], number)
        function = writer.function(line)
        parts += [*writer.classes, function]
    return "\n\n".join(parts)


class _Writer:
    """Writes one function, gathering the classes its hints name."""

    def __init__(self, root: dict[str, Any], number: int) -> None:
        self.classes: list[str] = []
        self._root = root
        self._number = number

    def function(self, line: dict[str, Any]) -> str:
        properties = {_identifier(name): (name, child) for name, child in _properties(self._root).items()}
        needed = self._root.get("required") or ()
        required, optional = [], []
        for name, (given, child) in properties.items():
            hint = self._hint(child, 0)
            if given in needed:
                required.append(f"{name}: {hint}")
            else:
                optional.append(f"{name}: {_with_default(hint, child)}")
        name = f"call_{self._number}_{_identifier(line['name'])}"
        text = f"{line['description']}\n\nArgs:\n"
        text += "".join(f"    {name}: {_description(child)}\n" for name, (_, child) in properties.items())
        return f"def {name}({', '.join([*required, *optional])}) -> str:\n    {text!r}\n    return ''\n"

    def _hint(self, schema: Any, depth: int) -> str:
        if isinstance(schema, Mapping) and str(schema.get("$ref", "")).startswith("#/$defs/"):
            schema = self._root.get("$defs", {}).get(schema["$ref"].removeprefix("#/$defs/"))
        if not isinstance(schema, Mapping) or depth > MAX_DEPTH:
            return "Any"
        options = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if options is not None:
            return self._options(options)
        alternatives = schema.get("anyOf") or schema.get("oneOf")
        if alternatives:
            hints = list(dict.fromkeys(self._hint(one, depth + 1) for one in alternatives))
            if len(hints) == 2 and "None" in hints:
                return f"Optional[{next(hint for hint in hints if hint != 'None')}]"
            return f"Union[{', '.join(hints)}]"
        kind = schema.get("type")
        if isinstance(kind, list):
            return " | ".join(self._hint({**schema, "type": one}, depth + 1) for one in kind)
        if kind == "array":
            return self._array(schema, depth)
        if kind == "object":
            return self._object(schema, depth)
        if kind == "string":
            return FORMATS.get(schema.get("format", ""), _constrained("str", schema, LENGTHS))
        if kind in ("integer", "number"):
            return _constrained(PLAIN[kind], schema, BOUNDS)
        return PLAIN.get(str(kind), "Any")

    def _options(self, options: list[Any]) -> str:
        if not options or not all(isinstance(one, str | bool | int | None) for one in options):
            return "Any"
        if self._number % 3 == 0 and all(isinstance(one, str) for one in options):
            members = "".join(f"    M{number} = {one!r}\n" for number, one in enumerate(dict.fromkeys(options)))
            return self._class("(Enum)", members)
        return f"Literal[{', '.join(map(repr, options))}]"

    def _array(self, schema: Mapping[str, Any], depth: int) -> str:
        if schema.get("prefixItems"):
            return f"tuple[{', '.join(self._hint(one, depth + 1) for one in schema['prefixItems'])}]"
        if not isinstance(schema.get("items"), Mapping):
            return _constrained("list", schema, COUNTS)
        inner = self._hint(schema["items"], depth + 1)
        is_set = inner == "str" and self._number % 5 == 0
        return _constrained(f"{'set' if is_set else 'list'}[{inner}]", schema, COUNTS)

    def _object(self, schema: Mapping[str, Any], depth: int) -> str:
        properties = _properties(schema)
        if not properties:
            others = schema.get("additionalProperties")
            return f"dict[str, {self._hint(others, depth + 1)}]" if isinstance(others, Mapping) else "dict[str, Any]"
        needed = schema.get("required") or ()
        kind = self._number % 3
        required, optional = "", ""
        for given, child in properties.items():
            name, hint = _identifier(given), self._hint(child, depth + 1)
            if given in needed:
                required += f"    {name}: {hint}\n"
            elif kind == 1:
                optional += f"    {name}: NotRequired[{hint}]\n"
            else:
                optional += f"    {name}: {_with_default(hint, child)}\n"
        base = ("(BaseModel)", "(TypedDict)", "")[kind]
        return self._class(base, required + optional, "@dataclass\n" if kind == 2 else "")

    def _class(self, base: str, body: str, mark: str = "") -> str:
        name = f"Data{self._number}x{len(self.classes)}"
        self.classes.append(f"{mark}class {name}{base}:\n{body}")
        return name


def _properties(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The properties, one for each name in Python."""
    by_name = {_identifier(name): name for name in schema.get("properties") or {}}
    return {name: schema["properties"][name] for name in by_name.values()}


def _constrained(hint: str, schema: Mapping[str, Any], words: Mapping[str, str]) -> str:
    said = {
        word: schema[key]
        for key, word in words.items()
        if isinstance(schema.get(key), int | float) and not isinstance(schema[key], bool)
    }
    if hint == "str" and isinstance(schema.get("pattern"), str) and "(?" not in schema["pattern"]:
        said["pattern"] = schema["pattern"]
    if not said:
        return hint
    return f"Annotated[{hint}, Field({', '.join(f'{word}={value!r}' for word, value in said.items())})]"


def _with_default(hint: str, schema: Any) -> str:
    """A hint and a default: the owner's where it is a plain value of the type, else none."""
    default = schema.get("default") if isinstance(schema, Mapping) else None
    if hint in ("str", "int", "bool", "float") and default is not None and type(default).__name__ == hint:
        return f"{hint} = {default!r}"
    return f"{hint} = None" if hint == "Any" or "None" in hint or "Optional" in hint else f"{hint} | None = None"


def _description(schema: Any) -> str:
    return " ".join(str(schema.get("description") or "").split()) if isinstance(schema, Mapping) else ""


def _identifier(name: str) -> str:
    """A name that Python takes, that shadows nothing, and that no class of data has a meaning for."""
    made = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_") or "x"
    made = f"n{made}" if made[0].isdigit() else made
    is_taken = keyword.iskeyword(made) or made in TAKEN or made.startswith("model_")
    return f"{made}_" if is_taken else made
