import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import stamina
from pydantic import SecretStr

from tests.models.online.online_fakes import (
    ABLE,
    USAGE,
    RuledExchange,
    ScriptedExchange,
    calls,
    ladder,
    response,
    says,
)
from tests.models.online.scripted_server import resets, sends, serving
from tests.models.test_requests import EXAMPLES, WORKING
from toolgraph.errors import BudgetReached, EndpointError
from toolgraph.models.filling import FillRequest
from toolgraph.models.online.abilities import PROMPTED, Abilities
from toolgraph.models.online.backend import MOST_REPAIRS, MOST_TOKENS, NEW_ATTEMPTS, OnlineBackend
from toolgraph.models.online.client import ChatClient
from toolgraph.models.online.endpoint import Endpoint
from toolgraph.models.online.exchange import ServerRefusal
from toolgraph.models.online.limiter import AdaptiveLimit
from toolgraph.models.online.wires import WIRES
from toolgraph.models.request import AnswerFailed
from toolgraph.models.requests import REQUESTS, AssistantRequest, PlanRequest, ToolRequest, UserRequest
from toolgraph.models.tasks import AtomicTaskRequest, ExpansionRequest, StatementRequest
from toolgraph.tools.spec import ToolSpec

USER = EXAMPLES[UserRequest].model_copy(update={"complaint": ""})
ASSISTANT = EXAMPLES[AssistantRequest].model_copy(update={"complaint": ""})
HELLO = {"done": [], "current": 1, "text": "Hello."}
CRASH = ServerRefusal("the connection broke each time", status=0)


def asked(request, *answers, abilities=ABLE, temperature=None, seed=7, **options):
    """Return the completion, or the failure, and the exchange it came over."""
    exchange = ScriptedExchange(answers)
    shared = ladder(exchange, abilities, **options)
    try:
        outcome = OnlineBackend(shared, seed=seed, temperature=temperature).complete(request)
    except AnswerFailed as error:
        outcome = error
    assert exchange.is_finished
    return outcome, exchange


def on(rung, **more):
    return Abilities(rung=rung, **more)


def test_an_answer_by_schema_is_asked_for_and_read():
    completion, exchange = asked(USER, says(HELLO), temperature=0.5)

    (body,) = exchange.bodies
    assert completion.answer.text == "Hello."
    assert completion.usage == USAGE
    assert body["response_format"]["json_schema"]["schema"] == WIRES[UserRequest].schema(USER)
    assert body["response_format"]["json_schema"]["strict"] is True
    assert (body["model"], body["temperature"]) == ("m", 0.5)
    assert [message["role"] for message in body["messages"]] == ["system", "user"]


def test_what_is_lasting_goes_into_the_system_message_and_what_is_so_now_into_the_users():
    _, exchange = asked(USER, says(HELLO))

    system, now = USER.render_parts()
    messages = exchange.bodies[0]["messages"]
    assert messages[0]["content"] == system
    assert messages[1]["content"].startswith(now)
    assert "`text`" in messages[1]["content"]


@pytest.mark.parametrize("request_class", REQUESTS)
@pytest.mark.parametrize("rung", ["json_object", "text"])
def test_on_the_lower_rungs_the_prompt_says_what_shape_is_wanted(request_class, rung):
    request = EXAMPLES[request_class]
    exchange = ScriptedExchange([EndpointError("enough")])
    with pytest.raises(EndpointError):
        OnlineBackend(ladder(exchange, on(rung)), seed=7).complete(request)

    (body,) = exchange.bodies
    prompt = body["messages"][-1]["content"]
    assert WIRES[request_class].sent(request).text in prompt
    assert "JSON" in prompt
    assert ("```json" in prompt) == (rung == "text")
    assert body.get("response_format") == ({"type": "json_object"} if rung == "json_object" else None)


@pytest.mark.parametrize("rung", ["json_schema", "json_object", "text"])
def test_what_a_tool_returns_is_told_once_in_the_prompt_on_every_rung(rung):
    tool = ToolSpec(name="t", returns={"type": "object", "properties": {"kelvin": {"type": "number"}}})
    request = EXAMPLES[ToolRequest].model_copy(update={"tool": tool, "arguments": {}})

    _, exchange = asked(request, response(json.dumps({"result": {"kelvin": 281.5}})), abilities=on(rung))

    prompt = "".join(message["content"] for message in exchange.bodies[0]["messages"])
    assert prompt.count("kelvin") == 1
    assert "Answer with one JSON object with the key `result`" in prompt


def test_json_mode_is_given_the_schema_where_it_follows_one():
    _, exchange = asked(USER, says(HELLO), abilities=on("json_object", schema_in_mode=True))

    assert exchange.bodies[0]["response_format"] == {"type": "json_object", "schema": WIRES[UserRequest].schema(USER)}


def test_a_server_is_told_where_only_one_call_at_a_time_may_be_made():
    _, exchange = asked(WORKING.model_copy(update={"is_parallel": False}), response("It is done."))

    assert exchange.bodies[0]["parallel_tool_calls"] is False


def test_what_the_assistant_knows_beforehand_stands_in_the_system_message_alone():
    _, exchange = asked(WORKING, response("It is done."))

    system, *others = exchange.bodies[0]["messages"]
    assert "1. Find hotels in Lisbon." in system["content"]
    assert "Find hotels in Lisbon." not in json.dumps(others)


def test_no_temperature_is_sent_where_none_was_asked_for():
    _, exchange = asked(USER, says(HELLO))

    assert "temperature" not in exchange.bodies[0]


def test_the_purpose_tells_role_stage_and_dialogue_apart():
    for request, answer, expected in (
        (USER, says(HELLO), ("user", "dialogue", "d1")),
        (ASSISTANT, response("Which nights?"), ("assistant", "dialogue", "d1")),
        (EXAMPLES[ToolRequest], says({"result": {}}), ("tool", "dialogue", "d1")),
        (EXAMPLES[StatementRequest], says(HELLO), ("user", "dialogue", "d1")),
        (EXAMPLES[AtomicTaskRequest], says({"task": "Find a hotel."}), ("planner", "atomic_task", "d1")),
        (EXAMPLES[ExpansionRequest], says({"scenario": "Keeping bees"}), ("planner", "scenario", "")),
        (EXAMPLES[PlanRequest], says({"turns": [{"kind": "chitchat", "intent": "Hi."}]}), ("planner", "plan", "d1")),
    ):
        _, exchange = asked(request, answer)
        purpose = exchange.purposes[0]
        assert (purpose.role, purpose.stage, purpose.dialogue) == expected


def test_filling_a_tool_belongs_to_no_dialogue():
    exchange = ScriptedExchange([EndpointError("enough")])
    with pytest.raises(EndpointError):
        OnlineBackend(ladder(exchange), seed=7).complete(EXAMPLES[FillRequest])

    assert (exchange.purposes[0].stage, exchange.purposes[0].dialogue) == ("fill", "")


def test_the_salt_is_sent_as_seed_and_differs_between_keys_repairs_and_seeds():
    _, first = asked(USER, says({}), says(HELLO))
    _, again = asked(USER, says(HELLO))
    _, other = asked(USER.model_copy(update={"key": "d2/4#0"}), says(HELLO))
    _, reseeded = asked(USER, says(HELLO), seed=8)

    salts = [purpose.salt for purpose in (*first.purposes, *other.purposes, *reseeded.purposes)]
    assert len(set(salts)) == 4
    assert again.purposes[0].salt == salts[0]
    assert [body["seed"] for body in first.bodies] == salts[:2]


def test_what_is_wrong_goes_back_to_the_model_with_its_own_answer():
    completion, exchange = asked(USER, says({"text": ""}), says(HELLO))

    *_, own, note = exchange.bodies[1]["messages"]
    assert completion.answer.text == "Hello."
    assert own == {"role": "assistant", "content": '{"text": ""}'}
    assert note["role"] == "user"
    assert "the text is empty" in note["content"]


def test_the_usage_of_every_attempt_counts():
    completion, _ = asked(USER, says({}), response("no"), says(HELLO))

    assert completion.usage == USAGE + USAGE + USAGE


def test_after_two_repairs_the_answer_has_failed_and_the_last_one_is_kept():
    failure, exchange = asked(USER, says({}), says([]), response("{'text': 'Hello.'}"))

    assert isinstance(failure, AnswerFailed)
    assert len(exchange.bodies) == MOST_REPAIRS + 1
    assert failure.check == "valid_json"
    assert "{'text': 'Hello.'}" in failure.raw
    assert failure.usage == USAGE + USAGE + USAGE


@pytest.mark.parametrize("body", [response(""), {"choices": []}, response(None)])
def test_nothing_is_asked_again_without_an_empty_message_of_the_models(body):
    completion, exchange = asked(USER, body, says(HELLO))

    messages = exchange.bodies[1]["messages"]
    assert completion.answer.text == "Hello."
    assert [message["role"] for message in messages] == ["system", "user"]
    assert "could not be used" in messages[1]["content"]


def test_an_answer_that_was_cut_off_gets_twice_the_room():
    _, exchange = asked(USER, response('{"text": "He', finish="length"), says(HELLO))

    assert exchange.bodies[1]["max_tokens"] == 2 * exchange.bodies[0]["max_tokens"] <= MOST_TOKENS
    assert "cut off" in exchange.bodies[1]["messages"][1]["content"]


@pytest.mark.parametrize(
    "body",
    [
        response(None, refusal="I will not."),
        response("", finish="content_filter"),
        says({**HELLO, "text": "I'm sorry, but I can't assist with that."}),
        response("I'm sorry, but I can't assist with that."),
    ],
)
def test_a_refusal_fails_at_once(body):
    failure, exchange = asked(USER, body)

    assert isinstance(failure, AnswerFailed)
    assert failure.check == "refused"
    assert failure.usage == USAGE
    assert failure.raw
    assert len(exchange.bodies) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{json.dumps(HELLO)}\n```",
        f"<think>What to say?</think>{json.dumps(HELLO)}",
        f"Of course! {json.dumps(HELLO)}",
        f"{json.dumps({'note': 1})} {json.dumps(HELLO)}",
        f"```json\n{json.dumps(HELLO)}\n```\nOnce more:\n```json\n{json.dumps(HELLO)}\n```",
    ],
)
def test_the_one_usable_answer_in_a_text_is_taken(text):
    completion, _ = asked(USER, response(text), abilities=on("text"))

    assert completion.answer.text == "Hello."


def test_which_of_two_answers_is_meant_is_not_guessed():
    two = f"{json.dumps(HELLO)}\n{json.dumps({**HELLO, 'text': 'Good morning.'})}"

    completion, exchange = asked(USER, response(two), says(HELLO))

    assert completion.answer.text == "Hello."
    assert "there are 2 answers" in exchange.bodies[1]["messages"][-1]["content"]


# --- what servers refuse -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "refusal", [CRASH, *(ServerRefusal("unknown schema type", status=status) for status in (500, 400, 404))]
)
def test_a_schema_that_a_server_refuses_is_tried_one_rung_lower_and_remembered(refusal):
    kept = []
    exchange = ScriptedExchange([refusal, says(HELLO), says(HELLO)])
    shared = ladder(exchange, save=kept.append)
    backend = OnlineBackend(shared, seed=7)

    backend.complete(USER)
    backend.complete(USER)

    formats = [body.get("response_format", {}).get("type") for body in exchange.bodies]
    assert formats == ["json_schema", "json_object", "json_object"]
    assert Abilities.model_validate_json(kept[-1]).lowered == {WIRES[UserRequest].sent(USER).digest: "json_object"}


def test_a_schema_is_sent_twice_at_most_until_the_server_has_taken_it_and_the_last_rung_as_often_as_ever():
    exchange = ScriptedExchange([CRASH, CRASH, says(HELLO), says(HELLO), says({"result": {}}), says({"result": {}})])
    backend = OnlineBackend(ladder(exchange), seed=7)

    for request in (USER, USER, EXAMPLES[ToolRequest], EXAMPLES[ToolRequest]):
        backend.complete(request)

    assert exchange.attempts == [NEW_ATTEMPTS, NEW_ATTEMPTS, None, None, NEW_ATTEMPTS, None]


def test_tools_are_sent_twice_at_most_until_the_server_has_taken_them():
    exchange = ScriptedExchange([CRASH, says({"say": "Which nights?", "calls": []}), response("Hello.")])
    backend = OnlineBackend(ladder(exchange), seed=7)

    backend.complete(ASSISTANT)
    backend.complete(ASSISTANT.model_copy(update={"tools": ASSISTANT.tools[:1]}))

    assert ["tools" in body for body in exchange.bodies] == [True, False, True]
    assert exchange.attempts == [NEW_ATTEMPTS] * 3


def test_a_schema_that_another_thread_saw_taken_meanwhile_is_not_remembered_as_refused():
    # given a server that drops the first connection just while it answers another thread
    shared = ladder(RuledExchange(lambda body: rule(body)))
    backend = OnlineBackend(shared, seed=7)
    dropped = []

    def rule(body):
        if not dropped:
            dropped.append(body)
            backend.complete(USER.model_copy(update={"key": "d2/4#0"}))
            raise CRASH
        return says(HELLO)

    backend.complete(USER)

    assert shared.abilities().lowered == {}


def test_a_server_that_dies_of_a_schema_is_sent_it_twice_and_the_run_goes_on():
    def dies(request):
        (resets if "json_schema" in json.dumps(request.body) else sends(says(HELLO)))(request)

    with serving(dies) as server, stamina.set_testing(True, attempts=100):
        client = ChatClient(Endpoint(server.base_url, "m", SecretStr("key")), limit=AdaptiveLimit(8))
        shared = ladder(Plain(client))
        backend = OnlineBackend(shared, seed=7)
        assert [backend.complete(USER).answer.text for _ in range(3)] == ["Hello."] * 3
        client.close()

    formats = [request.body["response_format"]["type"] for request in server.requests]
    assert formats == ["json_schema"] * NEW_ATTEMPTS + ["json_object"] * 3


def test_one_stray_reset_lowers_nothing():
    with serving(resets, sends(says(HELLO))) as server, stamina.set_testing(True, attempts=100):
        client = ChatClient(Endpoint(server.base_url, "m", SecretStr("key")), limit=AdaptiveLimit(8))
        shared = ladder(Plain(client))
        OnlineBackend(shared, seed=7).complete(USER)
        client.close()

    assert len(server.requests) == 2
    assert shared.abilities().lowered == {}


class Plain:
    """An exchange that passes everything on."""

    def __init__(self, transport):
        self._transport = transport

    def ask(self, body, purpose, **options):
        return self._transport.send(body, **options)


def test_other_schemas_stay_on_their_rung():
    exchange = ScriptedExchange([CRASH, says(HELLO), says({"result": {}})])
    backend = OnlineBackend(ladder(exchange), seed=7)

    backend.complete(USER)
    backend.complete(EXAMPLES[ToolRequest])

    assert exchange.bodies[-1]["response_format"]["type"] == "json_schema"


def test_a_request_that_is_refused_on_every_rung_fails_and_nothing_is_learned_from_it():
    refusal = ServerRefusal("not to our taste", status=400)
    exchange = ScriptedExchange([refusal] * 3)
    shared = ladder(exchange)

    with pytest.raises(AnswerFailed, match="taste") as caught:
        OnlineBackend(shared, seed=7).complete(USER)

    assert caught.value.check == "server_refused"
    assert shared.abilities().lowered == {}


def test_a_schema_that_was_taken_before_is_not_blamed():
    exchange = ScriptedExchange([says(HELLO), CRASH])
    backend = OnlineBackend(ladder(exchange), seed=7)
    backend.complete(USER)

    with pytest.raises(AnswerFailed):
        backend.complete(USER)

    assert exchange.is_finished


def test_a_request_too_long_for_the_model_is_tried_with_less_room_for_the_answer():
    refusal = ServerRefusal("maximum context length is 4096 tokens", status=400, code="context_length_exceeded")

    completion, exchange = asked(USER, refusal, says(HELLO))

    assert completion.answer.text == "Hello."
    assert exchange.bodies[1]["max_tokens"] < exchange.bodies[0]["max_tokens"]
    assert exchange.bodies[1]["response_format"]["type"] == "json_schema"


def test_a_request_too_long_in_any_case_fails():
    failure, _ = asked(USER, *[ServerRefusal("maximum context length is 512 tokens", status=400)] * 3)

    assert isinstance(failure, AnswerFailed)
    assert failure.check == "server_refused"


@pytest.mark.parametrize("error", [EndpointError("the key was refused"), BudgetReached("all is spent")])
def test_what_stops_the_run_is_passed_on(error):
    with pytest.raises(type(error)):
        OnlineBackend(ladder(ScriptedExchange([error])), seed=7).complete(USER)


def test_the_usage_before_a_refusal_by_the_server_is_not_lost():
    failure, _ = asked(USER, says({}), ServerRefusal("gone mad", status=404))

    assert failure.usage == USAGE


# --- the assistant --------------------------------------------------------------------------------------------------


def test_the_assistant_calls_natively_where_it_can():
    completion, exchange = asked(ASSISTANT, calls(("search_hotels", {"city": "Lisbon"})))

    (body,) = exchange.bodies
    assert completion.answer.calls[0].arguments == {"city": "Lisbon"}
    assert [tool["function"]["name"] for tool in body["tools"]] == ["search_hotels", "book_hotel"]
    assert body["parallel_tool_calls"] is True
    assert "response_format" not in body


def test_parallel_calls_are_asked_for_only_where_the_endpoint_makes_them():
    single = ABLE.model_copy(update={"parallel_calls": False})

    _, exchange = asked(ASSISTANT, response("Which nights?"), abilities=single)

    assert "parallel_tool_calls" not in exchange.bodies[0]


@pytest.mark.parametrize("missing", ["native_tools", "sees_results"])
def test_the_assistant_is_prompted_where_native_calls_do_not_work(missing):
    abilities = ABLE.model_copy(update={missing: False})
    value = {"say": "", "calls": [{"tool": "search_hotels", "arguments": {"city": "Lisbon"}}]}

    completion, exchange = asked(ASSISTANT, says(value), abilities=abilities)

    (body,) = exchange.bodies
    assert completion.answer.calls[0].tool == "search_hotels"
    assert "tools" not in body
    assert "`calls`" in body["messages"][1]["content"]
    assert {message["role"] for message in body["messages"]} == {"system", "user"}


def test_a_native_move_that_cannot_be_used_is_told_of_in_the_system_message_alone():
    bad = calls(("search_hotels", '{"city": "Li'))

    completion, exchange = asked(ASSISTANT, bad, calls(("search_hotels", {"city": "Lisbon"})))

    first, second = (body["messages"] for body in exchange.bodies)
    assert completion.answer.calls
    assert second[1:] == first[1:]
    assert "not valid JSON" in second[0]["content"]
    assert 'It was: search_hotels {"city": "Li' in second[0]["content"]


def test_tools_that_a_server_refuses_are_described_in_the_prompt_and_that_is_remembered():
    value = {"say": "Which nights?", "calls": []}
    exchange = ScriptedExchange([ServerRefusal("bad tools", status=500), says(value), says(value)])
    shared = ladder(exchange)
    backend = OnlineBackend(shared, seed=7)

    assert backend.complete(ASSISTANT).answer.text == "Which nights?"
    backend.complete(ASSISTANT)

    assert ["tools" in body for body in exchange.bodies] == [True, False, False]
    assert list(shared.abilities().lowered.values()) == [PROMPTED]


def test_an_assistant_without_tools_simply_talks():
    _, exchange = asked(ASSISTANT.model_copy(update={"tools": ()}), response("Hello."), abilities=on("text"))

    assert "tools" not in exchange.bodies[0]


def test_the_complaint_of_the_step_before_reaches_the_model_either_way():
    request = ASSISTANT.model_copy(update={"complaint": "nothing states the day"})

    _, native = asked(request, response("Which day?"))
    _, prompted = asked(request, says({"say": "Which day?", "calls": []}), abilities=on("json_schema"))

    for exchange in (native, prompted):
        assert "nothing states the day" in json.dumps(exchange.bodies[0]["messages"])


def test_threads_share_a_backend():
    exchange = RuledExchange(lambda body: says({**HELLO, "text": str(body["seed"])}))
    backend = OnlineBackend(ladder(exchange), seed=7)
    requests = [USER.model_copy(update={"key": f"d{number}/4#0"}) for number in range(200)]

    with ThreadPoolExecutor(32) as pool:
        texts = [completion.answer.text for completion in pool.map(backend.complete, requests)]

    assert texts == [backend.complete(request).answer.text for request in requests]
    assert len(set(texts)) == 200
