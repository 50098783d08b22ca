"""Compositions: what each kind asks of a task, and an example of each, as a language model is told them."""

import json
from typing import Any

from toolgraph.dialogue.task import Composition

_RULES: dict[Composition, str] = {
    "sequential": "Two or three sub-tasks in a row. The second needs what the first finds, and the third what the "
    "second finds.",
    "parallel": "Two or three sub-tasks that need nothing from each other and could be done at the same time, and then "
    "one that needs what all of them find, either itself or through a sub-task of own work in between.",
    "chain": "$depth sub-tasks in a row, each of which needs what the one before it finds.",
    "tree": "At least two branches that begin independently of each other, one of them a row of up to $depth sub-tasks "
    "and at least two, and then one sub-task in which the branches meet: it needs what the last of each finds.",
    "conditional": "One or two sub-tasks that find something, then one of own work that decides a question about it "
    "with yes or no, and then what is done only on one of the answers: at least one sub-task with `branch` `then` that "
    "needs the decision and, where that is natural, one with `branch` `else` that needs it as well. The two branches "
    "are never done together.",
    "aggregation": "One sub-task that finds a list, then one that is done for every entry of it (`is_repeated`), then "
    "one of own work that sums up, counts, ranks or compares what came out; the last may be followed by one sub-task "
    "that needs its outcome.",
}

_EXAMPLES: dict[Composition, dict[str, Any]] = {
    "sequential": {
        "subtasks": [
            {"id": "s1", "text": "Find the opening hours of the public library in Ghent on Saturday 14 March.",
             "needs": [], "is_own_work": False, "branch": "", "is_repeated": False},
            {"id": "s2", "text": "Put a visit to that library into the calendar at the time when it opens.",
             "needs": ["s1"], "is_own_work": False, "branch": "", "is_repeated": False},
        ],
        "flows": [{"giver": "s1", "taker": "s2", "name": "the time when the library opens"}],
        "task": "Put a visit to the public library in Ghent into my calendar for Saturday 14 March, at the time when "
        "it opens that day.",
    },
    "parallel": {
        "subtasks": [
            {"id": "s1", "text": "Find out what a day ticket for the railway museum in Utrecht costs.",
             "needs": [], "is_own_work": False, "branch": "", "is_repeated": False},
            {"id": "s2", "text": "Find out what a day ticket for the maritime museum in Rotterdam costs.",
             "needs": [], "is_own_work": False, "branch": "", "is_repeated": False},
            {"id": "s3", "text": "Compare the two prices.",
             "needs": ["s1", "s2"], "is_own_work": True, "branch": "", "is_repeated": False},
            {"id": "s4", "text": "Buy 3 tickets for 9 May for the cheaper museum.",
             "needs": ["s3"], "is_own_work": False, "branch": "", "is_repeated": False},
        ],
        "flows": [
            {"giver": "s1", "taker": "s3", "name": "the price of the railway museum"},
            {"giver": "s2", "taker": "s3", "name": "the price of the maritime museum"},
            {"giver": "s3", "taker": "s4", "name": "the cheaper museum"},
        ],
        "task": "Get me 3 day tickets for 9 May for either the railway museum in Utrecht or the maritime museum in "
        "Rotterdam, whichever is cheaper.",
    },
    "chain": {
        "subtasks": [
            {"id": "s1", "text": "Look up which bus line stops at Elm Road 12.",
             "needs": [], "is_own_work": False, "branch": "", "is_repeated": False},
            {"id": "s2", "text": "Find the last departure of that line on Friday evening.",
             "needs": ["s1"], "is_own_work": False, "branch": "", "is_repeated": False},
            {"id": "s3", "text": "Set a reminder for half an hour before that departure.",
             "needs": ["s2"], "is_own_work": False, "branch": "", "is_repeated": False},
            {"id": "s4", "text": "Share that reminder with Jonas.",
             "needs": ["s3"], "is_own_work": False, "branch": "", "is_repeated": False},
        ],
        "flows": [
            {"giver": "s1", "taker": "s2", "name": "the bus line"},
            {"giver": "s2", "taker": "s3", "name": "the time of the last departure"},
            {"giver": "s3", "taker": "s4", "name": "the reminder"},
        ],
        "task": "Remind me half an hour before the last bus leaves from Elm Road 12 on Friday evening, and share that "
        "reminder with Jonas.",
    },
    "tree": {
        "subtasks": [
            {"id": "s1", "text": "Find a recipe for a vegetarian chili for 8 people.",
             "needs": [], "is_own_work": False, "branch": "", "is_repeated": False},
            {"id": "s2", "text": "Work out what the ingredients of that recipe cost at the Corner Market.",
             "needs": ["s1"], "is_own_work": False, "branch": "", "is_repeated": False},
            {"id": "s3", "text": "Look up what is left of the household budget for April.",
             "needs": [], "is_own_work": False, "branch": "", "is_repeated": False},
            {"id": "s4", "text": "Send Mira a note with the cost of the ingredients and what is left of the budget.",
             "needs": ["s2", "s3"], "is_own_work": False, "branch": "", "is_repeated": False},
        ],
        "flows": [
            {"giver": "s1", "taker": "s2", "name": "the ingredients of the recipe"},
            {"giver": "s2", "taker": "s4", "name": "what the ingredients cost"},
            {"giver": "s3", "taker": "s4", "name": "what is left of the budget"},
        ],
        "task": "Send Mira a note that tells her what the ingredients of a vegetarian chili for 8 would cost at the "
        "Corner Market, and how much of our household budget for April is left.",
    },
    "conditional": {
        "subtasks": [
            {"id": "s1", "text": "Get the forecast of the wind in Tarifa for Sunday.",
             "needs": [], "is_own_work": False, "branch": "", "is_repeated": False},
            {"id": "s2", "text": "Decide whether the wind stays below 20 knots.",
             "needs": ["s1"], "is_own_work": True, "branch": "", "is_repeated": False},
            {"id": "s3", "text": "Reserve a windsurfing lesson for 2 people in Tarifa on Sunday.",
             "needs": ["s2"], "is_own_work": False, "branch": "then", "is_repeated": False},
            {"id": "s4", "text": "Reserve 2 places on the guided walk in Tarifa on Sunday.",
             "needs": ["s2"], "is_own_work": False, "branch": "else", "is_repeated": False},
        ],
        "flows": [
            {"giver": "s1", "taker": "s2", "name": "the strength of the wind"},
            {"giver": "s2", "taker": "s3", "name": "whether the wind stays below 20 knots"},
            {"giver": "s2", "taker": "s4", "name": "whether the wind stays below 20 knots"},
        ],
        "task": "If the wind in Tarifa stays below 20 knots on Sunday, reserve a windsurfing lesson for the 2 of us "
        "there that day; otherwise take 2 places on the guided walk.",
    },
    "aggregation": {
        "subtasks": [
            {"id": "s1", "text": "List the invoices of March that are still unpaid.",
             "needs": [], "is_own_work": False, "branch": "", "is_repeated": False},
            {"id": "s2", "text": "Get the amount that is owed on each of those invoices.",
             "needs": ["s1"], "is_own_work": False, "branch": "", "is_repeated": True},
            {"id": "s3", "text": "Add the amounts up.",
             "needs": ["s2"], "is_own_work": True, "branch": "", "is_repeated": False},
        ],
        "flows": [
            {"giver": "s1", "taker": "s2", "name": "the unpaid invoices"},
            {"giver": "s2", "taker": "s3", "name": "the amount of each invoice"},
        ],
        "task": "Tell me how much is owed in all on the invoices of March that are still unpaid.",
    },
}  # fmt: skip
"""Our own. Each is of the shape that the rule asks for; a test sees to it."""


def rule_of(composition: Composition, *, depth: int) -> str:
    """Return what a kind of composition asks of the sub-tasks; `depth` is the length of a chain or branch."""
    return _RULES[composition].replace("$depth", str(depth))


def example_of(composition: Composition) -> str:
    """Return a task of a kind as JSON, in the form in which one is answered; entries of lists have a line each."""
    example = _EXAMPLES[composition]
    parts = []
    for name, value in example.items():
        lines = [json.dumps(one, ensure_ascii=False) for one in value] if isinstance(value, list) else []
        text = "[\n  " + ",\n  ".join(lines) + "\n]" if lines else json.dumps(value, ensure_ascii=False)
        parts.append(f'"{name}": {text}')
    return "{" + ",\n".join(parts) + "}"
