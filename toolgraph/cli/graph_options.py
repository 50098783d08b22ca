"""What every command that reads a catalogue asks for: its tools, and what links them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from toolgraph.cli.embedding import embedding_named

if TYPE_CHECKING:
    from toolgraph.tools.spec import ToolSpec

PATH = click.Path(path_type=Path)
RENAME_HELP = (
    "Keep different tools of one name apart as NAME, NAME_2, or refuse them.  [default: refuse, but for lists gathered "
    "from many sources]"
)


def tools_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--tools FILE_OR_DIR...`: repeated, or followed by several paths, which Click reads as arguments."""
    command = click.argument("more_tools", nargs=-1, type=PATH, metavar="")(command)
    command = click.option("--rename-duplicates/--no-rename-duplicates", default=None, help=RENAME_HELP)(command)
    return click.option(
        "--tools",
        "tools",
        multiple=True,
        type=PATH,
        metavar="FILE_OR_DIR...",
        help="Files, directories or patterns of tools; - is stdin.",
    )(command)


def embedding_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what decides which tools are linked."""
    command = click.option(
        "--embedder", default="embedded", show_default=True,
        help="Name or path of a sentence-transformers model; static:NAME for a fast one made of it.",
    )(command)  # fmt: skip
    command = click.option(
        "--threshold", type=float, help="Score above which there is an edge.  [default: 0.5, with toolflow 0.82]"
    )(command)
    return click.option(
        "--edges",
        default="typed",
        show_default=True,
        help="What links tools: typed, toolflow as published, or confirmed, by a model or by calls.",
    )(command)


def graph_of(
    tools: tuple[Path, ...], rename_duplicates: bool | None, embedder: str, edges: str, threshold: float | None,
    *, ann: bool = False, catalogue: "Sequence[ToolSpec] | None" = None,
) -> Any:  # fmt: skip
    """Return the graph of tools, which are read where no catalogue is given, with embeddings from the user's cache."""
    from toolgraph.errors import ConfigError
    from toolgraph.graph.rules import build_graph, require_rule, threshold_of
    from toolgraph.tools.catalogue import load_tools

    if not tools and catalogue is None:
        raise ConfigError("name the tools: --tools FILE_OR_DIR...")
    threshold = threshold_of(require_rule(edges), threshold)
    if ann:
        _require_index()
    if catalogue is None:
        catalogue = load_tools(tools, rename_duplicates=rename_duplicates)
    embed_texts, model_id = embedding_named(embedder)
    return build_graph(
        catalogue, embed_texts, edges=edges, threshold=threshold, model_id=model_id, is_approximate=ann or None
    )


def require_no_say(*names: str, beside: str) -> None:
    """Refuse options that were given beside a graph, which keeps what it was made with.

    Raises:
        ConfigError: one was given.
    """
    from toolgraph.errors import ConfigError

    asked = click.get_current_context().get_parameter_source
    for name in names:
        if asked(name) is not ParameterSource.DEFAULT:
            option = name.replace("_", "-")
            raise ConfigError(f"--{option} has no say with {beside}: the graph keeps what it was made with")


def _require_index() -> None:
    """Accept that there is what makes an approximate index."""
    from toolgraph.errors import ConfigError
    from toolgraph.graph.approximate import is_installed

    if not is_installed():
        raise ConfigError('--ann needs faiss; install "toolgraph[ann]", or leave it out')
