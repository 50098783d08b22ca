"""What is wrong with a task, atomic or composed, told in sentences that its writer can mend it from.

Whatever BUTTON's bottom-up half only asks for is checked here: that a task is short, complete and says nothing of
functions, and that its sub-tasks form the graph that was asked for. Functions are checked in `function_validity`.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise, takewhile

from toolgraph.dialogue.spoken import NUMBER_WORDS, WEEKDAYS, find_said, parse_date, today_in
from toolgraph.dialogue.stems import stems_in
from toolgraph.dialogue.task import Composition, CompositionalTask, SubTask
from toolgraph.tools.inference import CREATE, DELETE

MOST_WORDS = 30
"""Words of an atomic task."""
MOST_SUBTASKS = 12
LEAST, MOST = 2, 3
"""Sub-tasks of a sequential task."""

_TECHNICAL = re.compile(
    r"\b(?:APIs?|endpoints?|(?:tool|function) calls?|functions?|web ?hooks?|JSON)\b|"
    r"\b[a-z]+(?:_[a-z0-9]+)+\b(?!@)|\b[a-z]{3,}(?:[A-Z][a-z]{2,})+\b(?!@)",
)
_PLACEHOLDER = re.compile(
    r"\[[^\]]*\]|<[A-Za-z][^>]*>|\{[^}]*\}|_{3,}|\bX{2,}\b|\bXYZ\b|\bTBD\b|"
    r"\b(?:at|from|to|with|for|in|book|order|reserve|get|use|send|as) my (?:usual|favou?rite|preferred|regular)\b|"
    r"\b(?:a|an|the|some) (?:certain|specific|specified|given|particular|chosen|desired|following)\b|"
    r"\bmy (?:current )?(?:location|city|town|area|address|destination)\b|\bnear me\b|\bnearby me\b"
)
_ASKS_FIRST = re.compile(
    r"\b(?:ask me|(?:tell|let) me know (?:what|which) (?:details|information)|if you need (?:more|any|further)|"
    r"(?:once|after|when) I(?:'ve| have)? (?:tell|told|give|given|send|sent|provide|provided) you)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    rf"\b(?:today|tonight|tomorrow|yesterday|(?:next|this|last|coming) (?:week(?:end)?|month|year|"
    rf"{'|'.join(WEEKDAYS)})|in (?:\d+|{'|'.join(NUMBER_WORDS[2:])}|a) (?:days?|weeks?|months?))\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\bstep\s+(?:\d|one|two|three)\b|(?:^|[\s:;,])(?:1[.)]|\(1\))\s.*\s(?:2[.)]|\(2\))\s", re.I | re.S
)
_COUNTED = re.compile(r"\bfirst(?:ly)?\b.*\bsecond(?:ly)?,.*\bthird(?:ly)?,", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r'"([^"\n]{2,60})"|“([^”\n]{2,60})”')
_DATES = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_NUMBERS = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-])")
_NAMES = re.compile(r"(?<![.!?:] )(?<!^)\b[A-Z][a-zà-ÿ]{2,}(?:[ -][A-Z][a-zà-ÿ]+)*\b")
_CODES = re.compile(r"\b(?=[A-Z0-9-]*\d)[A-Z]{2,}-?[A-Z0-9]*(?:-[A-Z0-9]+)*\b")
_WORD = re.compile(r"[^\W\d_]+")
_MARKS = {"then": "done if the decision comes out as yes", "else": "done if the decision comes out as no"}


def atomic_errors(text: str, *, system: str) -> Iterator[str]:
    """Yield what is wrong with an atomic task, one sentence each."""
    if not text.strip():
        yield "the task is empty; write one line"
        return
    if "\n" in text.strip():
        yield "the task has several lines; write one"
    words = len(text.split())
    if words > MOST_WORDS:
        yield f"the task has {words} words; use at most {MOST_WORDS}"
    yield from text_errors(text, system=system, what="the task")


def text_errors(text: str, *, system: str, what: str) -> Iterator[str]:
    """Yield what makes a text no task of everyday life that could be done as it stands."""
    if found := _TECHNICAL.search(text):
        yield f"{what} says '{found[0]}', which is talk of functions; say it as somebody in daily life would"
    if found := _PLACEHOLDER.search(text):
        yield f"{what} says '{found[0]}' and leaves the value open; state it"
    if found := _ASKS_FIRST.search(text):
        yield f"{what} says '{found[0]}', so that something would have to be asked first; state everything it needs"
    if today_in(system) is None and (found := _RELATIVE.search(text)):
        yield f"{what} says '{found[0]}', and nothing tells today's date; state the date itself"


def composition_errors(task: CompositionalTask, *, depth: int, system: str) -> Iterator[str]:
    """Yield what is wrong with a compositional task before it has functions, one sentence each."""
    wrong = list(_graph_errors(task.subtasks))
    yield from wrong
    if wrong:
        return
    yield from _flow_errors(task)
    yield from _SHAPES[task.composition](task, depth)
    yield from _branch_errors(task)
    for one in task.subtasks:
        yield from text_errors(one.text, system=system, what=f"sub-task {one.id}")
    yield from text_errors(task.text, system=system, what="the task")
    if found := _NUMBERED.search(task.text) or _COUNTED.search(task.text):
        words = " ".join(found[0].split())
        yield f"the task numbers its steps ('{words[:40]}'); say it as one wish that flows"
    yield from _coverage_errors(task, system)
    yield from compatibility_errors({one.id: one.text for one in task.subtasks})


def _graph_errors(subtasks: Sequence[SubTask]) -> Iterator[str]:
    """What keeps the sub-tasks from being a directed acyclic graph in an order in which they can be done."""
    if not subtasks:
        yield "there are no sub-tasks"
        return
    if len(subtasks) > MOST_SUBTASKS:
        yield f"there are {len(subtasks)} sub-tasks; use at most {MOST_SUBTASKS}"
    for name, count in Counter(one.id for one in subtasks).items():
        if count > 1 or not name.strip():
            yield f"{count} sub-tasks have the id '{name}'; give each an id of its own"
    known, before = {one.id for one in subtasks}, set[str]()
    for one in subtasks:
        if not one.text.strip():
            yield f"sub-task {one.id} has no text"
        for need in one.needs:
            if need not in known:
                yield f"sub-task {one.id} needs '{need}', which is no sub-task; the ids are {', '.join(sorted(known))}"
            elif need not in before:
                yield f"sub-task {one.id} needs {need}, which does not come before it; list sub-tasks as they are done"
        if one.functions:
            yield f"sub-task {one.id} names functions; they are defined later"
        before.add(one.id)
    if all(one.is_own_work for one in subtasks):
        yield "every sub-task is own work; at least one must take something that is looked up or done elsewhere"


def _flow_errors(task: CompositionalTask) -> Iterator[str]:
    """Needs that no flow carries, and flows that belong to no need."""
    needs = {(need, one.id) for one in task.subtasks for need in one.needs}
    carried = {(flow.giver, flow.taker) for flow in task.flows if flow.name.strip()}
    for giver, taker in sorted(needs - carried):
        yield f"sub-task {taker} needs {giver}, but no flow says what it takes from it; add one with a name"
    for giver, taker in sorted({(flow.giver, flow.taker) for flow in task.flows} - needs):
        yield f"a flow runs from {giver} to {taker}, but {taker} does not need {giver}; add the need or drop the flow"
    for flow in task.flows:
        if not flow.name.strip():
            yield f"the flow from {flow.giver} to {flow.taker} has no name; say in words what it carries"


# --- shapes ---------------------------------------------------------------------------------------------------------


def _row_errors(subtasks: Sequence[SubTask]) -> Iterator[str]:
    """What keeps sub-tasks from standing in a row, each using what the one before it found."""
    if subtasks[0].needs:
        yield f"sub-task {subtasks[0].id} comes first and must need nothing"
    for before, one in pairwise(subtasks):
        if before.id not in one.needs:
            yield f"sub-task {one.id} does not need {before.id}, the one before it; in a row each uses the one before"


def _sequential(task: CompositionalTask, depth: int) -> Iterator[str]:
    if not LEAST <= len(task.subtasks) <= MOST:
        yield f"a sequential task has {LEAST} or {MOST} sub-tasks, and this has {len(task.subtasks)}"
    yield from _row_errors(task.subtasks)


def _parallel(task: CompositionalTask, depth: int) -> Iterator[str]:
    roots = [one.id for one in task.subtasks if not one.needs]
    if len(roots) < 2:
        yield "a parallel task begins with two or more sub-tasks that need nothing, and this has " + str(len(roots))
    elif not any(set(roots) <= task.ancestors(one.id) for one in task.subtasks):
        yield f"no sub-task needs all of {', '.join(roots)}; end with one that uses what every one of them finds"


def _chain(task: CompositionalTask, depth: int) -> Iterator[str]:
    working = sum(not one.is_own_work for one in task.subtasks)
    if depth not in (len(task.subtasks), working):
        yield f"a chain of depth {depth} has {depth} sub-tasks, and this has {len(task.subtasks)}"
    yield from _row_errors(task.subtasks)


def _tree(task: CompositionalTask, depth: int) -> Iterator[str]:
    above = {one.id: task.ancestors(one.id) for one in task.subtasks}
    for one in task.subtasks:
        branches = [need for need in one.needs if not any(need in above[other] for other in one.needs)]
        if len(branches) > 1 and any(above[need] for need in branches):
            return
    yield "no sub-task brings two branches together of which one has two or more sub-tasks; a tree needs that"


def _conditional(task: CompositionalTask, depth: int) -> Iterator[str]:
    decisions = {one.id for one in task.subtasks if one.is_own_work}
    if not decisions:
        yield "no sub-task decides anything; add one of own work that decides by a result what comes next"
    elif not any(one.branch and decisions & set(one.needs) for one in task.subtasks):
        known = ", ".join(sorted(decisions))
        yield f"no sub-task depends on how {known} comes out; mark one with branch 'then' or 'else'"


def _aggregation(task: CompositionalTask, depth: int) -> Iterator[str]:
    if not any(one.is_repeated or (one.is_own_work and one.needs) for one in task.subtasks):
        yield "nothing is done for each entry of a list, and nothing is worked out over one; an aggregation needs that"


_SHAPES: dict[Composition, Callable[[CompositionalTask, int], Iterator[str]]] = {
    "sequential": _sequential, "parallel": _parallel, "chain": _chain, "tree": _tree, "conditional": _conditional,
    "aggregation": _aggregation,
}  # fmt: skip


def _branch_errors(task: CompositionalTask) -> Iterator[str]:
    """Branches that hang on no decision, and own work that has nothing to work on."""
    by_id = {one.id: one for one in task.subtasks}
    for one in task.subtasks:
        if one.branch and not any(by_id[need].is_own_work for need in one.needs):
            yield f"sub-task {one.id} is {_MARKS[one.branch]}, but needs no sub-task of own work that decides"
        if one.is_own_work and not one.needs:
            yield f"sub-task {one.id} is own work and needs nothing; own work works on what others found"


# --- words ----------------------------------------------------------------------------------------------------------


def values_in(text: str) -> tuple[str, ...]:
    """Return what in a text can be told for values: quoted words, dates, numbers, codes and capitalised names.

    >>> values_in("Book the Heron Inn in Leeds for 2 nights from 2026-06-03")
    ('2026-06-03', '2', 'Heron Inn', 'Leeds')
    """
    found: dict[str, None] = dict.fromkeys(one or other for one, other in _QUOTED.findall(text))
    rest = _QUOTED.sub(" ", text)
    for pattern in (_DATES, _CODES, _NUMBERS, _NAMES):
        found |= dict.fromkeys(pattern.findall(rest))
        rest = pattern.sub(" ", rest)
    return tuple(found)


def _coverage_errors(task: CompositionalTask, system: str) -> Iterator[str]:
    """Values that stand on one side alone: in a sub-task, so that nobody could know them, or in the task, undone.

    A task may well tell what no sub-task needs, how things came about and the like, so there it is most of them.
    """
    today = today_in(system)
    for one in task.subtasks:
        lacking = [value for value in values_in(one.text) if not _is_said(value, task.text, today)]
        if lacking:
            values = ", ".join(map(repr, lacking))
            yield f"sub-task {one.id} holds {values}, which the task does not state; state it there"

    together = " ".join(one.text for one in task.subtasks)
    stated = values_in(task.text)
    undone = [value for value in stated if not _is_said(value, together, today)]
    if len(undone) > 1 and 2 * len(undone) > len(stated):
        values = ", ".join(map(repr, undone[:6]))
        yield f"the task states {values}, of which no sub-task speaks; have a sub-task for everything it asks for"


def _is_said(value: str, text: str, today: dt.date | None) -> bool:
    """Whether a text states a value, as it stands or as people say it."""
    if value.casefold() in text.casefold():
        return True
    plain = value.replace(",", "")
    if parse_date(value):
        return find_said(value, text, today) is not None
    if re.fullmatch(r"\d+(?:\.\d+)?", plain):
        number = float(plain)
        return find_said(int(number) if number.is_integer() else number, text) is not None
    words = [word for word in _WORD.findall(value) if len(word) > 2]
    return bool(words) and all(stems_in(word) & stems_in(text) for word in words)


def compatibility_errors(texts: Mapping[str, str]) -> Iterator[str]:
    """Yield the pairs of sub-tasks, or functions, of which one makes what another takes away again."""
    acts = {name: _acts_in(text) for name, text in texts.items()}
    for one, (made, _) in acts.items():
        for other, (_, undone) in acts.items():
            if one != other and made & undone:
                thing = sorted(made & undone)[0]
                yield f"{one} makes a {thing} and {other} takes one away again; nobody wants both in one task"


def _acts_in(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """What a text, in words or as a name, begins by making and by taking away."""
    words = [word.lower() for word in re.findall(r"[A-Za-z][a-z]*", text)]
    verb = next((word for word in words[:2] if word in CREATE or word in DELETE), "")
    after = words[words.index(verb) + 1 :] if verb else []
    thing = list(takewhile(lambda word: word not in _BEHIND, (word for word in after if word not in _LITTLE)))[:3]
    things = frozenset(_singular(word) for word in thing)
    if verb in CREATE:
        return things | {_CALLED[verb]} if verb in _CALLED else things, frozenset()
    return frozenset(), things


_LITTLE = frozenset("a an the my our his her its their this that new existing".split())
_BEHIND = frozenset("for of in at on to with from by under".split())
_CALLED = {"book": "booking", "reserve": "reservation", "order": "order", "schedule": "appointment"}
"""What has been made, where it goes by another name than what it was made for."""


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
