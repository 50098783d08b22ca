import re
from dataclasses import replace

import pytest

from toolgraph.quality.comparison import Picture, StrategyComparison, compare_arms
from toolgraph.report.drawing import colour, line, marker
from toolgraph.report.page import as_html

HOSTILE = (
    "</title><script>alert(1)</script>",
    "$x^2$ & <b>",
    "a\x00b\u202ec",
    "\ud800lone",
    "--><svg onload=x>",
    '"quote\'s"',
)
OTHER = "mine:<img src=x>"


@pytest.fixture
def comparison():
    rows = {(name, ""): [{"gini": 0.1 * seed + (name == OTHER)} for seed in range(6)] for name in ("random", OTHER)}
    spread = {"random": [0.0, 0.5, 1.0], OTHER: []}
    return StrategyComparison(
        settings={"seeds": 6, "per_seed": 3, "first_seed": 0, "sizes": "2-6", "dialogues": 0, "parts": 0},
        graph={"tools": 6, "edges": {"P-P": 1, "P-R": 2}, "model": "<m>", "edges_rule": "typed", "threshold": 0.5},
        samples=compare_arms(rows), about={"gini": "How <unevenly>."},
        curves={name: [(1, 1.0), (3, 2.0)] for name in ("random", OTHER)},
        spreads={"edge_score": spread, "uses": spread},
        pictures={"random": (Picture(HOSTILE, shared=((0, 1),), flows=((1, 2), (2, 1))),), OTHER: ()},
        notes=("<i>note</i>",), time={name: {"seconds": 1.0, "ratio": 1.0} for name in ("random", OTHER)},
    )  # fmt: skip


def test_a_page_holds_the_figures_and_every_plot_with_a_title(comparison):
    page = as_html(comparison)

    assert "0.250" in page
    # One metric, the coverage curve, two distributions and one sample.
    assert len(re.findall(r"<svg [^>]*role=\"img\"", page)) == page.count("</svg>") == 5
    assert len(re.findall(r'<title id="[^"]+-title">[^<]+</title>', page)) == 5


def test_names_of_tools_and_strategies_are_text_and_nothing_else(comparison):
    page = as_html(comparison)

    assert re.findall(r"<script|<img|<b>|<i>|<m>|<unevenly|<svg onload|\x00|\u202e|\ud800", page) == []
    assert "&lt;script&gt;alert(1)" in page
    assert "$x^2$" in page  # it is no formula


def test_a_page_asks_nobody_for_anything(comparison):
    page = as_html(comparison)

    asked = re.findall(r"(?:src|href)=\"(?!#)[^\"]*|@import|url\((?!#)", page)
    assert asked == []


def test_ids_are_unique_and_what_refers_to_one_finds_it(comparison):
    page = as_html(comparison)

    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) > 0
    assert set(re.findall(r'(?:href="#|url\(#|labelledby=")([^")]+)', page)) <= set(ids)


def test_colours_of_text_and_lines_are_the_pages_own(comparison):
    page = as_html(comparison)

    assert "currentColor" in page
    assert "var(--faint)" in page
    assert "prefers-color-scheme: dark" in page
    assert not re.search(r"#0[0-9]0[0-9]0[0-9]", page)


def test_the_same_comparison_gives_the_same_page(comparison):
    assert as_html(comparison) == as_html(comparison)


def test_what_dialogues_are_made_of_and_the_papers_table_are_drawn_too(comparison):
    rows = {
        (strategy, plan): [{"SS": 20.0 + seed, "provenance_mix user": 0.9, "provenance_mix result": 0.1, "yield": 1.0}
                           for seed in range(6)]
        for strategy in ("walk", "random") for plan in ("intents", "none")
    }  # fmt: skip
    settings = {**comparison.settings, "paper_table": True, "parts": 6, "dialogues": 12}

    page = as_html(replace(comparison, dialogues=compare_arms(rows), settings=settings))

    # Beside those of samples the mix; what is the same for all is not drawn.
    assert page.count("</svg>") == 6
    assert "Where arguments come from, of walk, intents; walk, none" in page
    assert "graph, effect" in page


def test_a_single_arm_has_a_plot_where_its_seeds_differ(comparison):
    def plots(values):
        (arm,) = compare_arms({("random", ""): [{"gini": value} for value in values]})
        return as_html(replace(comparison, samples=(arm,))).count("</svg>")

    assert (plots([0.1, 0.2, 0.3]), plots([0.1, 0.1]), plots([0.1])) == (5, 4, 4)


def test_a_page_of_many_arms_with_long_names_tells_them_apart(comparison):
    names = [f"mixed:walk=0.{place},coverage=0.{9 - place}" for place in range(1, 9)] + ["a", "b", "c"]
    rows = {(name, ""): [{"gini": 0.1 * place}] * 6 for place, name in enumerate(names)}
    looks = {(colour(place), marker(place), line(place)) for place in range(len(names))}

    page = as_html(
        replace(
            comparison, samples=compare_arms(rows), curves={name: [(1, 1.0), (3, 2.0)] for name in names},
            time={name: {"seconds": 1.0, "ratio": 1.0} for name in names},
        )
    )  # fmt: skip

    assert len(looks) == len(names)
    assert all(name in page for name in names)
    assert "mixed:walk=…verage=0.8" in page


def test_distributions_of_many_values_stay_small(comparison):
    spread = {"random": [number / 100_000 for number in range(100_000)]}

    page = as_html(replace(comparison, spreads={"edge_score": spread, "uses": spread}))

    assert len(page) < 200_000


def test_names_in_any_script_are_drawn_without_a_word_on_the_terminal(comparison, recwarn, capfd):
    arms = {(name, ""): [{"gini": float(place)}] * 6 for place, name in enumerate(("获取天气", "الطقس"))}

    page = as_html(replace(comparison, samples=compare_arms(arms), time={name: {"ratio": 1.0} for name, _ in arms}))

    assert "获取天气" in page
    assert not [str(warning.message) for warning in recwarn if "Glyph" in str(warning.message)]
    assert capfd.readouterr().err == ""
