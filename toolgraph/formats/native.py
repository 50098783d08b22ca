"""toolgraph's own format: the fields of a Dialogue, by name."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import FormatError
from toolgraph.formats.offered import read_tools


def matches(record: Mapping[str, Any]) -> bool:
    """Own records hold nothing but Dialogue fields, and tools that are not wrapped in OpenAI's `function`."""
    tools = record.get("tools")
    is_wrapped = isinstance(tools, list) and any(isinstance(tool, dict) and "function" in tool for tool in tools)
    return "messages" in record and record.keys() <= Dialogue.model_fields.keys() and not is_wrapped


def write(dialogue: Dialogue) -> dict[str, Any]:
    """Return a dialogue as it is."""
    return dialogue.model_dump(mode="json")


def read(record: Mapping[str, Any], where: str) -> Dialogue:
    """Return the dialogue of a record.

    Raises:
        FormatError: the record is not a dialogue; the message names `where` and the field.
    """
    tools = read_tools(record.get("tools"), where)
    try:
        return Dialogue.model_validate({"id": where, **record, "tools": tools})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise FormatError(f"{where}: the dialogue has an invalid '{place}' ({first['msg']})") from error
