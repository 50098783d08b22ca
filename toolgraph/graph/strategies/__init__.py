"""The sampling strategies: ways to choose the tools of one dialogue, a small class each."""

from toolgraph.graph.strategies.community import Community
from toolgraph.graph.strategies.coverage import Coverage
from toolgraph.graph.strategies.dataflow import Dataflow
from toolgraph.graph.strategies.mixed import Mixed
from toolgraph.graph.strategies.restart import WalkWithRestart
from toolgraph.graph.strategies.same_api import SameApi
from toolgraph.graph.strategies.strategy import Drawn, SamplingStrategy, Series
from toolgraph.graph.strategies.uniform import RandomTools
from toolgraph.graph.strategies.walk import RandomWalk, WeightedWalk

__all__ = [
    "Community",
    "Coverage",
    "Dataflow",
    "Drawn",
    "Mixed",
    "RandomTools",
    "RandomWalk",
    "SameApi",
    "SamplingStrategy",
    "Series",
    "WalkWithRestart",
    "WeightedWalk",
]
