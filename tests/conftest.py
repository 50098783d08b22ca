"""Fixtures that any test may use."""

import os
from pathlib import Path

import pytest

from toolgraph.tools.catalogue import parse_tools
from toolgraph.tools.spec import ToolSpec

# pytest's workers are told a width of 80; what is printed for nobody in particular has its own.
os.environ.pop("COLUMNS", None)

# Tests here wait for servers, processes and threads: on a machine that is busy elsewhere they meet real timeouts.
WAITING = ["online", "models/online", "servers", "run", "cli", "tools/test_live_mcp.py", "tools/test_live_python.py"]


def pytest_collection_modifyitems(items):
    """Let a test that waits run twice more before it fails; the report says which needed it. A mistake fails thrice."""
    here = Path(__file__).parent
    for item in items:
        if any(item.path.is_relative_to(here / name) for name in WAITING):
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=1))


CITY = {"type": "string", "description": "Name of the city"}
HOTEL_ID = {"type": "string", "description": "Identifier of the hotel", "examples": ["HT-2041"]}
BOOKING_ID = {"type": "string", "description": "Identifier of the booking", "examples": ["BK-7310"]}


def _object(required: list[str], **properties: dict[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": required}


SMALL_CATALOGUE = {
    "api": "stays",
    "category": "Travel",
    "licence": "Apache-2.0",
    "tools": [
        {
            "name": "search_hotels",
            "description": "Search hotels in a city.",
            "parameters": _object(
                ["city"],
                city=CITY,
                stars={"type": "integer", "minimum": 1, "maximum": 5, "description": "Fewest stars"},
            ),
            "returns": _object(
                ["hotels"],
                hotels={
                    "type": "array",
                    "description": "Matching hotels",
                    "items": _object(["hotel_id"], hotel_id=HOTEL_ID, city=CITY),
                },
            ),
            "effects": "reads",
        },
        {
            "name": "book_hotel",
            "description": "Book a room in a hotel.",
            "parameters": _object(["hotel_id"], hotel_id=HOTEL_ID),
            "returns": _object(["booking_id"], booking_id=BOOKING_ID),
            "effects": "writes",
        },
        {
            "name": "cancel_hotel_booking",
            "description": "Cancel a booking.",
            "parameters": _object(["booking_id"], booking_id=BOOKING_ID),
            "returns": _object(["status"], status={"type": "string", "enum": ["cancelled"], "description": "Outcome"}),
            "effects": "deletes",
        },
        {
            "name": "get_weather",
            "description": "Tell the weather in a city.",
            "parameters": _object(["city"], city=CITY),
            "effects": "reads",
        },
    ],
}
"""Three tools that form a chain, and one that shares a parameter with the first and does not state its returns."""


@pytest.fixture
def small_catalogue() -> tuple[ToolSpec, ...]:
    """Four tools: search -> book -> cancel, and the weather in the same city."""
    return parse_tools(SMALL_CATALOGUE, where="tests/conftest.py")


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The directory of other people's tools and dialogues; tests that need it are skipped where it is not given."""
    given = os.environ.get("TOOLGRAPH_CORPORA")
    if not given:
        pytest.skip("TOOLGRAPH_CORPORA does not name a directory of corpora")
    path = Path(given)
    assert path.is_dir(), f"TOOLGRAPH_CORPORA={given} is not a directory"
    return path
