import pytest

from toolgraph.tools.health import fault_of_description, measure_health
from toolgraph.tools.spec import ToolSpec

TOOLS = (
    ToolSpec(
        name="find_city",
        description="Find a city by its name.",
        parameters={
            "type": "dict",
            "properties": {
                "name": {"type": "String", "description": "Name of the city", "examples": ["Oslo"]},
                "size": {"enum": ["small", "large"]},
                "type": {"type": "float", "default": 1},
                "near": {},
            },
            "required": ["name"],
        },
        returns={"type": "object", "properties": {"city_id": {"type": "string"}}},
        effects="reads",
    ),
    ToolSpec(name="geo.look", description="<p>&nbsp;</p>"),
    ToolSpec(name="ping", description="ping"),
    ToolSpec(name="hora", description="Devuelve la hora para el país de los clientes."),
    ToolSpec(name="time", description="", effects="writes", filled=("/effects",)),
    ToolSpec(name="hour", description="Devuelve la hora para el país de los clientes."),
    ToolSpec(name="x" * 65, description="12.34 / 56.78", returns={"type": "object"}, returns_inferred=True),
)
EXPECTED = {
    "tools": (7, None),
    "with a description": (6, 7),
    "description: markup only": (1, 7),
    "description: shorter than 8 characters": (1, 7),
    "description: no words": (1, 7),
    "description not in English": (2, 3),
    "name that servers refuse": (2, 7),
    "without parameters": (6, 7),
    "returns declared": (1, 7),
    "effects declared": (1, 7),
    "identical, left out": (3, None),
    "name shared with a different tool": (2, 7),
    "same definition under another name": (1, 7),
    "nearly the same as another": (0, 7),
    "parameters": (4, None),
    "described": (1, 4),
    "type declared": (2, 4),
    "type inferred": (1, 4),
    "type unknown": (1, 4),
    "types of other languages, mapped": (3, None),
    "required": (1, 4),
    "enums": (1, 4),
    "with a default": (1, 4),
    "with examples": (1, 4),
}


@pytest.fixture(scope="module")
def health():
    return {measure.name: measure for measure in measure_health(TOOLS, merged=3, renamed=2)}


def test_every_count_is_named_and_counted(health):
    assert {name: (measure.count, measure.of) for name, measure in health.items()} == EXPECTED


def test_a_count_that_is_part_of_something_has_a_share(health):
    assert health["with a description"].share == pytest.approx(6 / 7)
    assert health["tools"].share is None


@pytest.mark.parametrize(
    ("name", "examples"),
    [
        ("name that servers refuse", ("geo.look", "x" * 65)),
        ("description not in English", ("Spanish 2",)),
        ("description: markup only", ("geo.look",)),
        ("types of other languages, mapped", ("dict 1", "String 1", "float 1")),
        ("same definition under another name", ("hour = hora",)),
    ],
)
def test_what_is_counted_has_examples(health, name, examples):
    assert set(health[name].examples) == set(examples)


def test_an_empty_catalogue_has_no_shares():
    assert all(measure.count == 0 and measure.share is None for measure in measure_health([]))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("<br><img src='x'>", "markup only"),
        ("https://example.org/docs", "markup only"),
        ("-", "shorter than 8 characters"),
        ("ab", "shorter than 8 characters"),
        ("1234567890", "no words"),
        ("<b>Tell the time.</b>", ""),
        ("查询天气", ""),
    ],
)
def test_a_description_that_tells_nothing_is_told_why(text, fault):
    assert fault_of_description(text) == fault
