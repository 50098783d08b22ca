"""Real results: what they hold for a plan that was made before anybody had seen them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedTurn
from toolgraph.dialogue.messages import Message
from toolgraph.models.offline.speech import pick_entry
from toolgraph.tools import pointers


def is_playable(turn: PlannedTurn, messages: Sequence[Message], call_ids: Mapping[str, str]) -> bool:
    """Say whether everything that a turn takes from results of earlier turns is there.

    Nobody asks for the second of a list that came back empty, or about an order that could not be placed.
    """
    own = {call.id for step in turn.steps for call in step.calls}
    results = {message.tool_call_id: message.content for message in messages if message.role == "tool"}
    return all(
        _is_there(argument, results, call_ids)
        for step in turn.steps for call in step.calls for argument in call.arguments
        if argument.source == "result" and argument.call not in own
    )  # fmt: skip


def _is_there(argument: PlannedArgument, results: Mapping[str, str], call_ids: Mapping[str, str]) -> bool:
    content = results.get(call_ids.get(argument.call, ""))
    if content is None:
        return False
    result: Any = json.loads(content)
    head, _, rest = argument.path.partition(f"/{pointers.ANY_ITEM}")
    try:
        if head == argument.path:
            return pointers.get(result, argument.path) is not None
        entries = pointers.get(result, head)
        return pointers.get(entries[pick_entry(entries, argument.pick)], rest) is not None
    except (LookupError, TypeError):
        return False
