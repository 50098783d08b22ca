"""What a user gets wrong, on the command line: one sentence that says what was tried and what to change."""

import pytest

from tests.online.runs import everything_written, in_process, write_tools
from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.faults import always, answered, changed, with_text
from tests.servers.http import Answer
from tests.servers.spool import Spool


def generate(folder, base_url, *more, model=MODEL, key=KEY):
    arguments = [
        "generate", "--tools", write_tools(folder), "-n", 2, "--turns", 2, "--tools-per-dialogue", "2-3",
        "--out", folder / "run", "--model", model, "--base-url", base_url, "--patience", 2, "--timeout", 2,
    ]  # fmt: skip
    return in_process(folder / "spool", *arguments, *more, key=key)


def require_one_sentence(done, code, *words):
    """The program ends with a code and one line of error that holds all the words."""
    told = [line for line in done.stderr.splitlines() if line.strip()]
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert len(told) == 1, done.stderr
    for word in words:
        assert word in told[0], told[0]


@pytest.fixture(scope="module")
def server():
    with ChatServer(Spool()) as server:
        yield server


def test_a_wrong_key(server, tmp_path):
    wrong = "sk-test-of-somebody-else"
    done = generate(tmp_path, server.base_url, key=wrong)

    require_one_sentence(done, 1, "OPENAI_API_KEY", "401")
    assert wrong not in done.stdout + done.stderr
    assert all(wrong.encode() not in data for data in everything_written(tmp_path).values())


def test_an_unknown_model(server, tmp_path):
    require_one_sentence(generate(tmp_path, server.base_url, model="rules-9"), 1, "rules-9", "--model")


def test_an_address_without_v1(server, tmp_path):
    require_one_sentence(generate(tmp_path, server.url), 1, f"--base-url {server.url}/v1")


def test_an_address_nobody_listens_at(tmp_path):
    require_one_sentence(generate(tmp_path, "http://127.0.0.1:9/v1"), 1, "127.0.0.1:9", "--base-url")


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://127.0.0.1/v1", "http://user:secret99@127.0.0.1/v1"])
def test_an_address_that_is_none(tmp_path, address):
    done = generate(tmp_path, address)

    require_one_sentence(done, 2)
    assert "secret99" not in done.stderr


def test_a_model_that_follows_no_rung(tmp_path):
    mumbles = changed(always, with_text(lambda text: "I like turtles."))
    with ChatServer(Spool(), faults=[mumbles]) as server:
        done = generate(tmp_path, server.base_url)

    require_one_sentence(done, 1, "JSON Schema", "JSON mode", "model")


def test_a_web_page_in_place_of_an_api(tmp_path):
    page = answered(always, Answer(200, b"<html><body>Welcome</body></html>", {"content-type": "text/html"}))
    with ChatServer(Spool(), faults=[page]) as server:
        done = generate(tmp_path, server.base_url)

    require_one_sentence(done, 1, "web page")


def test_a_limit_on_money_with_an_unknown_price(server, tmp_path):
    require_one_sentence(generate(tmp_path, server.base_url, "--max-cost", 1), 2, "--price", MODEL)
    assert not (tmp_path / "run").exists()


def test_a_dry_run_without_a_model(tmp_path):
    arguments = ["generate", "--tools", write_tools(tmp_path), "-n", 2, "--out", tmp_path / "run", "--dry-run"]

    require_one_sentence(in_process(tmp_path / "spool", *arguments), 2, "--model")
