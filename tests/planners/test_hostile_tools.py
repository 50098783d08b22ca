import pytest
from hostile import HOSTILE

from planners.toolflow import PlanOptions
from tests.fakes import play_offline
from toolgraph.quality.checks import findings_in
from toolgraph.seeds import rng
from toolgraph.tools.catalogue import parse_tools

STYLES = ("grounded", "intents", "none")
KNOWN = {
    "parameters named like keywords": "a boolean named `default` cannot be implied by words that say so",
    "credentials": "the system message ignores maxLength and pattern",
    "nothing for a name": "a property without a name is never said",
    "tuples": "prefixItems are not told apart",
}
"""Oddities over which dialogues fail today, and why; remove a line with its mistake."""


def _cases():
    for oddity in HOSTILE:
        marks = [pytest.mark.xfail(reason=KNOWN[oddity])] if oddity in KNOWN else []
        yield pytest.param(oddity, marks=marks, id=oddity)


def test_what_is_known_to_fail_is_among_what_is_tested():
    assert set(KNOWN) <= set(HOSTILE)


@pytest.mark.parametrize("plan_style", STYLES)
@pytest.mark.parametrize("oddity", list(_cases()))
def test_dialogues_over_odd_tools_pass_every_check(oddity, plan_style):
    tools = parse_tools(HOSTILE[oddity], where=oddity)

    for number in range(8):
        dialogue = play_offline(tools, id=f"d{number}", options=PlanOptions(plan_style=plan_style))

        assert findings_in(dialogue) == ()
        assert any(message.tool_calls for message in dialogue.messages)


@pytest.mark.parametrize("plan_style", STYLES)
def test_odd_tools_beside_each_other_and_beside_plain_ones_pass_every_check(plan_style, small_catalogue):
    sound = [entry for oddity, entries in HOSTILE.items() if oddity not in KNOWN for entry in entries]
    odd = [tool for number, entry in enumerate(sound) for tool in parse_tools([entry], where=str(number))]

    for number in range(25):
        chosen = {tool.name: tool for tool in (*small_catalogue, *rng(1, "mixed", number).sample(odd, 3))}
        dialogue = play_offline(tuple(chosen.values()), id=f"m{number}", options=PlanOptions(plan_style=plan_style))

        assert findings_in(dialogue) == (), list(chosen)
