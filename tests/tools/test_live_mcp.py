"""MCP servers as they are, and as they should not be: real processes and real sockets."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from toolgraph.errors import LiveError
from toolgraph.resources import data_dir
from toolgraph.tools.importers.items import Found, Skipped
from toolgraph.tools.live import LiveOptions
from toolgraph.tools.live_mcp import McpTools, is_address, list_tools
from toolgraph.tools.spec import Origin, ToolSpec

pytest.importorskip("mcp")

SERVERS = Path(__file__).parents[1] / "mcp_servers"
LIBRARY = f"{sys.executable} {data_dir() / 'servers' / 'library.py'}"
MYSTERIES = ("search_library_books", {"genre": "mystery"})


MARK = f"started-by-{os.getpid()}"


def hostile(fault, which=1):
    return f"{sys.executable} {SERVERS / 'hostile.py'} {fault} {which} {MARK}"


def session_of(target, timeout=10.0, **options):
    return McpTools(target, LiveOptions(timeout=timeout, **options)).session()


def children():
    """The servers that these tests have started, and what these have, as far as they live."""
    listed = subprocess.run(["ps", "-wweo", "pid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if MARK in line and " -c import sys" not in line]


# --- as they are ----------------------------------------------------------------------------------------------------


def test_the_tools_of_a_server_are_read_with_what_it_says_of_their_effects():
    found = [ToolSpec.model_validate(item.fields) for item in list_tools(LIBRARY)]

    effects = {tool.name: tool.effects for tool in found}
    assert effects["search_library_books"] == "reads"
    assert (effects["place_book_hold"], effects["cancel_book_hold"]) == ("writes", "deletes")
    assert all(tool.returns and tool.origin.api == "library" for tool in found)


def test_a_call_gives_the_structure_of_its_result():
    with session_of(LIBRARY) as session:
        result = session.call(*MYSTERIES)

    assert result.value["books"][0] == {
        "book_id": "BK-12306", "title": "The Ninth Bell", "copies_available": 2, "average_rating": 4.6
    }  # fmt: skip


def test_a_tool_that_was_renamed_is_called_by_its_own_name():
    name, arguments = MYSTERIES
    renamed = ToolSpec(name="look_around", origin=Origin(name=name))

    with McpTools(LIBRARY, catalogue=[renamed]).session() as session:
        assert session.call("look_around", arguments).value == session.call(name, arguments).value


def test_an_error_of_a_tool_is_an_error_in_its_words():
    with session_of(LIBRARY) as session:
        result = session.call("get_library_book", {"book_id": "BK-1"})

    assert result.told == {"error": "the library has no book id BK-1"}


def test_each_session_has_a_world_of_its_own():
    hold = {"book_id": "BK-10214", "card_number": "LC-581904", "branch_id": "LB-30118"}
    with session_of(LIBRARY) as one, session_of(LIBRARY) as other:
        first = one.call("place_book_hold", hold)
        again = one.call("place_book_hold", hold)
        elsewhere = other.call("place_book_hold", hold)

    assert first.value == elsewhere.value
    assert again.error == "The Glass Alibi is on hold for card LC-581904 already"


def test_sessions_may_be_open_in_many_threads_at_once():
    def rating(genre):
        with session_of(LIBRARY, timeout=30) as session:
            return session.call("search_library_books", {"genre": genre}).value["books"][0]["average_rating"]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(rating, ["mystery", "fantasy", "romance", "adventure"])) == [4.6, 4.7, 4.5, 4.5]


def test_a_listing_is_read_page_after_page():
    assert len([item for item in list_tools(hostile("pages")) if isinstance(item, Found)]) == 9


def test_text_and_pictures_are_results_too():
    with session_of(hostile("plain_text")) as session:
        assert session.call(*MYSTERIES).value == "It is on the second shelf."
    with session_of(hostile("picture")) as session:
        assert session.call(*MYSTERIES).value == {"type": "image", "mime_type": "image/png", "bytes": 3}


def test_a_text_that_is_no_utf_8_is_read_as_far_as_it_is():
    with session_of(hostile("latin")) as session:
        assert session.call(*MYSTERIES).value == "Caf\ufffd Zo\ufffd"


def test_a_result_that_breaks_its_promise_is_real_all_the_same():
    with session_of(hostile("breaks_promise")) as session:
        assert session.call(*MYSTERIES).value == {"something": "else"}


def test_a_server_gets_no_more_of_the_environment_than_it_needs_and_is_granted(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("SHELF_TOKEN", "granted")
    told = tmp_path / "told.json"
    script = tmp_path / "server.py"
    script.write_text(f"import json, os; open({str(told)!r}, 'w').write(json.dumps(dict(os.environ)))")

    with pytest.raises(LiveError):
        list(list_tools(f"{sys.executable} {script}", environment=["SHELF_TOKEN"]))

    seen = json.loads(told.read_text())
    assert seen["SHELF_TOKEN"] == "granted"
    assert "PATH" in seen
    assert "OPENAI_API_KEY" not in seen


@pytest.mark.parametrize(
    ("name", "says"),
    [("SHELF_TOKEN", "--env SHELF_TOKEN: is not set in the environment"), ("SHELF_TOKEN=s3cret", "without its value")],
)
def test_a_variable_that_cannot_be_granted_is_told_without_its_value(name, says):
    with pytest.raises(LiveError) as raised:
        list(list_tools(f"{sys.executable} -c pass", environment=[name]))

    assert says in str(raised.value)
    assert "s3cret" not in str(raised.value)


# --- as they should not be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("silent", "it did not answer within 1.5 seconds"),
        ("dies", "it ended with exit code 3; it said 'ModuleNotFoundError: No module named 'shelves''"),
        ("floods", "it prints what is no MCP message: 'lorem ipsum"),
        ("floods_a_line", "it sent more than 16,000,000 bytes at once"),
        ("is_html", "it did not answer within 1.5 seconds; on its standard output stood '<html><body>Not found"),
        ("hangs_at_list", "its tools cannot be listed: it did not answer within 1.5 seconds"),
        ("pages_for_ever", "its tools cannot be listed: its list of tools does not come to an end"),
        ("lists_rubbish", "its tools cannot be listed: it gave an answer that the protocol does not know"),
        (
            "lists_odd",
            "its tools cannot be listed: it gave an answer that the protocol does not know (tools.0.inputSchema",
        ),
        ("lists_much", "its tools cannot be listed: it sent more than 16,000,000 bytes at once"),
    ],
)
def test_a_server_that_cannot_be_used_is_one_sentence_that_says_why(fault, told):
    timeout = 1.5 if "1.5" in told else 20

    with pytest.raises(LiveError) as caught:
        list(list_tools(hostile(fault), timeout=timeout))

    message = str(caught.value)
    assert message.startswith(f"MCP server '{hostile(fault)}': {told}")
    assert "\n" not in message
    assert not children()


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("no_such_program --port 3", "there is no program 'no_such_program'"),
        ("python 'unfinished", "is not a command"),
        ("  ", "the command is empty"),
    ],
)
def test_a_target_that_is_no_server_is_one_sentence(target, told):
    with pytest.raises(LiveError, match=told):
        McpTools(target)


def test_chatter_on_standard_output_is_passed_over():
    with session_of(hostile("prints")) as session:
        assert not session.call(*MYSTERIES).is_error


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("dies_at_call", "the server ended with exit code 9; it said 'sqlite3.OperationalError: disk I/O error'"),
        ("returns_much", "the server sent more than 1,000,000 bytes at once"),
        ("never_ends", "the server sent more than 1,000,000 bytes at once"),
        (
            "wrong_shape",
            "the server gave an answer that the protocol does not know (content: Input should be a valid list)",
        ),
        ("forgets", "Unknown tool: search_library_books"),
        ("rpc_error", "internal error with a traceback"),
    ],
)
def test_a_call_that_goes_wrong_is_an_error_that_says_why(fault, told):
    with session_of(hostile(fault, 2), timeout=20) as session:
        before, spoilt = session.call(*MYSTERIES), session.call(*MYSTERIES)

    assert not before.is_error
    assert spoilt.error == told
    assert not children()


@pytest.mark.parametrize("fault", ["hangs", "no_json", "deep", "other_id"])
def test_a_server_that_did_not_answer_in_time_is_not_asked_again(fault):
    with session_of(hostile(fault, 2), timeout=1) as session:
        session.call(*MYSTERIES)
        silent, after = session.call(*MYSTERIES), session.call(*MYSTERIES)

    assert silent.error.startswith("the server did not answer within 1 seconds")
    assert after.error.startswith("the server is not available any more; before, the server did not answer")


@pytest.mark.parametrize("fault", ["outlives_input", "leaves_child", "hangs"])
def test_nothing_that_a_server_started_outlives_its_session(fault):
    with session_of(hostile(fault), timeout=1) as session:
        session.call(*MYSTERIES)
        assert children()

    assert not children()


def test_an_interrupted_session_ends_its_server():
    with pytest.raises(KeyboardInterrupt), session_of(hostile("outlives_input")):
        raise KeyboardInterrupt

    assert not children()


@pytest.mark.parametrize("of_whom", ["the process", "its parent"])
def test_a_process_that_is_terminated_takes_its_servers_along(of_whom):
    is_forked = of_whom == "its parent"
    program = (
        "import os, sys\n"
        f"if {is_forked} and os.fork():\n"
        "    os.wait()\n"
        "from toolgraph.tools.live_mcp import McpTools, end_servers_at_termination\n"
        "end_servers_at_termination()\n"
        "with McpTools(sys.argv[1]).session() as session:\n"
        "    print('open', flush=True)\n"
        "    session.call('search_library_books', {'genre': 'mystery'})\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, hostile("hangs")], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert holder.stdout.readline() == "open\n"

    holder.kill() if is_forked else holder.terminate()

    holder.wait(timeout=20)
    holder.stdout.close()
    _until(lambda: not children())


def _until(is_so):
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# --- behind a URL ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address():
    """The address of a server made with the SDK, over streamable HTTP."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, str(SERVERS / "over_http.py"), str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def is_up():
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", port)) == 0

    _until(is_up)
    yield f"http://127.0.0.1:{port}/mcp"
    process.kill()
    process.wait()


def test_a_server_behind_a_url_lists_its_tools_and_answers(address):
    found = {item.fields["name"]: item.fields["effects"] for item in list_tools(address)}

    assert found["find_author"] == "reads"
    with session_of(address) as session:
        assert session.call("find_author", {"title": "The Ninth Bell"}).value == {"author": "Ilse Marangoz"}
        assert session.instructions == "Today is 2027-03-01."
        assert session.call("list_titles", {}).value == [{"title": "The Ninth Bell"}]
        assert "find_author" in session.call("find_author", {"title": "x"}).error


def test_a_server_behind_a_url_may_hang_or_send_too_much(address):
    with session_of(address, timeout=1) as session:
        assert session.call("sleep", {}).error == "the server did not answer within 1 seconds"
    with session_of(address, timeout=20) as session:
        assert session.call("read_everything", {}).error == "the server sent more than 1,000,000 bytes at once"


class Page(BaseHTTPRequestHandler):
    """A web server that knows nothing of the protocol."""

    def do_POST(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html>Welcome</html>")

    do_GET = do_POST

    def log_message(self, *arguments):
        pass


def test_an_address_where_nobody_or_somebody_else_is_is_one_sentence():
    with pytest.raises(LiveError, match=r"http://127\.0\.0\.1:9/mcp': .*(connection|attempts)"):
        list(list_tools("http://127.0.0.1:9/mcp", timeout=5))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(LiveError) as caught:
            list(list_tools(f"http://127.0.0.1:{server.server_port}/", timeout=2))
    finally:
        server.shutdown()
        server.server_close()
    assert "\n" not in str(caught.value)


def test_a_url_is_told_from_a_command():
    assert is_address("https://tools.example/mcp")
    assert not is_address("python http.py")


def test_a_tool_that_is_listed_twice_is_told():
    items = list(list_tools(hostile("lists_twice")))

    assert [type(item) for item in items] == [Found, Skipped]
    assert "lists 'search_library_books' twice" in items[1].reason
