"""What a graph looks like: counts, degrees, components, and the hubs that hold it together."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, get_args

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from toolgraph.graph.graph import ToolGraph
from toolgraph.tools.edges import Verdict

HUBS = 10
"""How many of the heaviest hubs are named."""


@dataclass(frozen=True, slots=True)
class GraphStatistics:
    """Numbers over a graph.

    `edges` counts linked pairs of tools by kind, a P-P pair once and a P-R pair once per direction; `degree` is over
    linked tools, whatever the kind. A hub is a tool, or the text of a parameter, with the number of tools it links.
    `verdicts` counts what trials and a model said of pairs of fields; where nothing was tried or asked it is empty.
    """

    nodes: int
    edges: dict[str, int]
    degree: dict[str, float]
    components: int
    largest_component: int
    isolated: int
    hub_tools: tuple[tuple[str, int], ...]
    hub_fields: tuple[tuple[str, int], ...]
    edges_rule: str
    threshold: float
    model: str
    verdicts: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers as JSON holds them."""
        return asdict(self)


def graph_statistics(graph: ToolGraph) -> GraphStatistics:
    """Return the statistics of a graph."""
    degrees = graph.degrees if len(graph) else np.zeros(1, np.int32)
    components, labels = csgraph.connected_components(graph.adjacency, directed=False) if len(graph) else (0, [])
    return GraphStatistics(
        nodes=len(graph),
        edges={"P-P": graph.shared.nnz // 2, "P-R": graph.flows.nnz},
        degree={
            "min": int(degrees.min()),
            "median": float(np.median(degrees)),
            "mean": round(float(degrees.mean()), 2),
            "max": int(degrees.max()),
        },
        components=int(components),
        largest_component=int(np.bincount(labels).max()) if len(graph) else 0,
        isolated=int(np.count_nonzero(graph.degrees == 0)),
        hub_tools=tuple((graph.tools[place].name, int(graph.degrees[place])) for place in _heaviest(graph.degrees)),
        hub_fields=_hub_fields(graph),
        edges_rule=graph.edges_rule,
        threshold=graph.threshold,
        model=graph.model_id,
        verdicts=_verdicts(graph),
    )


def _verdicts(graph: ToolGraph) -> dict[str, int]:
    counts = Counter(told.verdict for told in graph.confirmations)
    return {verdict: counts[verdict] for verdict in get_args(Verdict)} if counts else {}


def _hub_fields(graph: ToolGraph) -> tuple[tuple[str, int], ...]:
    """Return the parameter texts that the most tools have, or return, or have something similar to."""
    texts: dict[str, int] = {}
    fields = (field for tool in graph.tools for field in tool.parameter_fields)
    numbers = [texts.setdefault(field.text, len(texts)) for field in fields]
    where = (numbers, graph.parameters.texts)
    shape = (len(texts), graph.parameters.text_count)
    of_text = sparse.coo_array((np.ones(len(numbers), bool), where), shape=shape).tocsr()
    owners = graph.parameters.incidence.T.tocsr()
    takers = graph.alike.astype(bool) @ owners
    givers = graph.feeds.T.tocsr().astype(bool) @ graph.returns.incidence.T.tocsr()
    reach = np.diff((of_text @ (owners + takers + givers)).tocsr().indptr)
    names = list(texts)
    return tuple((names[text], int(reach[text])) for text in _heaviest(reach))


def _heaviest(weights: Any) -> list[int]:
    order = np.argsort(-weights, kind="stable")[:HUBS]
    return [place for place in order.tolist() if weights[place] > 0]
