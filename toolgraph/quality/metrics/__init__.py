"""Metrics: numbers over a data set, taken in one pass and the same whatever the order of the dialogues.

A metric here is a function of a `Tally`, what has been counted so far; those that ask a model are in `rounds.py` and
`judged.py`, and those of sampled tools in `samples.py`. Shares are fractions of 1; what cannot be said of a data set,
such as the share of chitchat where no plan tells it, is none. `docs/metrics.md` lists them all.
"""

from collections.abc import Callable, Iterable
from typing import Any

from toolgraph.dialogue.record import Dialogue
from toolgraph.quality.metrics import counts, dependence, words
from toolgraph.quality.tally import Tally

TOKENS = 20_000
"""Tokens at which H and D-3 are taken; both depend on the size of what they are taken of."""

Metric = Callable[[Tally], Any]

METRICS: dict[str, Metric] = {
    "dialogues": counts.dialogues,
    "user_turns": counts.user_turns,
    "calls": counts.calls,
    "call_turns": counts.call_turns,
    "calls_per_dialogue": counts.calls_per_dialogue,
    "call_turns_per_dialogue": counts.call_turns_per_dialogue,
    "assistant_messages": counts.assistant_messages,
    "parallel_step_share": counts.parallel_step_share,
    "multi_step_share": dependence.multi_step_share,
    "chain_length": dependence.chain_length,
    "chitchat_share": counts.chitchat_share,
    "provenance_mix": dependence.provenance_mix,
    "transform_mix": dependence.transform_mix,
    "entropy": words.entropy,
    "distinct_trigrams": words.distinct_trigrams,
    "tokens": words.tokens,
    "top_opening": words.top_opening,
    "top_frame": words.top_frame,
    "tool_coverage": counts.tool_coverage,
    "tool_entropy": counts.tool_entropy,
    "words_per_user_turn": counts.words_per_user_turn,
}
"""Every metric that is counted, by the name it has in `metrics.json`."""


def measure(dialogues: Iterable[Dialogue]) -> dict[str, Any]:
    """Return every metric of a data set that is counted, by name; the dialogues are looked at once and not kept."""
    tally = Tally(TOKENS)
    for dialogue in dialogues:
        tally.add(dialogue)
    return {name: metric(tally) for name, metric in METRICS.items()}
