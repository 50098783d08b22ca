import json
import re

import numpy as np
import pytest
from run_fakes import MODEL, fake_pipeline, hashed_vectors, model_pipeline

from toolgraph.errors import ConfigError, EndpointError, ToolSpecError
from toolgraph.graph.graph import build_tool_graph
from toolgraph.quality.metrics.side_by_side import Asked
from toolgraph.report.files import as_dict
from toolgraph.run import compare_dialogues
from toolgraph.run.comparing import CompareOptions, compare
from toolgraph.run.config import RunConfig
from toolgraph.run.outcome import Fate
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


def test_a_graph_through_which_no_data_flows_is_told():
    city = {"type": "object", "properties": {"city": {"type": "string"}}}
    graph = build_tool_graph([ToolSpec(name=f"t{i}", parameters=city) for i in range(8)], hashed_vectors)

    compared = compare(graph, CompareOptions(strategies=("random",), number=20, seeds=2))

    assert any(note.startswith("no tool returns what another takes") for note in compared.notes)


def test_large_samples_are_drawn_up_to_a_limit(graph):
    def drawn(sizes):
        options = CompareOptions(strategies=("random",), number=10, seeds=2)
        return compare(graph, options, config=RunConfig(tools_per_dialogue=sizes)).pictures["random"]

    assert {len(picture.tools) for picture in drawn("9-11")} <= {9, 10, 11}
    assert drawn("9-11")
    assert drawn("20") == ()


def test_metrics_say_what_they_are_of_samples_and_of_dialogues(spoken, graph):
    of_samples = compare(graph, CompareOptions(strategies=("random",), number=10, seeds=2)).about
    of_both = spoken(fake_pipeline(), wanted=2).about

    assert of_samples["tool_entropy"].startswith("Entropy in bits of the tools in the samples")
    assert "Of dialogues: Entropy in bits of the calls" in of_both["tool_entropy"]


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

    assert few.notes == ("5 seeds are too few to test whether 2 columns differ; 6 are enough",)
    assert enough.notes == ()
    assert [compared.samples[1].figures["gini"].differs is None for compared in (few, enough)] == [True, False]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"strategies": ("wlak",)}, "did you mean 'walk'?"),
        ({"strategies": ()}, "name at least one strategy"),
        ({"strategies": ("walk", "walk")}, "the strategy 'walk' is named twice"),
        ({"plans": ("groundet",)}, "there is no plan 'groundet'; did you mean 'grounded'?"),
        ({"metrics": ("ginny",)}, "there is no metric 'ginny'; did you mean 'gini'?"),
        ({"number": 5}, "-n 5 and --seeds 10 give no sample"),
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


def test_what_is_known_of_the_samples_is_handed_out_before_dialogues_are_made(graph, tmp_path):
    kept = []
    options = CompareOptions(strategies=("random",), number=20, seeds=2, dialogues=4)
    with pytest.raises(ToolSpecError, match="nowhere"):
        compare(graph, options, config=RunConfig(tools=("nowhere",)), out=tmp_path, keep=kept.append)

    assert kept[0].samples[0].figures["gini"].interval is not None


def test_only_the_metrics_that_are_wanted_are_measured(spoken):
    compared = spoken(fake_pipeline(), wanted=2, metrics=("H", "gini", "yield"))

    assert list(compared.samples[0].figures) == ["gini"]
    assert not any("SS" in note for note in compared.notes)
    assert list(compared.dialogues[0].figures) == ["H user", "H assistant", "H both", "yield"]
    assert compared.about.keys() == {"H", "gini", "yield"}


def test_dialogues_of_every_strategy_and_plan_are_measured_in_equal_parts(spoken, tmp_path):
    compared = spoken(fake_pipeline(), asked=Asked(hashed_vectors))

    assert [arm.name for arm in compared.dialogues] == [
        "random, grounded", "random, none", "walk, grounded", "walk, none"
    ]  # fmt: skip
    for arm in compared.dialogues:
        # Of tries 0 to 6 four were accepted, of 7 to 13 six.
        assert arm.figures["yield"].values == (4 / 7, 6 / 7)
        assert arm.figures["calls_per_dialogue"].values == (1, 1)
    assert any(note.startswith("there is no SS and no EnR") for note in compared.notes)
    lines = (tmp_path / "out" / "walk-none" / "dialogues.jsonl").read_bytes().splitlines()
    assert len(lines) == 10
    assert json.loads(lines[0])["meta"]["strategy"] == "walk"
    assert compared.failures == ()


def test_where_fewer_are_accepted_that_is_told_and_the_rest_is_measured(spoken):
    compared = spoken(fake_pipeline(), max_tries=8)

    assert all("only 5 of 10 dialogues were accepted in 8 tries" in failure for failure in compared.failures)
    assert len(compared.failures) == 4
    assert compared.dialogues[0].figures["yield"].interval.mean == pytest.approx(5 / 8)


def test_where_none_is_accepted_there_are_no_figures(spoken):
    compared = spoken(fake_pipeline(is_hopeless=True), max_tries=4)

    assert len(compared.failures) == 4
    assert [dict(arm.figures) for arm in compared.dialogues] == [{}] * 4


def test_where_a_server_is_gone_what_was_made_is_measured_and_no_more_is_made(spoken):
    pipeline = model_pipeline(failing={7: EndpointError("the server is gone")})

    lost = spoken(pipeline, model=(MODEL,), wanted=9)

    assert len(lost.samples) == 2
    assert lost.failures == ("random, grounded: the server is gone; the same command goes on from there",)
    first, *others = lost.dialogues
    assert first.figures["yield"].interval.mean > 0
    assert not any(figure.interval for arm in others for figure in arm.figures.values())


def test_a_run_with_fewer_dialogues_than_parts_is_measured_and_not_tested():
    fates = {name: [(Fate(id=f"d{i}"), True) for i in range(number)] for name, number in (("a", 6), ("b", 2))}

    cut = [compare_dialogues._parts(found, min(3, len(found))) for found in fates.values()]

    assert [[len(part.accepted) for part in parts] for parts in cut] == [[2, 2, 2], [1, 1]]
    assert list(compare_dialogues._notes_on_sizes({("a", "none"): 6, ("b", "none"): 2, ("c", "none"): 0}, 3)) == [
        "b, none has 2 dialogues, fewer than 3 parts, and is not tested",
        "there are not equally many dialogues of each: tool_coverage, tool_entropy and chain_length max grow with "
        "their number",
    ]


def test_scores_are_of_the_dialogues_with_a_verdict_and_the_others_are_told_in_one_note(spoken):
    compared = spoken(
        model_pipeline(scores=(3, None)), model=(MODEL,), judge_model=(MODEL,), wanted=8, metrics=("COH",)
    )

    assert {arm.figures["COH"].interval.mean for arm in compared.dialogues} == {3.0}
    (note,) = (note for note in compared.notes if "verdict" in note)
    assert re.fullmatch(r"of \d+ of 32 dialogues the judge gave no usable verdict; they have no score", note)


def test_what_models_consume_is_reckoned_per_accepted_dialogue(spoken):
    compared = spoken(model_pipeline(), model=(MODEL,), price=("tiny=10/100",), wanted=2)

    # Dialogues 0 and 1 read 4 x 100 and 4 x 101 tokens and write 4 each.
    figures = compared.dialogues[0].figures
    assert figures["dollars_per_dialogue"].values == pytest.approx((0.0044, 0.00444))
