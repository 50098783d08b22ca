"""How people ask for what a tool does, and how an assistant tells the outcome.

The shipped catalogue has wordings written by hand (`data/wordings/`); for any other tool they are derived from its name
and description. Both give the same value, so the rules that speak know no difference.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from toolgraph.models.offline.banks import load_yaml
from toolgraph.models.offline.domains import FOLDER, domains
from toolgraph.resources import data_dir
from toolgraph.tools.spec import ToolSpec

_SLOT = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """A text with slots, and the names of the slots."""

    text: str
    slots: frozenset[str]

    def fill(self, values: dict[str, str]) -> str:
        """Return the text with every slot filled; a missing value is a mistake of ours and raises KeyError."""
        return _SLOT.sub(lambda slot: values[slot[1]], self.text) if self.slots else self.text


@dataclass(frozen=True, slots=True)
class Wording:
    """The ways of talking about one tool. Slots are named by dotted paths of parameters or returns."""

    asks: tuple[Template, ...]
    """Verb phrases in base form: "find a flight to {destination_city}"."""
    needs: tuple[Template, ...]
    """Whole statements or questions that make the need clear."""
    details: dict[str, tuple[Template, ...]]
    """By parameter: fragments that add its value to an ask."""
    ask_back: dict[str, tuple[str, ...]]
    """By parameter: the assistant's question where it is missing."""
    item: Template | None
    """How one entry of a list reads inside a sentence."""
    reports: tuple[Template, ...]
    """How the outcome is told; list tools have a slot `items`."""
    is_derived: bool = False


@lru_cache(maxsize=65536)
def template(text: str) -> Template:
    """Return a text as a template."""
    return Template(text, frozenset(_SLOT.findall(text)))


def dotted(pointer: str) -> str:
    """Return the slot name of a pointer.

    >>> dotted("/address/city")
    'address.city'
    """
    return pointer[1:].replace("/", ".")


@cache
def shipped_wordings() -> dict[str, Wording]:
    """Return the wordings written by hand, by tool name."""
    found: dict[str, Wording] = {}
    for path in sorted((data_dir() / "wordings").glob("*.yaml")):
        for name, entry in load_yaml(path).items():
            found[name] = _read(entry)
    return found


@cache
def domain_wordings() -> dict[str, Wording]:
    """Return the wordings of the functions of all domains, by name."""
    keys = {"asks", "details", "item", "reports"}
    return {
        name: _read(function.model_dump(include=keys))
        for domain in domains().values() for name, function in domain.functions.items()
    }  # fmt: skip


def written_wording(tool: ToolSpec) -> Wording | None:
    """Return the wording written for this very tool: of its name, and with slots that are all its own."""
    is_of_domain = tool.origin.file.startswith(f"{FOLDER}/")
    wording = (domain_wordings if is_of_domain else shipped_wordings)().get(tool.name)
    if wording is None:
        return None
    known = {dotted(field.pointer).replace(".*", "") for field in tool.parameter_fields}
    return wording if set(wording.details) <= known | {name.split(".")[0] for name in known} else None


def _read(entry: dict[str, Any]) -> Wording:
    def several(value: Any) -> tuple[str, ...]:
        return (value,) if isinstance(value, str) else tuple(value or ())

    return Wording(
        asks=tuple(template(text) for text in several(entry.get("asks"))),
        needs=tuple(template(text) for text in several(entry.get("needs"))),
        details={
            name: tuple(template(text) for text in several(texts)) for name, texts in entry.get("details", {}).items()
        },
        ask_back={name: several(texts) for name, texts in entry.get("ask_back", {}).items()},
        item=template(entry["item"]) if entry.get("item") else None,
        reports=tuple(template(text) for text in several(entry.get("reports"))),
    )
