"""Runs whose calls are really made: by the server that ships with toolgraph, by spoilt ones, by Python functions."""

import json
import re
import subprocess
import sys
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from run_fakes import link

from toolgraph.dialogue.spoken import today_in
from toolgraph.errors import ConfigError, GenerationError, LiveError, RunDirectoryError, ToolSpecError
from toolgraph.formats import read_dialogues
from toolgraph.models.offline.banks import load_words
from toolgraph.quality.checks import findings_in
from toolgraph.resources import data_dir
from toolgraph.run.config import RunConfig, make_config, require_consistent, write_config
from toolgraph.run.execute_options import holds_secret
from toolgraph.run.executing import allowed_tools, python_files, today_of
from toolgraph.run.pipeline import Pipeline, generate
from toolgraph.tools.spec import ToolSpec

pytest.importorskip("mcp")

SERVERS = Path(__file__).parents[1] / "mcp_servers"
LIBRARY = f"{sys.executable} {data_dir() / 'servers' / 'library.py'}"
HOSTILE = f"{sys.executable} {SERVERS / 'hostile.py'}"
HASHED = Pipeline(link=link)
"""The real pipeline but for the embedding model."""


def made(directory, **options):
    config = RunConfig(**{"mcp": LIBRARY, "execute": True, "n": 6, "workers": 1, **options})
    return generate(config, directory, pipeline=HASHED)


def dialogues_in(directory):
    return list(read_dialogues(directory / "dialogues.jsonl"))


def results_in(dialogue):
    return [json.loads(message.content) for message in dialogue.messages if message.role == "tool"]


# --- the library ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    directory = tmp_path_factory.mktemp("library") / "run"
    made(directory, allow_writes=True, n=24, workers=2, seed=3)
    return directory


def test_every_call_is_made_and_every_dialogue_passes_every_check(run):
    dialogues = dialogues_in(run)

    assert len(dialogues) == 24
    assert [findings_in(dialogue) for dialogue in dialogues] == [()] * 24
    for dialogue in dialogues:
        assert dialogue.meta["executed"]["calls"] == len(results_in(dialogue)) > 0
        assert "mismatches" not in dialogue.meta["executed"]


def test_every_dialogue_has_the_day_of_the_library(run):
    days = {today_in(dialogue.messages[0].content) for dialogue in dialogues_in(run)}

    assert days == {date(2027, 1, 5)}


@pytest.mark.parametrize(
    ("instructions", "day"),
    [
        ("Be brief. Today is 2027-03-01.", date(2027, 3, 1)), ("Current date: Monday, 2027-03-01", date(2027, 3, 1)),
        ("Today is 2027-13-41.", None), ("Version 2025-06-18 of the protocol.", None), ("", None),
    ],
)  # fmt: skip
def test_it_is_the_day_that_a_server_says_or_else_that_of_the_clock(instructions, day):
    tools = SimpleNamespace(session=lambda: nullcontext(SimpleNamespace(instructions=instructions)))
    before = date.today()

    assert today_of(tools) in ({day} if day else {before, date.today()})


def test_results_are_what_the_library_holds(run):
    shelf = (data_dir() / "servers" / "library.py").read_text("utf-8")
    titles = {
        book["title"] for dialogue in dialogues_in(run) for result in results_in(dialogue)
        for book in result.get("books", [])
    }  # fmt: skip

    assert len(titles) > 5
    assert all(f"| {title} " in shelf for title in titles)


def test_most_lookups_find_something(run):
    results = [result for dialogue in dialogues_in(run) for result in results_in(dialogue)]
    empty = [result for result in results if any(value == [] for value in result.values())]

    assert len(empty) < len(results) / 20


def test_the_same_seed_gives_the_same_bytes_as_far_as_the_server_does(run, tmp_path):
    made(tmp_path / "again", allow_writes=True, n=24, workers=1, seed=3)

    for name in ("dialogues.jsonl", "blueprints.jsonl", "config.yaml"):
        assert (tmp_path / "again" / name).read_bytes() == (run / name).read_bytes()


def test_a_run_goes_on_where_it_stood(run, tmp_path):
    made(tmp_path / "run", allow_writes=True, n=9, seed=3)
    made(tmp_path / "run", allow_writes=True, n=24, seed=3, call_timeout=20)

    assert (tmp_path / "run" / "dialogues.jsonl").read_bytes() == (run / "dialogues.jsonl").read_bytes()


def test_a_server_that_says_nothing_of_its_results_is_tried_so_that_one_call_leads_to_another(tmp_path):
    made(tmp_path / "run", mcp=f"{HOSTILE} says_little", n=6)

    dialogues = dialogues_in(tmp_path / "run")
    assert [findings_in(dialogue) for dialogue in dialogues] == [()] * 6
    assert all(tool.returns_inferred for dialogue in dialogues for tool in dialogue.tools if tool.returns)
    assert all("mismatches" not in dialogue.meta["executed"] for dialogue in dialogues)
    assert any(entry.source == "result" for dialogue in dialogues for entry in dialogue.provenance)
    assert [dialogue.meta["executed"]["errors"] for dialogue in dialogues] == [0] * 6  # no id is made up


def test_another_server_makes_it_another_run(run):
    with pytest.raises(RunDirectoryError, match="mcp was"):
        made(run, mcp=f"{HOSTILE} pages", allow_writes=True, n=30, seed=3)


def test_without_leave_to_write_nothing_that_writes_is_even_offered(tmp_path):
    made(tmp_path / "run")

    offered = {tool.name for dialogue in dialogues_in(tmp_path / "run") for tool in dialogue.tools}
    assert offered
    assert not offered & {"place_book_hold", "cancel_book_hold", "renew_library_loan", "register_library_member"}


def test_tools_of_a_server_may_be_imagined_as_well(tmp_path):
    made(tmp_path / "run", execute=False, n=2)

    dialogues = dialogues_in(tmp_path / "run")
    assert len(dialogues) == 2
    assert all("executed" not in dialogue.meta for dialogue in dialogues)


# --- spoilt servers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["hangs", "dies_at_call", "returns_much", "no_json", "rpc_error", "breaks_promise"])
def test_a_server_that_fails_in_the_middle_costs_answers_and_not_the_run(tmp_path, fault):
    summary = made(tmp_path / "run", mcp=f"{HOSTILE} {fault} 2", n=2, call_timeout=1 if fault != "returns_much" else 20)

    dialogues = dialogues_in(tmp_path / "run")
    assert summary.accepted == len(dialogues) == 2
    assert [findings_in(dialogue) for dialogue in dialogues] == [(), ()]


def test_a_server_that_answers_nothing_at_all_ends_the_run_soon_with_the_reason(tmp_path):
    with pytest.raises(GenerationError) as caught:
        made(tmp_path / "run", mcp=f"{HOSTILE} dies_at_call 1", n=30)

    assert "10 dialogues in a row were rejected, 10 of them by tool/error" in str(caught.value)
    assert "disk I/O error" in str(caught.value)


@pytest.mark.parametrize("fault", ["silent", "dies", "hangs_at_list", "floods", "lists_nothing"])
def test_a_server_that_cannot_be_used_leaves_nothing_behind(tmp_path, fault):
    with pytest.raises((LiveError, ToolSpecError)) as caught:
        made(tmp_path / "run", mcp=f"{HOSTILE} {fault}", call_timeout=1)

    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


# --- behind a URL ---------------------------------------------------------------------------------------------------


@contextmanager
def served(*fault):
    """The address of the library behind a URL, spoilt or not."""
    command = [sys.executable, str(SERVERS / "hostile_http.py"), *fault]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().strip()
        process.kill()


def test_behind_a_url_the_dialogues_are_the_same(tmp_path):
    with served() as address:
        made(tmp_path / "http", mcp=address, allow_writes=True, workers=2)
    made(tmp_path / "stdio", allow_writes=True)

    http, stdio = (dialogues_in(tmp_path / name) for name in ("http", "stdio"))
    assert [dialogue.messages for dialogue in http] == [dialogue.messages for dialogue in stdio]
    assert [findings_in(dialogue) for dialogue in http] == [()] * 6


@pytest.mark.parametrize(
    "fault", ["hangs", "fails", "says_garbage", "is_html", "sends_much", "streams_much", "hangs_up"]
)
def test_a_server_behind_a_url_that_fails_in_the_middle_costs_answers_and_not_the_run(tmp_path, fault):
    with served(fault, "2") as address:
        summary = made(tmp_path / "run", mcp=address, n=2, call_timeout=1 if fault == "hangs" else 20)

    dialogues = dialogues_in(tmp_path / "run")
    assert summary.accepted == 2
    assert [findings_in(dialogue) for dialogue in dialogues] == [(), ()]
    assert sum(dialogue.meta["executed"]["errors"] for dialogue in dialogues) > 0


@pytest.mark.parametrize(
    ("fault", "told"),
    [("fails", "it answered with HTTP status 500"), ("forbids", r"HTTP status 401 \(Unauthorized\)"),
     ("redirects", "Redirect to http://127.0.0.1:9/elsewhere not"), ("drips", "did not answer within 1 seconds"),
     ("says_garbage", "it gave an answer that the protocol does not know")],
)  # fmt: skip
def test_a_url_that_cannot_be_used_leaves_nothing_behind(tmp_path, fault, told):
    with served(fault, "0") as address, pytest.raises(LiveError, match=told) as caught:
        made(tmp_path / "run", mcp=address, call_timeout=1 if fault == "drips" else 20)

    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


# --- Python functions -----------------------------------------------------------------------------------------------

SHOP = '''
STOCK = {"P-101": ("kettle", 24.5), "P-102": ("toaster", 31.0), "P-103": ("lamp", 18.9)}


def list_products() -> list[dict]:
    """List the products of the shop."""
    return [{"product_id": number, "name": name, "price": price} for number, (name, price) in STOCK.items()]


def get_product_price(product_id: str) -> float:
    """Get the price of a product.

    Args:
        product_id: Identifier of the product, e.g. "P-101" or "P-103".
    """
    return STOCK[product_id][1]


def delete_product(product_id: str) -> bool:
    """Delete a product."""
    raise SystemExit("must never be called")
'''


def test_python_functions_answer_calls_as_well(tmp_path):
    (tmp_path / "shop.py").write_text(SHOP)
    before = date.today()

    made(tmp_path / "run", mcp=None, tools=(str(tmp_path / "shop.py"),), n=4)

    dialogues = dialogues_in(tmp_path / "run")
    assert len(dialogues) == 4
    results = [result for dialogue in dialogues for result in results_in(dialogue)]
    assert {24.5, 31.0, 18.9} & {result for result in results if isinstance(result, float)}
    assert any(entry.source == "result" for dialogue in dialogues for entry in dialogue.provenance)
    assert {today_in(dialogue.messages[0].content) for dialogue in dialogues} <= {before, date.today()}
    assert not any(tool.name == "delete_product" for dialogue in dialogues for tool in dialogue.tools)


def test_where_two_were_asked_for_and_there_is_one_the_dialogue_goes_on_with_that_and_says_so(tmp_path):
    one_left = re.sub(r', "P-102".*}', "}", SHOP).replace("def delete_product", "def _delete_product")
    (tmp_path / "shop.py").write_text(one_left)

    made(tmp_path / "run", mcp=None, tools=(str(tmp_path / "shop.py"),), n=12, turns="2-3")

    words = load_words("assistant")
    talks = [dialogue.messages for dialogue in dialogues_in(tmp_path / "run")]
    said = [message.content for talk in talks for message in talk if message.role == "assistant"]
    told = [text for text in said if any(line in text for line in words["real_only_one"])]
    assert told
    assert all("24.5" in text for text in told)


def test_python_files_are_found_in_directories(tmp_path):
    for name in ("b.py", "a.py", "c.json"):
        (tmp_path / name).write_text("")

    assert python_files([tmp_path, tmp_path / "c.json"]) == (tmp_path / "a.py", tmp_path / "b.py")


# --- configuration --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"execute": True}, "there is nothing to run"),
        ({"mcp": "x", "allow_writes": True}, "allow_writes has a say only where calls are real"),
        ({"env": ["A"]}, "no tools are run"),
        ({"mcp": "x", "execute": True, "plan": "none"}, "only grounded plans can be executed"),
        ({"mcp": "x", "mode": "button"}, "invents its functions, so that there is nothing to run; .* --mode toolflow"),
        ({"execute": True, "mode": "button"}, "execute has no say in mode button, which invents its functions"),
    ],
)
def test_what_does_not_go_together_is_refused(options, told):
    with pytest.raises(ConfigError, match=told):
        require_consistent(make_config(options))


@pytest.mark.parametrize(
    "target",
    ["node server.js --api-key=abc", "API_TOKEN=abc python s.py", "run --password hunter2", "https://me:pw@host/mcp",
     "https://host/mcp?api_key=abc", "npx server-postgres postgresql://me:pw@localhost/db"],
)  # fmt: skip
def test_a_target_with_a_secret_in_it_is_never_written_down(target):
    assert holds_secret(target)
    with pytest.raises(ConfigError, match=r"mcp: got what holds a secret; .*--env NAME") as raised:
        make_config({"mcp": target})
    assert target not in str(raised.value)


def test_a_value_beside_the_name_of_a_variable_is_not_repeated():
    with pytest.raises(ConfigError, match="env: got what may hold a secret; expected names of environment") as raised:
        make_config({"env": ["SHELF_TOKEN=s3cret"]})
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    "target", ["python data/servers/library.py", "npx -y @x/token-counter", "https://host/mcp?v=2"]
)
def test_other_targets_are_written_down_as_they_are(target):
    assert f"mcp: {target}" in write_config(make_config({"mcp": target})).replace("'", "")


def test_a_run_without_real_tools_says_nothing_of_them():
    assert not {"mcp", "execute", "env"} & {line.split(":")[0] for line in write_config(RunConfig()).splitlines()}


def test_where_all_tools_write_one_sentence_says_what_to_do():
    with pytest.raises(ToolSpecError, match="--allow-writes"):
        allowed_tools([ToolSpec(name="delete_all")], allow_writes=False)
