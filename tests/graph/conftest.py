"""A small encoder and small catalogues, of which a person can tell by eye what is alike."""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest

from toolgraph.graph.embedding import Vectors, embed
from toolgraph.graph.graph import ToolGraph, build_tool_graph
from toolgraph.tools.spec import ToolSpec


class WordEncoder:
    """Texts are alike as far as they have the same words: each word has a random direction of its own."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, sentences: list[str], **options: Any) -> Vectors:
        self.texts.extend(sentences)
        return np.array([sum(map(direction, text.lower().split()), np.zeros(32, np.float32)) for text in sentences])


def direction(word: str) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(32).astype(np.float32)


def make_tool(name: str, takes: Sequence[str] = (), returns: Sequence[str] | None = None, **more: Any) -> ToolSpec:
    return ToolSpec(
        name=name,
        parameters=schema(takes),
        returns=None if returns is None else schema(returns),
        **more,
    )


def schema(fields: Sequence[str]) -> dict[str, Any]:
    named = (field.partition(": ") for field in fields)
    return {"type": "object", "properties": {name: {"type": "string", "description": text} for name, _, text in named}}


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def embed_words(encoder: WordEncoder) -> Callable[[Sequence[str]], Vectors]:
    return partial(embed, encoder=encoder, model_id="words")


@pytest.fixture(name="make_tool")
def make_tool_fixture() -> Callable[..., ToolSpec]:
    return make_tool


@pytest.fixture
def linked(embed_words: Callable[[Sequence[str]], Vectors]) -> Callable[..., ToolGraph]:
    """Make a graph of tools t0, t1 and on, in which two share a parameter for each pair of places given."""

    def linked(count: int, pairs: Sequence[tuple[int, int]], **more: Any) -> ToolGraph:
        takes = [[f"{a}-{b}" for a, b in pairs if place in (a, b)] for place in range(count)]
        return build_tool_graph(
            [make_tool(f"t{place}", texts, **more) for place, texts in enumerate(takes)], embed_words
        )

    return linked


@pytest.fixture
def travel_tools() -> tuple[ToolSpec, ...]:
    return (
        make_tool(
            "search_flights", ["city: the city to fly to", "day: when"], ["flight_id: the flight", "price: paid"]
        ),
        make_tool("book_flight", ["flight_id: the flight", "seat: which seat"], ["booking_id: the booking"]),
        make_tool("cancel_booking", ["booking_id: the booking"], ["refund: money back"]),
        make_tool("get_weather", ["city: the city to fly to"], ["sky: clouds or sun"]),
        make_tool("roll_dice"),
    )


@pytest.fixture
def travel(travel_tools: tuple[ToolSpec, ...], embed_words: Callable[[Sequence[str]], Vectors]) -> ToolGraph:
    return build_tool_graph(travel_tools, embed_words, model_id="words")


@pytest.fixture
def unit_vectors() -> Vectors:
    """A hundred unit vectors of length 16, in all directions."""
    vectors = np.random.default_rng(0).standard_normal((100, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
