import json
import tracemalloc

import pytest

from toolgraph.errors import ToolSpecError
from toolgraph.tools.yaml_documents import MAX_DEPTH, MAX_REPEATED, parse_yaml


def complaint(text):
    with pytest.raises(ToolSpecError) as raised:
        parse_yaml(text)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing but a comment", None),
        ("a: 1", {"a": 1}),
        ("- 1\n- -2\n- +3", [1, -2, 3]),
        ("[1.5, .5, 1e3, -0.0]", [1.5, 0.5, 1000.0, 0.0]),
        ("[true, True, FALSE, null, ~, ]", [True, True, False, None, None]),
        ("a:", {"a": None}),
        ("[yes, no, on, off, y]", ["yes", "no", "on", "off", "y"]),
        ("[2024-01-31, 12:30, 007, 0x1F, 1_000, 1e999]", ["2024-01-31", "12:30", "007", "0x1F", "1_000", "1e999"]),
        ("['1', \"true\", !!str 2, !!int '3']", ["1", "true", "2", 3]),
        ("200: {on: x}\ntrue: y\n1.0: z", {"200": {"on": "x"}, "true": "y", "1.0": "z"}),
        ("a: |\n  one\n  two\nb: >-\n  three\n  four", {"a": "one\ntwo\n", "b": "three four"}),
        ("---\na: 1\n...", {"a": 1}),
        ("9" * 5000, "9" * 5000),
        ('{"json": [1, {"is": "yaml"}]}', {"json": [1, {"is": "yaml"}]}),
    ],
)
def test_a_text_gives_the_json_it_stands_for(text, value):
    read = parse_yaml(text)

    assert read == value
    assert json.loads(json.dumps(read)) == value


def test_an_alias_stands_for_what_it_names():
    assert parse_yaml("a: &pet {name: Rex}\nb: [*pet, *pet]") == {"a": {"name": "Rex"}, "b": [{"name": "Rex"}] * 2}


def test_a_key_may_be_named_and_used_again():
    assert parse_yaml("a: &k name\n*k : Rex\n&l x: 1\ny: *l") == {"a": "name", "name": "Rex", "x": 1, "y": "x"}


@pytest.mark.parametrize(
    ("text", "merged"),
    [
        ("<<: *a\nz: 3", {"x": 1, "y": 2, "z": 3}),
        ("x: 9\n<<: *a", {"x": 9, "y": 2}),
        ("<<: [*b, *a]", {"x": 7, "y": 2}),
        ("'<<': *a", {"<<": {"x": 1, "y": 2}}),
    ],
)
def test_a_mapping_may_be_merged_into_another_whose_own_keys_win(text, merged):
    named = "a: &a {x: 1, y: 2}\nb: &b {x: 7}\nc:\n"

    assert parse_yaml(named + "".join(f"  {line}\n" for line in text.split("\n")))["c"] == merged


def test_a_bomb_of_aliases_is_refused_before_it_goes_off():
    lines = ["a0: &a0 [boom]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]

    tracemalloc.start()
    told = complaint("\n".join(lines))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert told == f"line 7: repeats more than {MAX_REPEATED:,} values by aliases"
    assert peak < 5_000_000


def test_a_bomb_of_merged_mappings_is_refused():
    lines = ["a0: &a0 {k: v}"] + [
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}], k{n}: v}}" for n in range(1, 9)
    ]

    assert "values by aliases" in complaint("\n".join(lines))


def test_a_chain_of_aliases_cannot_nest_without_bound():
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 300)]

    assert complaint("\n".join(lines)) == f"is nested more than {MAX_DEPTH} levels deep by its aliases"


def test_many_small_repetitions_are_fine():
    text = "a: &a {x: [1, 2, 3]}\nb:\n" + "- *a\n" * 20_000

    assert len(parse_yaml(text)["b"]) == 20_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &a\n  b: *a", "line 2: has the alias '*a' inside what it stands for"),
        ("a: &a\n  <<: *a", "line 2: has the alias '*a' inside what it stands for"),
        ("&a [*a]", "line 1: has the alias '*a' inside what it stands for"),
        ("a: *b", "line 1: has the alias '*b', but no anchor '&b' before it"),
        ("a: 1\nb: 2\na: 3", "line 3: has the key 'a' twice in one object, with two values; keep one of them"),
        ("a: !Ref x", "line 1: has the tag '!Ref', which stands for more than data"),
        ("a: !!python/object/apply:os.system [ls]",
         "line 1: has the tag '!!python/object/apply:os.system', which stands for more than data"),
        ("? [a, b]\n: 1", "line 1: has a key that is no text"),
        ("a: &x [1]\n*x : 1", "line 2: has a key that is no text"),
        ("a:\n  <<: 7", "line 2: has '<<' before something that is no mapping"),
        ("a: 1\n---\nb: 2", "line 2: holds a second YAML document; keep each in a file of its own"),
        ("[" * 100_000, f"line 1: is nested more than {MAX_DEPTH} levels deep"),
        ("- " * 100_000 + "x", f"line 1: is nested more than {MAX_DEPTH} levels deep"),
    ],
)  # fmt: skip
def test_what_is_more_than_data_is_told_in_one_sentence(text, expected):
    assert complaint(text) == expected


@pytest.mark.parametrize("text", ["a: {b: 1", "a: [1, 2", "a: 'x", "a:\n\t- b", "a: b: c", "@x", "a\n:\nb: ]"])
def test_what_is_no_yaml_is_told_with_its_line(text):
    assert " is not valid YAML (" in complaint(text)
    assert complaint(text).startswith("line ")


def test_control_characters_are_told_in_one_sentence():
    assert complaint("a: \x01") == "is not valid YAML (control characters are not allowed)"


def test_a_key_may_stand_twice_with_one_value():
    assert parse_yaml("a: 1\na: 1") == {"a": 1}


def test_without_the_c_library_the_same_is_read(monkeypatch):
    import yaml

    text = "a: &a [1, 'x', ~]\nb: *a\n200: on"
    expected = parse_yaml(text)
    monkeypatch.setattr(yaml, "__with_libyaml__", False)

    assert parse_yaml(text) == expected
    assert complaint("a: {b: 1").startswith("line 1: is not valid YAML (")


@pytest.mark.parametrize(
    ("text", "is_cut"), [('a: 1\nb: "cut', True), ("a: 1\nb: [1,\n", True), ("a: 1\nb: ]\nc: 1\nd: 1\n", False)]
)
def test_what_ends_in_the_middle_is_asked_for_its_rest(text, is_cut):
    with pytest.raises(ToolSpecError) as refused:
        parse_yaml(text)

    assert str(refused.value).endswith("; is the rest of the file missing?") == is_cut
