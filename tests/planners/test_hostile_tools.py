import pytest
from hostile import HOSTILE

from planners.toolflow import PlanOptions
from tests.fakes import play_offline
from toolgraph.quality.checks import findings_in
from toolgraph.seeds import rng
from toolgraph.tools.catalogue import parse_tools

STYLES = ("grounded", "intents", "none")


@pytest.mark.parametrize("plan_style", STYLES)
@pytest.mark.parametrize("oddity", HOSTILE)
def test_dialogues_over_odd_tools_pass_every_check(oddity, plan_style):
    tools = parse_tools(HOSTILE[oddity], where=oddity)

    for number in range(6):
        dialogue = play_offline(tools, id=f"d{number}", options=PlanOptions(plan_style=plan_style))

        assert findings_in(dialogue) == ()
        assert any(message.tool_calls for message in dialogue.messages)


@pytest.mark.parametrize("plan_style", STYLES)
def test_odd_tools_beside_each_other_and_beside_plain_ones_pass_every_check(plan_style, small_catalogue):
    odd = [(oddity, tool) for oddity, entries in HOSTILE.items() for tool in parse_tools(entries, where=oddity)]

    for number in range(25):
        chooser = rng(1, "mixed", number)
        chosen = {tool.name: tool for tool in (*small_catalogue, *(tool for _, tool in chooser.sample(odd, 3)))}
        dialogue = play_offline(tuple(chosen.values()), id=f"m{number}", options=PlanOptions(plan_style=plan_style))

        assert findings_in(dialogue) == (), list(chosen)
