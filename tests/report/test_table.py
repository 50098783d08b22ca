import csv
import io
from dataclasses import replace

import pytest
from rich.console import Console

from toolgraph.quality.comparison import StrategyComparison, compare_arms
from toolgraph.quality.metrics.published import TOOLFLOW
from toolgraph.report.files import as_csv, as_dict
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
        (strategy, plan): [{"SS": 20.0 + seed, "NAT": None} for seed in range(8)]
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
    assert shown.count("2.500") == len(STRATEGIES)
    assert "take note" in shown
    assert "\x1b" not in shown


def test_columns_that_find_no_room_are_in_a_table_of_their_own(comparison):
    wide, narrow = text(comparison), text(comparison, width=80)

    assert wide.count("samples: 8 seeds") == 1
    assert narrow.count("samples: 8 seeds") == 3
    assert all(name in narrow for name in ("random", "sixth", "a[31mb"))
    assert "…" not in narrow


def test_the_two_by_two_stands_beside_the_published_one(two_by_two, comparison):
    rows = beside_the_paper(two_by_two)

    assert [(row.has_graph, row.has_plan, row.arm.name) for row in rows] == [
        (True, True, "walk, intents"), (True, False, "walk, none"),
        (False, True, "random, intents"), (False, False, "random, none"),
    ]  # fmt: skip
    assert [row.published[SHOWN.index("SS")] for row in rows] == [63.36, 62.03, 61.72, 58.65]
    assert [row.published[SHOWN.index("D-3 both")] for row in rows] == [0.4865, 0.4364, 0.3393, 0.3078]
    assert rows[0].ours[0].interval.mean == 23.5
    assert rows[0].ours[SHOWN.index("EnR")] is None
    assert "compare how the settings differ" in " ".join(text(two_by_two).split())
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
