"""The formats: one module each, tried in this order where a file does not say which it is."""

from collections.abc import Mapping
from typing import Any, Protocol

from toolgraph.dialogue.record import Dialogue
from toolgraph.formats import button, hermes, native, openai, sharegpt


class Format(Protocol):
    """What a format module offers."""

    def matches(self, record: Mapping[str, Any]) -> bool:
        """Say whether a record is of this format, given that it is of none before it in the table."""
        ...

    def write(self, dialogue: Dialogue) -> dict[str, Any]:
        """Return a dialogue as one record."""
        ...

    def read(self, record: Mapping[str, Any], where: str) -> Dialogue:
        """Return the dialogue of one record; `where` names it in errors."""
        ...


FORMATS: dict[str, Format] = {
    "button": button, "native": native, "openai": openai, "hermes": hermes, "sharegpt": sharegpt,
}  # fmt: skip
"""By name, most particular shape first."""
