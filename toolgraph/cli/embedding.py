"""What embeds the texts of a command: the encoder that is named, with the vectors kept in the user's cache."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

Embedding = Callable[..., Any]
"""Gives texts their vectors, as `toolgraph.graph.embedding.embed` does."""
Show = Callable[[int, int], None]
"""Is told how many texts are embedded, and of how many."""


def print_progress(done: int, total: int, *, what: str = "field texts") -> None:
    """Say on stderr how many texts are embedded: on a terminal on one line, written again and again."""
    is_live = sys.stderr.isatty()
    line = f"embedded {done:,} of {total:,} {what}"
    click.echo(f"\r{line}" if is_live else line, err=True, nl=not is_live or done == total)


def embedding_named(embedder: str, show: Show = print_progress) -> tuple[Embedding, str]:
    """Return what embeds texts, and the id of the model.

    Raises:
        EmbeddingError: an extra is missing.
    """
    from toolgraph.graph.embedding import embed, load_encoder
    from toolgraph.graph.vector_cache import default_cache

    encoder, model_id = load_encoder(embedder)
    return partial(embed, encoder=encoder, model_id=model_id, cache=default_cache(), progress=show), model_id


def embedding_like(graph: Any, directory: Path, embedder: str) -> Embedding:
    """Return what embeds texts as those of a graph were embedded.

    Raises:
        ConfigError: that is another one.
        EmbeddingError: an extra is missing.
    """
    from toolgraph.errors import ConfigError

    embed_texts, model_id = embedding_named(embedder)
    if graph.model_id != model_id:
        raise ConfigError(f"{directory}: was made with the embedder '{graph.model_id}'; name it with --embedder")
    return embed_texts


def embedding_or_why(embedder: str, show: Show, *, is_needed: bool = False) -> tuple[Embedding | None, str]:
    """Return what embeds texts and, in words, by whom; none and why, if the model we come with is not installed.

    Raises:
        EmbeddingError: an extra is missing, of a model that was asked for or is needed.
    """
    from toolgraph.errors import EmbeddingError
    from toolgraph.graph.embedding import EMBEDDED

    try:
        embed_texts, model_id = embedding_named(embedder, show)
    except EmbeddingError as error:
        if is_needed or embedder != EMBEDDED:
            raise
        return None, f"left out: {error}"
    return embed_texts, f"by {model_id}"
