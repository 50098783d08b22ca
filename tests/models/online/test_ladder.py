import json
import threading
import time

import pytest

from tests.models.online.online_fakes import RuledExchange, calls, ladder, response, says, server
from toolgraph.errors import BudgetReached, EndpointError
from toolgraph.models.online.abilities import Abilities, admitted, is_about_length
from toolgraph.models.online.exchange import Purpose, ServerRefusal
from toolgraph.models.online.ladder import Ladder, probe_abilities

WORK = Purpose(role="user", stage="dialogue", dialogue="d1")
FULL = Abilities(rung="json_schema", native_tools=True, sees_results=True, parallel_calls=True)
BODY = {
    "model": "m",
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
    "seed": 5,
    "temperature": 0.7,
    "max_tokens": 100,
}


def probed(rule):
    exchange = RuledExchange(rule)
    return probe_abilities(exchange, "m"), exchange


def refusing(parameter, message, *, status=400, answer=None):
    """A rule that refuses bodies with a parameter, and answers others as a capable server does."""
    good = server()

    def rule(body):
        if parameter in body:
            raise ServerRefusal(message, status=status)
        return answer(body) if answer else good(body)

    return rule


def test_a_server_that_can_do_everything_is_asked_three_times():
    abilities, exchange = probed(server())

    assert abilities == FULL
    assert len(exchange.bodies) == 3


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    "fluke",
    [
        response(None, refusal="I will not."),
        response("", finish="content_filter"),
        {"choices": []},
        response(""),
        response('{"food": "fl', finish="length"),
        response("I would rather talk of the weather."),
        says({"animal": "spider"}),
        calls(("look_up", {})),
    ],
)
def test_one_bad_answer_lowers_no_ability_and_costs_one_probe_in_other_words(fluke, place):
    good, seen = server(), []

    def rule(body):
        seen.append(body)
        return fluke if len(seen) == place + 1 else good(body)

    abilities, _ = probed(rule)

    assert abilities == FULL
    assert len(seen) == 4
    first, second = seen[place], seen[place + 1]
    assert first["seed"] != second["seed"]
    assert first["messages"][1]["content"] != second["messages"][1]["content"]


def test_what_a_server_refuses_in_so_many_words_is_not_asked_in_others():
    def rule(body):
        if "response_format" in body or "tools" in body:
            raise ServerRefusal("not supported", status=400)
        return server()(body)

    abilities, exchange = probed(rule)

    assert abilities == Abilities(rung="text")
    assert len(exchange.bodies) == 5


@pytest.mark.parametrize("schema", ["ignored", "refused"])
def test_a_server_that_ignores_or_refuses_schemas_is_asked_for_json_mode(schema):
    abilities, _ = probed(server(schema=schema))

    assert (abilities.rung, abilities.schema_in_mode) == ("json_object", False)


def test_json_mode_that_takes_a_schema_is_known_for_it():
    abilities, _ = probed(server(schema="refused", mode="shaped"))

    assert (abilities.rung, abilities.schema_in_mode) == ("json_object", True)


@pytest.mark.parametrize("behaviour", ["ignored", "refused"])
def test_a_server_that_knows_no_format_is_asked_for_json_in_text(behaviour):
    abilities, _ = probed(server(schema=behaviour, mode=behaviour))

    assert abilities.rung == "text"


def test_no_probe_asks_for_json_where_the_server_is_to_see_to_it():
    _, exchange = probed(server(schema="ignored", mode="ignored"))

    for body in exchange.bodies:
        prompt = body["messages"][-1]["content"]
        format = body.get("response_format", {}).get("type")
        assert format is None or '"food"' not in prompt
        assert format != "json_object" or "JSON" in prompt


def test_a_model_that_can_follow_no_rung_is_told_of_in_one_sentence():
    with pytest.raises(EndpointError) as caught:
        probed(server(schema="refused", mode="ignored", fenced=False))

    message = str(caught.value)
    assert message.startswith("m gave a structured answer in none of the ways that were tried (JSON Schema: unknown")
    assert "JSON mode: " in message
    assert "JSON in text: " in message
    assert message.endswith("use a larger or instruction-tuned model, or another server")


@pytest.mark.parametrize("tools", ["ignored", "refused"])
def test_a_server_without_tools_is_known_for_it(tools):
    abilities, _ = probed(server(tools=tools))

    assert not abilities.native_tools
    assert not abilities.calls_natively


def test_a_server_that_drops_results_silently_is_no_good_for_native_calls():
    abilities, _ = probed(server(results=False))

    assert abilities.native_tools
    assert not abilities.calls_natively


def test_one_call_at_a_time_is_native_but_not_parallel():
    abilities, _ = probed(server(tools="single"))

    assert abilities.calls_natively
    assert not abilities.parallel_calls


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ("seed", "body.seed: Extra inputs are not permitted"),
        ("temperature", "Unsupported value: 'temperature' does not support 0 with this model"),
        ("parallel_tool_calls", "Unrecognized request argument supplied: parallel_tool_calls"),
        ("max_tokens", "max_tokens: unknown field"),
    ],
)
def test_a_parameter_that_a_server_refuses_by_name_is_left_out(parameter, message):
    abilities, exchange = probed(refusing(parameter, message))

    assert abilities.left_out == (parameter,)
    assert abilities.rung == "json_schema"
    assert abilities.calls_natively
    assert sum(parameter in body for body in exchange.bodies) == 1


def test_a_renamed_parameter_is_sent_under_its_new_name():
    message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."

    abilities, exchange = probed(refusing("max_tokens", message))

    assert abilities.token_limit == "max_completion_tokens"
    assert abilities.left_out == ()
    assert exchange.bodies[-1]["max_completion_tokens"] > 0


def test_a_request_quoted_in_a_refusal_is_no_refusal_of_all_its_parameters():
    message = f"body.seed: Extra inputs are not permitted; input was {json.dumps({'messages': 'x' * 400, **BODY})}"

    abilities, _ = probed(refusing("seed", message, status=422))

    assert abilities.left_out == ("seed",)


def test_a_server_without_a_system_role_gets_its_text_in_the_first_message():
    good = server()

    def rule(body):
        if body["messages"][0]["role"] == "system":
            raise ServerRefusal("System role not supported", status=500)
        return good(body)

    abilities, exchange = probed(rule)

    assert not abilities.system_messages
    assert exchange.bodies[-1]["messages"][0]["content"].startswith("You are a helpful assistant")


def test_a_thinker_that_is_cut_off_gets_more_room():
    good = server()

    def rule(body):
        return response("<think>Hm", finish="length") if body["max_tokens"] < 2000 else good(body)

    abilities, _ = probed(rule)

    assert (abilities.rung, abilities.calls_natively) == ("json_schema", True)


def test_a_server_that_cannot_be_used_stops_the_probing():
    def rule(body):
        raise EndpointError("the key was refused")

    with pytest.raises(EndpointError, match="the key was refused"):
        probed(rule)


def test_a_field_of_the_users_own_is_sent_always_and_a_refusal_of_it_is_told():
    exchange = RuledExchange(server())
    probe_abilities(exchange, "m", extra={"top_k": 5})

    assert all(body["top_k"] == 5 for body in exchange.bodies)
    with pytest.raises(EndpointError, match=r"does not take 'top_k'.*leave it out"):
        probe_abilities(RuledExchange(refusing("top_k", "unknown field top_k")), "m", extra={"top_k": 5})


def test_many_threads_at_once_probe_once():
    good = server()

    def slow(body):
        time.sleep(0.01)
        return good(body)

    exchange = RuledExchange(slow)
    shared = Ladder(exchange, model="m")
    found = []
    threads = [threading.Thread(target=lambda: found.append(shared.abilities())) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(exchange.bodies) == 3
    assert len(found) == 64
    assert len({id(each) for each in found}) == 1


def test_a_model_that_failed_its_probes_is_not_probed_by_the_next_thread():
    exchange = RuledExchange(server(schema="ignored", mode="ignored", fenced=False))
    shared = Ladder(exchange, model="m")

    for _ in range(2):
        with pytest.raises(EndpointError):
            shared.abilities()

    assert len(exchange.bodies) == 8


def test_what_was_found_out_is_kept_for_the_next_start():
    kept = []
    exchange = RuledExchange(server(schema="refused"))
    first = Ladder(exchange, model="m", save=kept.append)
    abilities = first.abilities()
    asked = len(exchange.bodies)

    second = Ladder(exchange, model="m", load=lambda: kept[-1])

    assert second.abilities() == abilities
    assert len(exchange.bodies) == asked


@pytest.mark.parametrize("kept", [None, "", "{}x", '{"rung": "none"}', '{"unknown": 1}'])
def test_what_another_version_kept_is_found_out_anew(kept):
    exchange = RuledExchange(server())

    assert Ladder(exchange, model="m", load=lambda: kept).abilities().rung == "json_schema"
    assert exchange.bodies


def test_a_lesson_at_work_is_kept_too():
    kept = []
    exchange = RuledExchange(refusing("seed", "seed: unknown field", answer=lambda body: says({"text": "hi"})))
    shared = ladder(exchange, save=kept.append)

    shared.ask(BODY, WORK)
    shared.ask(BODY, WORK)

    assert ["seed" in body for body in exchange.bodies] == [True, False, False]
    assert "seed" in Abilities.model_validate_json(kept[-1]).left_out


def test_a_refusal_for_another_reason_is_passed_on():
    exchange = RuledExchange(refusing("messages", "the prompt is not to our taste"))

    with pytest.raises(ServerRefusal, match="taste"):
        ladder(exchange).ask(BODY, WORK)

    assert len(exchange.bodies) == 1


def test_a_server_that_refuses_everything_by_name_is_not_asked_for_ever():
    def rule(body):
        raise ServerRefusal("seed, temperature and max_tokens are unknown", status=400)

    with pytest.raises(ServerRefusal):
        ladder(RuledExchange(rule)).ask(BODY, WORK)


def test_a_spent_budget_is_passed_on():
    def rule(body):
        raise BudgetReached("all is spent")

    with pytest.raises(BudgetReached):
        Ladder(RuledExchange(rule), model="m").abilities()


def test_a_body_is_sent_as_the_endpoint_takes_it_and_stays_as_it_was():
    before = json.dumps(BODY)
    abilities = Abilities(system_messages=False, token_limit="max_completion_tokens", left_out=("seed",))

    sent = admitted(BODY, abilities)

    assert sent == {
        "model": "m",
        "messages": [{"role": "user", "content": "Be brief.\n\nHi"}],
        "temperature": 0.7,
        "max_completion_tokens": 100,
    }
    assert json.dumps(BODY) == before
    assert "max_tokens" not in admitted(BODY, Abilities(left_out=("max_tokens",)))


@pytest.mark.parametrize(
    ("message", "code", "expected"),
    [
        ("This model's maximum context length is 4096 tokens", "", True),
        ("the prompt is too big", "context_length_exceeded", True),
        ("max_tokens is too large: 8192. This model supports at most 4096", "", True),
        ("Invalid schema for response_format: properties exceed the limit", "", False),
        ("internal error", "", False),
    ],
)
def test_a_request_that_is_too_long_is_told_from_one_with_a_bad_schema(message, code, expected):
    assert is_about_length(ServerRefusal(message, status=400, code=code)) is expected
