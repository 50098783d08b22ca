import ast

import pytest

from toolgraph.tools.importers.python_documented import documented_schema
from toolgraph.tools.importers.python_scope import Scope
from toolgraph.tools.importers.python_types import Hints


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("int, optional", {"type": "integer"}),
        ("string", {"type": "string"}),
        ("bool (default: True)", {"type": "boolean"}),
        ("list of str", {"type": "array", "items": {"type": "string"}}),
        ("list of integers", {"type": "array", "items": {"type": "integer"}}),
        ("float or None", {"type": ["number", "null"]}),
        ("{'up', 'down'}, default 'up'", {"type": "string", "enum": ["up", "down"]}),
        ("dict[str, int]", {"type": "object", "additionalProperties": {"type": "integer"}}),
        ("NetworkX graph", {}),
        ("a string that says it", {}),
        ("callable", {}),
        ("{", {}),
    ],
)
def test_a_type_in_a_docstring_is_read_where_it_is_sure(written, expected):
    assert documented_schema(written, Hints(Scope.of(ast.parse("")))) == expected
