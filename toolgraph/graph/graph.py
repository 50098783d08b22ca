"""ToolGraph: tools linked by similar fields, kept as sparse matrices and never as one object per edge."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Literal

import numpy as np

from toolgraph.errors import ConfigError
from toolgraph.graph.embedding import Vectors
from toolgraph.graph.field_table import FieldTable, IntArray
from toolgraph.graph.identifiers import is_identifier
from toolgraph.graph.matches import Match, SimilarTexts, best_matches, holders_among, matches_among, without_loops
from toolgraph.graph.similarity import Sparse, similar_among, similar_pairs
from toolgraph.graph.weights import best_scores
from toolgraph.tools.edges import Confirmation, Edge, EdgeKind
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

if TYPE_CHECKING:
    import networkx

    from toolgraph.graph.typed.build import Basis

EdgesRule = Literal["typed", "toolflow", "confirmed"]
"""What makes an edge: evidence that two fields belong together, the similarity of their texts alone, or evidence that a
model or trials have confirmed."""
THRESHOLD = 0.82
"""The cosine above which two fields are alike (ToolFlow, sec. 3.1.1)."""


@dataclass(frozen=True, eq=False)
class ToolGraph:
    """A graph of tools; nodes are known by name, and inside by their place in `tools`.

    What is stored are the fields of the tools, by number, and the scores above `threshold` between these: `alike`
    (parameters x parameters) and `feeds` (returns x parameters), CSR matrices. The published rule (`toolflow`) gives
    fields of one text one number and scores by cosine; with typed edges every field has its own. The links between
    tools are products of these matrices, made when first asked for.
    """

    tools: tuple[ToolSpec, ...]
    parameters: FieldTable
    returns: FieldTable
    alike: Sparse
    feeds: Sparse
    threshold: float = THRESHOLD
    model_id: str = ""
    edges_rule: EdgesRule = "toolflow"
    confirmations: tuple[Confirmation, ...] = ()
    """What trials and a model said of P-R edges, those that were refused and are therefore none among them."""
    basis: "Basis | None" = None
    """What typed edges were made from, where it is still at hand: to a graph read from disk tools are added slower."""

    def __len__(self) -> int:
        """How many tools."""
        return len(self.tools)

    def __contains__(self, name: object) -> bool:
        return name in self.index

    @cached_property
    def index(self) -> dict[str, int]:
        """The place of each tool."""
        return {tool.name: place for place, tool in enumerate(self.tools)}

    @cached_property
    def shared(self) -> Sparse:
        """P-P links: a symmetric CSR matrix of truths, tools x tools."""
        return _links(self.parameters, self.alike, self.parameters)

    @cached_property
    def flows(self) -> Sparse:
        """P-R links: a CSR matrix of truths, tools that return x tools that take."""
        return _links(self.returns, self.feeds, self.parameters)

    @cached_property
    def feeders(self) -> Sparse:
        """P-R links backwards: tools that take x tools that return."""
        return self.flows.T.tocsr()

    @cached_property
    def handovers(self) -> Sparse:
        """The P-R links that hand over an identifier of one name that the giver was not itself asked with, as `flows`.

        Texts alone link an order's identifier to an item's; the names tell them apart.
        """
        asked = [{field.name for field in tool.parameter_fields} for tool in self.tools]

        def is_new(tool: int, field: int) -> bool:
            name = self.tools[tool].return_fields[field].name
            return is_identifier(name) and name not in asked[tool]

        names = self.returns.names(lambda place: self.tools[place].return_fields)
        wanted = self.parameters.names(lambda place: self.tools[place].parameter_fields)
        feeds = self.feeds.tocoo()
        words = _numbered([map(split_words, chain(names, wanted))])
        of_out, of_into = (np.array([words[split_words(name)] for name in part], np.int32) for part in (names, wanted))
        kept = of_out[feeds.row] == of_into[feeds.col]
        handed = type(feeds)((feeds.data[kept], (feeds.row[kept], feeds.col[kept])), shape=feeds.shape)
        return _links(self.returns.only(is_new), handed.tocsr(), self.parameters)

    @cached_property
    def handovers_back(self) -> Sparse:
        """The P-R links that hand over an identifier, backwards, as `feeders`."""
        return self.handovers.T.tocsr()

    @cached_property
    def adjacency(self) -> Sparse:
        """Links of any kind: a symmetric CSR matrix of truths, tools x tools, without loops."""
        matrix = (self.shared + self.flows + self.feeders).tocsr()
        matrix.sort_indices()
        return matrix

    @cached_property
    def weights(self) -> Sparse:
        """The score of the best edge of any kind between two tools: float32, where `adjacency` is true."""
        links = self.adjacency
        scores = best_scores(links, self.parameters, self.returns, self.alike, self.feeds)
        return type(links)((scores, links.indices, links.indptr), shape=links.shape)

    @cached_property
    def degrees(self) -> IntArray:
        """How many other tools each tool is linked to."""
        counts: IntArray = np.diff(self.adjacency.indptr).astype(np.int32)
        return counts

    def neighbours(self, name: str) -> tuple[str, ...]:
        """Return the tools linked to a tool by an edge of any kind, in the order of the catalogue."""
        return self._names(row(self.adjacency, self.index[name]))

    def takers(self, name: str) -> tuple[str, ...]:
        """Return the tools that take something a tool returns, in the order of the catalogue."""
        return self._names(row(self.flows, self.index[name]))

    def returners(self, name: str) -> tuple[str, ...]:
        """Return the tools that return something a tool takes, in the order of the catalogue."""
        return self._names(row(self.feeders, self.index[name]))

    def has_edge(self, a: str, b: str) -> bool:
        """Say whether two tools are linked, in any direction."""
        linked = row(self.adjacency, self.index[a])
        place = int(np.searchsorted(linked, self.index[b]))
        return place < len(linked) and int(linked[place]) == self.index[b]

    def edges_between(self, a: str, b: str) -> tuple[Edge, ...]:
        """Return the edges of two tools, each with the most similar pair of fields.

        That is up to one P-P edge and one P-R edge per direction; of equal pairs the first in the order of the fields.
        """
        best: dict[tuple[EdgeKind, str], Edge] = {}
        for edge in self.all_edges_between(a, b):
            known = best.get((edge.kind, edge.source))
            if known is None or edge.score > known.score:
                best[edge.kind, edge.source] = edge
        return tuple(best.values())

    def all_edges_between(self, a: str, b: str) -> tuple[Edge, ...]:
        """Return an edge for every pair of fields of two tools that is above the threshold."""
        return self.sample_edges((a, b))

    def sample_edges(self, names: Iterable[str]) -> tuple[Edge, ...]:
        """Return an edge for every pair of fields above the threshold among a few tools, in a stable order.

        A P-P edge is given once, from the tool that comes first in the catalogue.
        """
        places = sorted({self.index[name] for name in names})
        takers = holders_among(places, self.parameters)
        shared = matches_among(places, self.parameters, takers, self._alike_texts)
        flows = matches_among(places, self.returns, takers, self._fed_texts)
        found: list[tuple[EdgeKind, Match]] = [("P-P", match) for match in shared if match[0] < match[1]]
        found += [("P-R", match) for match in flows]
        found.sort(key=lambda edge: (edge[1][:2], edge[0], edge[1][2:]))
        return tuple(self._edge(kind, *match) for kind, match in found)

    def edges(self) -> Iterator[Edge]:
        """Yield every edge with its most similar pair of fields, in the order of the catalogue.

        A P-P edge comes once, from the tool that comes first; a P-R edge runs from the returner to the taker.
        """
        for source in range(len(self)):
            for match in best_matches(source, self.parameters, self.parameters, self.alike):
                if match[0] > source:
                    yield self._edge("P-P", source, *match)
            for match in best_matches(source, self.returns, self.parameters, self.feeds):
                yield self._edge("P-R", source, *match)

    def subgraph(self, names: Iterable[str]) -> "ToolGraph":
        """Return the graph of some tools, in the order of the catalogue, with all edges among them."""
        places = sorted({self.index[name] for name in names})
        return ToolGraph(
            tuple(self.tools[place] for place in places), self.parameters.take(places), self.returns.take(places),
            self.alike, self.feeds, self.threshold, self.model_id, self.edges_rule, self.confirmations,
        )  # fmt: skip

    def to_networkx(self) -> "networkx.MultiDiGraph[str]":
        """Return the graph for networkx, an object per edge: meant for a subgraph or a graph of some thousand tools.

        Nodes carry `description` and `category`, edges `kind`, `score`, `source_field`, `target_field` and `directed`.
        A P-R edge runs from returner to taker; a P-P edge has no direction (`directed` is false) and is held once, from
        the tool that comes first in the catalogue. `to_undirected()` gives the graph that a random walk sees.
        """
        import networkx

        network: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(
            edges=self.edges_rule, threshold=self.threshold, model=self.model_id
        )
        for tool in self.tools:
            network.add_node(tool.name, description=tool.description, category=tool.origin.category)
        for edge in self.edges():
            network.add_edge(
                edge.source, edge.target, key=edge.kind, kind=edge.kind, directed=edge.kind == "P-R", score=edge.score,
                source_field=edge.source_field, target_field=edge.target_field,
            )  # fmt: skip
        return network

    @cached_property
    def _alike_texts(self) -> SimilarTexts:
        return SimilarTexts(self.alike)

    @cached_property
    def _fed_texts(self) -> SimilarTexts:
        return SimilarTexts(self.feeds)

    def _names(self, places: IntArray) -> tuple[str, ...]:
        return tuple(self.tools[place].name for place in places.tolist())

    def _edge(self, kind: EdgeKind, source: int, target: int, given: int, taken: int, score: float) -> Edge:
        giver, taker = self.tools[source], self.tools[target]
        source_field = (giver.parameter_fields if kind == "P-P" else giver.return_fields)[given]
        target_field = taker.parameter_fields[taken]
        return Edge(kind, giver.name, taker.name, source_field.pointer, target_field.pointer, round(score, 6))


def build_tool_graph(
    tools: Iterable[ToolSpec], embed_texts: Callable[[Sequence[str]], Vectors],
    *, threshold: float = THRESHOLD, model_id: str = "", is_approximate: bool | None = None,
) -> ToolGraph:  # fmt: skip
    """Return the graph of `tools`: an edge where a pair of fields has a cosine above `threshold`, strictly.

    Parameters are compared with parameters (P-P) and with declared returns (P-R), by the text `{name}: {description}`
    (ToolFlow, sec. 3.1.1); returns with returns not, and returns guessed from names not at all. `embed_texts` is
    called once, with each distinct text, and returns unit vectors, float32 of shape (n, d). `is_approximate`
    says how pairs are looked for (`similar_blocks`).

    Raises:
        ConfigError: the threshold lies outside 0 to 1.
    """
    require_threshold(threshold)
    nodes = tuple(tools)
    taken = [[field.text for field in tool.parameter_fields] for tool in nodes]
    given = [[] if tool.are_returns_guessed else [field.text for field in tool.return_fields] for tool in nodes]
    parameter_texts, return_texts = _numbered(taken), _numbered(given)
    parameters = FieldTable.of(([parameter_texts[text] for text in row] for row in taken), len(parameter_texts))
    returns = FieldTable.of(([return_texts[text] for text in row] for row in given), len(return_texts))
    del taken, given
    texts = _numbered((parameter_texts, return_texts))
    vectors = embed_texts(list(texts))
    parameter_vectors = vectors[[texts[text] for text in parameter_texts]]
    return_vectors = vectors[[texts[text] for text in return_texts]]
    del vectors
    return ToolGraph(
        tools=nodes,
        parameters=parameters,
        returns=returns,
        alike=similar_among(parameter_vectors, threshold, is_approximate=is_approximate),
        feeds=similar_pairs(return_vectors, parameter_vectors, threshold, is_approximate=is_approximate),
        threshold=threshold,
        model_id=model_id,
    )


def require_threshold(threshold: float) -> None:
    """Accept a cosine that two fields may exceed.

    Raises:
        ConfigError: it lies outside 0 to 1.
    """
    if not 0 <= threshold <= 1:
        raise ConfigError(f"the threshold must lie between 0 and 1, got {threshold}")


def _links(sources: FieldTable, similar: Sparse, targets: FieldTable) -> Sparse:
    """Return which tool has a text in `sources` that is similar to one of which tool in `targets`."""
    return without_loops(sources.incidence @ similar.astype(bool) @ targets.incidence.T.tocsr())


def row(matrix: Sparse, place: int) -> IntArray:
    """Return the columns of one row of a CSR matrix, ascending."""
    columns: IntArray = matrix.indices[matrix.indptr[place] : matrix.indptr[place + 1]]
    return columns


def _numbered(rows: Iterable[Iterable[str]]) -> dict[str, int]:
    return {text: number for number, text in enumerate(dict.fromkeys(chain.from_iterable(rows)))}
