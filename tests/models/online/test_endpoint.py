import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.models.online.paid import KEY, endpoint
from toolgraph.errors import ConfigError
from toolgraph.models.online.endpoint import DEFAULT_BASE_URL, NO_KEY, Endpoint, endpoint_of, key_variable


@pytest.mark.parametrize(
    ("given_url", "base_url"),
    [
        ("http://localhost:8000/v1/", "http://localhost:8000/v1"),
        ("http://localhost:8000/v1/chat/completions", "http://localhost:8000/v1"),
        (" HTTPS://API.Example.com:443/ ", "https://api.example.com"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("http://host/Path/V1", "http://host/Path/V1"),
    ],
)
def test_one_server_has_one_address(given_url, base_url):
    assert endpoint(base_url=given_url).base_url == base_url


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000/v1",
        "ftp://host/v1",
        "http://",
        "http:///v1",
        "http://host:99999",
        "http://a b/v1",
        "http://[::1",
    ],
)
def test_what_is_no_address_is_one_clear_sentence(url):
    with pytest.raises(ConfigError, match="is no address; write it as http://HOST:PORT/v1"):
        endpoint(base_url=url)


@pytest.mark.parametrize(
    "url",
    [
        f"https://{KEY}@host/v1",
        f"https://user:{KEY}@host/v1",
        f"https://host/v1?key={KEY}",
        f"https://host/v1#{KEY}",
        f"http://user:{KEY}/part@host/v1",
        f"{KEY}@host",
    ],
)
def test_a_key_in_the_address_is_refused_and_not_shown(url):
    with pytest.raises(ConfigError) as refusal:
        endpoint(base_url=url)

    assert KEY not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_model_without_a_name_is_refused():
    with pytest.raises(ConfigError, match="has no name"):
        endpoint(model=" ")


def test_an_endpoint_is_spoken_of_by_model_and_host():
    assert endpoint("qwen").label == "qwen at localhost:8000"
    assert endpoint("qwen", "https://api.example.com/v1").label == "qwen at api.example.com"


def test_nothing_that_shows_an_endpoint_shows_its_key():
    shown = (repr(endpoint()), str(endpoint()), f"{endpoint()}", endpoint().label, repr([endpoint()]))

    assert not any(KEY in text for text in shown)


def test_an_endpoint_is_not_written_out():
    with pytest.raises(TypeError, match="holds a key"):
        pickle.dumps(endpoint())
    with pytest.raises(TypeError, match="holds a key"):
        copy.deepcopy(endpoint())


@given(st.text(), st.text(), st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=12))
def test_a_redacted_text_does_not_hold_the_key(before, after, key):
    redacted = Endpoint("http://host", "small", SecretStr(key)).redacted(f"{before}{key}{after}")

    assert key not in redacted or key in "[key]" or "[key]" in key


def test_a_key_is_redacted_where_it_is_escaped_too():
    secret = 'sk-"quoted"+/='
    shy = Endpoint("http://host", "small", SecretStr(secret))

    assert shy.redacted(r'{"key": "sk-\"quoted\"+/="} sk-%22quoted%22%2B%2F%3D') == '{"key": "[key]"} [key]'


def test_a_placeholder_is_not_redacted():
    local = Endpoint("http://host", "small", SecretStr("EMPTY"))

    assert local.redacted("The list is EMPTY.") == "The list is EMPTY."


def secret_of(name, environment, base_url=None):
    return endpoint_of(name, base_url=base_url, environment=environment).key.get_secret_value()


def test_without_more_a_model_is_openais():
    found = endpoint_of("gpt-4o", environment={"OPENAI_API_KEY": f" {KEY}\n"})

    assert (found.base_url, found.model, found.key.get_secret_value()) == (DEFAULT_BASE_URL, "gpt-4o", KEY)


def test_openai_wants_a_key():
    with pytest.raises(ConfigError, match="set OPENAI_API_KEY, or name another server with --base-url"):
        endpoint_of("gpt-4o", environment={"OPENAI_API_KEY": " "})


def test_other_servers_do_without_a_key():
    assert secret_of("qwen", {"OPENAI_BASE_URL": "http://localhost:8000/v1"}) == NO_KEY


def test_the_flag_goes_before_the_variable():
    environment = {"OPENAI_BASE_URL": "http://one/v1", "OPENAI_API_KEY": KEY}

    assert endpoint_of("qwen", base_url="http://two/v1", environment=environment).base_url == "http://two/v1"
    assert secret_of("qwen", environment, base_url="http://two/v1") == KEY


@pytest.mark.parametrize(
    "name", ["qwen@http://other/v1", "qwen@http://main.example/v1", "qwen@https://main.example:8/v1"]
)
def test_the_key_is_sent_to_no_other_server_than_its_own(name):
    assert secret_of(name, {"OPENAI_API_KEY": KEY}, base_url="https://main.example/v1") == NO_KEY


def test_a_server_of_its_own_has_a_key_of_its_own():
    environment = {"OPENAI_API_KEY": KEY, "OPENAI_API_KEY_OTHER_EXAMPLE_8000": "sk-of-the-other-one"}

    assert key_variable("https://other.example:8000/v1") in environment
    assert secret_of("qwen@https://other.example:8000/v1", environment) == "sk-of-the-other-one"
    assert secret_of("gpt-4o", environment) == KEY


def test_another_route_of_the_same_server_gets_the_same_key():
    assert (
        secret_of("qwen@https://main.example/beta", {"OPENAI_API_KEY": KEY}, base_url="https://main.example/v1") == KEY
    )


def test_openai_as_a_second_server_wants_its_own_variable():
    with pytest.raises(ConfigError, match="set OPENAI_API_KEY_API_OPENAI_COM"):
        endpoint_of(
            "gpt-4o@https://api.openai.com/v1", base_url="http://localhost/v1", environment={"OPENAI_API_KEY": KEY}
        )


def test_a_models_name_may_hold_an_at_sign():
    found = endpoint_of("@cf/meta/llama@2", base_url="http://localhost/v1", environment={})

    assert found.model == "@cf/meta/llama@2"


@pytest.mark.parametrize("key", [f"{KEY} x", f"{KEY}\u00e9", f"{KEY}\x07"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(key):
    with pytest.raises(ConfigError, match="OPENAI_API_KEY holds characters") as refusal:
        endpoint_of("gpt-4o", environment={"OPENAI_API_KEY": key})

    assert KEY not in str(refusal.value)
