import pytest
from tasks import FLOW, SUBTASKS, SYSTEM, graph, own, plain, task

from planners.task_validity import atomic_errors, compatibility_errors, composition_errors, values_in
from toolgraph.dialogue.task import DataFlow


def of_atomic(text, system=SYSTEM):
    return "; ".join(atomic_errors(text, system=system))


def of_task(changed, depth=4):
    return "; ".join(composition_errors(changed, depth=depth, system=SYSTEM))


def test_a_task_of_daily_life_is_right():
    assert of_atomic("Find a table for 4 at Luigi's in Leeds on 2026-03-14 at 19:30.") == ""
    assert of_task(task()) == ""


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("  ", "is empty"),
        ("Find a table.\nThen book it.", "several lines"),
        ("word " * 31, "31 words; use at most 30"),
        ("Use the weather API for Leeds.", "'API'"),
        ("Call get_weather for Leeds.", "'get_weather'"),
        ("Run getWeather for Leeds.", "'getWeather'"),
        ("Make a function call for Leeds.", "'function call'"),
        ("Find a hotel in [city].", r"'[city]'"),
        ("Book a table at my usual place.", "'at my usual'"),
        ("Find a hotel in a certain town.", "'a certain'"),
        ("Find a bakery near me.", "'near me'"),
        ("Ask me for the date and book a hotel in Leeds.", "asked first"),
    ],
)
def test_what_no_one_could_do_or_would_say_is_told(text, complaint):
    assert complaint in of_atomic(text)


@pytest.mark.parametrize("text", ["Ring my iPhone in Leeds.", "Write to jo_ann@example.com.", "My usual baker is ill."])
def test_what_only_looks_technical_or_open_is_let_pass(text):
    assert of_atomic(text) == ""


def test_a_relative_date_needs_a_date_to_start_from():
    assert of_atomic("Book a table at Luigi's for next Friday.") == ""
    assert "'next Friday'" in of_atomic("Book a table at Luigi's for next Friday.", system="You help people.")


@pytest.mark.parametrize(
    ("subtasks", "complaint"),
    [
        ((), "no sub-tasks"),
        ((plain("s1"), plain("s1")), "2 sub-tasks have the id 's1'"),
        ((plain("s1"), plain("s2", "s9")), "needs 's9', which is no sub-task; the ids are s1, s2"),
        ((plain("s1", "s2"), plain("s2", "s1")), "needs s2, which does not come before it"),
        ((plain("s1"), plain("s2", "s1", functions=("f",))), "names functions"),
        ((own("s1"),), "every sub-task is own work"),
    ],
)
def test_sub_tasks_must_form_a_graph(subtasks, complaint):
    assert complaint in of_task(graph("sequential", *subtasks))


def test_every_need_is_carried_by_a_flow_with_a_name():
    assert "no flow says what it takes" in of_task(task(flows=()))
    assert "has no name" in of_task(task(flows=(FLOW.model_copy(update={"name": " "}),)))
    assert "s1 does not need s2" in of_task(task(flows=(FLOW, DataFlow(giver="s2", taker="s1", name="x"))))


FITTING = [
    graph("sequential", plain("a"), own("b", "a"), plain("c", "b")),
    graph("parallel", plain("a"), plain("b"), own("c", "a", "b"), plain("d", "c")),
    graph("chain", plain("a"), plain("b", "a"), plain("c", "b"), plain("d", "c")),
    graph("chain", plain("a"), plain("b", "a"), own("x", "b"), plain("c", "x"), plain("d", "c")),
    graph("tree", plain("a"), plain("b", "a"), plain("c"), plain("d", "b", "c")),
    graph("conditional", plain("a"), own("b", "a"), plain("c", "b", branch="then"), plain("d", "b", branch="else")),
    graph("aggregation", plain("a"), plain("b", "a", is_repeated=True), own("c", "b")),
]
UNFIT = [
    (graph("sequential", plain("a"), plain("b")), "b does not need a"),
    (graph("sequential", plain("a")), "has 2 or 3 sub-tasks, and this has 1"),
    (graph("parallel", plain("a"), plain("b", "a")), "two or more sub-tasks that need nothing, and this has 1"),
    (graph("parallel", plain("a"), plain("b"), plain("c", "a")), "no sub-task needs all of a, b"),
    (graph("chain", plain("a"), plain("b", "a"), plain("c", "b")), "chain of depth 4 has 4 sub-tasks, and this has 3"),
    (graph("tree", plain("a"), plain("b"), plain("c", "a", "b")), "brings two branches together"),
    (graph("conditional", plain("a"), own("b", "a"), plain("c", "b")), "depends on how b comes out"),
    (graph("conditional", plain("a"), plain("c", "a", branch="then")), "no sub-task decides"),
    (graph("aggregation", plain("a"), plain("b", "a")), "nothing is done for each entry"),
    (graph("sequential", plain("a"), plain("b", "a", branch="then")), "needs no sub-task of own work that decides"),
    (graph("aggregation", plain("a"), own("b")), "own work and needs nothing"),
]


@pytest.mark.parametrize("fitting", FITTING, ids=lambda one: one.composition)
def test_each_kind_of_composition_has_a_shape(fitting):
    assert of_task(fitting) == ""


@pytest.mark.parametrize(("unfit", "complaint"), UNFIT)
def test_another_shape_is_told(unfit, complaint):
    assert complaint in of_task(unfit)


@pytest.mark.parametrize(
    "text",
    ["Step 1: find it. Step 2: book it.", "First find it, second, book it, and third, pay.", "1. Find. 2. Book."],
)
def test_a_text_that_numbers_its_steps_is_told(text):
    assert "numbers its steps" in of_task(task(text=text))


def test_a_text_must_state_what_its_sub_tasks_know():
    assert "s1 holds '2026-03-14', which" in of_task(
        task(text="Put Reading Day down for when the library in Ghent opens.")
    )
    assert "'Reading Day'" in of_task(task(text="Put a visit down for 14 March, when the library in Ghent opens."))


def test_sub_tasks_must_do_what_the_text_asks_for():
    more = "Find out when the public library in Ghent opens on 2026-03-14, and get 3 seats on the 9:15 train to Lille."
    first = SUBTASKS[0].model_copy(update={"text": "Find out when the library opens."})
    second = SUBTASKS[1].model_copy(update={"text": "Look up who works there then."})
    assert "of which no sub-task speaks" in of_task(task(text=more, subtasks=(first, second)))
    assert of_task(task(text="I am at home with my 3 kids. " + task().text)) == ""


def test_a_text_may_say_values_as_people_do():
    changed = SUBTASKS[0].model_copy(update={"text": "Find 2 seats for 2026-03-14 in Ghent."})
    said = "I want a couple of seats in ghent on March 14th, and Reading Day in the calendar."
    assert of_task(task(text=said, subtasks=(changed, SUBTASKS[1]))) == ""


def test_nothing_is_made_and_taken_away_in_one_task():
    assert "makes a booking and b takes one away" in "".join(
        compatibility_errors({"a": "book_table", "b": "cancel_booking"})
    )
    assert list(compatibility_errors({"a": "Create an alert for rain.", "b": "Delete the reminder for rain."})) == []


def test_values_are_told_from_ordinary_words():
    assert values_in('Name it "Blue moon" for Ann Lee, code AB-12, at 3.50.') == (
        "Blue moon",
        "AB-12",
        "3.50",
        "Ann Lee",
    )
