"""Python callables, run in processes of their own."""

import json
import os
import time
from textwrap import dedent

import pytest

from toolgraph.errors import LiveError
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.importers.items import Found, Skipped
from toolgraph.tools.live import GuardedTools, LiveOptions, LiveTools
from toolgraph.tools.live_python import PythonTools, imported_tools
from toolgraph.tools.spec import ToolSpec

SHOP = '''
import os, sys, time
from dataclasses import dataclass
from datetime import date
from enum import Enum

print("noise while it is imported")

class Colour(Enum):
    RED = "red"

@dataclass
class Item:
    name: str
    colour: Colour = Colour.RED

class Cart:
    """A shopping cart."""
    def __init__(self):
        self._items = []
    def add_item(self, item: Item) -> int:
        """Put an item into the cart."""
        self._items.append(item)
        return len(self._items)
    def list_items(self) -> list[Item]:
        return self._items

class Account:
    def __init__(self, owner): ...
    def show(self): ...

def weekday(day: date) -> str:
    """Tell the day of the week."""
    print("noise"); os.system("echo noise"); sys.stderr.write("noise")
    return day.strftime("%A")

def by_position(a, b=2, /, *, c=3): return [a, b, c]
async def later(x: int): return {x}
def one_by_one(): yield from range(3)
def endlessly():
    while True: yield 1
def leaves(): sys.exit(3)
def dies(): os._exit(4)
def hangs(): time.sleep(1000)
def spins():
    while True: pass
def is_big(): return "x" * 50_000_000
def is_odd(): return object()
def is_itself():
    own = []; own.append(own); return own
def is_deep():
    own = []
    for _ in range(100_000): own = [own]
    return own
def recurses(): return recurses()
def fails(): raise ValueError("first line\\nsecond line")
def is_no_number(): return float("nan")
def asks(): return input()
def forges():
    for number in range(3, 12):
        try: os.write(number, b'{"value": "forged", "id": 0}\\n')
        except OSError: pass
def splits(): return os.fork() > 0
def variables(): return sorted(os.environ)
def start_sleeper():
    import subprocess
    return subprocess.Popen(["sleep", "1000"]).pid
'''


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.py"
    path.write_text(SHOP, encoding="utf-8")
    return path


def tools(path, **options):
    return PythonTools([path], LiveOptions(**{"timeout": 20.0, **options}))


def call(path, name, arguments=None, **options):
    with tools(path, **options).session() as session:
        return session.call(name, arguments or {})


def test_it_is_a_way_of_running_tools(shop):
    live: LiveTools = tools(shop)

    with live.session() as session:
        assert session.call("Cart_list_items", {}).value == []


@pytest.mark.parametrize(
    ("name", "arguments", "value"),
    [
        ("weekday", {"day": "2024-05-01"}, "Wednesday"),
        ("by_position", {"a": 1, "c": 9}, [1, 2, 9]),
        ("later", {"x": 1}, [1]),
        ("one_by_one", {}, [0, 1, 2]),
        ("is_no_number", {}, None),
        ("splits", {}, True),
    ],
)
def test_a_call_gives_what_the_function_returns_as_json(shop, name, arguments, value):
    result = call(shop, name, arguments)

    assert not result.error
    assert result.value == value


def test_the_state_of_a_session_lasts_and_the_next_begins_anew(shop):
    live = tools(shop)

    with live.session() as session:
        assert session.call("Cart_add_item", {"item": {"name": "pen"}}).value == 1
        assert session.call("Cart_list_items", {}).value == [{"name": "pen", "colour": "red"}]
    with live.session() as session:
        assert session.call("Cart_list_items", {}).value == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("fails", "ValueError: first line second line"),
        ("leaves", "SystemExit: 3"),
        ("recurses", "RecursionError"),
        ("endlessly", "it yields more than 10,000 items"),
        ("is_big", "the result is too large"),
        ("is_odd", "cannot be written as JSON"),
        ("is_itself", "cannot be written as JSON"),
        ("is_deep", "cannot be written as JSON"),
        ("asks", "EOFError"),
        ("unheard_of", "there is no function 'unheard_of'"),
        ("Account_show", "TypeError"),
    ],
)
def test_a_call_that_goes_wrong_is_one_line_and_the_session_goes_on(shop, name, reason):
    with tools(shop).session() as session:
        result = session.call(name, {})

        assert reason in result.error
        assert "\n" not in result.error
        assert session.call("one_by_one", {}).value == [0, 1, 2]


def test_an_argument_that_is_not_what_the_hint_says_is_told(shop):
    assert "argument 'day'" in call(shop, "weekday", {"day": "some day"}).error


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("dies", "the process ended (exit status 4)"),
        ("hangs", "no answer within 0.5 seconds"),
        ("spins", "no answer within 0.5 seconds"),
        ("forges", "the process answered what is no answer"),
    ],
)
def test_after_a_call_that_ends_the_process_nothing_more_is_called(shop, name, reason):
    with tools(shop).session() as session:
        session._options = LiveOptions(timeout=0.5)
        first, second = session.call(name, {}), session.call("one_by_one", {})

    assert first.error == reason
    assert second.error == f"the tools are not available any more; before, {name} failed: {reason}"


def test_what_a_callable_has_started_ends_with_the_session(shop):
    with tools(shop).session() as session:
        number = session.call("start_sleeper", {}).value
        os.kill(number, 0)

    deadline = time.monotonic() + 20
    while _runs(number) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(number)


def _runs(number):
    try:
        with open(f"/proc/{number}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_keys_in_the_environment_stay_here_unless_they_are_named(shop, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")

    assert "OPENAI_API_KEY" not in call(shop, "variables").value
    with PythonTools([shop], environment=["OPENAI_API_KEY"]).session() as session:
        assert "OPENAI_API_KEY" in session.call("variables", {}).value


def test_large_arguments_arrive(shop):
    text = "ä" * 300_000

    assert call(shop, "by_position", {"a": text}, max_bytes=2_000_000).value[0] == text


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import nowhere_to_be_found", "ModuleNotFoundError"),
        ("raise SystemExit(7)", "SystemExit: 7"),
        ("def f(:", "SyntaxError"),
        ("import os; os._exit(1)", "the process ended (exit status 1)"),
    ],
)
def test_a_file_that_cannot_be_imported_is_one_sentence(tmp_path, source, reason):
    path = tmp_path / "broken.py"
    path.write_text(source, encoding="utf-8")

    with pytest.raises(LiveError) as told, tools(path).session():
        pass

    assert str(told.value).startswith(f"{path}: cannot be imported ({reason}")


def test_modules_are_named_as_they_are_imported():
    with PythonTools(["statistics", "textwrap"]).session() as session:
        assert session.call("median", {"data": [1, 5, 3]}).value == 3
        assert session.call("shorten", {"text": "a b c", "width": 9}).value == "a b c"


def test_a_file_in_a_package_finds_its_neighbours(tmp_path):
    package = tmp_path / "bazaar"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "prices.py").write_text("PRICE = 7", encoding="utf-8")
    (package / "stall.py").write_text("from .prices import PRICE\ndef price(): return PRICE", encoding="utf-8")

    assert call(package / "stall.py", "price").value == 7


def test_a_file_may_be_called_as_a_module_of_python_is(tmp_path):
    path = tmp_path / "json.py"
    path.write_text("def answer(): return 42", encoding="utf-8")

    assert call(path, "answer").value == 42


def test_what_is_imported_can_be_called_behind_the_guard(shop):
    catalogue = [ToolSpec(**item.fields) for item in imported_tools(shop) if isinstance(item, Found)]
    guarded = GuardedTools(tools(shop), catalogue, LiveOptions(allow_writes=True))

    with guarded.session() as session:
        assert session.call("Cart_add_item", {"item": {"name": "pen"}}).value == 1
        listed = session.call("Cart_list_items", {})
        assert listed.value == [{"name": "pen", "colour": "red"}]
        assert listed.mismatches == ()
        assert "arguments are not valid" in session.call("Cart_add_item", {"item": 3}).error


def test_an_imported_class_that_needs_arguments_is_left_out_with_the_reason(shop):
    reasons = {item.where: item.reason for item in imported_tools(shop) if isinstance(item, Skipped)}

    assert reasons["function Account.show"] == "an object of Account cannot be made without 'owner'"


def test_a_type_of_another_file_is_known_once_it_is_imported(tmp_path):
    (tmp_path / "kinds.py").write_text(
        dedent("""
        from pydantic import BaseModel
        class Guest(BaseModel):
            name: str
        """),
        encoding="utf-8",
    )
    path = tmp_path / "hotel.py"
    path.write_text("from kinds import Guest\ndef greet(guest: Guest) -> str: return guest.name", encoding="utf-8")

    (item,) = imported_tools(path)

    assert item.repairs == ()
    assert "Guest" in json.dumps(item.fields["parameters"])
    assert [field.pointer for field in ToolSpec(**item.fields).parameter_fields] == ["/guest/name"]
    assert call(path, "greet", {"guest": {"name": "Ada"}}).value == "Ada"


def test_functions_without_source_are_described_by_their_signature():
    names = {item.fields["name"]: item for item in imported_tools("math") if isinstance(item, Found)}

    assert names["sqrt"].fields["description"] == "Return the square root of x."
    assert list(names["sqrt"].fields["parameters"]["properties"]) == ["x"]


def test_a_module_is_read_from_its_source_as_well():
    names = {item.fields["name"]: item for item in imported_tools("statistics") if isinstance(item, Found)}

    assert names["quantiles"].fields["parameters"]["properties"]["n"] == {"type": "integer", "default": 4}
    assert names["quantiles"].repairs[0] == "the type of 'n' is inferred from its default"
    assert names["quantiles"].fields["origin"] == {"api": "statistics"}


def test_nothing_is_run_here(tmp_path):
    path = tmp_path / "tracked.py"
    path.write_text("import os\ndef where(): return os.getpid()", encoding="utf-8")

    assert call(path, "where").value != os.getpid()


def test_a_tool_that_was_renamed_is_called_by_its_own_name_in_its_own_file(tmp_path):
    files = [tmp_path / "a.py", tmp_path / "b.py"]
    for file in files:
        file.write_text(f'def search():\n    """Search {file.stem}."""\n    return "{file.stem}"\n', encoding="utf-8")
    catalogue = load_tools(files, rename_duplicates=True)

    with PythonTools(files, catalogue=catalogue).session() as session:
        assert [(tool.name, session.call(tool.name, {}).value) for tool in catalogue] == [
            ("search", "a"),
            ("search_2", "b"),
        ]
