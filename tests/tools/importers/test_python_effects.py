import ast

import pytest

from toolgraph.tools.importers.python_callables import Callable, callables
from toolgraph.tools.importers.python_effects import effects_of_code
from toolgraph.tools.importers.python_scope import Scope


def effects(source):
    tree = ast.parse(source)
    scope = Scope.of(tree)
    (function,) = (each for each in callables(tree, scope) if isinstance(each, Callable))
    return effects_of_code(function, scope)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def delete_book(id): ...", "deletes"),
        ("def add_book(title): ...", "writes"),
        ("def get_book(id): return 1", "unknown"),
        ("def mean(data): return sum(data)", "unknown"),
        ("import shutil\ndef tidy(path): shutil.rmtree(path)", "deletes"),
        ("from os import remove as gone\ndef tidy(path): gone(path)", "deletes"),
        ("def dump(path): open(path, 'w')", "writes"),
        ("def dump(path): open(path, 'rb')", "unknown"),
        ("STORE = {}\ndef keep(x): STORE['x'] = x", "writes"),
        ("STORE = []\ndef keep(x): STORE.append(x)", "writes"),
        ("def gather(x):\n    found = []\n    found.append(x)\n    return found", "unknown"),
        ("def bump():\n    global n\n    n = 1", "writes"),
        ("class A:\n    def bump(self): self.n += 1", "writes"),
        ("class A:\n    def next_one(self): return self.items.pop()", "writes"),
        ("class A:\n    def look(self): return self.items[0]", "unknown"),
        ("class A:\n    def look(self): self._cache[1] = 2", "unknown"),
    ],
)
def test_name_and_code_tell_that_a_function_changes_something(source, expected):
    assert effects(source) == expected
