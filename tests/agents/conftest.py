"""The fixture that plays a script."""

import pytest

from agents.engine import DialogueFailed, play
from tests.agents.scripts import ASK
from tests.fakes import ScriptedBackend
from toolgraph.dialogue.blueprint import Blueprint


@pytest.fixture
def script(small_catalogue):
    """Plays a script over the small catalogue; gives the dialogue, or the failure, and the backend."""

    def played(*answers, turns=(ASK,), target_turns=0, system="", **options):
        backend = ScriptedBackend(answers)
        blueprint = Blueprint(
            id="d1",
            seed=7,
            tools=tuple(tool.name for tool in small_catalogue),
            style="plain",
            system=system,
            turns=turns,
            target_turns=target_turns,
        )
        try:
            outcome = play(blueprint, small_catalogue, backend=backend, **options)
        except DialogueFailed as failed:
            outcome = failed
        assert backend.is_finished
        return outcome, backend

    return played
