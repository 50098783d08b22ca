import pytest

from toolgraph.dialogue.progress import Progress
from toolgraph.dialogue.task import CompositionalTask, SubTask


def progress_of(*subtasks, made=()):
    progress = Progress(CompositionalTask(id="t", scenario="", composition="tree", text="", subtasks=subtasks))
    for functions in made:
        progress.take(functions)
    return progress


def checks(progress, *functions):
    return [objection.check for objection in progress.objections(functions)]


def left(progress):
    return [one.id for one in progress.left()]


FIRST = SubTask(id="s1", text="Find.", functions=("find",))
OTHER = SubTask(id="s2", text="Look.", functions=("look",))
CHOICE = SubTask(id="s3", text="Choose.", needs=("s1", "s2"), is_own_work=True)
BOOK = SubTask(id="s4", text="Book.", needs=("s3",), functions=("book",))
MEETING = (FIRST, OTHER, CHOICE, BOOK)
YES = BOOK.model_copy(update={"branch": "then"})
NO = SubTask(id="s5", text="Remind.", needs=("s3",), branch="else", functions=("remind",))
AFTER_YES = SubTask(id="s6", text="Pay.", needs=("s4",), functions=("pay",))
AFTER_BOTH = SubTask(id="s7", text="Tell.", needs=("s4", "s5"), functions=("tell",))
DECIDING = (FIRST, OTHER, CHOICE, YES, NO)
KNOWN = (("find", "look"),)


def test_what_needs_nothing_may_be_done_together():
    assert checks(progress_of(*MEETING), "find", "look") == []


def test_what_needs_the_outcome_of_others_through_own_work_waits_for_all_of_them():
    assert checks(progress_of(*MEETING), "book") == ["order"]
    assert checks(progress_of(*MEETING, made=[("find",)]), "book") == ["order"]
    assert checks(progress_of(*MEETING, made=KNOWN), "book") == []


def test_what_needs_an_outcome_cannot_be_done_in_the_same_message():
    assert checks(progress_of(*MEETING, made=[("find",)]), "look", "book") == ["order"]


def test_a_function_of_no_sub_task_serves_nothing():
    assert checks(progress_of(*MEETING), "sing") == ["distractor"]


@pytest.mark.parametrize(("made", "open_"), [([], ["s1", "s2", "s4"]), (KNOWN, ["s4"]), ([*KNOWN, ("book",)], [])])
def test_what_is_left_is_what_has_functions_that_were_not_called(made, open_):
    assert left(progress_of(*MEETING, made=made)) == open_


def test_a_sub_task_is_done_when_all_its_functions_were_called():
    both = FIRST.model_copy(update={"functions": ("find", "look")})

    assert left(progress_of(both, made=[("find",)])) == ["s1"]
    assert left(progress_of(both, made=[("find",), ("look",)])) == []


# --- one function for several sub-tasks -----------------------------------------------------------------------------


def test_calls_of_one_function_are_counted_for_each_sub_task_that_takes_it():
    same = OTHER.model_copy(update={"functions": ("find",)})

    assert left(progress_of(FIRST, same, made=[("find",)])) == ["s2"]
    assert left(progress_of(FIRST, same, made=[("find", "find")])) == []


def test_a_call_too_many_is_no_call_for_a_sub_task_whose_turn_has_not_come():
    later = SubTask(id="s2", text="Find more.", needs=("s9",), functions=("find",))
    between = SubTask(id="s9", text="Look.", needs=("s1",), functions=("look",))
    progress = progress_of(FIRST, between, later, made=[("find",)])

    assert checks(progress, "find") == []
    progress.take(["find"])
    assert left(progress) == ["s9", "s2"]


def test_what_is_repeated_may_be_called_as_often_as_there_are_entries():
    each = SubTask(id="s2", text="Look at each.", needs=("s1",), functions=("look",), is_repeated=True)
    progress = progress_of(FIRST, each, made=[("find",), ("look",)])

    assert left(progress) == []
    assert checks(progress, "look", "look") == []


# --- decisions ------------------------------------------------------------------------------------------------------


def test_of_two_branches_either_may_be_taken_and_never_both():
    decided = progress_of(*DECIDING, made=KNOWN)

    assert checks(decided, "book") == []
    assert checks(decided, "remind") == []
    assert checks(decided, "book", "remind") == ["branch"]
    assert checks(progress_of(*DECIDING, made=[*KNOWN, ("remind",)]), "book") == ["branch"]


def test_one_of_two_branches_has_to_be_taken():
    assert left(progress_of(*DECIDING, made=KNOWN)) == ["s4"]
    assert left(progress_of(*DECIDING, made=[*KNOWN, ("remind",)])) == []


def test_where_only_one_branch_takes_functions_nothing_may_be_done():
    assert left(progress_of(FIRST, OTHER, CHOICE, YES, made=KNOWN)) == []


def test_what_follows_from_a_decision_is_done_once():
    assert checks(progress_of(*DECIDING, made=[*KNOWN, ("book",)]), "book") == ["branch"]


def test_what_needs_a_branch_lies_on_it():
    progress = progress_of(*DECIDING, AFTER_YES, made=[*KNOWN, ("book",)])

    assert left(progress) == ["s6"]
    assert checks(progress_of(*DECIDING, AFTER_YES, made=[*KNOWN, ("remind",)]), "pay") == ["branch"]
    assert checks(progress_of(*DECIDING, AFTER_YES, made=KNOWN), "pay") == ["order"]
    assert left(progress_of(*DECIDING, AFTER_YES, made=[*KNOWN, ("remind",)])) == []


def test_what_needs_both_branches_comes_after_whichever_was_taken():
    assert checks(progress_of(*DECIDING, AFTER_BOTH, made=KNOWN), "tell") == ["order"]
    assert checks(progress_of(*DECIDING, AFTER_BOTH, made=[*KNOWN, ("remind",)]), "tell") == []
    assert left(progress_of(*DECIDING, AFTER_BOTH, made=[*KNOWN, ("remind",)])) == ["s7"]
