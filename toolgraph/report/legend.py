"""How the figures of a comparison are to be read, in a few sentences."""

from toolgraph.quality.comparison import StrategyComparison
from toolgraph.quality.intervals import ALPHA, LEVEL, attained_level
from toolgraph.report.amounts import SAME


def legend(comparison: StrategyComparison) -> str:
    """Return what intervals and marks mean."""
    seeds = comparison.settings["seeds"]
    if seeds < 2:
        return "One seed gives neither intervals nor tests; ask for more with --seeds."
    level = attained_level(seeds)
    allowed = "" if level == LEVEL else f"; {seeds} seeds allow no surer ones"
    arms = (*comparison.samples, *comparison.dialogues)
    is_tested = any(figure.p is not None for arm in arms for figure in arm.figures.values())
    tests = (
        f" {SAME} marks what does not differ from the first column, by a paired randomization test over seeds at "
        f"{ALPHA:.2g}, after Holm's correction for the number of columns and not for that of rows."
    ) * is_tested
    parts = " Of dialogues a seed is an equal part of a run." if comparison.dialogues else ""
    return (
        f"Figures are means over {seeds} seeds with {level:.0%} bootstrap intervals (± is half their width{allowed})."
        f"{tests}{parts}"
    )
