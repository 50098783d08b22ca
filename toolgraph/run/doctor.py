"""The doctor: looks at all that a run needs, before it is begun."""

import time
from collections.abc import Iterator
from importlib.metadata import version

from toolgraph.errors import InputError, LiveError, ToolgraphError
from toolgraph.models.online.doctor import Diagnosis, examine_model
from toolgraph.models.online.endpoint import endpoint_of
from toolgraph.models.online.opening import OFFLINE
from toolgraph.models.online.prices import Prices
from toolgraph.run.config import RunConfig

OURSELVES = "toolgraph"
SHOWN_TOOLS = 5
"""Tools of a server that are named."""


def examine(config: RunConfig, *, collision: str | None = None) -> Iterator[Diagnosis]:
    """Yield what is right and wrong with this installation, then with the MCP server and each model of `config`.

    `collision` is what is wrong with the names of our packages, which only the command line can tell.

    Raises:
        ConfigError: a model, an address or a price cannot be used.
    """
    prices = Prices.load(config.price)
    names = [name for name in dict.fromkeys(config.model) if name != OFFLINE]
    endpoints = [endpoint_of(name, base_url=config.base_url) for name in names]
    yield _imports(collision)
    yield _shipped_tools()
    yield _embedding(config.embedder)
    yield _mcp_sdk(is_wanted=bool(config.mcp))
    if config.mcp:
        yield _mcp_server(config.mcp, config)
    for endpoint in endpoints:
        yield from examine_model(
            endpoint, prices=prices, timeout=config.timeout, extra=config.extra, temperature=config.temperature
        )


def _imports(collision: str | None) -> Diagnosis:
    if collision:
        return Diagnosis(OURSELVES, "import names", "FAIL", collision)
    return Diagnosis(OURSELVES, "import names", "ok", "the packages planners and agents are toolgraph's own")


def _shipped_tools() -> Diagnosis:
    from toolgraph.resources import data_dir
    from toolgraph.tools.catalogue import load_tools

    try:
        tools = load_tools([data_dir() / "tools"])
    except ToolgraphError as error:
        return Diagnosis(OURSELVES, "shipped tools", "FAIL", str(error), "install toolgraph again")
    return Diagnosis(OURSELVES, "shipped tools", "ok", f"{len(tools)} tools")


def _embedding(embedder: str) -> Diagnosis:
    """Whether the embedding model is there, undamaged, and turns a text into a vector."""
    from toolgraph.graph.embedding import CHECKSUM, EMBEDDED, embed, load_encoder

    began = time.perf_counter()
    try:
        encoder, model_id = load_encoder(embedder)
        length = embed(["city: Name of the city"], encoder, model_id).shape[1]
    except ToolgraphError as error:
        return Diagnosis(OURSELVES, "embedding model", "FAIL", str(error))
    verified = f", SHA-256 {CHECKSUM[:12]}... verified" if embedder == EMBEDDED else ""
    seconds = time.perf_counter() - began
    told = f"{model_id.partition('@')[0]} loads in {seconds:.1f} s, {length} dimensions{verified}"
    return Diagnosis(OURSELVES, "embedding model", "ok", told)


def _mcp_sdk(*, is_wanted: bool) -> Diagnosis:
    """Whether live MCP servers can be used, which not everybody wants."""
    from toolgraph.tools.live_mcp import require_sdk

    try:
        require_sdk()
    except LiveError:
        told = "the package 'mcp' is not installed, so that tools of live servers cannot be imported or called"
        return Diagnosis(OURSELVES, "MCP", "FAIL" if is_wanted else "warn", told, "pip install 'toolgraph[mcp]'")
    return Diagnosis(OURSELVES, "MCP", "ok", f"the package mcp {version('mcp')} is installed")


def _mcp_server(target: str, config: RunConfig) -> Diagnosis:
    """Whether a server answers, and how many tools it lists."""
    from toolgraph.run.executing import listed_tools

    subject = f"MCP server '{target}'"
    try:
        tools = listed_tools(target, timeout=config.call_timeout, environment=config.env)
    except InputError as error:
        return Diagnosis(subject, "tools", "FAIL", str(error).removeprefix(f"{subject}: "))
    names = ", ".join(tool.name for tool in tools[:SHOWN_TOOLS])
    more = f" and {len(tools) - SHOWN_TOOLS} more" if len(tools) > SHOWN_TOOLS else ""
    return Diagnosis(subject, "tools", "ok", f"it lists {len(tools)}: {names}{more}")
