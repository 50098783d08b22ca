"""Dependence: where arguments come from, and how calls build on each other. All of it is read off the provenance."""

from toolgraph.quality.metrics.figures import mix, share
from toolgraph.quality.tally import Tally


def multi_step_share(tally: Tally) -> float | None:
    """True multi-step turns, of all turns with calls.

    In such a turn some argument equals an output of an earlier call of that turn and occurred nowhere before
    (ToolWeave, arXiv 2605.12521).
    """
    return share(tally.multi_step_turns, tally.call_turns)


def chain_length(tally: Tally) -> dict[str, float | None]:
    """Calls in a dialogue's longest dependency chain: mean and most, over the dialogues with calls.

    In a chain each call has an argument whose provenance is the result of the call before it, in whatever turns. Where
    no call depends on another the chain has a length of 1.
    """
    chains = tally.chains
    return {"mean": share(chains.total, chains.count), "max": chains.most if chains.count else None}


def provenance_mix(tally: Tally) -> dict[str, float]:
    """Share of argument leaves by source."""
    return mix(tally.sources)


def transform_mix(tally: Tally) -> dict[str, float]:
    """Share of argument leaves by the rewriting between source and value; `none` where they are the same."""
    return mix(tally.transforms)
