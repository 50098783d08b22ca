import inspect

import pytest
from talks import calls, failed, good, result, says, talk, user

from toolgraph.formats import read_dialogues
from toolgraph.quality.checks import CHECKS, findings_in, run_checks


def test_a_good_dialogue_passes_every_check():
    verdicts = run_checks(good())

    assert [verdict.check for verdict in verdicts] == list(CHECKS)
    assert findings_in(good()) == ()


def test_every_check_has_a_docstring_that_says_what_holds():
    assert all(inspect.getdoc(check) for check in CHECKS.values())


def test_every_finding_names_the_check_that_found_it():
    nonsense = talk(calls(("", "nobody", "{")), result("x", "1"), user('{"a": [1]}'), user("city"))

    verdicts = run_checks(nonsense)

    assert {"known_tool", "valid_arguments", "call_result_pairing", "role_order", "finished", "user_words"} <= failed(
        nonsense
    )
    assert all(finding.check == verdict.check for verdict in verdicts for finding in verdict.findings)


def test_a_dialogue_without_messages_is_only_unfinished():
    assert failed(talk()) == {"finished"}


def test_a_dialogue_without_calls_passes():
    assert failed(talk(user("Hello!"), says("Hello, what can I do for you?"))) == set()


@pytest.mark.parametrize("text", ["[" * 5000 + "]" * 5000, '{"city": ' + "[" * 200 + "]" * 200 + "}"])
def test_arguments_nested_beyond_reason_are_a_finding_and_not_a_crash(text):
    dialogue = talk(user("Hi"), calls(("c1", "search_rooms", text)), result("c1", "{}"), says("Hm."))

    assert "valid_arguments" in failed(dialogue)


@pytest.mark.parametrize(
    "name", ["apibank_lv1_lv2.jsonl", "bfcl_multi_turn.jsonl.gz", "sgd_dialogues.jsonl", "tooltalk.jsonl"]
)
def test_dialogues_of_other_people_are_checked_without_a_crash(corpora, name):
    dialogues = list(read_dialogues(corpora / "dialogues" / name))

    findings = [finding for dialogue in dialogues for finding in findings_in(dialogue)]

    assert len(dialogues) >= 78
    assert {finding.check for finding in findings} <= CHECKS.keys()
    assert not any(finding.check in ("known_tool", "call_result_pairing") for finding in findings)
