import pytest

from toolgraph.tools.inference import effects_of, imperative, verb_of
from toolgraph.tools.spec import ToolSpec


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("Complete a reminder.", "complete"),
        ("Snoozes the alarm", "snooze"),
        ("Dismisses all alerts", "dismiss"),
        ("Deleting an attachment needs rights", "delete"),
        ("Given a city, tells the weather", ""),
        ("Weather of the city", ""),
        ("Allows a user to search", ""),
        ("Use the tool to think", ""),
        ("", ""),
    ],
)
def test_a_text_that_begins_with_a_command_tells_its_verb(text, verb):
    assert imperative(text) == verb


@pytest.mark.parametrize(
    ("name", "description", "effects"),
    [
        ("CompleteReminder", "Complete a reminder.", "writes"),
        ("power", "Wipe all logs from memory.", "writes"),
        ("reminders", "List of the reminders", "reads"),
        ("speech", "Transcribes a recording.", "reads"),
        ("weatherForecast", "Weather for a city", "reads"),
        ("bin_emptier", "Erases the bin.", "deletes"),
    ],
)
def test_a_tool_whose_verb_nobody_listed_may_change_things(name, description, effects):
    tool = ToolSpec(name=name, description=description, parameters={"type": "object", "properties": {}})

    assert effects_of(tool) == effects


def test_the_verb_of_a_name_goes_before_that_of_the_description():
    tool = ToolSpec(name="get_alarm", description="Snooze the alarm", parameters={"type": "object", "properties": {}})

    assert verb_of(tool) == "get"
