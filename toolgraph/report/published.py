"""The 2 x 2 of ToolFlow, ours beside the published: tools by graph or at random, dialogues with a plan or without."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from toolgraph.errors import ConfigError
from toolgraph.quality.comparison import Arm, Figure, StrategyComparison, difference
from toolgraph.quality.metrics.published import CAVEAT, TOOLFLOW
from toolgraph.quality.metrics.side_by_side import Comparison
from toolgraph.report.amounts import SAME, number

SETTINGS = {
    "TF graph+plan": (True, True), "TF graph": (True, False), "TF plan": (False, True), "TF neither": (False, False),
}  # fmt: skip
"""Whether each published setting had a graph, and a plan."""
WITHOUT_GRAPH, WITHOUT_PLAN = "random", "none"
SHOWN = {
    "SS": "SS", "EnR": "EnR", "H both": "H", "D-3 both": "D-3", "NAT": "NAT", "COH": "COH", "HELP": "HELP",
    "ACC": "ACC", "calls_per_dialogue": "calls", "call_turns_per_dialogue": "call turns",
}  # fmt: skip
"""The figures that stand in both, and their titles."""
NOT_COMPARABLE = (
    f"{CAVEAT}. The paper's 8,000 dialogues per setting are of other tools (16,000 of RapidAPI) and by another model "
    "(GPT-4): compare what graph and plan change, and no figure of ours with one of theirs."
)


At = tuple[bool, bool]
"""Whether something is with a graph, and with a plan."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of the 2 x 2, or what graph or plan changes, with our figures and those published, as `SHOWN`."""

    name: str
    ours: tuple[Figure | None, ...]
    published: tuple[float | None, ...]
    is_effect: bool = False
    """Whether it is a difference: with it less without, both means over the other of the two."""


def require_two_by_two(strategies: Sequence[str], plans: Sequence[str]) -> None:
    """See to it that what is compared is with a graph and without, and with a plan and without.

    Raises:
        ConfigError: it is not.
    """
    if len(strategies) != 2 or WITHOUT_GRAPH not in strategies or len(plans) != 2 or WITHOUT_PLAN not in plans:
        raise ConfigError(
            f"the paper's table has {WITHOUT_GRAPH} and one other strategy, {WITHOUT_PLAN} and one other plan, as in "
            "--strategies walk,random --plans intents,none"
        )


def beside_the_paper(comparison: StrategyComparison) -> tuple[Setting, ...]:
    """Return our dialogues beside the paper's, where that was asked for and they are its 2 x 2; else nothing.

    The four settings come first, then what the graph changes and what the plan does.
    """
    if not comparison.settings.get("paper_table"):
        return ()
    arms = {(arm.strategy != WITHOUT_GRAPH, arm.plan != WITHOUT_PLAN): arm for arm in comparison.dialogues}
    if len(comparison.dialogues) != len(SETTINGS) or arms.keys() != set(SETTINGS.values()):
        return ()
    rows = {row.title: row.cells for row in Comparison(tuple(TOOLFLOW), tuple(TOOLFLOW.values()), {}).rows()}
    published = {
        SETTINGS[name]: [cell if isinstance(cell := rows[title][place], float | int) else None for title in SHOWN]
        for place, name in enumerate(TOOLFLOW)
    }
    settings = [
        Setting(name.removeprefix("TF "), tuple(map(arms[at].figures.get, SHOWN)), tuple(published[at]))
        for name, at in SETTINGS.items()
    ]
    return (
        *settings,
        _effect("graph, effect", arms, published, lambda has: (has, True), lambda has: (has, False)),
        _effect("plan, effect", arms, published, lambda has: (True, has), lambda has: (False, has)),
    )


def as_lines(row: Setting) -> tuple[list[str], list[str]]:
    """Return our figures and those published as texts, each line with a name and whose they are.

    Of ours an effect that is not significant has the mark for it.
    """
    means = [figure.interval.mean if figure and figure.interval else None for figure in row.ours]
    marks = [f"{SAME} " * (row.is_effect and figure is not None and figure.differs is False) for figure in row.ours]
    ours = [mark + _text(mean, title, row) for mark, mean, title in zip(marks, means, SHOWN, strict=True)]
    theirs = [_text(value, title, row) for value, title in zip(row.published, SHOWN, strict=True)]
    return [row.name, "ours", *ours], ["", "TF", *theirs]


def _text(value: float | None, title: str, row: Setting) -> str:
    sign = "+" if row.is_effect and value is not None and value > 0 else ""
    return sign + number(value, 3 if title.startswith("D-3") else 2)


def _effect(
    name: str, arms: dict[At, Arm], published: dict[At, list[float | None]], *cases: Callable[[bool], At]
) -> Setting:
    """Return what one of the two changes, as a mean over the cases of the other."""
    with_it, without = ([case(has) for case in cases] for has in (True, False))
    ours = tuple(
        difference([arms[at].figures.get(title) for at in with_it], [arms[at].figures.get(title) for at in without])
        for title in SHOWN
    )
    theirs = tuple(
        _change([published[at][place] for at in with_it], [published[at][place] for at in without])
        for place in range(len(SHOWN))
    )
    return Setting(name, ours, theirs, is_effect=True)


def _change(with_it: Sequence[float | None], without: Sequence[float | None]) -> float | None:
    have, lack = ([value for value in values if value is not None] for values in (with_it, without))
    return sum(have) / len(have) - sum(lack) / len(lack) if len(have) == len(lack) == len(with_it) else None
