"""Python source: functions and methods by their signatures, type hints and docstrings; nothing in it is run."""

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Any

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers.items import Context, Found, Skipped
from toolgraph.tools.importers.python_callables import Callable, callables
from toolgraph.tools.importers.python_docstrings import read_docstring
from toolgraph.tools.importers.python_effects import effects_of_code
from toolgraph.tools.importers.python_models import NotJsonError
from toolgraph.tools.importers.python_scope import Scope
from toolgraph.tools.importers.python_signatures import parameters_schema, returns_schema
from toolgraph.tools.spec import EFFECTS

TITLE = "Python source: functions by signature, type hints and docstring (nothing is run)"
LONGEST_SOURCE = 3_000_000
"""Characters of a file that are parsed; Python's parser takes a second and 200 MB for each million."""
_DEFINITION = re.compile(r"^(?:(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(|class[ \t]+\w+[ \t]*[:(])", re.MULTILINE)


def matches(document: Any) -> bool:
    """Text in which a line begins a function or a class, and that is Python or would be but for a mistake in it."""
    return isinstance(document, str) and _DEFINITION.search(document) is not None


def read(document: Any, context: Context) -> Iterator[Found | Skipped]:
    """Yield each public function and method as a tool, and what is left out of them with its reason.

    Raises:
        ToolSpecError: the text is not Python, is too long, or defines no public function.
    """
    tree = _tree(document)
    scope = Scope.of(tree)
    module = context.path.stem if context.path else ""
    if module == "__init__" and context.path:
        module = context.path.resolve().parent.name
    is_empty = True
    for found in callables(tree, scope):
        is_empty = False
        yield found if isinstance(found, Skipped) else _tool(found, scope, module)
    if is_empty:
        raise ToolSpecError("defines no public functions; a name that begins with an underscore is not public")


def _tree(source: str) -> ast.Module:
    if len(source) > LONGEST_SOURCE:
        raise ToolSpecError(
            f"holds {len(source):,} characters of Python, more than {LONGEST_SOURCE:,}; name the modules that matter"
        )
    try:
        with warnings.catch_warnings():
            # An invalid escape in someone's docstring is no news to the user.
            warnings.simplefilter("ignore")
            return ast.parse(source.removeprefix("\ufeff"))
    except SyntaxError as error:
        line = f"line {error.lineno}: " if error.lineno else ""
        raise ToolSpecError(f"{line}is not valid Python ({error.msg}); correct it") from error
    except (ValueError, RecursionError, MemoryError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError | MemoryError) else "holds no plain text"
        raise ToolSpecError(f"is not valid Python ({reason})") from error


def _tool(function: Callable, scope: Scope, module: str) -> Found | Skipped:
    documentation = read_docstring(ast.get_docstring(function.node))
    try:
        parameters, notes = parameters_schema(function, documentation, scope)
        returns, more = returns_schema(function, documentation.returns, scope)
    except NotJsonError as error:
        return Skipped(function.where, str(error))
    except RecursionError:
        return Skipped(function.where, "nested too deeply to be read")
    name = "_".join(function.path)
    if len(function.path) > 1:
        notes = (f"'{'.'.join(function.path)}' is called '{name}'", *notes)
    effects = effects_of_code(function, scope)
    fields: dict[str, Any] = {
        "name": name, "description": documentation.description, "parameters": parameters, "returns": returns,
        "effects": effects, "origin": {"api": module},
    }  # fmt: skip
    if effects != "unknown":
        fields["filled"] = (EFFECTS,)
    return Found(function.where, fields, (*notes, *more))
