"""The key is in nothing that a run writes, prints or remembers."""

import pytest

from tests.online.runs import everything_written, in_process, write_tools
from tests.servers.chat import KEY, MODEL, ChatServer
from tests.servers.faults import FAULTS
from tests.servers.spool import Spool

FAULTY = [
    fault
    for name in (
        "echoes the key", "500 now and then", "connection reset", "half-sent body", "HTML with status 502",
        "invalid JSON", "refusals", "truncated",
    )
    for fault in FAULTS[name]()
]  # fmt: skip


@pytest.mark.parametrize("faults", [(), FAULTY], ids=["well", "ill"])
def test_no_artefact_holds_the_key(tmp_path, faults):
    spool, out = tmp_path / "spool", tmp_path / "out"
    out.mkdir()
    arguments = [
        "generate", "--tools", write_tools(tmp_path), "-n", 8, "--turns", 2, "--tools-per-dialogue", "2-3",
        "--out", out / "run", "--model", MODEL, "--patience", 20, "--timeout", 2, "--cache", out / "cache.sqlite",
        "--judge-model", MODEL,
    ]  # fmt: skip
    with ChatServer(Spool(spool), faults=faults) as server:
        done = in_process(spool, *arguments, "--base-url", server.base_url, OPENAI_LOG="debug", PYTHONDEVMODE="1")

    assert done.returncode == 0, done.stderr
    written = everything_written(out)
    assert {"config.yaml", "dialogues.jsonl", "usage.jsonl", "metrics.json", "cache.sqlite, unpacked"} <= {
        path.rsplit("/", 1)[-1] for path in written
    }
    assert b"chat.completion" in written[f"{out}/cache.sqlite, unpacked"]
    for path, data in {**written, "stdout": done.stdout.encode(), "stderr": done.stderr.encode()}.items():
        assert KEY.encode() not in data, path
        assert KEY[3:].encode() not in data, path
