"""The score of every pair of tools, also below the threshold: for measuring edges on catalogues of some size."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from toolgraph.errors import ConfigError
from toolgraph.graph.embedding import Vectors
from toolgraph.graph.graph import EdgesRule
from toolgraph.graph.similarity import cosines_of
from toolgraph.graph.typed.question import Question
from toolgraph.graph.typed.sides import Catalogue
from toolgraph.tools.edges import Edge, EdgeKind
from toolgraph.tools.spec import ToolSpec

MOST = 5_000
"""Tools up to which every pair is scored: 25 million pairs, and each a row."""
KINDS: tuple[EdgeKind, ...] = ("P-P", "P-R")


def all_scores(
    tools: Sequence[ToolSpec], embed_texts: Callable[[Sequence[str]], Vectors], *, edges: EdgesRule
) -> Iterator[Edge]:
    """Yield the best pair of fields of every two tools that have fields, with its score, whatever that is.

    P-R comes for every ordered pair, P-P once, from the tool that comes first in the catalogue. No pair is left out for
    texts that differ, as it is where a graph is built.

    Raises:
        ConfigError: there are more than 5,000 tools.
    """
    if len(tools) > MOST:
        raise ConfigError(
            f"scores of all pairs are written for up to {MOST:,} tools, and there are {len(tools):,}; leave out "
            "--all-scores, or name fewer tools"
        )
    return _all_scores(tools, embed_texts, edges)


def _all_scores(
    tools: Sequence[ToolSpec], embed_texts: Callable[[Sequence[str]], Vectors], edges: EdgesRule
) -> Iterator[Edge]:
    catalogue = Catalogue.of(tools) if edges != "toolflow" else Catalogue.of(tools).published()
    vectors = embed_texts(catalogue.texts)
    questions = [Question.of(kind, catalogue) for kind in KINDS]
    for tool in range(len(tools)):
        for question in questions:
            yield from _of_tool(question, vectors, tool, edges)


def _of_tool(question: Question, vectors: Vectors, tool: int, edges: EdgesRule) -> Iterator[Edge]:
    """Yield the best pair of fields of a tool with each other, in the order of the catalogue."""
    sources, side = question.left.of_tool(tool), question.right
    if not len(sources) or not len(side):
        return
    scores = cosines_of(vectors[question.left.text[sources]], vectors[side.text])
    if edges != "toolflow":
        scores = question.combiner.score(question.table(sources, np.arange(len(side), dtype=np.int32), scores))
    source, best = scores.argmax(axis=0), scores.max(axis=0)
    for target in np.unique(side.tool).tolist():
        if target > tool or (target < tool and not question.is_symmetric):
            fields = side.of_tool(target)
            field = fields[best[fields].argmax()]
            yield question.edge(sources[source[field]], field, float(best[field]))
