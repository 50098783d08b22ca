"""One field of a result is told as a clause."""

import datetime as dt

import pytest

from toolgraph.models.offline.clauses import clause
from toolgraph.tools.fields import Field
from toolgraph.tools.schema import json_type


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("opens", "09:00", "it opens at 9 am"),
        ("starts", "2026-05-03", "it starts on May 3"),
        ("has_bicycle", True, "it has a bicycle"),
        ("has_seats", True, "it has seats"),
        ("has_parking", True, "it has parking"),
        ("has_bicycle", False, "it has no bicycle"),
        ("is_open", False, "it is not open"),
    ],
)
def test_a_clause_reads_as_a_sentence(name, value, said):
    field = Field(f"/{name}", name, "", {"type": json_type(value)}, True)

    assert clause(name, value, field, dt.date(2026, 5, 1)) == said
