"""The words the offline backend draws from: value banks, speech parts, and people invented with Faker."""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from toolgraph.resources import data_dir

Words = Mapping[str, Any]


class Person(NamedTuple):
    """An invented person."""

    first_name: str
    last_name: str
    email: str
    phone: str
    username: str

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


@cache
def load_words(name: str) -> Words:
    """Return `data/words/NAME.yaml`."""
    return load_yaml(data_dir() / "words" / f"{name}.yaml")


def load_yaml(path: Path) -> Words:
    """Return a YAML mapping; the C parser is used where it is installed, being ten times as fast."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open(encoding="utf-8") as file:
        words: Words = yaml.load(file, Loader=loader)
    return words


@cache
def value_bank(kind: str) -> tuple[Any, ...]:
    """Return the values of a kind; empty where there is no bank for it."""
    return tuple(load_words("values").get(kind, ()))


@lru_cache(maxsize=256)
def person_named_in(text: str) -> Person | None:
    """Return the first of the invented people whose full name stands in a text."""
    return next((person for name, person in _people_by_name().items() if name in text), None)


@cache
def people() -> tuple[Person, ...]:
    """Return 400 invented people, the same in every process."""
    from faker import Faker

    fake = Faker("en_US")
    fake.seed_instance(20260601)
    found: dict[str, Person] = {}
    while len(found) < 400:
        first, last = fake.first_name(), fake.last_name()
        username = f"{first}{last[0]}{fake.random_int(10, 99)}".lower()
        phone = f"+1 {fake.random_int(201, 989)} 555 {fake.random_int(100, 199):04d}"
        email = f"{first}.{last}@example.{('com', 'org', 'net')[len(found) % 3]}".lower()
        found.setdefault(f"{first} {last}", Person(first, last, email, phone, username))
    return tuple(found.values())


def country_of(city: Any) -> str | None:
    """Return the country that a city of the banks lies in."""
    return _countries().get(city) if isinstance(city, str) else None


@cache
def _countries() -> dict[str, str]:
    return {city: country for country, cities in load_words("values")["cities_of"].items() for city in cities}


def person_known_as(value: Any) -> Person | None:
    """Return the invented person that has a name, an address or a username."""
    return _people_by_all().get(value) if isinstance(value, str) else None


@cache
def _people_by_all() -> dict[str, Person]:
    return {known: one for one in people() for known in (one.full_name, one.email, one.username)}


@cache
def _people_by_name() -> dict[str, Person]:
    return {person.full_name: person for person in people()}
