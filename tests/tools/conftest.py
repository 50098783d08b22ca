"""What tests of reading tools share."""

import json

import pytest


@pytest.fixture
def file(tmp_path):
    """A function that writes a file and returns its path: text as UTF-8, bytes as they are, other values as JSON."""

    def write(content, name="tools.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, str | bytes):
            content = json.dumps(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
