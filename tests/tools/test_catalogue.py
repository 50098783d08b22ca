import gzip
import json
import logging
import tracemalloc

import pytest

from tests.tools import shops
from toolgraph.errors import ToolSpecError
from toolgraph.tools import importers
from toolgraph.tools.catalogue import load_tools, parse_tools, write_tools
from toolgraph.tools.spec import ToolSpec

TOOL = {"name": "get_time", "description": "Tell the time.", "parameters": {"type": "object", "properties": {}}}
OTHER = {"name": "get_date", "description": "Tell the date."}


def names_in(*sources, **options):
    return [tool.name for tool in load_tools(sources, **options)]


def complaint(*sources, **options):
    with pytest.raises(ToolSpecError) as raised:
        load_tools(sources, **options)
    message = str(raised.value)
    assert "\n" not in message
    return message


def lines_of(*entries):
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


def spread(number):
    """A tool of about 2 kB with a name of its own."""
    return {**TOOL, "name": f"tool_{number}", "description": f"{number} " + "x" * 2000}


@pytest.mark.parametrize(
    "document",
    [
        TOOL,
        [TOOL],
        {"tools": [TOOL]},
        {"functions": [TOOL]},
        {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "get_time", "inputSchema": {"type": "object"}}]}},
        [{"type": "function", "function": TOOL}],
        {"name": "get_time", "input_schema": {"type": "object"}},
    ],
)
def test_a_document_may_be_a_tool_a_list_or_hold_a_list(file, document):
    assert names_in(file(document)) == ["get_time"]


@pytest.mark.parametrize("name", ["tools.jsonl", "tools.ndjson", "tools.json", "tools.txt", "tools"])
def test_json_lines_are_read_under_any_name(file, name):
    assert names_in(file(lines_of(TOOL, OTHER), name)) == ["get_time", "get_date"]


def test_json_lines_may_have_blank_lines_and_carriage_returns(file):
    assert names_in(file("\n" + lines_of(TOOL).replace("\n", "\r\n") + "\r\n\n" + lines_of(OTHER))) == [
        "get_time",
        "get_date",
    ]


def test_one_line_may_be_a_whole_document(file):
    assert names_in(file(json.dumps({"tools": [TOOL, OTHER]}))) == ["get_time", "get_date"]


@pytest.mark.parametrize("name", ["tools.json.gz", "tools.jsonl.gz", "tools.json", "tools.bin"])
def test_compressed_files_are_known_by_their_content(file, name):
    assert names_in(file(gzip.compress(lines_of(TOOL, OTHER).encode()), name)) == ["get_time", "get_date"]


@pytest.mark.parametrize("name", ["tools.json", "tools.jsonl"])
def test_a_byte_order_mark_is_no_part_of_the_text(file, name):
    assert names_in(file(b"\xef\xbb\xbf" + lines_of(TOOL, OTHER).encode(), name)) == ["get_time", "get_date"]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_line_separators_inside_strings_do_not_end_a_line(file, separator):
    described = {**TOOL, "description": f"one{separator}two"}

    (tool, _) = load_tools([file(lines_of(described, OTHER), "tools.jsonl")])

    assert tool.description == described["description"]


def test_half_a_character_is_replaced_by_the_mark_for_it(file, tmp_path):
    path = file('{"name": "wave", "description": "hello \\ud83d", "parameters": {"properties": {"\\udc4b": {}}}}')

    (tool,) = load_tools([path])
    write_tools([tool], tmp_path / "out.jsonl")

    assert tool.description == "hello �"
    assert list(tool.parameters["properties"]) == ["�"]
    assert load_tools([tmp_path / "out.jsonl"])[0].description == "hello �"


def test_a_whole_character_in_two_halves_is_kept(file):
    assert load_tools([file('{"name": "wave", "description": "\\ud83d\\udc4b"}')])[0].description == "👋"


def test_directories_are_read_in_order_and_in_depth(file, tmp_path):
    file([TOOL], "b/one.json")
    file(lines_of(OTHER), "a/two.jsonl")
    file("not a catalogue", "a/README.md")

    assert names_in(tmp_path) == ["get_date", "get_time"]


def test_every_source_is_read_in_the_order_given(file):
    assert names_in(file([TOOL], "b.json"), str(file([OTHER], "a.json"))) == ["get_time", "get_date"]


def test_a_tool_knows_where_it_came_from(file):
    path = file({"api": "clock", "category": "Time", "licence": "MIT", "tools": [TOOL]})

    (tool,) = load_tools([path])

    assert tool.origin.model_dump() == {"file": str(path), "api": "clock", "category": "Time", "licence": "MIT"}


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        ("", "t.json", "{path}: is empty; expected JSON or JSON Lines with tools"),
        (" \n\n", "t.jsonl", "{path}: is empty; expected JSON or JSON Lines with tools"),
        (gzip.compress(b"", mtime=0), "t.json.gz", "{path}: is empty; expected JSON or JSON Lines with tools"),
        ("[]", "t.json", "{path}: holds no tools; expected a list of tools"),
        ({"tools": []}, "t.json", "{path}: holds no tools; expected a list of tools"),
        ('[\n{"name": "a"},\n{"name" "b"}]', "t.json", "{path}, line 3: is not valid JSON (Expecting ':' delimiter)"),
        ('\n\n{\n\n"name" 1}', "t.json", "{path}, line 5: is not valid JSON (Expecting ':' delimiter)"),
        ('{"name": "a"}\n{"name"\n', "t.jsonl", "{path}, line 2: is not valid JSON (Expecting ':' delimiter)"),
        ('{"name": "a"}\n\nx', "t.json", "{path}, line 3: is not valid JSON (Expecting value)"),
        ("[" * 100_000, "t.json", "{path}: is not valid JSON (nested too deeply)"),
        ("3", "t.json", "{path}: expected a tool or a list of tools, found int"),
        ('"x"\n', "t.jsonl", "{path}, line 1: expected a tool or a list of tools, found str"),
        ({"result": {"tools": "x"}}, "t.json", "{path}: expected a tool or a list of tools, found str"),
        ([TOOL, 5], "t.json", "{path}, entry 2: expected a tool (an object), found int"),
        ([TOOL, {"a": 1}], "t.json", '{path}, entry 2: is not a tool; expected an object with "name" and "parameters"'),
        ({"paths": {}}, "t.json", '{path}: is not a tool; expected an object with "name" and "parameters"'),
        ([{"parameters": {}}], "t.json", '{path}, entry 1: the tool has no name; add "name"'),
        ([{"name": " "}], "t.json", '{path}, entry 1: the tool has no name; add "name"'),
        ([{"name": 7}], "t.json", '{path}, entry 1: the tool has no name; add "name"'),
        ([{"type": "function", "function": {}}], "t.json", '{path}, entry 1: the tool has no name; add "name"'),
        (
            [{"name": "f", "parameters": "city"}], "t.json",
            "{path}, entry 1: tool 'f': 'parameters' must be a JSON Schema object, found str",
        ),
        (
            [{"name": "f", "parameters": {"properties": ["city"]}}], "t.json",
            "{path}, entry 1: tool 'f': 'properties' must be an object, found list",
        ),
        (
            [{"name": "f", "parameters": {"properties": {"city": "string"}}}], "t.json",
            "{path}, entry 1: tool 'f': parameter 'city' must be a JSON Schema object, found str",
        ),
        (
            [{"name": "f", "parameters": {"properties": {"city": {"type": 5}}}}], "t.json",
            "{path}, entry 1: tool 'f': parameter 'city' has an invalid 'type'; expected text such as \"string\"",
        ),
        (
            [{"name": "f", "effects": "eats"}], "t.json",
            "{path}, entry 1: tool 'f' has an invalid 'effects' "
            "(Input should be 'reads', 'writes', 'deletes' or 'unknown')",
        ),
        (
            [{"name": "f", "origin": {"colour": "red"}}], "t.json",
            "{path}, entry 1: tool 'f' has an invalid 'origin.colour' (Extra inputs are not permitted)",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_in_one_sentence(file, content, name, expected):
    path = file(content, name)

    assert complaint(path) == expected.format(path=path)


@pytest.mark.parametrize(
    "content",
    [
        "name: café".encode("latin-1"),
        json.dumps([TOOL]).encode("utf-16"),
        gzip.compress(json.dumps([TOOL]).encode(), mtime=0)[:-9],
        gzip.compress(json.dumps([spread(0)]).encode(), mtime=0)[:12] + b"\xff" * 60,
        b"\x1f\x8bnot gzip at all",
    ],
)
def test_what_is_no_text_is_told_in_one_sentence(file, content):
    path = file(content)

    assert complaint(path).startswith(f"{path}: cannot be read as UTF-8 text (")


def test_a_number_too_long_to_be_one_is_told_in_one_sentence(file):
    path = file('{"name": "f", "default": ' + "9" * 5000 + "}")

    assert complaint(path).startswith(f"{path}: is not valid JSON (Exceeds the limit")


def test_a_missing_file_is_told_in_one_sentence(tmp_path):
    assert complaint(tmp_path / "gone.json") == f"{tmp_path}/gone.json: no such file or directory"


def test_a_directory_without_catalogues_is_told_in_one_sentence(file, tmp_path):
    file("hello", "README.md")

    assert complaint(tmp_path) == f"{tmp_path}: holds no .json, .jsonl, .yaml or .py files"


def test_no_source_at_all_is_told_in_one_sentence():
    assert complaint() == "no file: holds no tools; expected a list of tools"


def test_a_value_in_memory_is_named_by_its_caller():
    with pytest.raises(ToolSpecError, match=r'^the argument, entry 1: the tool has no name; add "name"$'):
        parse_tools([{"parameters": {}}], where="the argument")


def test_identical_tools_of_one_name_are_merged(file):
    tools = load_tools([file([TOOL, OTHER], "a.json"), file([TOOL], "b.json")])

    assert [tool.name for tool in tools] == ["get_time", "get_date"]
    assert tools[0].origin.file.endswith("a.json")


DIFFERENT = {**TOOL, "description": "Tell the time somewhere else."}


@pytest.mark.parametrize("rename", [None, False])
def test_different_tools_of_one_name_are_an_error_that_names_both(file, rename):
    one, other = file([TOOL], "a.json"), file(lines_of(OTHER, DIFFERENT), "b.jsonl")

    assert complaint(one, other, rename_duplicates=rename) == (
        f"two different tools are named 'get_time': {one}, entry 1 and {other}, line 2; "
        "rename one, or keep both with --rename-duplicates"
    )


def test_different_tools_of_one_name_can_be_kept_apart(file):
    third = {**TOOL, "description": "A third one."}
    taken = {**TOOL, "name": "get_time_2"}

    tools = load_tools([file([TOOL, DIFFERENT, taken, third, DIFFERENT])], rename_duplicates=True)

    assert {tool.name: tool.description for tool in tools} == {
        "get_time": TOOL["description"],
        "get_time_3": DIFFERENT["description"],
        "get_time_4": "A third one.",
        "get_time_2": TOOL["description"],
    }
    assert len({tool.definition_key for tool in tools}) == 4


def test_different_tools_gathered_by_a_collection_are_kept_apart_with_a_word_about_it(file, caplog):
    collected = [{**TOOL, "source": "crawl:1"}, {**DIFFERENT, "source": "crawl:2"}]

    with caplog.at_level(logging.WARNING):
        assert names_in(file(collected)) == ["get_time", "get_time_2"]

    assert "share a name with a different tool: 1" in caplog.text
    assert complaint(file(collected), rename_duplicates=False).startswith("two different tools are named 'get_time'")
    assert complaint(file([collected[0], DIFFERENT])).startswith("two different tools are named 'get_time'")


@pytest.mark.parametrize("key", ["parameters", "inputSchema", "input_schema"])
def test_tools_say_in_any_shape_that_they_are_gathered(file, key):
    collected = [
        {"name": "find", "description": word, key: TOOL["parameters"], "source": word} for word in ("Find.", "Seek.")
    ]

    assert names_in(file(collected)) == ["find", "find_2"]


def test_tools_of_the_servers_of_a_registry_are_gathered(file):
    tools = [{"name": "find", "description": word, "inputSchema": TOOL["parameters"]} for word in ("Find.", "Seek.")]
    servers = [{"name": f"server-{number}", "installations": {}, "tools": [tool]} for number, tool in enumerate(tools)]

    assert names_in(file({"servers": servers})) == ["find", "find_2"]
    assert complaint(file({"api": "one", "tools": tools})).startswith("two different tools are named 'find'")


def test_tools_survive_being_written_and_read_again(small_catalogue, tmp_path):
    odd = ToolSpec(
        name="查询.天气", description="يعرض الطقس\u2028 اليوم", parameters={"properties": {"城市": {"type": "str"}}}
    )

    write_tools([*small_catalogue, odd], tmp_path / "tools.jsonl")

    assert load_tools([tmp_path / "tools.jsonl"]) == (*small_catalogue, odd)


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "long", "description": "x" * 10_000},
        {"name": "wide", "parameters": {"properties": {f"p{number}": {"type": "string"} for number in range(200)}}},
        {
            "name": "查询天气",
            "description": "查询城市的天气",
            "parameters": {"properties": {"城市": {"type": "string"}}},
        },
        {"name": "بحث", "description": "يبحث عن فندق", "parameters": {"properties": {"مدينة": {"type": "string"}}}},
        {"name": "a.b:c-d", "description": "", "parameters": {}},
        {"name": "x" * 128, "parameters": {"properties": {"filter[x]": {"type": None}, "on": True}}},
        {"name": "none", "parameters": None},
    ],
)
def test_unusual_tools_are_kept_as_they_are(file, entry):
    (tool,) = load_tools([file([entry])])

    assert (tool.name, tool.description) == (entry["name"], entry.get("description", ""))
    assert len(tool.parameter_fields) == len((entry.get("parameters") or {}).get("properties", {}))


def test_yaml_is_read_like_json(file):
    assert names_in(file("tools:\n- name: get_time\n- {name: get_date, description: on}", "tools.yaml")) == [
        "get_time",
        "get_date",
    ]


def test_a_document_of_another_format_is_read_with_one_line_about_what_is_left_out(file, caplog, monkeypatch):
    monkeypatch.setitem(importers.DOCUMENTS, "shop", shops)
    path = file({"goods": ["bread", "sold out", "milk"]}, "shop.json")

    with caplog.at_level(logging.WARNING):
        assert names_in(path) == ["buy_bread", "buy_milk"]

    assert caplog.messages == [
        f"{path}: 2 tools read; 1 entries skipped (1 x is sold out, as in {path}, shelf 2); "
        f"2 repairs made (2 x the name 'bread' became 'buy_bread', as in {path}, shelf 1)"
    ]


def test_files_of_a_directory_that_hold_no_tools_are_left_out_with_one_line(file, tmp_path, caplog):
    file([TOOL], "api/tools.json")
    file({"name": "package", "version": "1.0"}, "api/package.json")
    file([{"name": "Ann", "age": 3}], "api/people.json")
    file("a: !include b.yaml", "api/site.yaml")

    with caplog.at_level(logging.WARNING):
        assert names_in(tmp_path / "api") == ["get_time"]

    (line,) = caplog.messages
    assert line.startswith(f"{tmp_path}/api: 3 files hold no tools of their own (2 x holds no tools, as in ")
    assert "1 x line 1: has the tag '!include', which stands for more than data, as in " in line


def test_half_a_catalogue_in_a_directory_is_an_error(file, tmp_path):
    file([TOOL], "api/a.json")
    path = file('[{"name": "get_', "api/b.json")

    assert complaint(tmp_path / "api").startswith(f"{path}, line 1: is not valid JSON")


def test_a_tool_that_cannot_be_used_among_others_in_a_directory_is_an_error(file, tmp_path):
    path = file([TOOL, {"parameters": {}}], "api/a.json")

    assert complaint(tmp_path / "api") == f'{path}, entry 2: the tool has no name; add "name"'


@pytest.mark.slow
@pytest.mark.parametrize("name", ["big.jsonl", "big.json"])
def test_a_big_file_needs_little_more_memory_than_its_tools(file, name):
    entries = [spread(number) for number in range(10_000)]
    path = file(lines_of(*entries) if name.endswith("l") else entries, name)
    size = path.stat().st_size
    del entries

    tracemalloc.start()
    tools = load_tools([path])
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(tools) == 10_000
    assert size > 20_000_000
    assert kept < 3 * size
    assert peak < 5 * size


def test_a_catalogue_of_other_people_loads(corpora, subtests):
    for path in sorted((corpora / "catalogs").iterdir()):
        with subtests.test(path.name):
            tools = load_tools([path])

            assert len(tools) >= 20
            assert all(tool.input_schema["type"] == "object" for tool in tools if "$ref" not in tool.input_schema)
            assert sum(len(tool.parameter_fields) for tool in tools) > len(tools) / 2


@pytest.mark.parametrize(
    ("path", "number"),
    [("native/mcp_tools_list", 52), ("native/mcp_single_tool", 12), ("native/openai_functions_list.json", 9)],
)
def test_what_owners_publish_loads(corpora, path, number):
    tools = load_tools([corpora / path])

    assert len(tools) == number
    assert all(tool.description for tool in tools)
    assert any(tool.parameter_fields for tool in tools)
