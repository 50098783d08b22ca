import json
import threading

import pytest

from planners.scenarios import SIMILARITY, Scenario
from tests.fakes import word_vectors
from toolgraph.dialogue.record import Usage
from toolgraph.errors import BudgetReached, ConfigError, FormatError, RunDirectoryError
from toolgraph.graph.embedding import embed, load_encoder
from toolgraph.models.offline.backend import OfflineBackend
from toolgraph.models.offline.scenarios import bank
from toolgraph.models.request import Completion
from toolgraph.models.tasks import ExpansionRequest, ScenarioAnswer
from toolgraph.quality.duplicates import find_twins
from toolgraph.run.scenarios import (
    bank_scenarios,
    check_sources,
    prepare_scenarios,
    read_scenario_file,
    read_scenarios,
    write_scenarios,
)

OTHER_LANGUAGE = "Eine Hochzeit im Garten planen"
CAMPING = "Is there a campsite with free pitches for our tent? Then book a pitch for camping there."


class Writer:
    """Answers with scenarios of made-up words, each its own; what it is asked and by how many threads is remembered."""

    def __init__(self, **answers):
        self.answers = answers
        self.requests = []
        self.lock = threading.Lock()

    def complete(self, request):
        with self.lock:
            self.requests.append(request)
        found = self.answers.get(request.key.replace("/", "_"))
        if isinstance(found, Exception):
            raise found
        letters = request.key.split("/")[0].translate(str.maketrans("0123456789", "abcdefghij"))
        return Completion(answer=found or ScenarioAnswer(scenario=f"about {letters}"), usage=Usage())


class Told:
    def __init__(self):
        self.told = []

    def show(self, stage, done, total, note="", *, status=None):
        self.told.append((stage, done, total))


def prepare(scenarios=None, seeds=(), expand=0, backend=None, is_offline=True, **more):
    return prepare_scenarios(
        scenarios=scenarios, seeds=seeds, expand=expand, backend=backend or OfflineBackend(7),
        embed_texts=word_vectors, seed=7, is_offline=is_offline, **more,
    )  # fmt: skip


def texts(scenarios):
    return [one.text for one in scenarios]


@pytest.fixture
def own(tmp_path):
    """A function that writes a file of scenarios."""

    def write(content, name="scenarios.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def talks(tmp_path):
    """A function that writes a file of conversations, given by what the user says in each; none says nothing."""

    def write(*said, name="talks.jsonl"):
        path = tmp_path / name
        records = [{"messages": [{"role": "user", "content": text}] if text else []} for text in said]
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return path

    return write


# Where they come from


def test_without_anything_given_a_run_begins_with_the_bank():
    prepared = prepare()

    assert sorted(texts((*prepared.kept, *prepared.dropped))) == sorted(one.scenario.text for one in bank())
    assert {(one.source, bool(one.domain)) for one in prepared.kept} == {("bank", True)}


def test_the_whole_bank_is_kept_by_the_embedding_model():
    encoder, model_id = load_encoder()

    twins = find_twins(embed(texts(bank_scenarios()), encoder, model_id), most=SIMILARITY)

    assert [(one.text, twin) for one, twin in zip(bank_scenarios(), twins, strict=True) if twin] == []


def test_a_file_of_ones_own_takes_the_place_of_the_bank(own):
    prepared = prepare(own("# mine\nFinding a campsite with friends\n\nBuying bees for the farm\n"))

    assert [(one.text, one.domain, one.line) for one in prepared.kept] == [
        ("Finding a campsite with friends", "camping", 2), ("Buying bees for the farm", "beekeeping", 4),
    ]  # fmt: skip


def test_seeds_give_the_scenarios_behind_them_and_say_which_give_none(talks):
    path = talks(CAMPING, None, "Please book a flight to Rome.")

    prepared = prepare(seeds=[path])

    assert [(one.source, one.domain, one.line) for one in prepared.kept] == [("seed", "camping", 1)]
    assert prepared.kept[0].text in {one.scenario.text for one in bank()}
    assert [(one.line, one.file, one.source) for one in prepared.rejected] == [
        (2, str(path), "seed"), (3, str(path), "seed"),
    ]  # fmt: skip
    assert "holds no conversation" in prepared.rejected[0].reason
    assert "--model" in prepared.rejected[1].reason


def test_plain_conversations_of_sharegpt_will_do(tmp_path):
    path = tmp_path / "talks.jsonl"
    path.write_text(json.dumps({"conversations": [{"from": "human", "value": CAMPING}]}), encoding="utf-8")

    assert prepare(seeds=[path]).kept[0].domain == "camping"


def test_lines_are_counted_as_they_stand_in_the_file(talks):
    path = talks(CAMPING)
    path.write_text("\n\n" + path.read_text())

    assert prepare(seeds=[path]).kept[0].line == 3


def test_another_language_is_refused_offline_and_welcome_to_a_model(own):
    path = own(f"Buying bees for the farm\n{OTHER_LANGUAGE}\n")

    offline, online = prepare(path), prepare(path, is_offline=False, backend=Writer())

    assert texts(offline.kept) == ["Buying bees for the farm"]
    assert texts(offline.rejected) == [OTHER_LANGUAGE]
    assert "the offline rules know English scenarios of their own domains only" in offline.rejected[0].reason
    assert texts(online.kept) == ["Buying bees for the farm", OTHER_LANGUAGE]


# Duplicates and expansion


def test_duplicates_are_dropped_with_their_twin_before_and_after_expansion(own):
    path = own("One two three four five six\nseven eight\nOne two three four five SIX.\n")
    backend = Writer(new000001_expansion=ScenarioAnswer(scenario="Eight seven"))

    prepared = prepare(path, expand=3, is_offline=False, backend=backend)

    assert texts(prepared.kept) == [
        "One two three four five six", "seven eight", "about newaaaaaa", "about newaaaaac"
    ]  # fmt: skip
    assert [(one.text, one.twin, one.similarity) for one in prepared.dropped if one.source == "file"] == [
        ("One two three four five SIX.", "One two three four five six", 1.0)
    ]
    assert [(one.text, one.twin) for one in prepared.dropped if one.source == "expanded"] == [
        ("Eight seven", "seven eight")
    ]
    assert prepared.rejected == ()


def test_the_similarity_allowed_is_an_option(own):
    path = own("one two three four\none two three five\n")

    assert len(prepare(path, is_offline=False, similarity=0.9).kept) == 2
    assert len(prepare(path, is_offline=False, similarity=0.5).kept) == 1


def test_each_new_scenario_is_one_request_from_a_parent_drawn_by_the_seed(own):
    path = own("one two\nthree four\nfive six\n")
    backend = Writer()

    prepared = prepare(path, expand=30, is_offline=False, backend=backend)

    parents = [one.parent for one in prepared.kept if one.source == "expanded"]
    assert len(backend.requests) == len(parents) == 30
    assert set(parents) == {"one two", "three four", "five six"}
    again = prepare(path, expand=30, is_offline=False, backend=Writer())
    assert again == prepared


def test_expansion_of_seeds_offline_finds_scenarios_of_other_domains(talks):
    prepared = prepare(seeds=[talks(CAMPING)], expand=12)

    new = [one for one in prepared.kept if one.source == "expanded"]
    assert len(new) >= 8
    assert "camping" not in {one.domain for one in new}
    assert all(one.domain for one in new)


def test_a_failed_expansion_is_kept_with_its_reason(own):
    refusal = ScenarioAnswer(reason="nothing comes to mind")

    prepared = prepare(own("one two"), expand=1, is_offline=False, backend=Writer(new000000_expansion=refusal))

    assert [(one.parent, one.reason) for one in prepared.rejected] == [("one two", "nothing comes to mind")]


def test_threads_do_not_change_the_outcome(talks):
    path = talks(*(f"word{number}" for number in range(40)))

    def made(workers):
        return prepare(seeds=[path], expand=20, is_offline=False, backend=Writer(), workers=workers)

    assert made(8) == made(1)
    assert len(made(1).kept) == 60


def test_progress_is_told_of_both_stages(talks):
    told = Told()

    prepare(seeds=[talks("one", "two")], expand=3, is_offline=False, backend=Writer(), progress=told)

    assert told.told[0] == ("extracting scenarios", 0, 2)
    assert ("extracting scenarios", 2, 2) in told.told
    assert told.told[-1] == ("expanding scenarios", 3, 3)


def test_a_spent_budget_ends_it_and_is_told_at_once(own):
    told = []

    with pytest.raises(BudgetReached):
        prepare(
            own("one two"), expand=2, is_offline=False, at_error=told.append,
            backend=Writer(new000000_expansion=BudgetReached("spent")),
        )  # fmt: skip
    assert [str(error) for error in told] == ["spent"]


# Bad input


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "", "a.txt: holds no scenario; write one per line, as in 'Planning a family holiday'"),
        ("a.txt", "\n# nothing\n", "a.txt: holds no scenario"),
        ("a.txt", b"\xff\xfe\x00p", "a.txt: is not text in UTF-8; expected one scenario per line"),
        ("a.txt", b"PK\x00\x01", "a.txt: is not text; expected one scenario per line"),
        ("a.txt", "Moving house\n!!!", "a.txt, line 2: cannot be used as a scenario: it holds no words"),
        ("a.txt", "word " * 31, "line 1: cannot be used as a scenario: it has 31 words, where at most 30 are allowed"),
        ("a.jsonl", '{"text": "Moving"}\n{"text": 3}', "a.jsonl, line 2: holds an object; expected a scenario as text"),
        ("a.jsonl", '{"text": "Moving"}\nMoving', "a.jsonl, line 2: is not valid JSON"),
        ("a.jsonl", '{"text": "a \\ud800"}', "line 1: cannot be used as a scenario: it holds half a character"),
        ("a.yaml", "scenarios: [Moving]", "a.yaml: holds an object; expected a list of scenarios"),
        ("a.yaml", "- Moving\n-\n  - nested", "a.yaml, line 3: holds a list; expected a scenario as text"),
        ("a.yaml", "- Moving\n- [", "a.yaml, line 2: is not valid YAML"),
        ("a.yaml", "- true", "a.yaml, line 1: holds true or false; expected a scenario as text"),
        ("a.yml", "", "a.yml: holds no scenario"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(own, name, content, message):
    with pytest.raises(ConfigError) as caught:
        check_sources(scenarios=own(content, name), seeds=())

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.txt: cannot be read \(No such file"):
        read_scenario_file(tmp_path / "none.txt")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "Moving house\r\nA party for 12 guests\r\n"),
        ("a.txt", "\ufeffMoving house\nA party for 12 guests"),
        ("a.jsonl", '{"scenario": "Moving house", "id": 1}\n{"text": "A party for 12 guests"}\n'),
        ("a.yaml", "- Moving house\n- text: A party for 12 guests\n"),
        ("a.json", '["Moving house",\n {"scenario": "A party for 12 guests"}]'),
    ],
)
def test_scenarios_are_read_from_lines_json_and_yaml(own, name, content):
    path = own(content, name)

    assert read_scenario_file(path) == (
        Scenario(text="Moving house", source="file", file=str(path), line=1),
        Scenario(text="A party for 12 guests", source="file", file=str(path), line=2),
    )


def test_where_nothing_can_be_used_the_first_reason_is_told(own, talks):
    with pytest.raises(ConfigError, match=rf"none .* can be used \(1 refused\); .*line 1: '{OTHER_LANGUAGE}': the off"):
        prepare(own(OTHER_LANGUAGE))
    with pytest.raises(ConfigError, match=r"none .* can be used \(2 refused\); .*talks\.jsonl, line 1: holds no conv"):
        prepare(seeds=[talks(None, None)])


def test_seeds_that_are_no_conversations_are_refused(own, tmp_path):
    for path in (own("", "empty.jsonl"), own('{"a": 1}', "other.jsonl"), tmp_path / "none.jsonl"):
        with pytest.raises(FormatError):
            check_sources(scenarios=None, seeds=[path])


# The file of a run


def test_what_is_written_is_read_again(tmp_path, own):
    path = own(f"Buying bees for the farm\n{OTHER_LANGUAGE}\nBuying bees for the farm")
    prepared = prepare(path)

    write_scenarios(tmp_path / "scenarios.jsonl", prepared)

    assert read_scenarios(tmp_path / "scenarios.jsonl") == prepared
    first = json.loads((tmp_path / "scenarios.jsonl").read_text().splitlines()[0])
    assert first == {
        "text": "Buying bees for the farm", "source": "file", "domain": "beekeeping", "file": str(path), "line": 1
    }  # fmt: skip


def test_a_damaged_file_of_a_run_is_one_sentence(tmp_path):
    (tmp_path / "scenarios.jsonl").write_text('{"text": ')

    with pytest.raises(RunDirectoryError, match="is missing or damaged"):
        read_scenarios(tmp_path / "scenarios.jsonl")


def test_an_offline_expansion_request_comes_from_the_kept_scenarios_only(own):
    backend = Writer()

    prepare(own("one two\nONE two\n"), expand=5, is_offline=False, backend=backend)

    assert {request.scenario for request in backend.requests if isinstance(request, ExpansionRequest)} == {"one two"}
