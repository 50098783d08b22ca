import json

import numpy as np
import pytest
from run_fakes import MODEL, fake_pipeline, hashed_vectors, model_pipeline

from toolgraph.errors import ConfigError
from toolgraph.graph.graph import build_tool_graph
from toolgraph.quality.metrics.side_by_side import Asked
from toolgraph.report.files import as_dict
from toolgraph.run.comparing import CompareOptions, compare
from toolgraph.run.config import RunConfig
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.spec import ToolSpec


def chain(count, *, links=True):
    """Tools t0, t1 and on, each of which returns what the next one takes; without links none does."""

    def schema(name):
        return {"type": "object", "properties": {name: {"type": "string"}}}

    return build_tool_graph(
        [
            ToolSpec(
                name=f"t{i}", parameters=schema(f"key {i}"), returns=schema(f"key {i + 1}" if links else f"out {i}")
            )
            for i in range(count)
        ],
        hashed_vectors,
    )


@pytest.fixture
def graph():
    return chain(40)


def mean(compared, strategy, metric):
    arms = {arm.strategy: arm for arm in compared.samples}
    return arms[strategy].figures[metric].interval.mean


def test_what_follows_edges_is_told_from_what_does_not(graph):
    compared = compare(graph, CompareOptions(strategies=("random", "dataflow"), number=400, seeds=8))

    random, dataflow = compared.samples
    assert dataflow.figures["adjacent_flows"].interval.mean > 0.9
    assert dataflow.figures["adjacent_flows"].differs is True
    assert random.figures["adjacent_flows"].interval.high < 0.2
    assert dataflow.figures["tools_per_sample"].differs is False  # sizes are the same, sample by sample
    assert len(random.figures["coverage"].values) == 8


def test_the_same_seed_gives_the_same_but_for_times(graph):
    options = CompareOptions(strategies=("walk", "mixed:walk=1,coverage=1"), number=60, seeds=3)

    first, second = (as_dict(compare(graph, options, config=RunConfig(seed=4))) for _ in range(2))
    other = as_dict(compare(graph, options, config=RunConfig(seed=5)))

    assert first.pop("time").keys() == second.pop("time").keys() == {"walk", "mixed:walk=1,coverage=1"}
    assert first == second
    assert first["samples"] != other["samples"]


def test_curves_and_pictures_are_of_the_samples(graph):
    compared = compare(graph, CompareOptions(strategies=("coverage",), number=100, seeds=2))

    samples, tools = zip(*compared.curves["coverage"], strict=True)
    assert (samples[0], samples[-1], tools[-1]) == (1, 50, 40)
    assert list(tools) == sorted(tools)
    assert all(len(picture.tools) == 6 for picture in compared.pictures["coverage"])
    assert np.mean(compared.spreads["uses"]["coverage"]) == pytest.approx(
        50 * mean(compared, "coverage", "tools_per_sample") / 40
    )


def test_descriptions_are_compared_where_something_embeds_them(graph):
    options = CompareOptions(strategies=("random",), number=10, seeds=2, metrics=("description_cosine", "gini"))

    with_model = compare(graph, options, asked=Asked(hashed_vectors))
    without = compare(graph, options)

    assert set(with_model.samples[0].figures) == {"description_cosine", "gini"}
    assert set(without.samples[0].figures) == {"gini"}


@pytest.mark.parametrize(
    ("graph", "says"),
    [
        (chain(1), "the catalogue has one tool"),
        (chain(4), "the catalogue has 4 tools"),
        (chain(9, links=False), "no two tools are linked"),
    ],
)  # fmt: skip
def test_a_graph_that_bounds_what_can_be_found_is_told(graph, says):
    compared = compare(graph, CompareOptions(number=20, seeds=2))

    assert any(says in note for note in compared.notes)
    assert all(arm.figures["coverage"].interval.mean <= 1 for arm in compared.samples)


def test_islands_smaller_than_a_sample_are_counted():
    tools = [*chain(3).tools, ToolSpec(name="alone", parameters={"type": "object", "properties": {}}), *(
        tool.model_copy(update={"name": f"u{tool.name}"}) for tool in chain(12).tools[4:]
    )]  # fmt: skip

    compared = compare(build_tool_graph(tools, hashed_vectors), CompareOptions(number=40, seeds=2))

    assert any(note.startswith("4 of 12 tools are alone or in islands of fewer than 6") for note in compared.notes)
    assert mean(compared, "walk", "rules restart") > 0


def test_seeds_that_are_too_few_for_a_test_are_told(graph):
    few = compare(graph, CompareOptions(strategies=("random", "walk"), number=10, seeds=5))
    enough = compare(graph, CompareOptions(strategies=("random", "walk"), number=12, seeds=6))

    assert few.notes == ("5 seeds are too few for a test of 2 columns to find anything; 6 are enough",)
    assert enough.notes == ()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"strategies": ("wlak",)}, "did you mean 'walk'?"),
        ({"strategies": ()}, "name at least one strategy"),
        ({"plans": ("groundet",)}, "there is no plan 'groundet'; did you mean 'grounded'?"),
        ({"metrics": ("ginny",)}, "there is no metric 'ginny'; did you mean 'gini'?"),
        ({"number": 5}, "5 samples cannot be drawn from 10 seeds"),
        ({"seeds": 0}, "at least one"),
        ({"plans": (), "dialogues": 1}, "name at least one plan"),
        ({"dialogues": 1}, "name a directory"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(graph, options, says):
    with pytest.raises(ConfigError, match=says.replace("?", r"\?")):
        compare(graph, CompareOptions(**options))


@pytest.fixture
def spoken(catalogue, tmp_path):
    """Compare dialogues of the fake agents: of indices 0 to 13 they reject 3, 5, 6 and 10."""
    graph = build_tool_graph(load_tools([catalogue]), hashed_vectors)

    def spoken(pipeline, *, wanted=10, asked=None, metrics=(), **config):
        options = CompareOptions(strategies=("random", "walk"), plans=("grounded", "none"), number=20, seeds=2,
                                 dialogues=wanted, metrics=metrics)  # fmt: skip
        run = RunConfig(tools=(str(catalogue),), workers=1, **config)
        return compare(graph, options, config=run, asked=asked, out=tmp_path / "out", pipeline=pipeline)

    return spoken


def test_only_the_metrics_that_are_wanted_are_measured(spoken):
    compared = spoken(fake_pipeline(), wanted=2, metrics=("H", "gini", "yield"))

    assert list(compared.samples[0].figures) == ["gini"]
    assert list(compared.dialogues[0].figures) == ["H user", "H assistant", "H both", "yield"]
    assert compared.about.keys() == {"H", "gini", "yield"}


def test_dialogues_of_every_strategy_and_plan_are_measured_in_equal_parts(spoken, tmp_path):
    compared = spoken(fake_pipeline(), asked=Asked(hashed_vectors))

    assert [arm.name for arm in compared.dialogues] == [
        "random, grounded", "random, none", "walk, grounded", "walk, none"
    ]  # fmt: skip
    for arm in compared.dialogues:
        # Dialogues 0 1 2 4 7 and 8 9 11 12 13, and what was rejected before each of them.
        assert arm.figures["yield"].values == (5 / 8, 5 / 6)
        assert arm.figures["calls_per_dialogue"].values == (1, 1)
    lines = (tmp_path / "out" / "walk-none" / "dialogues.jsonl").read_bytes().splitlines()
    assert len(lines) == 10
    assert json.loads(lines[0])["meta"]["strategy"] == "walk"
    assert compared.failures == ()


def test_where_fewer_are_accepted_that_is_told_and_the_rest_is_measured(spoken):
    compared = spoken(fake_pipeline(), max_tries=8)

    assert all("only 5 of 10 dialogues were accepted in 8 tries" in failure for failure in compared.failures)
    assert len(compared.failures) == 4
    assert compared.dialogues[0].figures["yield"].interval.mean == pytest.approx((3 / 3 + 2 / 5) / 2)


def test_where_none_is_accepted_there_are_no_figures(spoken):
    compared = spoken(fake_pipeline(is_hopeless=True), max_tries=4)

    assert len(compared.failures) == 4
    assert [dict(arm.figures) for arm in compared.dialogues] == [{}] * 4


def test_what_models_consume_is_reckoned_per_accepted_dialogue(spoken):
    compared = spoken(model_pipeline(), model=(MODEL,), price=("tiny=10/100",), wanted=2)

    # Dialogues 0 and 1 read 4 x 100 and 4 x 101 tokens and write 4 each.
    figures = compared.dialogues[0].figures
    assert figures["dollars_per_dialogue"].values == pytest.approx((0.0044, 0.00444))
