"""Earlier lists: a wider question to the same tool lists what a narrower one did, and a narrower one a part of it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from toolgraph.models.offline.asked import Asked
from toolgraph.models.offline.entities import Record, named_values, object_lists, own_id
from toolgraph.models.offline.recall import Recall
from toolgraph.models.offline.scene import Scene
from toolgraph.models.offline.sorting import in_order, is_order
from toolgraph.models.requests import Fact
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.spec import ToolSpec

KEPT = 0.6
"""Chance that an entry meets a limit of which it shows nothing."""


class EarlierLists:
    """The entries that earlier answers to wider, narrower and equal questions listed."""

    def __init__(
        self, tool: ToolSpec, arguments: Record, facts: Iterable[Fact], asked: Asked, today: dt.date
    ) -> None:  # fmt: skip
        self._asked = asked
        self._narrower: list[Any] = []
        self._wider: list[Any] = []
        self._is_equal = False
        self._left_out: list[tuple[Asked, set[str]]] = []
        """What narrower questions asked for, and under which names they asked for more than this one."""
        limits, page = _limits_and_page(tool, arguments)
        self._added = {*limits}
        """The names under which more is asked for than any wider question did."""
        for fact in facts:
            is_one_list = fact.tool.name == tool.name and len(list(object_lists(fact.result))) == 1
            others, other_page = _limits_and_page(tool, fact.arguments)
            if not is_one_list or page != other_page:
                continue
            if limits.items() <= others.items():
                self._narrower.append(fact.result)
                self._is_equal |= limits == others
                self._left_out.append((Asked(tool, fact.arguments, today), {*others} - {*limits}))
            elif others.items() <= limits.items():
                self._wider.append(fact.result)
                self._added -= {*others}

    def put_in(self, result: Any, made: int, recall: Recall, scene: Scene) -> None:
        """Put what was listed before behind the new entries of a list, and leave out those that it allows for no more.

        New ones stay only where no wider and no equal question was asked, or where nothing else is left; the last
        `made` of them are things that the dialogue made.
        """
        lists = list(object_lists(result))
        if len(lists) != 1 or not (self._narrower or self._wider):
            return
        shortest, longest = self._asked.lengths(scene.random)
        held = [entry for earlier in self._narrower for entry in recall.as_they_are(earlier)]
        known = _each_once([*held, *self._part(shortest, recall, scene)])
        entries = lists[0]
        first_made = max(0, len(entries) - made)
        if not known:
            kept = entries
        elif self._is_equal or self._wider:
            kept = [entry for entry in entries[first_made:] if self._asked.is_met_by(entry)]
        else:
            new = [entry for entry in entries[:first_made] if not self._was_left_out(entry)]
            kept = [*new[: max(shortest, longest - len(known))], *entries[first_made:]]
        entries[:] = in_order(_each_once([*kept, *known]), self._asked.values)
        if self._asked.most is not None:
            entries[self._asked.most :] = []

    def _part(self, shortest: int, recall: Recall, scene: Scene) -> list[Record]:
        """What all wider questions listed that meets what is asked for now: all of it, as far as it shows that."""
        wider = [[one for one in recall.as_they_are(earlier) if self._asked.is_met_by(one)] for earlier in self._wider]
        of_all = [one for one in wider[0] if all(_listed_in(one, other) for other in wider[1:])] if wider else []
        part = of_all or _each_once(one for entries in wider for one in entries)
        some = [one for one in part if self._asked.is_told_by(one, self._added) or scene.random.random() < KEPT]
        return some if len(some) >= shortest else part[:shortest]

    def _was_left_out(self, entry: Record) -> bool:
        """Whether a new entry meets what a narrower question asked for, whose answer did not list it."""
        return any(asked.is_told_by(entry, names) and asked.is_met_by(entry) for asked, names in self._left_out)


def _limits_and_page(tool: ToolSpec, arguments: Record) -> tuple[dict[str, str], dict[str, str]]:
    """What narrows a question, and which part of its answer it asks for; an order and a length are neither.

    What asks to include more narrows a question where it is not said.
    """
    more = {name for field in tool.parameter_fields if (name := field.name).startswith("include_")}
    kinds = {field.name: kind_of(field) for field in tool.parameter_fields}
    told = {name: repr(value) for name, value in named_values(arguments).items() if not is_order(name)}
    limits = {
        name: value
        for name, value in told.items()
        if kinds.get(name) not in ("page", "count_small") and name not in more
    }
    limits |= dict.fromkeys((name for name in more if told.get(name) != "True"), "left out")
    return limits, {name: value for name, value in told.items() if kinds.get(name) == "page"}


def _each_once(entries: Iterable[Record]) -> list[Record]:
    """The entries without those that come again."""
    return list({_who(entry): entry for entry in entries}.values())


def _listed_in(entry: Record, entries: list[Record]) -> bool:
    return any(_who(entry) == _who(other) for other in entries)


def _who(entry: Record) -> str:
    """What tells an entry from others: its id, or else all it holds."""
    return repr(own_id(entry) or entry)
