"""The offline rules of scenarios, on the domains that ship with toolgraph."""

import re

import pytest
import yaml

from toolgraph.dialogue.messages import Message
from toolgraph.models.offline.banks import load_yaml
from toolgraph.models.offline.domains import domains
from toolgraph.models.offline.scenarios import bank, domain_of, expand, extract, plain
from toolgraph.models.tasks import ExpansionRequest, ExtractionRequest
from toolgraph.resources import data_dir


def conversation(*said):
    return ExtractionRequest(key="seed000000", messages=tuple(Message(role="user", content=text) for text in said))


def test_the_bank_is_large_and_broad():
    assert len(bank()) >= 300
    assert len({one.domain for one in bank()}) >= 30


def test_each_domain_has_its_scenarios_in_one_file_of_the_same_name():
    files, scenarios = (sorted((data_dir() / folder).iterdir()) for folder in ("domains", "scenarios"))

    assert [path.name for path in files] == [path.name for path in scenarios]
    assert [path.name for path in files if "scenarios" in load_yaml(path)] == []
    assert [path.name for path in scenarios if load_yaml(path).keys() != {"scenarios"}] == []


def test_no_two_scenarios_of_the_bank_are_the_same():
    texts = [plain(one.scenario.text) for one in bank()]

    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("folder", ["domains", "scenarios"])
def test_files_are_read_as_well_where_yaml_has_no_c_parser(folder):
    for path in sorted((data_dir() / folder).glob("*.yaml")):
        assert yaml.safe_load(path.read_text("utf-8")) == load_yaml(path), path.name


def test_every_scenario_of_the_bank_belongs_to_its_own_domain():
    assert [one.scenario.text for one in bank() if domain_of(f"  {one.scenario.text.upper()}.") != one.domain] == []


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("Finding a campsite with friends", "camping"),
        ("Buying bees for the farm", "beekeeping"),
        ("Help someone buy a telescope", "stargazing"),
        ("Searching for a good mill for a small bread shop", "bakery_supplies"),
    ],
)
def test_a_scenario_of_ones_own_is_placed_by_its_words(text, domain):
    assert domain_of(text) == domain


@pytest.mark.parametrize(
    "text",
    [
        "", "Planning something", "Planning a trip", "Ordering flowers for a birthday", "A flight to another city",
        "キャンプに行く", "Eine Hochzeit im Garten planen", "Organisation d'un mariage à la campagne",
        "Voluntario en un banco de alimentos", "Gita in montagna con gli amici",
    ],
)  # fmt: skip
def test_other_fields_of_life_and_other_languages_have_no_domain(text):
    assert domain_of(text) is None


def test_a_conversation_is_taken_for_a_scenario_of_its_domain():
    answer = extract(
        conversation("Our tent broke. Is there a campsite with free pitches?", "Then book a pitch for camping there."),
        seed=7,
    )

    assert domain_of(answer.scenario) == "camping"
    assert answer.reason == ""


def test_nearly_every_conversation_made_of_a_domain_is_found_to_be_of_it():
    found = []
    for one in bank():
        functions = list(domains()[one.domain].functions.values())
        asks = [re.sub(r"\{\w+\}", "it", function.asks[0]) for function in functions[:3]]
        answer = extract(conversation(one.scenario.openings[0], *asks), seed=7)
        found.append(domain_of(answer.scenario) == one.domain if answer.scenario else None)

    assert found.count(False) <= 0.01 * len(found)
    assert found.count(True) >= 0.8 * len(found)


def test_what_only_the_assistant_says_does_not_count():
    said = "Our campsite has pitches for every tent, and camping there is cheap."
    request = ExtractionRequest(
        key="k", messages=(Message(role="user", content="Hello."), Message(role="assistant", content=said))
    )

    assert extract(request, seed=7).scenario == ""


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ((), "the user says nothing in it"),
        (("Please book a flight to Rome for me.",), "the offline rules know"),
        (("Ich möchte einen Flug buchen und danach ein Hotel.",), "name a model with --model"),
    ],
)
def test_where_nothing_fits_the_rule_says_why(said, reason):
    answer = extract(conversation(*said), seed=7)

    assert answer.scenario == ""
    assert reason in answer.reason


def test_a_new_scenario_is_of_another_domain_and_shares_no_word():
    by_text = {one.scenario.text: one for one in bank()}
    for number, one in enumerate(bank()):
        text = expand(ExpansionRequest(key=f"new{number}", scenario=one.scenario.text), seed=7).scenario

        assert by_text[text].domain != one.domain
        shared = set(re.findall(r"\w{5,}", text.lower())) & set(re.findall(r"\w{5,}", one.scenario.text.lower()))
        assert not shared, (text, one.scenario.text)


def test_expansion_is_a_function_of_seed_and_request():
    requests = [ExpansionRequest(key=f"new{number}", scenario="Camping for the first time") for number in range(40)]

    once = [expand(request, seed=7).scenario for request in requests]

    assert once == [expand(request, seed=7).scenario for request in requests]
    assert once != [expand(request, seed=8).scenario for request in requests]
    assert len(set(once)) > 20


def test_texts_are_compared_without_case_spaces_and_full_stop():
    assert plain("  Moving   House. ") == plain("moving house")
