"""The 2 x 2 of ToolFlow, ours beside the published: tools by graph or at random, dialogues with a plan or without."""

from collections.abc import Sequence
from dataclasses import dataclass

from toolgraph.errors import ConfigError
from toolgraph.quality.comparison import Arm, Figure, StrategyComparison
from toolgraph.quality.metrics.published import CAVEAT, TOOLFLOW
from toolgraph.quality.metrics.side_by_side import Comparison

SETTINGS = {
    "TF graph+plan": (True, True), "TF graph": (True, False), "TF plan": (False, True), "TF neither": (False, False),
}  # fmt: skip
"""Whether each published setting had a graph, and a plan."""
WITHOUT_GRAPH, WITHOUT_PLAN = "random", "none"
SHOWN = (
    "SS",
    "EnR",
    "H both",
    "D-3 both",
    "NAT",
    "COH",
    "HELP",
    "ACC",
    "calls_per_dialogue",
    "call_turns_per_dialogue",
)
"""The figures that stand in both."""
NOT_COMPARABLE = (
    f"{CAVEAT}. The paper's 8,000 dialogues per setting are of other tools (16,000 of RapidAPI) and by another model "
    "(GPT-4): compare how the settings differ among themselves, and no figure of ours with one of theirs."
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of the 2 x 2, with our figures and those published, as `SHOWN`."""

    has_graph: bool
    has_plan: bool
    arm: Arm
    ours: tuple[Figure | None, ...]
    published: tuple[float | None, ...]


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
    """Return our dialogues beside the paper's, where that was asked for and they are its 2 x 2; else nothing."""
    if not comparison.settings.get("paper_table"):
        return ()
    arms = {(arm.strategy != WITHOUT_GRAPH, arm.plan != WITHOUT_PLAN): arm for arm in comparison.dialogues}
    if len(comparison.dialogues) != len(SETTINGS) or arms.keys() != set(SETTINGS.values()):
        return ()
    rows = {row.title: row.cells for row in Comparison(tuple(TOOLFLOW), tuple(TOOLFLOW.values()), {}).rows()}
    settings = []
    for place, name in enumerate(TOOLFLOW):
        arm = arms[SETTINGS[name]]
        cells = (rows[title][place] for title in SHOWN)
        published = tuple(cell if isinstance(cell, float | int) else None for cell in cells)
        settings.append(Setting(*SETTINGS[name], arm, tuple(map(arm.figures.get, SHOWN)), published))
    return tuple(settings)
