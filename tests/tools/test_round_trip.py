"""import(export(x)) == x, for all that a form can express."""

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.strategies import catalogues
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.exporters import EXPORTERS, tools_text
from toolgraph.tools.spec import ToolSpec

quick = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)  # as CI must not spend minutes on making a rare failure small


def read_back(tools: tuple[ToolSpec, ...], form: str) -> tuple[ToolSpec, ...]:
    """Write tools in a form, as a file, and import that."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / ("tools.jsonl" if form == "toolgraph" else "tools.json")
        file.write_text(tools_text(tools, form), encoding="utf-8")
        return load_tools([file])


def survivors(tool: ToolSpec, form: str) -> dict[str, Any]:
    """What a form says survives of a tool: of its origin all but the file, which is now another.

    In OpenAPI, definitions may be called otherwise, and returns of which nothing is said are none.
    """
    fields = tool.model_dump(include=set(EXPORTERS[form].SURVIVES), exclude={"origin": {"file"}})
    if form != "openapi":
        return fields
    told = {name: canonical(value) if name in ("parameters", "returns") else value for name, value in fields.items()}
    return {**told, "returns": told["returns"] if told["returns"] and told["returns"][0] else None}


def canonical(schema: dict[str, Any] | None) -> Any:
    """A schema with its definitions numbered in the order they are met with, and none that nothing refers to."""
    if schema is None:
        return None
    numbers: dict[str, int] = {}
    bodies: list[Any] = []

    def renamed(value: Any, is_schema: bool = True) -> Any:
        if isinstance(value, list):
            return [renamed(child) for child in value]
        if not isinstance(value, dict):
            return value
        made = {}
        for key, child in sorted(value.items()):
            if is_schema and key == "$ref" and isinstance(child, str):
                name = unquote(child.removeprefix("#/$defs/")).replace("~1", "/").replace("~0", "~")
                if name not in numbers:
                    numbers[name] = len(bodies)
                    bodies.append(None)
                    bodies[numbers[name]] = renamed(schema["$defs"][name])
                made[key] = numbers[name]
            elif is_schema and key in ("enum", "const", "default", "examples"):
                made[key] = child
            elif is_schema and key == "properties":
                made[key] = {name: renamed(sub) for name, sub in sorted(child.items())}
            else:
                made[key] = renamed(child)
        return made

    body = renamed({keyword: value for keyword, value in schema.items() if keyword != "$defs"})
    return body, bodies


@pytest.mark.parametrize("form", EXPORTERS)
@quick
@given(data=st.data())
def test_tools_survive_as_their_form_promises(form, data):
    tools = data.draw(catalogues())

    returned = read_back(tools, form)

    assert [survivors(tool, form) for tool in returned] == [survivors(tool, form) for tool in tools]
