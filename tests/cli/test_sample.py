import json

import numpy as np
import pytest

from toolgraph.graph import embedding
from toolgraph.graph.strategies.named import STRATEGIES

CITIES = [
    {"name": f"tool_{number}", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
    for number in range(5)
]


class OneDirection:
    """Every text is like every other."""

    def encode(self, sentences, **options):
        return np.ones((len(sentences), 2), np.float32)


@pytest.fixture(autouse=True)
def small_world(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOOLGRAPH_CACHE", str(tmp_path / ".cache"))
    monkeypatch.setattr(embedding, "load_encoder", lambda name="embedded": (OneDirection(), "one"))
    (tmp_path / "tools.json").write_text(json.dumps(CITIES))


def test_samples_are_json_lines_and_the_summary_goes_to_stderr(run):
    code, out, err = run("sample --tools tools.json --strategy walk --tools-per-dialogue 2-3 -n 4 --seed 1")

    samples = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [sample["id"] for sample in samples] == ["s000001", "s000002", "s000003", "s000004"]
    assert all(len(sample["tools"]) in (2, 3) and sample["edges"] for sample in samples)
    assert "4 samples hold" in err
    assert "rules fired: none" in err


def test_the_same_seed_gives_the_same_bytes_from_tools_and_from_their_graph(run, tmp_path):
    run("graph --tools tools.json --out graph")

    run("sample --tools tools.json --seed 3 --out a.jsonl")
    run("sample --graph graph --seed 3 --out b.jsonl")

    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes() != b""


def test_a_program_may_read_the_summary(run):
    _, _, err = run("sample --tools tools.json -n 3 --tools-per-dialogue 9 --json")

    summary = json.loads(err.splitlines()[-1])
    assert summary == {"samples": 3, "tools_seen": 5, "tools": 5, "rules": {"small_catalogue": 3}}


def test_distinct_samples_that_run_out_are_written_and_then_fail_in_one_sentence(run):
    code, out, err = run("sample --tools tools.json --strategy random --tools-per-dialogue 4 -n 9 --distinct")

    samples = [frozenset(json.loads(line)["tools"]) for line in out.splitlines()]
    assert code == 1
    assert len(set(samples)) == len(samples) == 5
    assert "5 distinct samples were found, not the 9 asked for" in err


def test_the_help_names_every_strategy(run):
    _, sampling, _ = run("sample --help")
    _, generating, _ = run("generate --help")

    for text in (sampling, generating):
        shown = "".join(text.split())
        assert [name for name in (*STRATEGIES, "mixed:", "MODULE:CLASS") if name not in shown] == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("sample --tools tools.json --strategy drunk", "choose random, walk, dataflow"),
        ("sample --tools tools.json --strategy wlak", "did you mean 'walk'?"),
        ("sample --tools tools.json --strategy no_such_module:Mine", "cannot be imported"),
        ("sample --tools tools.json --tools-per-dialogue 6-2", "not a range"),
        ("sample --graph nowhere", "holds no graph"),
        ("sample --graph graph --tools tools.json", "name the tools or a graph"),
        ("sample", "name the tools"),
        ("sample --tools tools.json --out no/such/file", "no/such/file"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_code_2(run, line, says):
    code, out, err = run(line)

    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err
