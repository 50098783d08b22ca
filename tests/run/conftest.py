import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # makes `run_fakes` importable, here and in the programs tests start


@pytest.fixture
def catalogue(tmp_path):
    """Five small tools, three of which share a parameter."""
    city = {"type": "string", "description": "Name of the city"}
    entries = [
        {"name": f"find_{noun}", "description": f"Find {noun}.", "parameters": {"properties": {"city": city}}}
        for noun in ("hotels", "parks", "bars")
    ]
    entries += [
        {"name": "get_time", "description": "Tell the time."},
        {
            "name": "convert",
            "description": "Convert an amount.",
            "parameters": {"properties": {"amount": {"type": "number", "description": "Amount of money"}}},
        },
    ]
    path = tmp_path / "tools.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    return path


@pytest.fixture
def contents():
    """A function from a run directory to the bytes of each of its files."""

    def read(directory):
        return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}

    return read
