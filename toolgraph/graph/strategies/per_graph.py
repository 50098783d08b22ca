"""What a strategy prepares of a graph: made once, when it is first needed, and forgotten with the graph."""

import threading
import weakref
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from toolgraph.graph.graph import ToolGraph

ValueT = TypeVar("ValueT")


def once_per_graph(prepare: Callable[[ToolGraph], ValueT]) -> Callable[[ToolGraph], ValueT]:
    """Return `prepare` as a function that computes its value once for each graph.

    The value must not refer to the graph, which it would keep alive.
    """
    known: weakref.WeakKeyDictionary[ToolGraph, ValueT] = weakref.WeakKeyDictionary()
    lock = threading.Lock()

    @wraps(prepare)
    def prepared(graph: ToolGraph) -> ValueT:
        with lock:
            if graph not in known:
                known[graph] = prepare(graph)
            return known[graph]

    return prepared
