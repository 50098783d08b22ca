"""Counts: how much is said and called in a data set. ToolFlow prints calls and call turns in its table 1."""

from toolgraph.quality.metrics.figures import Spread, entropy_in_bits, share, spread
from toolgraph.quality.tally import Tally


def dialogues(tally: Tally) -> int:
    """How many dialogues there are."""
    return tally.dialogues


def user_turns(tally: Tally) -> Spread:
    """User messages per dialogue: mean, least and most."""
    return spread(tally.user_turns)


def calls(tally: Tally) -> int:
    """How many calls were made (ToolFlow, arXiv 2410.18447, table 1)."""
    return tally.calls


def call_turns(tally: Tally) -> int:
    """How many user turns led to at least one call (ToolFlow, table 1)."""
    return tally.call_turns


def calls_per_dialogue(tally: Tally) -> float | None:
    """Calls per dialogue (ToolFlow, table 1)."""
    return share(tally.calls, tally.dialogues)


def call_turns_per_dialogue(tally: Tally) -> float | None:
    """Turns with calls per dialogue (ToolFlow, table 1)."""
    return share(tally.call_turns, tally.dialogues)


def assistant_messages(tally: Tally) -> int:
    """How many messages of the assistant hold words."""
    return tally.assistant_messages


def parallel_step_share(tally: Tally) -> float | None:
    """Steps of two or more calls, of all steps."""
    return share(tally.parallel_steps, tally.steps)


def chitchat_share(tally: Tally) -> float | None:
    """Chitchat, of the user messages of which `meta["turn_kinds"]` says the kind."""
    return share(tally.turn_kinds["chitchat"], tally.turn_kinds.total())


def tool_coverage(tally: Tally) -> float | None:
    """Distinct tools called, of the distinct tools offered, by name."""
    return share(len(tally.called.keys() & tally.offered), len(tally.offered))


def tool_entropy(tally: Tally) -> float | None:
    """Entropy in bits of the calls over the tools: H = -sum p log2 p, p a tool's share of the calls.

    At most log2 of the number of tools, where each is called equally often.
    """
    return entropy_in_bits(tally.called.values())


def words_per_user_turn(tally: Tally) -> Spread:
    """Words in a user message: mean, least and most."""
    return spread(tally.user_words)
