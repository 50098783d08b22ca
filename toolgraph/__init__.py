"""toolgraph synthesizes tool-calling dialogues from your own APIs, and proves where every argument came from.

    import toolgraph

    config = toolgraph.RunConfig(tools=("my_tools.json",), n=50)
    summary = toolgraph.generate(config, "runs/mine")

Every public name stands here. Each is imported when it is first used, so that `import toolgraph` stays quick.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolgraph.dialogue.blueprint import Blueprint
    from toolgraph.dialogue.messages import Message, ToolCall
    from toolgraph.dialogue.provenance import Provenance, resolve
    from toolgraph.dialogue.record import Dialogue, Finding, Verdict
    from toolgraph.errors import (
        AnswerError,
        BudgetReached,
        ConfigError,
        EmbeddingError,
        EndpointError,
        FormatError,
        GenerationError,
        InputError,
        LiveError,
        RunDirectoryError,
        ToolgraphError,
        ToolSpecError,
    )
    from toolgraph.formats import read_dialogues
    from toolgraph.graph.graph import ToolGraph, build_tool_graph
    from toolgraph.graph.sampling import sample_tools
    from toolgraph.graph.storage import load_graph, save_graph
    from toolgraph.models.offline.backend import OfflineBackend
    from toolgraph.quality.checks import run_checks
    from toolgraph.quality.comparison import StrategyComparison
    from toolgraph.quality.metrics import measure
    from toolgraph.run.comparing import CompareOptions, compare
    from toolgraph.run.config import RunConfig
    from toolgraph.run.dry_run import Estimate, estimate
    from toolgraph.run.pipeline import generate, link_tools
    from toolgraph.run.summary import RunSummary
    from toolgraph.seeds import rng
    from toolgraph.tools.catalogue import load_tools, parse_tools
    from toolgraph.tools.edges import Edge, ToolSample
    from toolgraph.tools.importing import ImportReport, import_tools
    from toolgraph.tools.spec import ToolSpec

_HOMES = {
    "toolgraph.dialogue.blueprint": ("Blueprint",),
    "toolgraph.dialogue.messages": ("Message", "ToolCall"),
    "toolgraph.dialogue.provenance": ("Provenance", "resolve"),
    "toolgraph.dialogue.record": ("Dialogue", "Finding", "Verdict"),
    "toolgraph.errors": (
        "AnswerError", "BudgetReached", "ConfigError", "EmbeddingError", "EndpointError", "FormatError",
        "GenerationError", "InputError", "LiveError", "RunDirectoryError", "ToolSpecError", "ToolgraphError",
    ),
    "toolgraph.formats": ("read_dialogues",),
    "toolgraph.graph.graph": ("ToolGraph", "build_tool_graph"),
    "toolgraph.graph.sampling": ("sample_tools",),
    "toolgraph.graph.storage": ("load_graph", "save_graph"),
    "toolgraph.models.offline.backend": ("OfflineBackend",),
    "toolgraph.quality.checks": ("run_checks",),
    "toolgraph.quality.comparison": ("StrategyComparison",),
    "toolgraph.quality.metrics": ("measure",),
    "toolgraph.run.comparing": ("CompareOptions", "compare"),
    "toolgraph.run.config": ("RunConfig",),
    "toolgraph.run.dry_run": ("Estimate", "estimate"),
    "toolgraph.run.pipeline": ("generate", "link_tools"),
    "toolgraph.run.summary": ("RunSummary",),
    "toolgraph.seeds": ("rng",),
    "toolgraph.tools.catalogue": ("load_tools", "parse_tools"),
    "toolgraph.tools.edges": ("Edge", "ToolSample"),
    "toolgraph.tools.importing": ("ImportReport", "import_tools"),
    "toolgraph.tools.spec": ("ToolSpec",),
}  # fmt: skip
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AnswerError",
    "Blueprint",
    "BudgetReached",
    "CompareOptions",
    "ConfigError",
    "Dialogue",
    "Edge",
    "EmbeddingError",
    "EndpointError",
    "Estimate",
    "Finding",
    "FormatError",
    "GenerationError",
    "ImportReport",
    "InputError",
    "LiveError",
    "Message",
    "OfflineBackend",
    "Provenance",
    "RunConfig",
    "RunDirectoryError",
    "RunSummary",
    "StrategyComparison",
    "ToolCall",
    "ToolGraph",
    "ToolSample",
    "ToolSpec",
    "ToolSpecError",
    "ToolgraphError",
    "Verdict",
    "build_tool_graph",
    "compare",
    "estimate",
    "generate",
    "import_tools",
    "link_tools",
    "load_graph",
    "load_tools",
    "measure",
    "parse_tools",
    "read_dialogues",
    "resolve",
    "rng",
    "run_checks",
    "sample_tools",
    "save_graph",
]


def __getattr__(name: str) -> Any:
    """Import a public name from where it lives (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'toolgraph' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
