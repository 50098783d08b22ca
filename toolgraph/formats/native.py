"""toolgraph's own format: the fields of a Dialogue, by name."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import FormatError
from toolgraph.formats.offered import read_tools


def matches(record: Mapping[str, Any]) -> bool:
    """Own records hold nothing but Dialogue fields, and wrap neither tools nor calls in a `function` as OpenAI does."""
    if "messages" not in record or not record.keys() <= Dialogue.model_fields.keys():
        return False
    messages = _objects(record["messages"])
    wrapped = [
        *_objects(record.get("tools")),
        *(call for said in messages for call in _objects(said.get("tool_calls"))),
    ]
    has_own_fields = all(
        said.keys() <= Message.model_fields.keys() and isinstance(said.get("content", ""), str) for said in messages
    )
    return has_own_fields and not any("function" in entry for entry in wrapped)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


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
