"""Edges confirmed by the rule server over HTTP, by the command line and by whole runs."""

import json
import re

import pytest

from tests.command_line import runner
from tests.graph.typed.shop import TOOLS
from tests.online.runs import config_for, lines_of, require_sound, run
from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.faults import FAULTS, always, changed
from tests.servers.hashed import hashed_vectors, link
from tests.servers.spool import Spool, telling
from toolgraph.graph import embedding
from toolgraph.graph.storage import load_graph
from toolgraph.run.dry_run import estimate
from toolgraph.run.pipeline import Pipeline
from toolgraph.tools.catalogue import write_tools


class Hashed:
    def encode(self, sentences, **options):
        return hashed_vectors(sentences)


@pytest.fixture(autouse=True)
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOOLGRAPH_CACHE", str(tmp_path / ".cache"))
    monkeypatch.setattr(embedding, "load_encoder", lambda name="embedded": (Hashed(), "hashed"))
    write_tools(TOOLS, tmp_path / "shop.jsonl")


@pytest.fixture
def toolgraph(monkeypatch, capsys):
    return runner(monkeypatch, capsys)


def confirm(server, more=""):
    return (
        f"graph --tools shop.jsonl --edges confirmed --model {MODEL} --base-url {server.base_url} --timeout 10 "
        f"--patience 5 --out graph {more}"
    )


def saying(text):
    """A server whose model answers to questions about edges with `text`, and to all others as ever."""

    def change(completion, asked):
        if "can be handed to another tool" in asked.json["messages"][0]["content"]:
            completion["choices"][0]["message"]["content"] = text
        return completion

    return ChatServer(Spool(), faults=[changed(always, change)])


def flows(path="graph"):
    return {(e.source, e.target): e.score for e in load_graph(path).edges() if e.kind == "P-R"}


@pytest.fixture
def typed(toolgraph, tmp_path):
    assert toolgraph("graph --tools shop.jsonl --out typed")[0] == 0
    return flows(tmp_path / "typed")


def test_what_the_model_confirms_is_certain(toolgraph, typed, tmp_path):
    with saying('{"reason": "It is the same id.", "feeds": true}') as server:
        code, out, err = toolgraph(confirm(server, "--json"))

    assert code == 0
    assert json.loads(out)["verdicts"] == {"confirmed": len(typed), "refused": 0, "undecided": 0}
    assert flows(tmp_path / "graph") == dict.fromkeys(typed, 1.0)
    assert f"asking {MODEL} about {len(typed)} edges took" in err
    assert "because: It is the same id" in toolgraph("graph explain search_products get_product --graph graph")[1]


def test_what_the_model_refuses_is_gone_and_what_was_not_asked_stays(toolgraph, typed, tmp_path):
    with saying('{"reason": "\\u001b[31mNo\\u001b[0m \\ud800.", "feeds": false}') as server:
        code, out, _ = toolgraph(confirm(server, "--confirm 1"))

    assert code == 0
    assert "0 confirmed, 1 refused, 0 undecided" in out
    (gone,) = typed.keys() - flows(tmp_path / "graph").keys()
    assert typed[gone] == max(typed.values())
    _, explained, _ = toolgraph(f"graph explain {gone[0]} {gone[1]} --graph graph")
    assert "refused by the model" in explained
    assert "\x1b[31m" not in explained
    assert toolgraph(f"graph explain {gone[0]} {gone[1]} --graph graph --json")[0] == 0


@pytest.mark.parametrize(
    "text",
    [
        "Yes, it feeds.",
        '{"feeds": true}',
        '{"reason": "", "feeds": true}',
        '{"reason": "So.", "feeds": "true"}',
        '{"reason": "So.", "feeds": 1}',
        '{"reason": "So.", "feeds": null}',
        '{"reason": "So."}',
        "I'm sorry, but I can't assist with that request.",
        "[true, true]",
        "",
    ],
)
def test_an_answer_that_is_none_confirms_nothing_and_refuses_nothing(toolgraph, typed, tmp_path, text):
    with saying(text) as server:
        code, out, _ = toolgraph(confirm(server, "--confirm 2 --json"))

    assert code == 0
    assert json.loads(out)["verdicts"] == {"confirmed": 0, "refused": 0, "undecided": 2}
    assert flows(tmp_path / "graph") == typed


def test_a_question_that_was_answered_once_is_not_asked_again_and_no_file_holds_the_key(toolgraph, tmp_path):
    with saying('{"reason": "Fits.", "feeds": true}') as server:
        assert toolgraph(confirm(server))[0] == 0
        answered, first = server.answered, (tmp_path / "graph" / "graph.npz").read_bytes()
        assert toolgraph(confirm(server))[0] == 0

        assert server.answered == answered
    assert (tmp_path / "graph" / "graph.npz").read_bytes() == first
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()


def test_a_limit_ends_the_asking_with_what_is_done(toolgraph, typed, tmp_path):
    with saying('{"reason": "Fits.", "feeds": true}') as server:
        _, _, err = toolgraph(confirm(server, "--cache all.sqlite"))
        tokens = int(re.search(r"took ([\d,]+) tokens", err)[1].replace(",", ""))
        limit = f"--cache some.sqlite --max-tokens {tokens - 1000} --concurrency 1 --json"
        code, out, err = toolgraph(confirm(server, limit))

    confirmed = json.loads(out)["verdicts"]["confirmed"]
    assert code == 0
    assert 0 < confirmed < len(typed)
    assert "it ended early" in err
    assert sum(score == 1.0 for score in flows(tmp_path / "graph").values()) == confirmed


def test_a_server_that_is_gone_ends_with_one_sentence_and_no_graph(toolgraph, tmp_path):
    with saying("") as server:
        line = confirm(server)

    code, out, err = toolgraph(line)

    assert (code, out) == (1, "")
    assert "Traceback" not in err
    assert not (tmp_path / "graph").exists()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("--edges confirmed", "edges is confirmed and nobody confirms them; name a language model with --model NAME"),
        ("--edges confirmed --model offline", "nobody confirms them"),
        ("--model m", "--model has a say only with --edges confirmed"),
        ("--confirm 5 --edges toolflow", "--confirm has a say only with --edges confirmed"),
        ("--edges confirmed --model m --confirm 0", "confirm: got 0; expected a whole number of at least 1"),
        ("--edges confirmd", "did you mean 'confirmed'?"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_done(toolgraph, tmp_path, more, says):
    code, out, err = toolgraph(f"graph --tools shop.jsonl --out graph {more}")

    assert (code, out) == (2, "")
    assert says in err
    assert not (tmp_path / "graph").exists()


def test_commands_that_ask_nobody_want_the_graph(toolgraph):
    for line in (
        "sample --tools shop.jsonl --edges confirmed",
        "graph explain a b --tools shop.jsonl --edges confirmed",
    ):
        code, _, err = toolgraph(line)
        assert (code, "make the graph with toolgraph graph --edges confirmed" in err) == (2, True)


@pytest.mark.parametrize("fault", [None, "500 for every JSON Schema", "ignores response_format"])
def test_a_run_makes_its_dialogues_over_a_confirmed_graph(tools, spool, tmp_path, fault):
    with ChatServer(spool, faults=FAULTS[fault]() if fault else []) as server:
        summary = run(config_for(server.base_url, tools, n=2, edges="confirmed", confirm=3), tmp_path / "run", spool)

    assert (summary.accepted, summary.stopped) == (2, "")
    require_sound(tmp_path / "run", accepted=2)
    graph = load_graph(tmp_path / "run" / "graph")
    assert graph.edges_rule == "confirmed"
    assert 0 < len(graph.confirmations) <= 3
    assert {each.verdict for each in graph.confirmations} <= {"confirmed", "refused"}
    assert edges_booked(tmp_path / "run") >= len(graph.confirmations)


def test_a_comparison_can_have_its_graph_confirmed_or_take_one_that_is(toolgraph, tmp_path):
    spool = Spool()
    with ChatServer(spool) as server, telling(spool):
        assert toolgraph(confirm(server))[0] == 0
        model = f"--edges confirmed --model {MODEL} --base-url {server.base_url}"
        for name, more in (("a", "--graph graph"), ("b", f"--tools shop.jsonl {model}")):
            code, _, err = toolgraph(f"compare {more} --strategies random,walk -n 40 --out {name} --no-html")
            assert code == 0, err

    figures = [json.loads((tmp_path / name / "compare.json").read_text())["graph"] for name in "ab"]
    assert figures[0]["edges_rule"] == figures[1]["edges_rule"] == "confirmed"
    assert figures[0]["edges"] == figures[1]["edges"]


def test_a_dry_run_reckons_edges_once_and_the_run_after_it_asks_about_none_again(tools, spool, tmp_path):
    with ChatServer(spool) as server:
        config = config_for(server.base_url, tools, n=50, edges="confirmed", confirm=3, fill="none")
        with telling(spool):
            found = estimate(config, tmp_path / "run", pipeline=Pipeline(link=link))
        asked = edges_booked(tmp_path / "run")
        run(config.model_copy(update={"n": 4}), tmp_path / "run", spool)

    assert asked > 0
    assert found.by_role["filler"].requests == asked
    assert edges_booked(tmp_path / "run") == asked


def edges_booked(path):
    return sum(line["stage"] == "edges" for line in lines_of(path / "usage.jsonl"))
