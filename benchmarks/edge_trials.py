"""Count what trials say of the edges between reading tools of two servers, and how much of that is right.

python benchmarks/edge_trials.py

The library ships with toolgraph; the shop of the tests has plain numbers as ids, which several of its tables share.
Right edges are those to a parameter of the same name, and from titles to the text that products are searched by.
The lower threshold lets nearly every two fields be tried, so that wrong edges are tried as well.
"""

import sys
import time
from collections import Counter
from pathlib import Path

from toolgraph.resources import data_dir
from toolgraph.run.config import RunConfig
from toolgraph.run.confirming import confirmed_graph
from toolgraph.run.executing import linked_tools
from toolgraph.run.pipeline import link_tools
from toolgraph.tools.edges import Edge

SERVERS = {
    "library": data_dir() / "servers" / "library.py",
    "shop": Path(__file__).parents[1] / "tests" / "mcp_servers" / "shop.py",
}
THRESHOLDS = (0.5, 0.001)


def main() -> None:
    """Try the edges of each server, and print a table."""
    print("server   threshold  edges  right  confirmed (wrong)  refused (wrong)  undecided  seconds")
    for name, path in SERVERS.items():
        config = RunConfig(mcp=f"{sys.executable} {path}", execute=True, edges="confirmed")
        tools = linked_tools(config)
        for threshold in THRESHOLDS:
            graph = link_tools(tools, threshold=threshold)
            began = time.perf_counter()
            told = confirmed_graph(graph, config)[0].confirmations
            seconds = time.perf_counter() - began
            count = Counter((each.verdict, is_right(each.edge)) for each in told)
            wrong = count["confirmed", False], count["refused", True]
            confirmed, refused, undecided = (
                count[verdict, True] + count[verdict, False] for verdict in ("confirmed", "refused", "undecided")
            )
            right = sum(is_right(each.edge) for each in told)
            print(
                f"{name:<9}{threshold:>9}{len(told):>7}{right:>7}{confirmed:>11} ({wrong[0]}){refused:>13} ({wrong[1]})"
                f"{undecided:>13}{seconds:>9.1f}"
            )


def is_right(edge: Edge) -> bool:
    """Say whether an edge is one that is meant, by the names of its fields."""
    given, taken = edge.source_field.rpartition("/")[2], edge.target_field.strip("/")
    return given == taken or (given, taken) == ("title", "text")


if __name__ == "__main__":
    main()
