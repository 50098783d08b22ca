"""Scopes: what the names at the top of a Python file stand for, read and never run."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

UNREADABLE: Any = object()
"""What `Scope.value` gives for an expression whose value only running the file would tell."""


@dataclass(slots=True)
class Scope:
    """The names a file defines, imports and assigns at its top level."""

    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    """The full dotted name, by the name it goes by in the file."""
    values: dict[str, ast.expr] = field(default_factory=dict)
    """The expression last assigned to a name."""

    @classmethod
    def of(cls, tree: ast.Module) -> "Scope":
        """Return the scope of a parsed file."""
        scope = cls()
        for statement in top_level(tree.body):
            match statement:
                case ast.ClassDef():
                    scope.classes[statement.name] = statement
                case ast.Import():
                    for name in statement.names:
                        scope.imports[name.asname or name.name.split(".")[0]] = (
                            name.name if name.asname else name.name.split(".")[0]
                        )
                case ast.ImportFrom():
                    for name in statement.names:
                        scope.imports[name.asname or name.name] = f"{statement.module or ''}.{name.name}"
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    scope.values[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    scope.values[name] = value
        return scope

    def full_name(self, node: ast.expr) -> str:
        """Return the dotted name an expression spells, imports followed; empty where it is no name."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.imports.get(node.id, node.id), *reversed(parts)])

    def last_name(self, node: ast.expr) -> str:
        """Return the last part of the name an expression spells, or of what it calls."""
        return self.full_name(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]

    def value(self, node: ast.expr | None, depth: int = 0) -> Any:
        """Return what an expression is worth: a literal, a constant of the file, or a member of an enum in it.

        Anything else is `UNREADABLE`.
        """
        if node is None or depth > 4:
            return UNREADABLE
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            pass
        if isinstance(node, ast.Name) and node.id in self.values:
            return self.value(self.values[node.id], depth + 1)
        if isinstance(node, ast.Attribute) and node.attr == "value":
            return self.value(node.value, depth + 1)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self.classes:
            return dict(self.members(self.classes[node.value.id])).get(node.attr, UNREADABLE)
        return UNREADABLE

    def bases(self, definition: ast.ClassDef) -> set[str]:
        """Return the last names of all bases of a class, as far as they stand in this file or are named in it."""
        found: set[str] = set()
        waiting = [definition]
        while waiting:
            for base in waiting.pop().bases:
                name = self.last_name(base.value if isinstance(base, ast.Subscript) else base)
                if name not in found:
                    found.add(name)
                    waiting += [self.classes[name]] if name in self.classes else []
        return found

    def members(self, definition: ast.ClassDef) -> Iterator[tuple[str, Any]]:
        """Yield the members of an enum with their values; of `auto()` what Python would give them."""
        is_text = "StrEnum" in self.bases(definition)
        last = 0
        for statement in definition.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=expression) if not name.startswith("_"):
                    if isinstance(expression, ast.Call) and self.last_name(expression) == "auto":
                        value: Any = name.lower() if is_text else last + 1
                    else:
                        value = self.value(expression, 1)
                    last = value if isinstance(value, int) else last
                    yield name, value


def top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a file, those inside `if`, `try` and `with` too, but not what only a script runs."""
    for statement in body:
        match statement:
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                continue
            case ast.If():
                yield from top_level(statement.body)
                yield from top_level(statement.orelse)
            case ast.Try():
                yield from top_level(statement.body)
                for handler in statement.handlers:
                    yield from top_level(handler.body)
                yield from top_level(statement.orelse)
            case ast.With():
                yield from top_level(statement.body)
            case _:
                yield statement
