"""The question that fills in what a tool's owner left unsaid, as ToolFlow prepares its tools (arXiv 2410.18447)."""

import re
from collections import Counter
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict

from toolgraph.models.request import Request
from toolgraph.models.shown import tools_text
from toolgraph.tools.filling import lacks_returns, missing_descriptions
from toolgraph.tools.pointers import ANY_ITEM, split
from toolgraph.tools.schema import Schema
from toolgraph.tools.spec import ToolSpec

MOST_FIELDS, MOST_LEVELS, MOST_OPTIONS, LONGEST = 40, 6, 20, 400
"""The size of an answer: fields of a result, levels of nesting, values to choose from, characters of a description."""
_FROZEN = ConfigDict(frozen=True, extra="forbid")


class FilledDescription(BaseModel):
    """One description, and where it belongs."""

    model_config = _FROZEN

    place: str
    """One of the places asked for, as a JSON Pointer into the tool."""
    description: str


class ReturnedField(BaseModel):
    """One value in what a tool returns."""

    model_config = _FROZEN

    path: str
    """Where it stands in the result, as a JSON Pointer with `*` for each entry of a list: `/flights/*/price`."""
    type: Literal["string", "number", "integer", "boolean"]
    description: str
    options: tuple[str, ...] = ()
    """The values that a text may have, where these are few."""


class FillAnswer(BaseModel):
    """What was missing; the returns as a flat list, to which every server can be held and in which no cycle hides."""

    model_config = _FROZEN

    descriptions: tuple[FilledDescription, ...]
    returns: tuple[ReturnedField, ...]
    is_guessed: bool = False
    """Whether a rule wrote it from names alone; a language model is not asked for this."""

    @property
    def schema_of_returns(self) -> Schema:
        """The returns as a JSON Schema in which every field is required and described.

        Raises:
            ValueError: two fields contradict each other, as `/room` and `/room/price` do.
        """
        root: Schema = {"type": "object", "properties": {}, "required": []}
        for field in self.returns:
            options = {"enum": list(dict.fromkeys(field.options))} if field.options else {}
            _put(root, field.path, {"type": field.type, "description": field.description.strip(), **options})
        return root


class FillRequest(Request[FillAnswer]):
    """Asks for the descriptions a tool lacks, and for its returns where it has none."""

    answer: ClassVar[type[BaseModel]] = FillAnswer
    prompt: ClassVar[str] = "fill"

    tool: ToolSpec
    places: tuple[str, ...]
    """Where descriptions are missing, as JSON Pointers into the tool."""
    wants_returns: bool
    """Whether the returns are missing too."""
    complaint: str = ""
    """What was wrong with the last answer, when the step is tried again."""

    @classmethod
    def about(cls, tool: ToolSpec) -> Self | None:
        """Return the question about a tool, or none where nothing is missing."""
        places, wants_returns = missing_descriptions(tool), lacks_returns(tool)
        if not places and not wants_returns:
            return None
        return cls(key=f"fill/{tool.name}", tool=tool, places=places, wants_returns=wants_returns)

    def prompt_fields(self) -> dict[str, str]:
        """The tool as JSON with the collection it belongs to, the places as a list."""
        origin = self.tool.origin
        about = [
            f"{word} {text}"
            for word, text in (("API", origin.api), ("category", origin.category)) if text and not _FILE.search(text)
        ]  # fmt: skip
        places = "\n".join(f"- {place}" for place in self.places)
        return {
            **super().prompt_fields(),
            "tool": "\n".join(
                [tools_text((self.tool,)), *([f"\nIt belongs to: {', '.join(about)}."] if about else [])]
            ),
            "places": f"\n\n{_MISSING}\n\n{places}" if places else "",
            "wants_returns": f"{_WANTED if self.wants_returns else _UNWANTED}{'' if places else _ALL_DESCRIBED}",
        }


def complaint_about(request: FillRequest, answer: FillAnswer) -> str:
    """Return in one sentence what makes an answer unusable, or nothing where it can be used."""
    return _about_descriptions(request, answer) or (_about_returns(answer) if request.wants_returns else "")


def _about_descriptions(request: FillRequest, answer: FillAnswer) -> str:
    told = Counter(entry.place for entry in answer.descriptions)
    for place, times in told.items():
        if place not in request.places:
            return f"descriptions: '{place}' is not one of the places listed; copy them exactly"
        if times > 1:
            return f"descriptions: '{place}' is described {times} times; describe it once"
    for entry in answer.descriptions:
        if not entry.description.strip() or len(entry.description) > LONGEST:
            return f"descriptions: '{entry.place}' needs one sentence of at most {LONGEST} characters"
    missing = [place for place in request.places if place not in told]
    return f"descriptions: {', '.join(missing[:5])} not described; describe every place listed" if missing else ""


def _about_returns(answer: FillAnswer) -> str:
    if not 0 < len(answer.returns) <= MOST_FIELDS:
        return f"returns: has {len(answer.returns)} fields; list 1 to {MOST_FIELDS}"
    for field in answer.returns:
        if reason := _about_field(field):
            return f"returns: '{field.path}' {reason}"
    try:
        answer.schema_of_returns  # noqa: B018 -- making it is the test
    except ValueError as error:
        return f"returns: {error}"
    return ""


def _about_field(field: ReturnedField) -> str:
    keys = split(field.path)
    if not field.path.startswith("/") or not all(keys) or any(any(map(str.isspace, key)) for key in keys):
        return "is no path; write it as /name, /thing/name or /things/*/name"
    if keys[0] == ANY_ITEM:
        return "makes the whole result a list; give the list a name, as in /results/*/name"
    if len(keys) > MOST_LEVELS:
        return f"is nested more than {MOST_LEVELS} levels deep; keep the result flat"
    if not field.description.strip() or len(field.description) > LONGEST:
        return f"needs a description of at most {LONGEST} characters"
    if field.options and (field.type != "string" or len(field.options) > MOST_OPTIONS):
        return f"has options that cannot be kept; only texts have them, and at most {MOST_OPTIONS}"
    return ""


def _put(root: Schema, path: str, leaf: Schema) -> None:
    """Put a leaf into an object schema, with the objects and lists that lead to it."""
    node = root
    keys = split(path)
    for key, following in zip(keys, (*keys[1:], None), strict=True):
        child = leaf if following is None else _container(following)
        node = _child(node, key, child, is_leaf=following is None, path=path)


def _container(following: str) -> Schema:
    return {"type": "array"} if following == ANY_ITEM else {"type": "object", "properties": {}, "required": []}


def _child(node: Schema, key: str, child: dict[str, Any], *, is_leaf: bool, path: str) -> Schema:
    """The child of a container, which is made where it is missing and must be of its kind where it is not."""
    children, name = (node, "items") if key == ANY_ITEM else (node["properties"], key)
    if name not in children:
        children[name] = child
        if key != ANY_ITEM:
            node["required"].append(key)
    elif is_leaf or children[name]["type"] != child["type"]:
        raise ValueError(
            f"'{path}' contradicts another field or repeats it; a path names one value, and holds no other"
        )
    found: Schema = children[name]
    return found


_FILE = re.compile(r"\.(?:jsonl?|ya?ml|csv|txt|md|py|parquet|gz|zip)$", re.IGNORECASE)
"""The end of a file's name: where a tool was read from tells nobody what it does."""
_MISSING = (
    "## The descriptions that are missing\n\nEach line is one place in this definition, as a JSON Pointer. For each of "
    "them, give in `descriptions` the `place`, copied exactly, and the `description` that belongs there."
)
_ALL_DESCRIBED = " No description is missing: leave `descriptions` empty."
_WANTED = "It does not say. List the fields of a result in `returns`."
_UNWANTED = "It says so already: leave `returns` empty."
