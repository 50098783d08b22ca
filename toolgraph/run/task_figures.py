"""Task figures: what is counted of a run in button mode beside the metrics of any data set."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from toolgraph.dialogue.record import Dialogue, Usage


class TaskFigures:
    """Counts accepted dialogues and rejections, one after the other."""

    def __init__(self) -> None:
        self._compositions: Counter[str] = Counter()
        self._stages: Counter[str] = Counter()
        self._parallel = self._messages = 0
        self._usage = Usage()

    def add(self, dialogue: Dialogue) -> None:
        """Count an accepted dialogue; one of another mode says nothing here."""
        if dialogue.meta.get("mode") != "button":
            return
        assistant = [message for message in dialogue.messages if message.role == "assistant"]
        self._compositions[dialogue.meta["composition"]] += 1
        self._parallel += any(len(message.tool_calls) > 1 for message in assistant)
        self._messages += len(assistant)
        self._usage += dialogue.usage

    def reject(self, record: Mapping[str, Any]) -> None:
        """Count a rejection."""
        self._stages[record["stage"]] += 1
        self._usage += Usage.model_validate(record.get("usage") or {})

    def as_metrics(self) -> dict[str, Any]:
        """Return the figures; none where no dialogue is of button mode.

        Shares are of the accepted dialogues. `per_accepted` is what models consumed for all that was tried, divided by
        what was accepted, and is left out where it was rules that answered.
        """
        accepted = self._compositions.total()
        if not accepted:
            return {}
        spent = json.loads(self._usage.model_dump_json())
        per_accepted = {name: round(amount / accepted, 2) for name, amount in spent.items()}
        return {
            "tasks": {
                "compositions": dict(sorted(self._compositions.items())),
                "parallel_dialogue_share": round(self._parallel / accepted, 4),
                "assistant_messages_per_dialogue": round(self._messages / accepted, 4),
                "rejected_by_stage": dict(sorted(self._stages.items())),
                **({"per_accepted": per_accepted} if spent["prompt_tokens"] else {}),
            }
        }
