import dataclasses
import logging
import multiprocessing
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.models.online.paid import KEY, body, endpoint, reply
from toolgraph.errors import ConfigError, GenerationError
from toolgraph.models.online.cache import ResponseCache, request_key


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / "responses.sqlite"


@pytest.fixture
def cache(path):
    cache = ResponseCache(path)
    yield cache
    cache.close()


def key(number=0, **fields):
    return request_key(endpoint(), body(**fields), number)


def test_what_was_put_is_got_as_one_from_the_cache(cache):
    cache.put(key(), reply("Grüße \ud83d", 10, 3, is_estimated=True), endpoint())

    assert cache.get(key()) == dataclasses.replace(
        reply("Grüße \ud83d", 10, 3, is_estimated=True), seconds=0.0, is_cached=True
    )
    assert cache.get(key(1)) is None


def test_what_was_put_outlives_the_process_that_did(path):
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_put_and_die, args=(path,))
    process.start()
    process.join()

    survivor = ResponseCache(path)

    assert survivor.get(key()) is not None
    assert survivor.remembered(endpoint()) == '{"rung": "text"}'
    survivor.close()


BODY = {
    "model": "small",
    "messages": [{"role": "user", "content": "Hi!"}],
    "temperature": 0.7,
    "response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}},
}


@pytest.mark.parametrize(
    "change",
    [
        {"model": "large"},
        {"messages": [{"role": "user", "content": "Hi."}]},
        {"temperature": 0.8},
        {"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "array"}}}},
        {"top_k": 20},
        {"seed": 1},
    ],
)
def test_another_question_has_another_key(change):
    assert request_key(endpoint(), {**BODY, **change}, 0) != request_key(endpoint(), BODY, 0)


def test_another_server_or_salt_has_another_key():
    usual = request_key(endpoint(), BODY, 0)

    assert request_key(endpoint(base_url="http://localhost:8001/v1"), BODY, 0) != usual
    assert request_key(endpoint(), BODY, 1) != usual


def test_the_order_of_a_schemas_properties_is_part_of_the_question_and_that_of_the_fields_is_not():
    one, other = {"a": {}, "b": {}}, {"b": {}, "a": {}}

    assert request_key(endpoint(), {"x": one, "y": 1}, 0) == request_key(endpoint(), {"y": 1, "x": one}, 0)
    assert request_key(endpoint(), {"x": one}, 0) != request_key(endpoint(), {"x": other}, 0)


def test_neither_the_account_nor_the_way_the_address_is_written_is_part_of_the_question():
    other = dataclasses.replace(endpoint(base_url="http://LOCALHOST:8000/v1/"), key=SecretStr("sk-another-account"))

    assert request_key(other, BODY, 0) == request_key(endpoint(), BODY, 0)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
bodies = st.dictionaries(st.text(), json_values, max_size=4)


@given(bodies, bodies, st.integers(0, 3), st.integers(0, 3))
def test_two_requests_share_a_key_only_if_they_are_the_same(one, other, salt, other_salt):
    is_same = repr(sorted(one.items())) == repr(sorted(other.items())) and salt == other_salt

    assert (request_key(endpoint(), one, salt) == request_key(endpoint(), other, other_salt)) == is_same


def test_the_key_is_in_no_file_of_the_cache_even_if_the_server_echoes_it(path):
    cache = ResponseCache(path)
    cache.put(key(), reply(f"Your key is {KEY}."), endpoint())
    cache.remember(endpoint(), f'{{"error": "{KEY}"}}')

    files = list(path.parent.iterdir())
    assert path.with_name("responses.sqlite-wal") in files
    assert not any(KEY.encode() in file.read_bytes() for file in files)
    assert cache.get(key()).body["choices"][0]["message"]["content"] == "Your key is [key]."
    cache.close()


def test_abilities_are_remembered_per_model_and_server(cache):
    cache.remember(endpoint("small"), "1")
    cache.remember(endpoint("small"), "2")
    cache.remember(endpoint("large"), "3")

    assert cache.remembered(endpoint("small")) == "2"
    assert cache.remembered(endpoint("small", "http://elsewhere/v1")) is None


def test_a_damaged_file_is_set_aside_and_begun_anew_with_a_warning(path, caplog):
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1_000)

    cache = ResponseCache(path)
    cache.put(key(), reply(), endpoint())

    assert cache.get(key()) is not None
    assert path.with_suffix(".damaged").read_bytes().startswith(b"no database")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "is damaged" in caplog.text
    cache.close()


def test_a_file_damaged_inside_loses_its_answers_and_not_the_run(path, caplog):
    # given a cache with a page overwritten in its midst
    cache = ResponseCache(path)
    for number in range(200):
        cache.put(key(number), reply("word " * 200), endpoint())
    cache.close()
    content = bytearray(path.read_bytes())
    content[4096:-4096] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)

    # when it is used
    cache = ResponseCache(path)
    found = [cache.get(key(number)) for number in range(200)]

    # then it is begun anew
    cache.put(key(), reply(), endpoint())
    assert None in found
    assert cache.get(key()) is not None
    assert "begun anew" in caplog.text
    cache.close()


def test_a_damaged_row_is_an_answer_not_known(path, cache):
    cache.put(key(), reply(), endpoint())
    other = sqlite3.connect(path)
    other.execute("UPDATE responses SET reply = 'no json'")
    other.commit()
    other.close()

    assert cache.get(key()) is None
    assert cache.put(key(), reply(), endpoint()) == reply()
    assert cache.get(key()) is not None


def test_of_two_processes_that_asked_the_same_at_once_both_go_on_with_the_answer_stored_first(path, cache):
    other = ResponseCache(path)

    first = cache.put(key(), reply("Lisbon"), endpoint())
    second = other.put(key(), reply("Porto"), endpoint())

    assert first.body == second.body == cache.get(key()).body == reply("Lisbon").body
    other.close()


def test_a_file_that_cannot_be_opened_is_one_clear_sentence(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot be opened .*; name another file with --cache"):
        ResponseCache(tmp_path)


def test_a_reply_that_cannot_be_stored_ends_the_run_before_more_is_paid(cache):
    cache._database.execute("PRAGMA query_only = ON")  # as a disk that became read-only

    with pytest.raises(GenerationError, match=r"cannot write to .*; make room and start the same command again"):
        cache.put(key(), reply(), endpoint())

    assert cache.get(key()) is None


def test_what_comes_after_the_end_is_not_stored_and_harms_nothing(path, caplog):
    cache = ResponseCache(path)
    cache.close()

    cache.put(key(), reply(), endpoint())

    assert cache.get(key()) is None
    assert not caplog.records


def test_many_threads_share_a_cache(cache):
    def put_and_get(number):
        cache.put(key(number), reply(f"answer {number}"), endpoint())
        return cache.get(key(number)).body["choices"][0]["message"]["content"]

    with ThreadPoolExecutor(32) as threads:
        found = list(threads.map(put_and_get, range(400)))

    assert found == [f"answer {number}" for number in range(400)]


def test_several_processes_share_a_file(path):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_fill, args=(path, first)) for first in (0, 100, 200)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    cache = ResponseCache(path)

    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert all(cache.get(key(number)) is not None for number in range(300))
    cache.close()


def _fill(path, first):
    cache = ResponseCache(path)
    for number in range(first, first + 100):
        cache.put(key(number), reply(), endpoint())
    cache.close()


def _put_and_die(path):
    import os
    import signal

    cache = ResponseCache(path)
    cache.put(key(), reply(), endpoint())
    cache.remember(endpoint(), '{"rung": "text"}')
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_file_of_another_kind_is_refused_and_stays(tmp_path):
    mine = tmp_path / "mine.json"
    mine.write_text('{"precious": true}')

    with pytest.raises(ConfigError, match="is no cache of responses; name another file"):
        ResponseCache(mine)

    assert mine.read_text() == '{"precious": true}'
