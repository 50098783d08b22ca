"""The defects that others found in published BUTTON records, as our checks tell them."""

import json

from talks import failed, places, reasons

from toolgraph.dialogue.parallel import PARALLEL_OFF
from toolgraph.formats import button

FIND = {
    "name": "find_tables",
    "description": "Finds free tables of a restaurant.",
    "parameters": {"restaurant": {"type": "string"}, "date": {"type": "string", "format": "date"}},
    "required": ["restaurant", "date"],
    "responses": {"tables": {"type": "array", "items": {"type": "string"}}},
}


def played(ask, *dates, tools=(FIND,), date="", parallel=""):
    """A record in which tables are looked for on some days, in one step."""
    made = [{"name": "find_tables", "arguments": {"restaurant": "Roma", "date": day}} for day in dates]
    listed = f"<tool>\n{json.dumps(tools)}\n</tool>"
    record = [
        ("system", f"{date} Use these functions:\n{listed}\nCalls go into <call></call>. {parallel}"),
        ("user", ask),
        ("assistant", f"I look for tables. <call>{json.dumps(made)}</call>"),
        ("tool", json.dumps([{**call, "results": {"tables": ["T1"]}} for call in made])),
        ("assistant", "There is one. <final>Table T1 is free.</final>"),
    ]  # fmt: skip
    return button.read(
        {"messages": [{"role": role, "content": content} for role, content in record]}, "r.jsonl, line 1"
    )


def test_a_sound_record_passes_every_check():
    assert failed(played("A table at Roma on 2024-05-10?", "2024-05-10")) == set()


def test_a_relative_date_made_absolute_without_a_clock_is_unresolved():
    assert places(played("A table at Roma next Friday?", "2024-05-10"), "provenance") == [(2, "call_1 /date")]


def test_with_a_clock_the_same_date_is_resolved():
    dialogue = played("A table at Roma next Friday?", "2024-05-17", date="Today is 2024-05-10, a Friday.")

    assert failed(dialogue) == set()


def test_dates_in_the_list_of_functions_are_no_clock():
    dated = {**FIND, "description": "Finds free tables. Today is 2024-05-09."}

    assert places(played("A table at Roma tomorrow?", "2024-05-10", tools=[dated]), "provenance")


def test_a_function_listed_twice_is_found():
    dialogue = played("A table at Roma on 2024-05-10?", "2024-05-10", tools=[FIND, FIND])

    assert reasons(dialogue, "known_tool") == ["2 of the tools offered are named 'find_tables'; offer it once"]


def test_calls_made_at_once_where_the_record_forbids_it_are_found():
    ask, days = "A table at Roma on 2024-05-10 or 2024-05-11?", ("2024-05-10", "2024-05-11")

    assert failed(played(ask, *days)) == set()
    assert failed(played(ask, *days, parallel=PARALLEL_OFF)) == {"one_at_a_time"}
    assert failed(played(ask, days[0], parallel=PARALLEL_OFF)) == set()


def test_results_told_by_the_assistant_are_found():
    told = played("A table at Roma on 2024-05-10?", "2024-05-10")
    messages = list(told.messages)
    messages[3] = messages[3].model_copy(update={"role": "assistant", "tool_call_id": ""})

    assert {"role_order", "call_result_pairing"} <= failed(told.model_copy(update={"messages": tuple(messages)}))


def test_a_record_that_ends_with_a_thought_or_a_call_is_unfinished():
    told = played("A table at Roma on 2024-05-10?", "2024-05-10")
    silent = told.messages[-1].model_copy(update={"content": ""})

    assert "finished" in failed(told.model_copy(update={"messages": (*told.messages[:-1], silent)}))
    assert "finished" in failed(told.model_copy(update={"messages": told.messages[:3]}))
