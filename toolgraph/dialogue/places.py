"""Places: a town written with its state or country, where these were said apart, or by their other name."""

import re
from collections.abc import Sequence
from functools import lru_cache

from toolgraph.dialogue.spoken import Said, find_said

_STATES = (
    "AL Alabama AK Alaska AZ Arizona AR Arkansas CA California CO Colorado CT Connecticut DE Delaware DC "
    "District_of_Columbia FL Florida GA Georgia HI Hawaii ID Idaho IL Illinois IN Indiana IA Iowa KS Kansas KY "
    "Kentucky LA Louisiana ME Maine MD Maryland MA Massachusetts MI Michigan MN Minnesota MS Mississippi MO "
    "Missouri MT Montana NE Nebraska NV Nevada NH New_Hampshire NJ New_Jersey NM New_Mexico NY New_York NC "
    "North_Carolina ND North_Dakota OH Ohio OK Oklahoma OR Oregon PA Pennsylvania RI Rhode_Island SC "
    "South_Carolina SD South_Dakota TN Tennessee TX Texas UT Utah VT Vermont VA Virginia WA Washington WV "
    "West_Virginia WI Wisconsin WY Wyoming"
).split()
"""The states of the United States by their codes; countries are taken from Faker."""
_MORE_NAMES = {"US": "USA|America", "GB": "UK|Britain|Great Britain", "AE": "UAE", "CZ": "Czechia"}


def find_place(value: str, text: str, others: Sequence[str] = ()) -> Said | None:
    """Return where `text` names a state or country that `value` ends with, as a code or a name, and its town.

    The town may stand in one of the `others`. What is said of the state in neither form is not said.

    >>> find_place("Portland, OR", "Portland, the Oregon one.")
    Said(start=0, end=20, transform='place name')
    >>> find_place("Portland, OR", "Portland or Salem?") is None
    True
    """
    parts = [part.strip() for part in value.split(",")]
    if not parts[-1][:1].isupper() or len(parts) > 3 or not all(parts) or not _codes_of(parts[-1]):
        return None
    # The first of several is the town.
    ways = [_region_said if index or len(parts) == 1 else find_said for index in range(len(parts))]
    found = [said_in(part, text) for said_in, part in zip(ways, parts, strict=True)]
    spans = [said for said in found if said]
    is_stated = all(
        said or any(said_in(part, other) for other in others)
        for said_in, part, said in zip(ways, parts, found, strict=True)
    )
    if not spans or not is_stated:
        return None
    return Said(min(said.start for said in spans), max(said.end for said in spans), "place name")


def _region_said(region: str, text: str) -> Said | None:
    """Where a text names a state or country in any of its forms, which count only as they are written here."""
    for code in _codes_of(region):
        for name in (region, code, *_names_by_code()[code]):
            found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
            if found:
                return Said(*found.span(), "place name")
    return None


def _codes_of(region: str) -> tuple[str, ...]:
    return (region,) if region in _names_by_code() else _codes_by_name().get(region.casefold(), ())


@lru_cache(maxsize=1)
def _names_by_code() -> dict[str, tuple[str, ...]]:
    # Faker is heavy, and few values end like a place.
    from faker.providers.date_time import Provider

    names: dict[str, tuple[str, ...]] = {}
    for code, name in zip(_STATES[::2], _STATES[1::2], strict=True):
        names[code] = (name.replace("_", " "),)
    for country in Provider.countries:
        forms = (country.name, *_MORE_NAMES.get(country.alpha_2_code, "").split("|"))
        for code in (country.alpha_2_code, country.alpha_3_code):
            names[code] = (*names.get(code, ()), *(form for form in forms if form))
    return names


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    for code, names in _names_by_code().items():
        for name in names:
            codes[name.casefold()] = (*codes.get(name.casefold(), ()), code)
    return codes
