"""Earlier lists: a wider question to the same tool lists what a narrower one did, and a narrower one a part of it."""

from collections.abc import Iterable
from typing import Any

from toolgraph.models.offline.asked import Asked
from toolgraph.models.offline.entities import Record, named_values, object_lists, own_id
from toolgraph.models.offline.recall import Recall
from toolgraph.models.offline.scene import Scene
from toolgraph.models.offline.sorting import is_order
from toolgraph.models.requests import Fact
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.spec import ToolSpec

KEPT = 0.6
"""Chance that an entry meets a limit of which it shows nothing."""


class EarlierLists:
    """The entries that earlier answers to wider, narrower and equal questions listed."""

    def __init__(self, tool: ToolSpec, arguments: Record, facts: Iterable[Fact], asked: Asked) -> None:
        self._asked = asked
        self._narrower: list[Any] = []
        self._wider: list[Any] = []
        self._is_whole = False
        limits, page = _limits_and_page(tool, arguments)
        for fact in facts:
            lists = list(object_lists(fact.result)) if fact.tool.name == tool.name else []
            others, other_page = _limits_and_page(tool, fact.arguments)
            if len(lists) != 1 or page != other_page:
                continue
            if limits.items() <= others.items():
                self._narrower.append(fact.result)
                self._is_whole |= limits == others
            elif others.items() <= limits.items():
                self._wider.append(fact.result)
                self._is_whole |= isinstance(fact.result, dict) and len(lists[0]) in fact.result.values()

    def put_in(self, result: Any, made: int, recall: Recall, scene: Scene) -> None:
        """Put what was listed before behind the new entries of a list, and leave out those that it allows for no more.

        New ones stay where the earlier list was not said to be all, and where there would be too few to choose from;
        the last `made` of them are things that the dialogue made.
        """
        lists = list(object_lists(result))
        if len(lists) != 1 or not (self._narrower or self._wider):
            return
        shortest, longest = self._asked.lengths(scene.random)
        held = [entry for earlier in self._narrower for entry in recall.as_they_are(earlier)]
        part = [
            entry for earlier in self._wider for entry in recall.as_they_are(earlier) if self._asked.is_met_by(entry)
        ]
        if len(part) > shortest:
            some = [entry for entry in part if scene.random.random() < KEPT]
            part = some if len(some) >= shortest else part[:shortest]
        entries = lists[0]
        known = _each_once([*held, *part])
        new = 0 if self._is_whole else max(shortest, longest - len(known))
        kept = entries[len(entries) - min(len(entries), max(new, shortest - len(known), made)) :]
        entries[:] = _each_once([*kept, *known])
        if self._asked.most is not None:
            entries[self._asked.most :] = []


def _limits_and_page(tool: ToolSpec, arguments: Record) -> tuple[dict[str, str], dict[str, str]]:
    """What narrows a question, and which part of its answer it asks for; an order and a length are neither."""
    kinds = {field.name: kind_of(field) for field in tool.parameter_fields}
    told = {name: repr(value) for name, value in named_values(arguments).items() if not is_order(name)}
    limits = {name: value for name, value in told.items() if kinds.get(name) not in ("page", "count_small")}
    return limits, {name: value for name, value in told.items() if kinds.get(name) == "page"}


def _each_once(entries: Iterable[Record]) -> list[Record]:
    """The entries without those that come again, by their ids or else by all they hold."""
    return list({repr(own_id(entry) or entry): entry for entry in entries}.values())
