import gc

import pytest

from toolgraph.errors import ConfigError
from toolgraph.graph import all_scores
from toolgraph.graph.rules import build_graph


def test_typed_is_the_default_and_each_rule_has_its_threshold(travel_tools, embed_words):
    graphs = [
        build_graph(travel_tools, embed_words),
        *(build_graph(travel_tools, embed_words, edges=e) for e in ("typed", "toolflow")),
    ]

    assert [(g.edges_rule, g.threshold) for g in graphs] == [("typed", 0.5), ("typed", 0.5), ("toolflow", 0.82)]


def test_a_rule_nobody_knows_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'toolflow'"):
        build_graph([], len, edges="tolflow")


@pytest.mark.parametrize("is_on", [True, False])
def test_garbage_is_collected_again_even_after_an_error(is_on):
    (gc.enable if is_on else gc.disable)()
    try:
        with pytest.raises(ConfigError):
            build_graph([], len, threshold=2)
        assert gc.isenabled() == is_on
    finally:
        gc.enable()


def test_scores_of_all_pairs_are_for_catalogues_of_some_size(travel_tools, embed_words, monkeypatch):
    monkeypatch.setattr(all_scores, "MOST", 4)

    with pytest.raises(ConfigError, match="up to 4 tools, and there are 5"):
        all_scores.all_scores(travel_tools, embed_words, edges="typed")
