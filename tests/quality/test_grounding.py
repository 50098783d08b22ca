from talks import calls, failed, good, places, reasons, result, says, talk, user

from toolgraph.dialogue.provenance import resolve

LEDGER = resolve(good().messages, {tool.name: tool for tool in good().tools})


def test_an_invented_argument_is_found():
    dialogue = talk(
        user("Find me a room."), calls(("c1", "search_rooms", {"city": "Lisbon"})), result("c1", {"rooms": []}),
        says("There is none."),
    )  # fmt: skip

    assert failed(dialogue) == {"provenance"}
    assert places(dialogue, "provenance") == [(1, "c1 /city")]
    assert '"Lisbon" stands nowhere before' in reasons(dialogue, "provenance")[0]


def test_a_ledger_that_agrees_with_the_transcript_passes():
    assert failed(good(provenance=LEDGER)) == set()


def test_a_ledger_that_claims_something_else_is_found():
    first, *others = LEDGER
    forged = (first.model_copy(update={"source": "default", "message": -1, "span": None}), *others)

    assert places(good(provenance=forged), "provenance") == [(2, "c1 /city")]
    assert "the ledger says" in reasons(good(provenance=forged), "provenance")[0]


def test_a_ledger_with_an_entry_missing_or_too_many_is_found():
    extra = LEDGER[0].model_copy(update={"pointer": "/country"})

    assert failed(good(provenance=LEDGER[1:])) == {"provenance"}
    assert failed(good(provenance=(*LEDGER, extra))) == {"provenance"}


def test_a_call_that_takes_an_output_of_its_own_batch_is_found_and_told_so():
    dialogue = talk(
        user("Find a room in Lisbon and book it."),
        calls(("a", "search_rooms", {"city": "Lisbon"}), ("b", "book_room", {"room_id": "RM-77"})),
        result("a", {"rooms": [{"room_id": "RM-77"}]}),
        result("b", {"status": "confirmed"}),
        says("Booked."),
    )

    assert failed(dialogue) == {"provenance", "batch_data_flow"}
    assert places(dialogue, "batch_data_flow") == [(1, "b /room_id")]
    assert "an output of a ('search_rooms')" in reasons(dialogue, "batch_data_flow")[0]


def test_a_value_the_user_gave_may_be_used_twice_in_one_batch():
    dialogue = talk(
        user("Show RM-77 and book it."),
        calls(("a", "get_room", {"room_id": "RM-77"}), ("b", "book_room", {"room_id": "RM-77"})),
        result("a", {"room_id": "RM-77"}),
        result("b", {"status": "confirmed"}),
        says("RM-77 is booked."),
    )

    assert failed(dialogue) == set()


def test_an_invented_value_in_a_batch_is_not_blamed_on_the_batch():
    dialogue = talk(
        user("Find a room in Lisbon and book it."),
        calls(("a", "search_rooms", {"city": "Lisbon"}), ("b", "book_room", {"room_id": "RM-99"})),
        result("a", {"rooms": [{"room_id": "RM-77"}]}),
        result("b", {"status": "confirmed"}),
        says("Booked."),
    )

    assert failed(dialogue) == {"provenance"}
