"""Trying edges: tools that only read are called with values that were seen and, as a control, with made-up ones.

That a tool takes a value shows little, for a search takes any text. That it answers what another tool has returned, and
does not answer what nobody has returned, shows that the value belongs there.
"""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from toolgraph.graph.confirmed import worth_asking
from toolgraph.graph.graph import ToolGraph
from toolgraph.models.offline.scene import fits
from toolgraph.models.offline.values_dates import CALENDAR
from toolgraph.run.edge_verdicts import ANSWERS, Trial, TriedCall, tell
from toolgraph.run.look_alikes import look_alikes
from toolgraph.run.progress import Progress, Silent
from toolgraph.run.reopening import Reopening
from toolgraph.run.seen_values import Seen, SeenValues, Thing
from toolgraph.run.trying import Answered, Calls, called
from toolgraph.seeds import rng
from toolgraph.tools import pointers
from toolgraph.tools.edges import Confirmation, Edge
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.live import LiveTools, refusal_of
from toolgraph.tools.spec import ToolSpec

STAGE = "trying edges"
MOST_REAL, MOST_RIVALS, CALLS_EACH = 3, 2, 3
"""Values that are tried of each edge, ids of other things as well, and calls of a tool in each round of looking."""
MOST_SECONDS, MOST_SESSIONS = 300, 4
"""How long trials may take, and how often the tools are started, where they hang or end."""


def edge_trials(
    graph: ToolGraph, live: LiveTools, *, most: int, seed: int, progress: Progress | None = None
) -> Iterator[Confirmation]:
    """Yield what trials show of up to `most` P-R edges between tools that change nothing, the best first.

    An edge is confirmed where the second tool answers what the first has returned, and not what is made up or an id of
    something else. It is refused where several values fare as made-up ones do, though another is answered.

    Raises:
        LiveError: the tools cannot be run.
    """
    reading = [tool for tool in graph.tools if not refusal_of(tool, allow_writes=False)]
    edges = worth_asking(graph, most=most, among={tool.name for tool in reading})
    named = {name for edge in edges for name in (edge.source, edge.target)}
    shown, done = progress or Silent(), 0
    if not edges:
        return
    shown.show(STAGE, 0, len(edges))
    with Reopening(live, seconds=MOST_SECONDS, sessions=MOST_SESSIONS) as session:
        calls = called([tool for tool in reading if tool.name in named], session, seed=seed, calls_each=CALLS_EACH)
        trials = _Trials(reading, session, calls, seed)
        doubtful: list[Trial] = []
        waiting: Sequence[Edge] = edges
        while waiting:  # each trial may bring values for others
            open_: list[Edge] = []
            for edge in waiting:
                told = trials.of(edge)
                if told is None:
                    open_.append(edge)
                    continue
                if isinstance(told, Confirmation):
                    yield told
                else:
                    doubtful.append(told)
                done += 1
                shown.show(STAGE, done, len(edges))
            if len(open_) == len(waiting):
                yield from map(trials.unseen, open_)
                shown.show(STAGE, len(edges), len(edges))
                break
            waiting = open_
        yield from map(trials.refusal, doubtful)  # only now it is known what the tools do answer


class _Trials:
    """Chooses among the values that were seen, and makes the calls."""

    def __init__(self, tools: Sequence[ToolSpec], session: Reopening, calls: Calls, seed: int) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._session, self._calls, self._seed = session, calls, seed
        self._seen = SeenValues(tools, calls.answers)
        self._known: dict[tuple[str, str], TriedCall] = {}
        """A call that was answered, by the tool and the parameter that was tried."""

    def of(self, edge: Edge) -> Confirmation | Trial | None:
        """Try an edge; none where no value was seen yet.

        Where no value is answered the edge may have to be refused, and the trial itself is returned.
        """
        field = _parameter(self._tools[edge.target], edge.target_field)
        if reason := _why_untried(field):
            return tell(edge, "undecided", f"{edge.target_field} was not tried: {reason}")
        found = self._seen.values(edge.source, edge.source_field, field)
        if not found:
            return None
        thing = self._seen.thing(edge.source, edge.source_field)
        others = [ids for other, ids in self._seen.ids.items() if other != thing]
        alone = [value for value in found if not any(value in ids for ids in others)]
        chosen = _spread(alone) if len(alone) >= MOST_REAL else list(dict.fromkeys((*alone, *_spread(list(found)))))
        real = [found[value] for value in chosen[:MOST_REAL]]
        own = self._seen.ids.get(thing, set()) | found.keys()
        keys = (edge.source, edge.source_field, edge.target, edge.target_field)
        made_up = look_alikes(real[0].value, own, field.schema, rng(self._seed, "edge trial", *keys))
        if made_up is None:
            return tell(edge, "undecided", f"no made-up value would be taken as {edge.target_field}")
        trial = self._made(edge, thing, real, made_up, own)
        for call in filter(trial.is_answered, trial.real):
            self._known.setdefault((edge.target, edge.target_field), call)
            if call.weight == ANSWERS:
                self._seen.note(edge.target, Answered(call.arguments, call.result.value))
        return trial.verdict() or trial

    def unseen(self, edge: Edge) -> Confirmation:
        """Say of an edge that no value of it was seen."""
        said = "" if edge.source in self._seen.answers else self._calls.errors.get(edge.source, "")
        why = f": {edge.source} said '{said}'" if said else ""
        return tell(edge, "undecided", f"no value of {edge.source_field} was seen that could be tried{why}")

    def refusal(self, trial: Trial) -> Confirmation:
        """Judge an edge none of whose values was answered."""
        edge, tool = trial.edge, self._tools[trial.edge.target]
        also = [
            field.pointer for field in tool.parameter_fields
            if field.is_required and field.pointer != edge.target_field and not _is_settled(field)
        ]  # fmt: skip
        if also:
            return tell(edge, "undecided", f"{trial.refused}, but it needs {', '.join(also)} as well")
        known = self._known.get((edge.target, edge.target_field)) or self._known_before(edge)
        if known is None:
            return trial.refusal(None, None)
        again = [self._call(edge.target, call.arguments, call.value) for call in (known, trial.real[0])]
        return trial.refusal(*again)

    def _made(
        self, edge: Edge, thing: Thing, real: Sequence[Seen], made_up: Sequence[str | int], own: set[str]
    ) -> Trial:  # fmt: skip
        """Make the calls of a trial; the last one has a real value, so that a tool that is gone answers none."""
        texts = {str(each.value) for each in real}
        covering = [ids - own for other, ids in self._seen.ids.items() if other != thing and ids >= texts]
        rivals = [_like(value, real[0].value) for ids in covering for value in sorted(ids)[:1]][:MOST_RIVALS]

        def call(value: str | int, like: Seen = real[0]) -> TriedCall:
            return self._call(edge.target, self._arguments(edge, value, like), value)

        first, near, far = call(real[0].value), call(made_up[0]), call(made_up[1])
        return Trial(
            edge=edge, made_up=(near, far), rivals=[call(value) for value in rivals],
            real=[first, *(call(each.value, each) for each in real[1:] or real)],
            beside=self._seen.beside(thing, real), is_blind=not all(covering),
        )  # fmt: skip

    def _call(self, tool: str, arguments: dict[str, Any], value: str | int) -> TriedCall:
        return TriedCall(value, arguments, self._session.call(tool, arguments))

    def _known_before(self, edge: Edge) -> TriedCall | None:
        """A call that was answered while values were looked for."""
        for answer in self._seen.answers.get(edge.target, ()):
            for place, leaf in pointers.leaves(answer.arguments):
                if pointers.matches(edge.target_field, place):
                    return self._call(edge.target, answer.arguments, leaf)
        return None

    def _arguments(self, edge: Edge, value: str | int, like: Seen) -> dict[str, Any]:
        """A call with a value: beside it what is known to be answered, and what stood beside the value itself."""
        tool = self._tools[edge.target]
        known = self._seen.answers.get(tool.name)
        arguments = copy.deepcopy(dict(known[0].arguments)) if known else self._calls.arguments(tool, 0, 0)
        beside = {**like.asked, **like.entry}
        for field in tool.parameter_fields:
            if field.is_required and field.name in beside and fits(beside[field.name], field.schema):
                pointers.put(arguments, field.pointer, beside[field.name])
        pointers.put(arguments, edge.target_field, value)
        return arguments


def _parameter(tool: ToolSpec, pointer: str) -> Field:
    return next(field for field in tool.parameter_fields if field.pointer == pointer)


def _is_settled(field: Field) -> bool:
    """Whether a schema itself says which values there are."""
    return bool({"enum", "const"} & field.schema.keys()) or field.types == ("boolean",)


def _why_untried(field: Field) -> str:
    if _is_settled(field):
        return "its schema lists the values that it takes"
    kind = kind_of(field)
    if kind == "credential":
        return "it is a credential"
    return f"any {kind} is one that there is" if kind in CALENDAR else ""


def _spread(values: Sequence[str]) -> list[str]:
    """Return the first, one in the middle and the last."""
    places = dict.fromkeys((0, len(values) // 2, len(values) - 1))
    return [values[place] for place in places if 0 <= place < len(values)]


def _like(text: str, value: str | int) -> str | int:
    return int(text) if isinstance(value, int) and text.isdecimal() else text
