import pytest

from tests.fakes import word_vectors
from tests.quality.metrics.test_rounds import Echoes
from tests.quality.talks import calls, good, result, says, talk, user
from toolgraph.errors import ConfigError
from toolgraph.quality.metrics import METRICS, measure
from toolgraph.quality.metrics.judged import Scores
from toolgraph.quality.metrics.published import TOOLFLOW
from toolgraph.quality.metrics.side_by_side import ENR, JUDGE, NAMES, SS, Asked, DataSet, compare_sets, metrics_named

NOBODY = Asked()


def data_set(*dialogues, name="mine", tokens=20_000, pairs=100, judged=10):
    one = DataSet(name, tokens=tokens, pairs=pairs, judged=judged)
    for dialogue in dialogues:
        one.add(dialogue)
    return one


def cells(compared):
    return {row.title: row.cells for row in compared.rows()}


def words(user_words, assistant_words=0):
    said = [user(" ".join(f"u{number}" for number in range(user_words)))]
    return talk(*said, says(" ".join(f"a{number}" for number in range(assistant_words))))


def test_names_are_ours_or_those_of_toolflow_in_any_case():
    assert metrics_named([]) == NAMES
    assert metrics_named(["calls", "ss", "D-3", "Help", "nat", "entropy", "H"]) == (
        "semantic_similarity", "entropy", "distinct_trigrams", "judge", "calls",
    )  # fmt: skip
    assert set(METRICS) <= set(NAMES)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("chain-lenght", "did you mean 'chain_length'?"), ("semantic_similarty", "did you mean 'SS'?"),
        ("xyzzy", "choose semantic_similarity, entailment_rate, entropy"), ("", "choose semantic_similarity"),
    ],
)  # fmt: skip
def test_a_metric_there_is_not_is_one_sentence_with_the_nearest(name, hint):
    with pytest.raises(ConfigError, match=f"there is no metric '{name}'; ") as raised:
        metrics_named([name])

    assert hint in str(raised.value)


def test_counted_figures_are_those_of_one_set_alone():
    compared = compare_sets([data_set(good())], tuple(METRICS), NOBODY, tokens=None)

    alone = measure([good()])
    both = ("entropy", "distinct_trigrams", "tokens")
    assert {name: compared.measured[0][name] for name in METRICS if name not in both} == {
        name: figure for name, figure in alone.items() if name not in both
    }
    assert compared.measured[0]["entropy"] | {"both": 0} == {**alone["entropy"], "both": 0}


def test_h_and_d3_are_at_what_the_smallest_set_has():
    compared = compare_sets(
        [data_set(words(8, 4), name="large"), data_set(words(3, 6), name="small")], ("entropy", "tokens"), NOBODY,
        tokens=None,
    )  # fmt: skip

    assert compared.tokens == {"user": 3, "assistant": 4, "both": 9}
    assert cells(compared)["H user"] == (1.585, 1.585)
    assert compared.measured[0]["tokens"] == compared.tokens
    (note,) = compared.notes
    assert "3 of user (small has no more), 4 of assistant (large has no more), 9 of both (small has no more)" in note


def test_a_set_without_words_of_a_speaker_has_no_figure_and_takes_none_from_others():
    compared = compare_sets([data_set(words(4)), data_set(words(4, 2))], ("entropy",), NOBODY, tokens=None)

    assert cells(compared)["H assistant"] == (None, 1.0)
    assert compared.tokens["assistant"] == 2


def test_at_a_given_number_a_set_with_fewer_tokens_has_no_figure_and_it_is_told():
    compared = compare_sets(
        [data_set(words(8, 8), name="large", tokens=4), data_set(words(3, 8), name="small", tokens=4)],
        ("entropy",), NOBODY, tokens=4,
    )  # fmt: skip

    assert cells(compared)["H user"] == (2.0, None)
    assert compared.notes == ("H and D-3 are at 4 tokens; small has 3 of user, too few to be compared",)


def test_what_nobody_is_asked_for_is_none_and_it_is_told_how_to_ask():
    compared = compare_sets([data_set(good())], (SS, ENR, JUDGE), NOBODY, tokens=None)

    assert cells(compared) == dict.fromkeys(("SS", "EnR", "NAT", "COH", "HELP", "ACC"), (None,))
    assert compared.notes == (
        "EnR needs a model of natural language inference: --nli NAME",
        "NAT, COH, HELP, ACC need a judge: --judge-model NAME",
    )


def test_models_are_asked_for_pairs_of_rounds():
    echoing = talk(user("Rooms?"), says("Which?"), user("Rooms?\nWhich?"), says("None."))
    silent = talk(user("Rooms?"), calls(("c", "get_room", {})), result("c", {}), user("Rooms?"), says("None."))
    sets = [data_set(echoing, good()), data_set(silent, name="silent")]

    compared = compare_sets(sets, (SS, ENR), Asked(word_vectors, Echoes()), tokens=None)

    assert cells(compared)["EnR"] == (50.0, None)
    assert compared.measured[0][SS] > 30
    assert compared.measured[1][SS] is None
    assert compared.notes_on_sets == ("silent has no SS and EnR: no two requests with a reply in words between them",)


def test_it_is_told_where_not_all_rounds_were_taken():
    sets = [data_set(good(), talk(user("A"), says("B"), user("C"), says("D")), pairs=1)]

    assert compare_sets(sets, (SS,), Asked(word_vectors), tokens=None).notes_on_sets == (
        "SS of mine: 1 of its 2 pairs of rounds",
    )


def test_recorded_scores_are_used_where_no_judge_is_asked():
    verdicts = [{"scores": {"NAT": 3, "COH": 4, "HELP": 5, "ACC": 5}, "reason": ""}, {"scores": None, "reason": "no"}]
    one = data_set(*(good(meta={"judge": verdict}) for verdict in verdicts))

    compared = compare_sets([one, data_set(good(), name="other")], (JUDGE,), NOBODY, tokens=None)

    assert cells(compared)["NAT"] == (3.0, None)
    assert compared.notes_on_sets == ("scores of mine: judged dialogues 1, without a usable verdict 1",)


def test_a_judge_is_asked_for_no_more_dialogues_than_wanted():
    def judge(dialogues):
        scores = Scores()
        for _ in dialogues:
            scores.add({"scores": {"NAT": 1, "COH": 2, "HELP": 3, "ACC": 4}})
        return scores

    one = data_set(*(words(number) for number in range(1, 6)), judged=3)

    compared = compare_sets([one], (JUDGE,), Asked(judge=judge), tokens=None)

    assert list(cells(compared)) == ["NAT", "COH", "HELP", "ACC"]
    assert compared.measured[0][JUDGE] == {
        "judged": 3, "without_verdict": 0, "NAT": 1.0, "COH": 2.0, "HELP": 3.0, "ACC": 4.0,
    }  # fmt: skip


def test_a_mix_lacks_what_it_does_not_have_only_where_there_is_one():
    silent = talk(user("Hello"), says("Hi."))
    found = talk(user("Hm"), calls(("c", "get_room", {"room_id": "7"})), result("c", {}), says("No."))

    compared = compare_sets(
        [data_set(silent), data_set(found), data_set(good())], ("provenance_mix",), NOBODY, tokens=None
    )

    assert cells(compared) == {
        "provenance_mix unresolved": (None, 1.0, 0.0), "provenance_mix user": (None, 0.0, 0.6667),
        "provenance_mix result": (None, 0.0, 0.3333),
    }  # fmt: skip


def test_published_figures_have_the_names_of_our_metrics():
    assert all(set(row) <= set(NAMES) for row in TOOLFLOW.values())
    assert [row["calls_per_dialogue"] for row in TOOLFLOW.values()] == pytest.approx([2.63, 3.14, 2.26, 2.91], abs=0.01)
