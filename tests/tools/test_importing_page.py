"""docs/importing.md names every format."""

import re
from pathlib import Path

from toolgraph.tools.exporters import EXPORTERS
from toolgraph.tools.reading import format_names

PAGE = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")


def names_under(heading):
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE))


def test_every_format_that_is_read_has_a_line():
    assert names_under("Formats read") == set(format_names())


def test_every_form_that_is_written_has_a_line():
    assert names_under("Forms written") == set(EXPORTERS)
