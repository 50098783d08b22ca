import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from tests.tools import shops
from toolgraph.errors import LiveError, ToolSpecError
from toolgraph.tools import importers, live_mcp, live_python, reading
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.importers.items import Found, Skipped
from toolgraph.tools.importing import import_tools
from toolgraph.tools.tallies import Kind

TOOL = {"name": "get_time", "description": "Tell the time.", "parameters": {"type": "object", "properties": {}}}
OTHER = {"name": "get_date", "description": "Tell the date.", "parameters": {"type": "object", "properties": {}}}
SHOP = {"goods": ["bread", "sold out", {"name": ""}, "milk"]}


@pytest.fixture(autouse=True)
def shops_are_known(monkeypatch):
    monkeypatch.setitem(importers.DOCUMENTS, "shop", shops)


def complaint(*sources, **options):
    with pytest.raises(ToolSpecError) as raised:
        import_tools(sources, **options)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def names(report):
    return [tool.name for tool in report.tools]


def test_a_report_tells_what_was_read_repaired_and_skipped(file):
    path = file(SHOP, "shop.json")

    report = import_tools([path])

    (source,) = report.sources
    assert names(report) == ["buy_bread", "buy_milk"]
    assert (source.source, source.formats, source.tools) == (str(path), {"shop": 2}, 2)
    assert source.repaired == (Kind(2, "the name 'bread' became 'buy_bread'", f"{path}, shelf 1"),)
    assert set(source.skipped) == {
        Kind(1, "is sold out", f"{path}, shelf 2"),
        Kind(1, 'the tool has no name; add "name"', f"{path}, shelf 3"),
    }
    assert {tool.origin.file for tool in report.tools} == {str(path)}


def test_every_line_may_be_of_another_format(file):
    path = file("\n".join(map(json.dumps, [TOOL, SHOP, {"type": "function", "function": OTHER}])), "all.jsonl")

    report = import_tools([path])

    assert names(report) == ["get_time", "buy_bread", "buy_milk", "get_date"]
    assert report.sources[0].formats == {"json-schema": 1, "shop": 2, "openai": 1}
    assert Kind(1, "is sold out", f"{path}, line 2, shelf 2") in report.sources[0].skipped


def test_an_entry_that_cannot_be_used_is_left_out_with_its_reason(file):
    path = file([TOOL, 5, {"parameters": {}}], "tools.json")

    report = import_tools([path])

    assert names(report) == ["get_time"]
    assert [kind.reason for kind in report.sources[0].skipped] == [
        "expected a tool (an object), found int",
        'the tool has no name; add "name"',
    ]
    with pytest.raises(ToolSpecError, match="entry 2: expected a tool"):
        load_tools([path])


def test_a_line_that_is_cut_off_is_left_out_with_its_reason(file):
    path = file(f'{json.dumps(TOOL)}\n{{"name": "get_d', "tools.jsonl")

    (source,) = import_tools([path]).sources

    assert source.tools == 1
    assert source.skipped[0].where == f"{path}, line 2"


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ("3", "x.json", ": expected a tool or a list of tools, found int"),
        ({"info": {}}, "x.json", ': is not a tool; expected an object with "name" and "parameters"'),
        ('[{"name": "a"', "x.json", ", line 1: is not valid JSON"),
        ("a: &a [*a]", "x.yaml", ", line 1: has the alias '*a' inside"),
        ("just words", "x.txt", ": expected a tool or a list of tools, found str"),
        ({"goods": None}, "x.json", ": the shop is closed"),
        ("", "x.json", ": is empty"),
    ],
)
def test_a_file_that_is_pointed_at_and_holds_no_tools_is_an_error(file, content, name, says):
    path = file(content, name)

    assert complaint(path).startswith(f"{path}{says}")


def test_a_file_of_endless_records_that_are_no_tools_is_given_up(file, monkeypatch):
    monkeypatch.setattr(reading, "MAX_REFUSED", 5)
    path = file("[1]\n" * 20 + json.dumps(TOOL), "log.jsonl")

    assert complaint(path) == f"{path}, line 1, entry 1: expected a tool (an object), found int"


def test_a_document_of_a_known_format_without_tools_is_no_error(file):
    report = import_tools([file({"goods": ["sold out"]}, "shop.json")])

    assert report.tools == ()
    assert report.sources[0].skipped[0].reason == "is sold out"


def test_in_a_directory_what_holds_no_tools_is_left_out_with_its_reason(file, tmp_path):
    file([TOOL], "api/tools.json")
    file(SHOP, "api/shop.yaml")
    file('{"half": ', "api/half.json")
    file({"name": "pack", "description": "A package.", "version": "1.0"}, "api/package.json")
    file([{"name": "Ann", "age": 3}], "api/people.json")
    file({"name": "limit", "in": "query", "description": "How many", "schema": {}}, "api/limit.yaml")
    file([1, 2], "api/numbers.json")
    file(gzip.compress(b"x", mtime=0), "api/words.json.gz")

    report = import_tools([tmp_path / "api"])

    *read, left_out = report.sources
    assert names(report) == ["buy_bread", "buy_milk", "get_time"]
    assert [source.source.rsplit("/", 1)[1] for source in read] == ["shop.yaml", "tools.json"]
    assert (left_out.source, left_out.tools) == (str(tmp_path / "api"), 0)
    assert {(kind.count, kind.reason) for kind in left_out.skipped} == {
        (4, "holds no tools"),
        (2, "line 1: is not valid JSON (Expecting value)"),
    }


def test_in_a_directory_a_format_may_be_insisted_on(file, tmp_path):
    file([{"name": "Ann", "age": 3}], "api/people.json")

    assert names(import_tools([tmp_path / "api"], format="json-schema")) == ["Ann"]


def test_the_format_can_be_told(file):
    shop = file({"goods": ["bread"], **TOOL}, "both.json")

    assert names(import_tools([shop], format="shop")) == ["buy_bread"]
    assert names(import_tools([shop], format="json-schema")) == ["get_time"]


def test_a_format_that_does_not_fit_is_told_in_one_sentence(file):
    path = file([TOOL], "tools.json")

    also_read_it = {"json-schema", "mcp", "anthropic", "gemini", "bfcl", "apibank", "seal-tools", "openai"}
    for format in {*importers.DOCUMENTS, *importers.IMPORTERS} - also_read_it:
        told = complaint(path, format=format)
        assert told.startswith(f"{path}: cannot be read as '{format}'; ")
        assert told.endswith("leave out --format, and it is seen from the content")
    assert "; it looks like 'json-schema'; " in complaint(path, format="toolgraph")
    assert complaint(path, format="cuneiform").startswith("there is no format 'cuneiform'; choose one of ")
    assert complaint(path, format="opnapi").startswith(
        "there is no format 'opnapi'; did you mean 'openapi'? There are "
    )


def test_in_a_directory_files_of_another_format_than_the_told_one_are_left_out(file, tmp_path):
    file([TOOL], "api/tools.json")
    file(SHOP, "api/shop.json")

    report = import_tools([tmp_path / "api"], format="shop")

    assert names(report) == ["buy_bread", "buy_milk"]
    assert report.sources[-1].skipped[0].reason.startswith("cannot be read as 'shop'; it looks like 'json-schema'")


@pytest.mark.parametrize("alias", ["Swagger", " open_api", "OAS"])
def test_a_format_goes_by_other_words_too(alias):
    assert reading.format_named(alias.replace("open_api", "openapi")) == "openapi"


def test_every_alias_stands_for_a_format():
    assert {reading.format_named(alias) for alias in reading.ALIASES} <= set(reading.format_names())


def test_a_plain_list_is_mended_like_any_other_and_what_was_done_is_told(file):
    schema = {"type": "object", "properties": {"n": {"type": "integer", "default": "many"}}, "required": ["n", "ghost"]}
    path = file([{"name": "get weather!", "description": "Tell it.", "parameters": schema}, {"name": "get_weather"}],
                "tools.json")  # fmt: skip

    report = import_tools([path])

    assert names(report) == ["get_weather_2", "get_weather"]
    assert report.tools[0].origin.name == "get weather!"
    assert report.tools[0].parameters == {
        "type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"],
    }  # fmt: skip
    assert [kind.reason for kind in report.sources[0].repaired] == [
        "named 'get_weather_2', since no server takes the name 'get weather!'",
        "the default of 'n' is not of its type 'integer' and was left out",
        "'ghost' is required and is no parameter; it is required no more",
    ]
    assert load_tools([path]) == report.tools


def test_parameters_without_their_object_are_told(file):
    path = file([{"name": "f", "parameters": {"city": {"type": "string"}}}, {"name": "g", "parameters": {}}], "a.json")

    (kind,) = import_tools([path]).sources[0].repaired

    assert kind == Kind(1, "its parameters stood without the object around them", f"{path}, entry 1")


def test_a_map_of_tools_gives_each_the_name_of_its_key(file):
    bare = {key: value for key, value in TOOL.items() if key != "name"}
    path = file({"get_time": bare, "ping": {"description": "Answer."}}, "tools.json")

    for whole in (path, file({"tools": {"get_time": bare, "ping": {"description": "Answer."}}}, "inner.json")):
        report = import_tools([whole])
        assert names(report) == ["get_time", "ping"]
        assert report.tools[0].parameters == TOOL["parameters"]
        (kind,) = report.sources[0].repaired
        assert kind == Kind(2, "its name is the key under which it stood", f"{whole}, tool 'get_time'")
    assert [tool.name for tool in load_tools([path])] == ["get_time", "ping"]


@pytest.mark.parametrize("content", [{"a": {}}, {"a": {"description": "A."}}, {"a": TOOL, "b": {"colour": "red"}}, {}])
def test_a_map_of_other_things_is_no_map_of_tools(file, content):
    assert "is not a tool" in complaint(file(content, "x.json"))


def test_a_package_that_is_named_itself_is_no_tool(file):
    package = {"name": "pack", "description": "A package.", "version": "1.0"}

    assert complaint(file(package, "x.json")).endswith(
        ': has a name but nothing else of a tool; expected "parameters", or else a description alone'
    )
    assert "looks like the manifest of an npm package" in complaint(file({**package, "scripts": {}}, "package.json"))
    assert names(import_tools([file({"name": "ping", "description": "Answer."}, "ping.json")])) == ["ping"]


def test_a_function_alone_is_read_as_openai_where_that_is_told(file):
    for function in (TOOL, {**TOOL, "type": "function", "strict": True}, {"name": "get_time"}):
        report = import_tools([file(function, "x.json"), file([function], "y.json")], format="openai")
        assert names(report) == ["get_time"]
        assert report.sources[0].formats == {"openai": 1}
    assert "cannot be read as 'openai'" in complaint(file({**TOOL, "age": 3}, "x.json"), format="openai")


@pytest.mark.parametrize("server", ["https://user:pw@127.0.0.1:1/mcp", "python server.py --api-key pw"])
def test_a_server_with_a_password_is_refused_without_repeating_it(server):
    with pytest.raises(ToolSpecError) as raised:
        import_tools([], servers=[server])

    assert str(raised.value).startswith("mcp: got what holds a secret; expected a command or a URL without keys")
    assert "pw" not in str(raised.value)


def test_a_file_of_another_kind_is_called_by_its_kind(file, tmp_path):
    path = file("a,b\n1,2\n", "api/table.csv")
    file([TOOL], "api/tools.json")

    assert complaint(path) == (
        f"{path}: holds no tools; it looks like a table (CSV); "
        "leave it out, or name its directory, where such files are passed by"
    )
    with pytest.raises(ToolSpecError, match="looks like a table"):
        load_tools([path])
    assert names(import_tools([tmp_path / "api"])) == ["get_time"]
    report = import_tools([f"{tmp_path}/api/*"])
    assert names(report) == ["get_time"]
    assert "looks like a table (CSV)" in report.sources[-1].skipped[0].reason


@pytest.mark.parametrize("content", [[], {"tools": []}, {"jsonrpc": "2.0", "id": 1, "result": {"tools": []}}])
def test_an_empty_list_is_no_error_and_told(file, content):
    (source,) = import_tools([file(content, "tools.json")]).sources

    assert (source.tools, [kind.reason for kind in source.skipped]) == (0, ["lists no tools"])


def test_standard_input_is_read(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps([TOOL]).encode())))

    report = import_tools(["-"])

    assert names(report) == ["get_time"]
    assert report.sources[0].source == report.tools[0].origin.file == "standard input"


def test_a_tool_nested_too_deeply_is_left_out(file, monkeypatch):
    def read(document, context):
        yield Found("shelf 1", {"name": "a"})
        raise RecursionError

    monkeypatch.setattr(shops, "read", read)

    (source,) = import_tools([file(SHOP, "shop.json")]).sources

    assert [kind.reason for kind in source.skipped] == ["is nested too deeply"]


def test_identical_tools_are_merged_and_counted(file):
    report = import_tools([file([TOOL], "a.json"), file([TOOL, OTHER], "b.json")])

    assert names(report) == ["get_time", "get_date"]
    assert (report.merged, report.renamed) == (1, 0)


def test_different_tools_of_one_name_are_an_error_or_kept_apart(file):
    one, other = file([TOOL], "a.json"), file([{**TOOL, "description": "Tell it elsewhere."}], "b.json")

    report = import_tools([one, other], rename_duplicates=True)

    assert names(report) == ["get_time", "get_time_2"]
    assert (report.merged, report.renamed) == (0, 1)
    assert complaint(one, other).startswith("two different tools are named 'get_time'")


def test_tools_that_do_the_same_are_merged_where_that_is_wanted(file):
    path = file([TOOL, {**TOOL, "name": "tell_time"}], "a.json")

    report = import_tools([path], dedupe=True)

    assert names(report) == ["get_time"]
    assert [(twin.name, twin.kept) for twin in report.twins] == [("tell_time", "get_time")]
    assert names(import_tools([path])) == ["get_time", "tell_time"]


def test_a_live_server_is_a_source_like_others(monkeypatch):
    def list_tools(target, *, timeout, environment):
        assert environment == ["PING_KEY"]
        yield Found("tool ping", {"name": "ping", "parameters": {}}, ("'inputSchema' was missing",))
        yield Skipped("tool pong", "has no name")

    monkeypatch.setattr(live_mcp, "list_tools", list_tools)

    report = import_tools([], servers=["python server.py"], environment=["PING_KEY"])

    (source,) = report.sources
    assert names(report) == ["ping"]
    assert (source.source, source.formats) == ("python server.py", {"mcp": 1})
    assert source.repaired[0].where == "python server.py, tool ping"
    assert source.skipped[0].where == "python server.py, tool pong"


def test_python_is_run_only_where_that_is_wanted(file, monkeypatch):
    monkeypatch.setattr(
        live_python,
        "imported_tools",
        lambda source, *, environment: [Found("wave", {"name": f"run_{Path(source).stem}"})],
    )
    path, other = file("def wave(): pass\n", "hand.py"), file([TOOL], "a.json")

    report = import_tools([path, other, "my_package.hands"], execute=True)

    assert names(report) == ["run_hand", "get_time", "run_my_package"]
    assert [source.formats for source in report.sources] == [{"python": 1}, {"json-schema": 1}, {"python": 1}]
    assert complaint("my_package.hands") == "my_package.hands: no such file or directory"


def test_a_tool_kept_apart_by_a_number_keeps_its_own_name_in_its_origin(file):
    one, other = file([TOOL], "a.json"), file([{**TOOL, "description": "Tell it elsewhere."}], "b.json")

    report = import_tools([one, other], rename_duplicates=True)

    assert [(tool.name, tool.origin.name) for tool in report.tools] == [("get_time", ""), ("get_time_2", "get_time")]


def test_in_a_directory_python_that_holds_no_functions_or_fails_is_left_out_when_run(file, tmp_path):
    file("def wave(): pass\n", "code/hand.py")
    file("X = 1\n", "code/nothing.py")
    file("{}['x']\n", "code/wrong.py")

    report = import_tools([tmp_path / "code"], execute=True)

    assert names(report) == ["wave"]
    assert [kind.reason for kind in report.sources[-1].skipped] == [
        "defines no public functions",
        "cannot be imported (KeyError: 'x', wrong.py line 1); mend that first",
    ]
    with pytest.raises(LiveError, match=r"KeyError: 'x', wrong\.py line 1"):
        import_tools([tmp_path / "code" / "wrong.py"], execute=True)


def test_how_many_tools_are_described_too_little_to_be_compared_is_told(file):
    report = import_tools(
        [file([TOOL, {"name": "ping"}, {"name": "pong", "description": "Pong."}], "a.json")], dedupe=True
    )

    assert (report.twins, report.hardly_described) == ((), 2)


def test_rapidapi_is_read_whole(corpora):
    report = import_tools([corpora / "catalogs" / "rapidapi.jsonl.gz"])

    assert len(report.tools) + report.merged == 45_172
    assert report.sources[0].skipped == ()
