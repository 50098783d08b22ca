"""Types as docstrings write them, as JSON Schema: `int, optional`, `list of str`, `{'a', 'b'}`, `str or None`."""

import ast
import re

from toolgraph.tools.importers.python_models import NotJsonError
from toolgraph.tools.importers.python_types import Hints, enum_of, parsed_hint, union_of
from toolgraph.tools.schema import Schema

_WORDS = {
    "string": "str", "text": "str", "integer": "int", "boolean": "bool", "number": "float", "numeric": "float",
    "double": "float", "real": "float", "array": "list", "array_like": "list", "array-like": "list", "iterable": "list",
    "sequence": "list", "mapping": "dict", "dictionary": "dict", "object": "dict", "file path": "str", "path": "str",
    "positive int": "int", "positive integer": "int", "non-negative int": "int", "nonnegative int": "int",
    "lists": "list", "strings": "str", "ints": "int", "integers": "int", "floats": "float", "dicts": "dict",
    "tuples": "tuple",
}  # fmt: skip
_SURELY = frozenset("str int float bool list dict tuple set date datetime time bytes None".split())


_LONGEST_TYPE = 400


def documented_schema(type_name: str, hints: Hints) -> Schema:
    """Return the schema of a type as docstrings write it: `int, optional`, `list of str`, `{'a', 'b'}`, `str or None`.

    Prose is not guessed at: what cannot be read for sure admits anything.
    """
    if len(type_name) > _LONGEST_TYPE:
        return {}
    text = re.sub(r"[`\"]|:\w+:", "", type_name) if "{" not in type_name else type_name.replace("`", "")
    text = re.split(r",?\s*\(?(?:optional\b|default\b|keyword-only|if\b)", text, maxsplit=1)[0].strip(" ,.()")
    if text.startswith("{"):
        try:
            values = ast.literal_eval(f"[{text.strip('{} ')}]")
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return {}
        return enum_of(values) if values and all(isinstance(each, str | int | bool) for each in values) else {}
    options = [
        _documented_part(part.strip(), hints) for part in re.split(r"\s+or\s+|\s*\|\s*|,\s*(?![^\[(]*[\])])", text)
    ]
    return union_of([each for index, each in enumerate(options) if each not in options[:index]]) if all(options) else {}


def _documented_part(text: str, hints: Hints) -> Schema:
    text = _WORDS.get(text.lower(), text)
    if of := re.fullmatch(r"(?i)(list|set|sequence|iterable|array|array_like|tuple) of (\w+)", text):
        item = _documented_part(of[2].rstrip("s") if of[2].lower() not in _WORDS else of[2], hints)
        return {"type": "array", "items": item} if item else {"type": "array"}
    hint = parsed_hint(text)
    if hint is None:
        return {}
    names = {node.id for node in ast.walk(hint) if isinstance(node, ast.Name)}
    sure = _SURELY | hints.scope.classes.keys() | {"List", "Dict", "Tuple", "Optional", "Union", "Any", "Literal"}
    if not names <= sure or not (names or text == "None"):
        return {}
    try:
        return hints.schema(hint)
    except NotJsonError:
        return {}
