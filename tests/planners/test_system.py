"""The system message of a dialogue holds what can be relied on, and asks for nothing that nobody could give."""

from planners.system import system_message
from toolgraph.dialogue.spoken import today_in
from toolgraph.models.offline.banks import person_named_in
from toolgraph.tools.spec import ToolSpec

IDS = [f"d{number}" for number in range(40)]


def test_a_date_is_always_there_and_a_user_in_some():
    messages = [system_message((), seed=3, id=id) for id in IDS]

    assert all(today_in(message) for message in messages)
    assert 5 < sum(person_named_in(message) is not None for message in messages) < 35


def test_the_user_is_always_named_where_he_registers_himself():
    assert all(person_named_in(system_message((), seed=3, id=id, names_user=True)) for id in IDS)


def test_nobody_is_told_to_ask_where_nobody_answers():
    def asking(*, may_ask):
        return [id for id in IDS if " ask " in system_message((), seed=3, id=id, may_ask=may_ask)]

    assert asking(may_ask=True)
    assert not asking(may_ask=False)


def test_the_first_dialogues_of_two_catalogues_are_set_differently():
    messages = {
        system_message((ToolSpec(name=name),), seed=1, id="d000001", names_user=True) for name in ("a", "b", "c")
    }

    assert len(messages) == 3
