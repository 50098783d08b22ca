import pytest
from talks import TOOLS, calls, failed, good, places, reasons, result, says, system, talk, user

from toolgraph.dialogue.messages import Message
from toolgraph.dialogue.parallel import PARALLEL_OFF, PARALLEL_ON
from toolgraph.tools.spec import ToolSpec


def spoiled(index, *messages):
    """The good dialogue with other messages in place of one."""
    before = good().messages
    return talk(*before[:index], *messages, *before[index + 1 :])


def test_a_tool_that_is_not_offered_is_found():
    dialogue = spoiled(2, calls(("c1", "find_rooms", {"city": "Lisbon"})))

    assert places(dialogue, "known_tool") == [(2, "c1")]
    assert "find_rooms" in reasons(dialogue, "known_tool")[0]


@pytest.mark.parametrize(
    ("arguments", "place", "reason"),
    [
        ({}, "c1", "'city' is a required property"),
        ({"city": 5}, "c1 /city", "5 is not of type 'string'"),
        ({"city": "Lisbon", "pets": True}, "c1 /pets", "no such parameter"),
        ('{"city": "Lisbon"', "c1", "not valid JSON"),
        ('["Lisbon"]', "c1", "not an object but list"),
    ],
)
def test_arguments_that_the_schema_forbids_are_found_with_their_place(arguments, place, reason):
    dialogue = spoiled(2, calls(("c1", "search_rooms", arguments)))

    assert places(dialogue, "valid_arguments") == [(2, place)]
    assert reason in reasons(dialogue, "valid_arguments")[0]


def test_a_tool_with_an_invalid_schema_is_one_finding():
    loop = ToolSpec(name="loop", parameters={"type": "object", "anyOf": [{"anyOf": [{"$ref": "#"}]}]})
    dialogue = talk(user("Go"), calls(("c1", "loop", {})), result("c1", "{}"), says("Went."), tools=(loop,))

    (reason,) = reasons(dialogue, "valid_arguments")

    assert reason.startswith("tool 'loop': 'parameters' is not a valid JSON Schema")


def test_a_call_nobody_answers_is_found():
    before = good().messages

    assert places(talk(*before[:3], *before[4:]), "call_result_pairing") == [(2, "c1")]
    assert places(talk(*before[:3]), "call_result_pairing") == [(2, "c1")]


def test_a_result_nobody_asked_for_is_found():
    dialogue = spoiled(3, result("c1", {"rooms": []}), result("c9", {}))

    assert places(dialogue, "call_result_pairing") == [(4, "c9")]


def test_a_call_answered_twice_is_found():
    dialogue = spoiled(3, result("c1", {"rooms": []}), result("c1", {"rooms": []}))

    assert places(dialogue, "call_result_pairing") == [(4, "c1")]


def test_two_calls_of_one_id_are_found():
    dialogue = spoiled(6, calls(("c1", "book_room", {"room_id": "RM-10"})))

    assert (6, "c1") in places(dialogue, "call_result_pairing")


def test_a_result_that_comes_after_other_words_is_found():
    dialogue = spoiled(3, says("One moment."), result("c1", {"rooms": []}))

    assert places(dialogue, "call_result_pairing") == [(2, "c1"), (4, "c1")]


def test_results_of_a_parallel_batch_may_come_in_any_order():
    batch = calls(("a", "search_rooms", {"city": "Lisbon"}), ("b", "search_rooms", {"city": "Porto"}))
    dialogue = talk(
        user("Rooms in Lisbon and Porto?"), batch, result("b", {"rooms": []}), result("a", {"rooms": []}),
        says("There are none."),
    )  # fmt: skip

    assert failed(dialogue) == set()


@pytest.mark.parametrize(
    ("messages", "index", "reason"),
    [
        ([says("Hello")], 0, "the assistant speaks first"),
        ([system("Hi"), says("Hello")], 1, "before the user has"),
        ([system("Hi"), system("Hi"), user("Yes"), says("Good")], 1, "second system message"),
        ([user("Yes"), system("Hi"), says("Good")], 1, "not the first message"),
        ([user("One"), user("Two"), says("Three")], 1, "speaks twice in a row"),
        ([user("One"), says("Two"), says("Three")], 2, "speaks twice in a row"),
        ([user("One"), says("Two"), calls(("c", "get_room", {"room_id": "One"}))], 2, "after words that end its turn"),
        ([user("One"), calls(("c", "get_room", {"room_id": "One"})), user("Two")], 2, "waits for its result"),
        ([user("One"), calls(("c", "get_room", {"room_id": "One"})), result("c", {}), user("Two")], 3, "has answered"),
        ([user("One"), result("c", {}), says("Two")], 1, "follows the user's words"),
        ([result("c", {}), user("One"), says("Two")], 0, "a result stands first"),
    ],
)
def test_messages_out_of_order_are_found(messages, index, reason):
    dialogue = talk(*messages)

    assert places(dialogue, "role_order")[0][0] == index
    assert reason in reasons(dialogue, "role_order")[0]


def test_calls_in_a_message_of_the_user_are_found():
    odd = Message(role="user", content="Hi", tool_calls=calls(("c", "get_room", {"room_id": "x"})).tool_calls)

    assert "a user message holds tool calls" in reasons(talk(odd, result("c", {}), says("Hm")), "role_order")


@pytest.mark.parametrize(
    "last",
    [user("Thanks!"), calls(("c3", "get_room", {"room_id": "RM-10"})), says("  "), result("c2", {})],
)
def test_a_dialogue_that_ends_in_any_other_way_than_with_the_assistants_words_is_unfinished(last):
    dialogue = talk(*good().messages[:-1], last)

    assert places(dialogue, "finished")[0][0] == len(dialogue.messages) - 1


def test_tools_of_other_dialogues_do_not_matter():
    assert failed(good().model_copy(update={"tools": (*TOOLS, ToolSpec(name="unused"))})) == set()


TWO_AT_ONCE = (
    user("Rooms in Lisbon and Porto?"),
    calls(("a", "search_rooms", {"city": "Lisbon"}), ("b", "search_rooms", {"city": "Porto"})),
    result("a", {"rooms": []}),
    result("b", {"rooms": []}),
    says("There are none."),
)


@pytest.mark.parametrize(
    "sentence", [PARALLEL_OFF, "You should call one function at a time, and wait for the response."]
)
def test_two_calls_at_once_are_found_where_one_at_a_time_is_asked_for(sentence):
    dialogue = talk(system(f"Be kind. {sentence}"), *TWO_AT_ONCE)

    assert places(dialogue, "one_at_a_time") == [(2, "b")]
    assert failed(dialogue) == {"one_at_a_time"}


@pytest.mark.parametrize("said", [(), (system("Be kind."),), (system(PARALLEL_ON),)])
def test_two_calls_at_once_are_in_order_anywhere_else(said):
    assert failed(talk(*said, *TWO_AT_ONCE)) == set()


def test_tools_of_one_name_are_found():
    assert places(good().model_copy(update={"tools": (*TOOLS, TOOLS[0])}), "known_tool") == [(-1, "search_rooms")]
