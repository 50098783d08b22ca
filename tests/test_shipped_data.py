"""The data that ships with toolgraph: its own catalogue, how each tool is talked about, and banks of words."""

import json
import re
from collections import defaultdict

import pytest
import yaml
from jsonschema import Draft202012Validator

from toolgraph.resources import data_dir
from toolgraph.tools.catalogue import load_tools, parse_tools
from toolgraph.tools.fields import Field
from toolgraph.tools.spec import ToolSpec

TOOL_FILES = sorted((data_dir() / "tools").iterdir())
WORDING_FILES = sorted((data_dir() / "wordings").iterdir())
WORD_FILES = sorted((data_dir() / "words").iterdir())
DOMAINS = [path.stem for path in TOOL_FILES]
WORDING_KEYS = {"asks", "needs", "details", "ask_back", "item", "reports"}
JARGON = re.compile(r"\b(api|tool|parameter|function|endpoint|json|id)s?\b", re.IGNORECASE)
IDENTIFIER = re.compile(r"_|[a-z][A-Z]|\w\.\w")


def tools_of(domain: str) -> tuple[ToolSpec, ...]:
    path = data_dir() / "tools" / f"{domain}.json"
    return parse_tools(json.loads(path.read_text("utf-8")), where=path.name)


def wordings_of(domain: str) -> dict:
    return yaml.safe_load((data_dir() / "wordings" / f"{domain}.yaml").read_text("utf-8"))


def worded(domain: str) -> list[tuple[ToolSpec, dict]]:
    wordings = wordings_of(domain)
    return [(tool, wordings[tool.name]) for tool in tools_of(domain)]


def slots_of(text: str) -> set[str]:
    return set(re.findall(r"\{([^{}]*)\}", text))


def fixed_words(text: str) -> str:
    return re.sub(r"\{[^{}]*\}", "", text)


def dotted(field: Field) -> str:
    """The name of a field's slot: its pointer with dots, the indices of lists left out."""
    return field.pointer.replace("/*", "").strip("/").replace("/", ".")


def by_slot(fields: tuple[Field, ...]) -> dict[str, Field]:
    return {dotted(field): field for field in fields}


def booleans(tool: ToolSpec) -> set[str]:
    return {slot for slot, field in by_slot(tool.parameter_fields).items() if field.types == ("boolean",)}


def is_list_tool(tool: ToolSpec) -> bool:
    return any("/*/" in field.pointer for field in tool.return_fields)


# The catalogue


def test_the_catalogue_is_large_and_broad():
    tools = load_tools([data_dir() / "tools"])

    assert len(tools) >= 240
    assert len({tool.origin.api for tool in tools}) == len(TOOL_FILES) >= 24
    assert all(tool.origin.category and tool.origin.licence == "Apache-2.0" for tool in tools)


def test_no_name_stands_for_two_tools():
    homes = defaultdict(list)
    for domain in DOMAINS:
        for tool in tools_of(domain):
            homes[tool.name].append(domain)

    assert {name: where for name, where in homes.items() if len(where) > 1} == {}


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_schema_is_valid_and_in_standard_form(domain):
    for tool in tools_of(domain):
        Draft202012Validator.check_schema(tool.parameters)
        Draft202012Validator.check_schema(tool.returns)
        assert tool.input_schema == tool.parameters, tool.name
        assert tool.output_schema == tool.returns, tool.name


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_leaf_and_every_tool_is_described(domain):
    for tool in tools_of(domain):
        assert re.fullmatch(r"[A-Z].{10,}\.", tool.description), tool.name
        assert tool.parameter_fields, tool.name
        assert tool.return_fields, tool.name
        for field in (*tool.parameter_fields, *tool.return_fields):
            assert len(field.description.split()) >= 2, f"{tool.name} {field.pointer}"
            assert not field.description.endswith("."), f"{tool.name} {field.pointer}"


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_reads_writes_and_deletes(domain):
    effects = [tool.effects for tool in tools_of(domain)]

    assert len(effects) >= 8
    assert effects.count("reads") >= 4
    assert effects.count("writes") >= 2
    assert effects.count("deletes") >= 1


@pytest.mark.parametrize("domain", DOMAINS)
def test_what_tools_return_flows_into_other_tools_of_the_domain(domain):
    tools = tools_of(domain)
    returned = {(field.name, tool.name) for tool in tools for field in tool.return_fields}

    fed = [
        tool.name
        for tool in tools
        if any(
            field.name == name and tool.name != other
            for field in tool.parameter_fields
            if field.name.endswith(("_id", "number", "code"))
            for name, other in returned
        )
    ]

    assert len(fed) >= 5


def test_an_identifier_means_the_same_wherever_it_stands():
    meanings = defaultdict(lambda: defaultdict(set))
    for domain in DOMAINS:
        for tool in tools_of(domain):
            for field in (*tool.parameter_fields, *tool.return_fields):
                if field.name.endswith("_id"):
                    prefixes = tuple(str(example).split("-")[0] for example in field.schema.get("examples", ()))
                    meanings[field.name][field.description, prefixes].add(domain)

    assert meanings
    assert {name: dict(found) for name, found in meanings.items() if len(found) > 1} == {}
    assert all(prefixes for found in meanings.values() for _, prefixes in found), "an identifier without an example"


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_example_is_valid_and_every_number_has_bounds(domain):
    for tool in tools_of(domain):
        for field in (*tool.parameter_fields, *tool.return_fields):
            place = f"{tool.name} {field.pointer}"
            validator = Draft202012Validator(field.schema)
            assert all(validator.is_valid(example) for example in field.schema.get("examples", ())), place
            if {"number", "integer"} & set(field.types) and field.name != "total_count":
                assert field.schema["minimum"] < field.schema["maximum"], place


@pytest.mark.parametrize("domain", DOMAINS)
def test_an_object_in_a_list_begins_with_what_it_is_called_by(domain):
    """Its own identifier or its label comes first, so that a speaker can name an entry."""
    for tool in tools_of(domain):
        first = next((field for field in tool.return_fields if "/*/" in field.pointer), None)
        assert first is None or "string" in first.types, tool.name


# How the tools are talked about


def test_every_domain_has_wordings_and_no_wording_is_without_its_tool():
    assert [path.stem for path in WORDING_FILES] == DOMAINS
    for domain in DOMAINS:
        assert wordings_of(domain).keys() == {tool.name for tool in tools_of(domain)}, domain


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_wording_holds_enough_of_every_part_and_nothing_else(domain):
    for tool, wording in worded(domain):
        assert wording.keys() <= WORDING_KEYS, tool.name
        assert len(wording["asks"]) >= 6, tool.name
        assert len(wording["needs"]) >= 4, tool.name
        assert len(wording["reports"]) >= 3, tool.name
        assert sum(not slots_of(ask) for ask in wording["asks"]) >= 2, tool.name
        assert ("item" in wording) or not is_list_tool(tool), tool.name


@pytest.mark.parametrize("domain", DOMAINS)
def test_asks_and_needs_use_slots_that_exist(domain):
    for tool, wording in worded(domain):
        known = by_slot(tool.parameter_fields).keys() - booleans(tool)
        for text in (*wording["asks"], *wording["needs"]):
            assert slots_of(text) <= known, f"{tool.name}: {text}"


@pytest.mark.parametrize("domain", DOMAINS)
def test_reports_and_items_use_slots_that_exist(domain):
    for tool, wording in worded(domain):
        returned = by_slot(tool.return_fields).keys()
        known = returned | {slot.split(".")[-1] for slot in returned} | by_slot(tool.parameter_fields).keys()
        for text in wording["reports"]:
            assert slots_of(text) <= known | {"items"}, f"{tool.name}: {text}"
            assert ("items" in slots_of(text)) == is_list_tool(tool), f"{tool.name}: {text}"
        assert slots_of(wording.get("item", "")) <= known, tool.name


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_parameter_has_a_detail_with_its_own_slot(domain):
    for tool, wording in worded(domain):
        assert wording["details"].keys() == by_slot(tool.parameter_fields).keys(), tool.name
        for slot, fragments in wording["details"].items():
            expected = set() if slot in booleans(tool) else {slot}
            assert fragments, f"{tool.name}: {slot}"
            assert all(slots_of(fragment) == expected for fragment in fragments), f"{tool.name}: {slot}"


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_required_parameter_can_be_asked_back(domain):
    for tool, wording in worded(domain):
        parameters = by_slot(tool.parameter_fields)
        required = {slot for slot, field in parameters.items() if field.is_required} - booleans(tool)
        assert required <= {
            slot for slot in parameters for asked in wording["ask_back"]
            if slot == asked or slot.startswith(f"{asked}.")
        }, tool.name  # fmt: skip
        for questions in wording["ask_back"].values():
            assert all(question.endswith("?") for question in questions), tool.name
            assert not any(slots_of(question) for question in questions), tool.name


@pytest.mark.parametrize("domain", DOMAINS)
def test_asks_are_verb_phrases_and_needs_whole_sentences(domain):
    for tool, wording in worded(domain):
        for ask in wording["asks"]:
            assert not ask[0].isupper() or ask.startswith("I "), f"{tool.name}: {ask}"
            assert ask[-1] not in ".?!", f"{tool.name}: {ask}"
        for need in wording["needs"]:
            assert need[0].isupper() or need[0] == "{", f"{tool.name}: {need}"
            assert need[-1] in ".?!", f"{tool.name}: {need}"


@pytest.mark.parametrize("domain", DOMAINS)
def test_nobody_speaks_of_identifiers_or_jargon(domain):
    for tool, wording in worded(domain):
        details = [fragment for fragments in wording["details"].values() for fragment in fragments]
        for text in (*wording["asks"], *wording["needs"], *details):
            assert not JARGON.search(fixed_words(text)), f"{tool.name}: {text}"
            assert not IDENTIFIER.search(fixed_words(text)), f"{tool.name}: {text}"


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_fixed_word_states_a_figure(domain):
    for tool, wording in worded(domain):
        for text in (*wording["asks"], *wording["needs"], *wording["reports"], wording.get("item", "")):
            assert not re.search(r"\d", fixed_words(text)), f"{tool.name}: {text}"


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_two_needs_of_a_domain_open_alike(domain):
    openings = [tuple(need.split()[:4]) for _, wording in worded(domain) for need in wording["needs"]]

    assert len(set(openings)) == len(openings)


# Banks of words


def lists_in(value, path=""):
    """Yield the name of every list in a file of words, with the list."""
    if isinstance(value, list):
        yield path, value
    else:
        assert isinstance(value, dict), f"{path}: expected lists in maps, found {value!r}"
        for key, child in value.items():
            yield from lists_in(child, f"{path}.{key}".strip("."))


def test_there_are_words_for_values_user_and_assistant():
    assert {"values.yaml", "user.yaml", "assistant.yaml"} <= {path.name for path in WORD_FILES}


@pytest.mark.parametrize("path", WORD_FILES, ids=lambda path: path.stem)
def test_words_are_lists_of_different_texts(path):
    for name, words in lists_in(yaml.safe_load(path.read_text("utf-8"))):
        assert words, name
        assert all(isinstance(word, str) and word.strip() == word != "" for word in words), name
        assert len(set(words)) == len(words), name


def test_values_read_well_inside_a_sentence():
    written_by_machines = {"sql", "expression", "code", "path", "url", "base64", "timezone", "filename"}

    for name, words in lists_in(yaml.safe_load((data_dir() / "words" / "values.yaml").read_text("utf-8"))):
        if name not in written_by_machines:
            assert not [word for word in words if re.search(r'[_{}\[\]"]', word)], name


def test_every_style_has_the_same_parts_and_only_known_slots():
    allowed = {"frames": {"ask", "Ask"}, "answers": {"value", "Value"}}
    user = yaml.safe_load((data_dir() / "words" / "user.yaml").read_text("utf-8"))

    parts = [style.keys() for style in user["styles"].values()]

    assert len(parts) >= 10
    assert all(each == parts[0] for each in parts)
    for style in user["styles"].values():
        for part, texts in style.items():
            known = allowed.get(part, set())
            assert all(slots_of(text) <= known and bool(slots_of(text)) == bool(known) for text in texts), part


def test_the_assistant_uses_only_known_slots():
    allowed = {
        "ask_back_generic": {"thing"}, "picked": {"label", "why"}, "picked_of_told": {"label", "why"},
        "found_counts": {"count", "noun", "items"},
        "offers": {"ask"}, "real_errors": {"reason"},
    }  # fmt: skip
    assistant = yaml.safe_load((data_dir() / "words" / "assistant.yaml").read_text("utf-8"))

    for part, texts in lists_in(assistant):
        assert all(slots_of(text) == allowed.get(part, set()) for text in texts), part


def test_every_topic_of_remarks_has_replies_and_every_style_makes_remarks():
    words, replies = (
        yaml.safe_load((data_dir() / "words" / f"{name}.yaml").read_text("utf-8")) for name in ("user", "assistant")
    )

    for style in words["styles"].values():
        assert style["remarks"].keys() <= replies["remark_replies"].keys()
    assert all(len(set(texts)) >= 5 for texts in replies["remark_replies"].values())
