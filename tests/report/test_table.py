import csv
import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from toolgraph.quality.comparison import StrategyComparison, compare_arms
from toolgraph.quality.metrics.published import TOOLFLOW
from toolgraph.report.amounts import tell
from toolgraph.report.files import as_csv, as_dict
from toolgraph.report.legend import legend
from toolgraph.report.published import SETTINGS, SHOWN, beside_the_paper
from toolgraph.report.table import as_tables

SETTINGS_OF_ALL = {"seeds": 8, "per_seed": 3, "dialogues": 0}
STRATEGIES = ("random", "walk", "a\x1b[31mb", "fourth", "fifth", "sixth")


@pytest.fixture
def comparison():
    rows = {
        (name, ""): [{"gini": place % 5 + 0.01 * seed, "SS": None} for seed in range(8)]
        for place, name in enumerate(STRATEGIES)
    }
    return StrategyComparison(
        settings=SETTINGS_OF_ALL, graph={}, samples=compare_arms(rows), notes=("take note",),
        time={name: {"seconds": 1.0, "ratio": 2.5} for name in STRATEGIES},
    )  # fmt: skip


@pytest.fixture
def two_by_two(comparison):
    rows = {
        (strategy, plan): [
            {"SS": 20.0 + seed + (strategy == "walk" and plan == "intents"), "NAT": None} for seed in range(8)
        ]
        for strategy in ("walk", "random")
        for plan in ("intents", "none")
    }
    return replace(comparison, dialogues=compare_arms(rows), settings={**SETTINGS_OF_ALL, "paper_table": True})


def text(comparison, width=200):
    console = Console(width=width, no_color=True, file=io.StringIO())
    console.print(as_tables(comparison, width=width))
    return console.file.getvalue()


def test_a_table_has_a_column_for_each_strategy_and_says_what_is_alike(comparison):
    shown = text(comparison)

    (line,) = (line for line in shown.splitlines() if line.strip().startswith("gini"))
    assert line.split()[1::2] == ["0.035", "1.035", "2.035", "3.035", "4.035", "≈", "±0.020"]
    assert shown.count("2.5 ") == len(STRATEGIES)
    assert "take note" in shown
    assert "\x1b" not in shown


def test_columns_that_find_no_room_are_in_a_table_of_their_own(comparison):
    wide, narrow = text(comparison), text(comparison, width=80)

    assert wide.count("samples: 8 seeds") == 1
    assert narrow.count("samples: 8 seeds") == 3
    heads = [line.split() for line in narrow.splitlines() if line.strip().startswith("metric")]
    assert [head[1] for head in heads] == ["random"] * 3  # what the others are tested against is in each
    assert all(name in narrow for name in ("random", "sixth", "a[31mb"))
    assert "…" not in narrow


def test_the_figures_of_a_metric_line_up_and_margins_can_be_read():
    def told(*rows):
        first, *others = compare_arms({(str(place), ""): [{"x": x} for x in row] for place, row in enumerate(rows)})
        return [one.on_one_line for one in tell([arm.figures["x"] for arm in (first, *others)])]

    assert told([8.0, 9.0], [10.5, 10.5]) == ["8.50 ±0.50", "10.50 ±0.00"]
    assert told([0.9831, 0.9833], [0.9841, 0.9843]) == ["0.9832 ±0.0001", "0.9842 ±0.0001"]
    assert told([3.0, 3.0], [None, None]) == ["3 ±0", "-"]
    assert told([0.5]) == ["0.500"]


def test_what_nobody_measured_has_no_line(comparison):
    assert "SS" not in text(comparison).replace("Samples", "")


def test_the_legend_promises_no_more_than_the_seeds_allow(comparison):
    few = replace(
        comparison, settings={**SETTINGS_OF_ALL, "seeds": 3},
        samples=compare_arms({(name, ""): [{"x": 1.0}, {"x": 2.0}, {"x": 4.0}] for name in ("a", "b")}),
    )  # fmt: skip

    assert "with 95% bootstrap intervals (± is half their width). ≈ marks" in legend(comparison)
    assert "with 75% bootstrap intervals (± is half their width; 3 seeds allow no surer ones)." in legend(few)
    assert "≈" not in legend(few) + tell([few.samples[1].figures["x"]])[0].on_one_line


def test_the_two_by_two_stands_beside_the_published_one(two_by_two, comparison):
    rows = beside_the_paper(two_by_two)

    *settings, graph, plan = rows
    assert [row.name for row in settings] == ["graph+plan", "graph", "plan", "neither"]
    names = list(SHOWN)
    assert [row.published[names.index("SS")] for row in settings] == [63.36, 62.03, 61.72, 58.65]
    assert [row.published[names.index("D-3 both")] for row in settings] == [0.4865, 0.4364, 0.3393, 0.3078]
    assert [row.ours[0].interval.mean for row in settings] == [24.5, 23.5, 23.5, 23.5]
    assert settings[0].ours[names.index("EnR")] is None
    assert (graph.name, plan.name) == ("graph, effect", "plan, effect")
    assert (graph.ours[0].interval.mean, graph.ours[0].differs, graph.ours[names.index("EnR")]) == (0.5, True, None)
    assert graph.published[0] == pytest.approx((63.36 - 61.72 + 62.03 - 58.65) / 2)
    assert "compare what graph and plan change" in " ".join(text(two_by_two).split())


def test_the_papers_table_fits_any_terminal(two_by_two, comparison):
    narrow, wide = text(two_by_two, width=80), text(two_by_two, width=200)

    assert all(title in narrow for title in SHOWN.values())
    assert max(len(line.rstrip()) for line in narrow.splitlines()) <= 80
    assert "…" not in narrow
    assert wide.count("ToolFlow's 2 x 2") == 1
    assert re.search(r"graph, effect +ours +\+0.50 ", wide)
    assert re.search(r"TF +\+2.51 ", wide)
    assert beside_the_paper(comparison) == ()


def test_every_published_setting_is_known():
    assert SETTINGS.keys() == TOOLFLOW.keys()


def test_json_and_csv_hold_every_figure_with_its_interval(two_by_two):
    told = as_dict(two_by_two)
    lines = list(csv.DictReader(io.StringIO(as_csv(two_by_two), newline="")))

    assert told["samples"][1]["figures"]["gini"]["differs"] is True
    assert told["dialogues"][0]["plan"] == "intents"
    assert told["dialogues"][0]["figures"]["NAT"] == {
        "mean": None, "low": None, "high": None, "p": None, "differs": None, "values": [None] * 8
    }  # fmt: skip
    assert len(lines) == len(STRATEGIES) * 2 + 4 * 2
    (walk,) = (line for line in lines if (line["strategy"], line["plan"], line["metric"]) == ("walk", "", "gini"))
    assert (walk["part"], walk["mean"], walk["differs"], walk["seeds"]) == ("samples", "1.035", "true", "8")
    assert float(walk["low"]) < 1.035 < float(walk["high"])


def test_what_was_not_asked_to_be_the_papers_table_is_not_set_beside_it(two_by_two):
    assert beside_the_paper(replace(two_by_two, settings=SETTINGS_OF_ALL)) == ()
