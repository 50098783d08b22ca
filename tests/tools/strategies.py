"""Hypothesis strategies for tools as anybody may describe them who keeps to JSON Schema."""

from typing import Any

from hypothesis import strategies as st

from toolgraph.tools.spec import Origin, ToolSpec

PROPERTY_NAMES = (
    "city", "type", "items", "required", "default", "enum", "properties", "$ref", "$defs", "filter[x]", "a/b", "c~d",
    "ключ", "x-toolgraph", "body", "名前", "with space", "100%", "arguments", "allOf", "format", "on", "api_key",
)  # fmt: skip
TOOL_NAMES = ("get_weather", "math.sum", "ns:lookup", "kebab-case", "погода", "天気", "Überall", "_", "a" * 128, "n2")
DEFINITION_NAMES = ("Node", "Money", "Odd/Name", "Имя", "With Space", "100%", "type")
WORDS = (
    "Find",
    "the",
    "weather",
    "50 %",
    '"quoted"',
    "größer",
    "Город",
    "東京の天気",
    "a\\b",
    "line\u2028sep",
    "{x}",
    "/y",
)
descriptions = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from([0.5, 1e9]), st.sampled_from(WORDS))


@st.composite
def tools(draw: st.DrawFn) -> ToolSpec:
    """A tool with parameters of any shape, and whatever else may be said of one."""
    return ToolSpec(
        name=draw(st.one_of(st.sampled_from(TOOL_NAMES), st.from_regex(r"[a-zA-Zé][\w.:-]{0,20}", fullmatch=True))),
        description=draw(descriptions),
        parameters=draw(_whole(_objects)),
        returns=draw(st.none() | _whole(_schemas)),
        effects=draw(st.sampled_from(["reads", "writes", "deletes", "unknown"])),
        origin=Origin(
            api=draw(st.sampled_from(["", "Weather", "Погода"])),
            category=draw(st.sampled_from(["", "Travel & More"])),
            licence=draw(st.sampled_from(["", "MIT"])),
        ),
    )


def catalogues() -> st.SearchStrategy[tuple[ToolSpec, ...]]:
    """Some tools with different names."""
    return st.lists(tools(), min_size=1, max_size=4, unique_by=lambda tool: tool.name).map(tuple)


@st.composite
def _whole(draw: st.DrawFn, make: Any) -> dict[str, Any]:
    """A schema that stands alone, with the definitions it refers to."""
    names = draw(st.lists(st.sampled_from(DEFINITION_NAMES), max_size=3, unique=True))
    schema = draw(make(names))
    return {**schema, "$defs": {name: draw(_schemas(names)) for name in names}} if names else schema


def _schemas(definitions: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    def deeper(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        return st.one_of(
            st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional={"maxItems": st.just(3)}),
            _object_of(inner),
            st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"oneOf": st.lists(inner, min_size=1, max_size=2), "description": descriptions}),
            st.fixed_dictionaries({"allOf": st.lists(inner, min_size=1, max_size=2)}),
            st.fixed_dictionaries({"type": st.just("object"), "additionalProperties": inner}),
        )

    return st.recursive(_leaves(definitions), deeper, max_leaves=5)


def _objects(definitions: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    beside = {"additionalProperties": st.booleans(), "title": descriptions, "description": descriptions}
    return st.builds(
        lambda schema, more: {**schema, **more},
        _object_of(_schemas(definitions)),
        st.fixed_dictionaries({}, optional=beside),
    )


@st.composite
def _object_of(draw: st.DrawFn, inner: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    properties = draw(st.dictionaries(st.sampled_from(PROPERTY_NAMES), inner, max_size=4))
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    required = [name for name in properties if draw(st.booleans())]
    return {**schema, "required": required} if required else schema


def _leaves(definitions: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    said = {"description": descriptions, "examples": st.lists(scalars, max_size=2)}
    words, whole = {"default": st.sampled_from(WORDS)}, {"default": st.integers(0, 9)}
    leaves = [
        st.fixed_dictionaries(
            {"type": st.just("string")}, optional={**said, **words, "format": st.just("date"), "minLength": st.just(1)}
        ),
        st.fixed_dictionaries(
            {"type": st.just("integer")}, optional={**said, **whole, "minimum": st.just(0), "maximum": st.just(9)}
        ),
        st.fixed_dictionaries(
            {"type": st.sampled_from(["number", "boolean", "null", ["string", "null"]])}, optional=said
        ),
        st.fixed_dictionaries({"enum": st.lists(scalars, min_size=1, max_size=3, unique_by=repr)}, optional=said),
        st.fixed_dictionaries({"const": st.just({"$ref": "#/$defs/Node"})}),
        st.just({}),
    ]
    if definitions:
        leaves.append(st.sampled_from(definitions).map(lambda name: {"$ref": f"#/$defs/{pointed(name)}"}))
    return st.one_of(*leaves)


def pointed(name: str) -> str:
    """A name as it stands in the pointer of a reference."""
    return name.replace("%", "%25").replace("~", "~0").replace("/", "~1").replace(" ", "%20")
