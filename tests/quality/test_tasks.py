import pytest
from talks import TOOLS, calls, result, says, system, user

from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.task import Composition, CompositionalTask, SubTask
from toolgraph.quality.tasks import TASK, task_findings


def part(id: str, *functions: str, needs: str = "", **fields) -> SubTask:
    return SubTask(id=id, text=f"Do {id}", functions=functions, needs=tuple(needs.split()), **fields)


def task(*parts: SubTask, composition: Composition = "sequential") -> CompositionalTask:
    return CompositionalTask(
        id="t1", scenario="A trip", composition=composition, text="Find a room and book it.", subtasks=parts
    )


CHAIN = task(part("s1", "search_rooms"), part("s2", is_own_work=True, needs="s1"), part("s3", "book_room", needs="s2"))
PARALLEL = task(
    part("s1", "search_rooms"), part("s2", "convert_money"), part("s3", "book_room", needs="s1 s2"),
    composition="parallel",
)  # fmt: skip
DECISION = task(
    part("s1", "search_rooms"),
    part("s2", is_own_work=True, needs="s1"),
    part("s3", "book_room", needs="s2", branch="then"),
    part("s4", "get_room", needs="s2", branch="else"),
    composition="conditional",
)
REPEATED = task(
    part("s1", "search_rooms"), part("s2", "get_room", needs="s1", is_repeated=True),
    part("s3", "book_room", needs="s2"), composition="aggregation",
)  # fmt: skip


def played(*steps: str, thought: str = "I look.", answer: str = "Done.", ask: str = "A room, please.") -> list[Message]:
    """A dialogue whose steps call the functions named, those of one step at once."""
    messages = [system("Be kind."), user(ask)]
    made = 0
    for step in steps:
        ids = [f"call_{made + number}" for number, _ in enumerate(step.split(), start=1)]
        made += len(ids)
        batch = calls(*((id, name, {}) for id, name in zip(ids, step.split(), strict=True)))
        messages += [batch.model_copy(update={"reasoning": thought}), *(result(id, {}) for id in ids)]
    return [*messages, says(answer)]


def found(of: CompositionalTask, *steps: str, is_parallel: bool = True, **words: str) -> list[tuple[int, str]]:
    findings = list(task_findings(of, is_parallel=is_parallel, messages=played(*steps, **words), tools=TOOLS))
    assert all(finding.check == TASK for finding in findings)
    return [(finding.message, finding.reason) for finding in findings]


@pytest.mark.parametrize(
    ("of", "steps"),
    [
        (CHAIN, ("search_rooms", "book_room")),
        (CHAIN, ("search_rooms search_rooms", "book_room")),
        (PARALLEL, ("search_rooms convert_money", "book_room")),
        (PARALLEL, ("convert_money", "search_rooms", "book_room")),
        (DECISION, ("search_rooms", "book_room")),
        (DECISION, ("search_rooms", "get_room")),
        (REPEATED, ("search_rooms", "get_room get_room get_room", "book_room")),
        (REPEATED, ("search_rooms", "get_room", "get_room", "book_room")),
    ],
)
def test_a_dialogue_that_does_its_task_has_no_findings(of, steps):
    assert found(of, *steps) == []


def test_a_sub_task_that_is_not_done_is_found():
    assert found(CHAIN, "search_rooms") == [(-1, "sub-task s3 (Do s3) is not done: 'book_room' is never called for it")]


@pytest.mark.parametrize("steps", [("book_room", "search_rooms"), ("search_rooms book_room",)])
def test_a_call_before_what_it_needs_is_found(steps):
    assert found(CHAIN, *steps) == [
        (2, "calls 'book_room' before there is a result of 'search_rooms', needed for sub-task s3 (Do s3)")
    ]


def test_what_a_sub_task_needs_goes_through_those_without_functions():
    assert len(found(PARALLEL, "search_rooms", "convert_money book_room")) == 1


def test_every_repetition_comes_before_what_needs_them():
    assert len(found(REPEATED, "search_rooms", "get_room", "book_room get_room")) == 1


def test_a_call_outside_the_task_is_found():
    assert found(CHAIN, "search_rooms get_room", "book_room") == [(2, "calls 'get_room', which no sub-task takes")]


def test_both_sides_of_a_decision_are_found():
    assert found(DECISION, "search_rooms", "book_room", "get_room") == [
        (6, "calls 'get_room', which belongs to the other side of a decision")
    ]


def test_a_decision_with_functions_on_both_sides_takes_one():
    assert len(found(DECISION, "search_rooms")) == 1


def test_a_side_without_functions_may_be_taken():
    one_sided = task(*DECISION.subtasks[:3], composition="conditional")

    assert found(one_sided, "search_rooms") == found(one_sided, "search_rooms", "book_room") == []


def test_both_sides_of_a_decision_may_take_one_function_but_only_once():
    same = task(*DECISION.subtasks[:3], part("s4", "book_room", needs="s2", branch="else"), composition="conditional")

    assert found(same, "search_rooms", "book_room") == []
    assert [at for at, _ in found(same, "search_rooms", "book_room book_room")] == [4]


def test_what_follows_a_branch_belongs_to_it_and_what_follows_both_sides_is_always_done():
    follows = task(*DECISION.subtasks, part("s5", "convert_money", needs="s3"), composition="conditional")
    meets = task(*DECISION.subtasks, part("s5", "convert_money", needs="s3 s4"), composition="conditional")

    assert found(follows, "search_rooms", "get_room") == []
    assert len(found(follows, "search_rooms", "book_room")) == 1
    assert len(found(meets, "search_rooms", "get_room")) == 1
    assert found(meets, "search_rooms", "get_room", "convert_money") == []


def test_a_function_may_serve_several_sub_tasks():
    twice = task(part("s1", "search_rooms"), part("s2", "search_rooms", needs="s1"))

    assert found(twice, "search_rooms", "search_rooms") == []
    assert len(found(twice, "search_rooms")) == 1
    assert len(found(twice, "search_rooms search_rooms")) == 1


def test_with_parallel_calls_off_a_message_with_two_calls_is_found():
    (finding,) = found(PARALLEL, "search_rooms convert_money", "book_room", is_parallel=False)

    assert finding == (2, "makes 2 calls at once, where only one at a time is allowed")
    assert found(PARALLEL, "search_rooms", "convert_money", "book_room", is_parallel=False) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"thought": "Now s3 is next."}, "s3"),
        ({"thought": "This sub-task needs a city."}, "sub-task"),
        ({"answer": "All subtasks are done."}, "subtasks"),
        ({"thought": "The hints say so."}, "hints"),
    ],
)
def test_what_only_a_privileged_assistant_says_is_found(words, said):
    findings = found(CHAIN, "search_rooms", "book_room", **words)

    assert findings
    assert all(f"says '{said}', which only the one who made the task knows" in reason for _, reason in findings)


@pytest.mark.parametrize(
    "words",
    [
        {"thought": "The hint was seat s3.", "ask": "My hint is seat s3."},
        {"thought": "Class3 and s30 are others.", "answer": "Hinting is no word of ours."},
    ],
)
def test_words_that_others_said_or_that_only_look_alike_are_no_hints(words):
    assert found(CHAIN, "search_rooms", "book_room", **words) == []


def test_a_task_without_functions_asks_for_no_calls():
    assert found(task(part("s1", is_own_work=True))) == []
