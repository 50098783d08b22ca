"""The filler's rule: descriptions that say in words what the names say, and returns inferred from verb and noun."""

from toolgraph.models.filling import FillAnswer, FilledDescription, FillRequest, ReturnedField
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import name_parts
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.pointers import get, split
from toolgraph.tools.returns import with_returns
from toolgraph.tools.spec import ToolSpec

_TYPES = {"number": "number", "integer": "integer", "boolean": "boolean"}
_TOLD = {
    "date": "a date", "datetime": "a date with a time", "time": "a time of day", "email": "an email address",
    "phone": "a phone number", "url": "a web address", "currency": "a currency code",
    "country_code": "a country code", "language_code": "a language code", "timezone": "a time zone",
    "airport": "an airport code", "money": "an amount of money", "percent": "a percentage",
}  # fmt: skip
"""Kinds that a name gives away, and what to call their values."""


def describe(request: FillRequest, seed: int) -> FillAnswer:
    """Return what the names of a tool and its fields say, marked as a guess; the seed does not matter."""
    tool = request.tool
    descriptions = tuple(FilledDescription(place=place, description=_told(tool, place)) for place in request.places)
    fields = with_returns(tool).return_fields if request.wants_returns else ()
    return FillAnswer(descriptions=descriptions, returns=tuple(map(_returned, fields)), is_guessed=True)


def _told(tool: ToolSpec, place: str) -> str:
    if place == "/description":
        parts = name_parts(tool.name)
        return f"{f'{parts.verb} {parts.noun}'.strip().capitalize() or tool.name}."
    keys = split(place)
    name = keys[-2] if len(keys) > 2 else "result"  # what ends in /returns/description is the whole result
    schema = get(tool.model_dump(include={"parameters", "returns"}), place.removesuffix("/description"))
    return _phrase(Field("", name, "", schema, False))


def _phrase(field: Field) -> str:
    words = split_words(field.name) or field.name.strip() or "value"
    told = _TOLD.get(kind_of(field), "")
    is_said = any(word in words.split() for word in told.split()[1:])
    return f"{words.capitalize()}{f', {told}' if told and not is_said else ''}"


def _returned(field: Field) -> ReturnedField:
    type_name = _TYPES.get(field.types[0] if field.types else "", "string")
    options = [option for option in field.schema.get("enum", ()) if isinstance(option, str)]
    return ReturnedField.model_validate(
        {"path": field.pointer, "type": type_name, "description": field.description, "options": tuple(options)}
    )
