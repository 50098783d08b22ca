"""Every domain file: what it says of itself must fit together, or the tasks made of it would not."""

import re
from collections import Counter
from itertools import chain

import pytest

from toolgraph.models.offline.domains import Domain, DomainFunction, domain_tools, domains
from toolgraph.models.offline.flows import flows_between
from toolgraph.resources import data_dir
from toolgraph.tools.catalogue import load_tools
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.validation import schema_errors

SLOT = re.compile(r"\{([^{}]+)\}")
NAMES = sorted(domains())
KINDS_WITH_VALUES = {
    "city",
    "country",
    "person",
    "email",
    "phone",
    "address",
    "url",
    "company",
    "date",
    "time",
    "datetime",
}


@pytest.fixture(params=NAMES)
def domain(request) -> Domain:
    return domains()[request.param]


def slots(text: str) -> set[str]:
    return set(SLOT.findall(text))


def held(function: DomainFunction) -> set[str]:
    return {*function.returns, *chain.from_iterable(function.lists.values())}


def taken(function: DomainFunction) -> set[str]:
    return {name.removesuffix("?") for name in function.takes}


def test_a_file_is_named_after_its_domain(domain):
    assert domain.domain in NAMES


def test_there_are_nine_scenarios_of_few_words_that_begin_with_functions_of_the_domain(domain):
    assert len(domain.scenarios) >= 9 or domain.domain == "camping"
    for scenario in domain.scenarios:
        assert len(scenario.text.split()) <= 10, scenario.text
        assert not re.search(r"\d", scenario.text), scenario.text
        assert set(scenario.starts) <= set(domain.functions), scenario.starts
        for opening in scenario.openings:
            assert re.fullmatch(r"[A-Z].{15,160}[.!]", opening), opening
            assert not re.search(r"[\d{}?]", opening), opening


def test_no_two_scenarios_or_openings_are_the_same():
    texts = Counter(scenario.text for domain in domains().values() for scenario in domain.scenarios)
    openings = Counter(
        opening for domain in domains().values() for scenario in domain.scenarios for opening in scenario.openings
    )

    assert [text for text, count in (texts + openings).items() if count > 1] == []


def test_every_attribute_is_known_and_used(domain):
    used = set().union(*(held(one) | taken(one) for one in domain.functions.values()))

    assert used == set(domain.attributes)


def test_attributes_say_what_values_they_have(domain):
    for tool in domain_tools(domain.domain):
        for field in (*tool.parameter_fields, *tool.return_fields):
            schema = field.schema
            assert schema.get("description"), field.name
            if field.name.endswith("_id"):
                assert re.fullmatch(r"[A-Z]{2,4}-\d{4,6}", schema["examples"][0]), field.name
            elif "string" in field.types and "enum" not in schema and kind_of(field) not in KINDS_WITH_VALUES:
                assert len(schema.get("examples", ())) >= 6, f"{field.name}: write at least six examples"
            elif field.types[:1] in (("number",), ("integer",)) and kind_of(field) != "year":
                assert {"minimum", "maximum"} <= schema.keys(), field.name


def test_requests_name_every_required_value_or_have_a_fragment_for_it(domain):
    for name, function in domain.functions.items():
        for ask in function.asks:
            assert slots(ask) <= taken(function), (name, ask)
            missing = {one for one in function.takes if not one.endswith("?")} - slots(ask) - function.details.keys()
            assert not missing, (name, ask, missing)
            assert re.fullmatch(r"[a-z].*[^.!?]", ask), ask
        optional = {one.removesuffix("?") for one in function.takes if one.endswith("?")}
        assert optional <= function.details.keys(), name
        for slot, fragments in function.details.items():
            assert slot in taken(function), (name, slot)
            is_boolean = domain.attributes[slot].get("type") == "boolean"
            assert all(slots(text) == (set() if is_boolean else {slot}) for text in fragments), (name, slot)


def test_outcomes_are_told_with_fields_that_are_there(domain):
    for name, function in domain.functions.items():
        ((entry,),) = (tuple(function.lists.values()),) if function.lists else (((),),)
        assert bool(function.item) == bool(function.lists), name
        assert slots(function.item) <= set(entry), name
        for report in function.reports:
            known = {"items"} | taken(function) if function.lists else held(function) | taken(function)
            assert slots(report) <= known, (name, report)
            assert "{items}" in report or not function.lists, (name, report)


def test_a_result_is_told_by_what_it_is_about_first(domain):
    for name, function in domain.functions.items():
        first = next(iter(function.returns or next(iter(function.lists.values()))))
        if function.lists or function.effects == "writes":
            assert first.endswith("_id"), (name, first)


def test_questions_about_results_can_be_asked_of_them(domain):
    for name, function in domain.functions.items():
        for test in function.tests:
            assert test.field in held(function), (name, test.field)
            assert function.effects == "reads", name
            assert (slots(test.says) == {"value"}) == (test.test != "is"), test.says
            if function.lists:
                assert re.match(r"it('s)? ", test.says), test.says
            for value in test.values:
                tool = domain.tool(name).model_copy(
                    update={"parameters": {"type": "object", "properties": {"value": domain.attributes[test.field]}}}
                )
                assert not schema_errors(tool, {"value": value}), (name, test.field, value)
        for total in function.totals:
            assert domain.attributes[total.field]["type"] in ("number", "integer"), (name, total.field)
            assert total.field in held(function), (name, total.field)
            assert {"value"} <= slots(total.tells) <= {"value", "name"}, total.tells
            assert total.kind in ("min", "max") or "{name}" not in total.tells


def test_functions_of_a_domain_can_be_composed(domain):
    tools = domain_tools(domain.domain)
    feeding = {
        taker.name: {
            giver.name for giver in tools
            for flow in flows_between(giver, taker) if giver is not taker and flow.is_id and not flow.is_echo
        }
        for taker in tools
    }  # fmt: skip

    def lists_of(taker: str) -> set[str]:
        return {giver for giver in feeding[taker] if domain.functions[giver].lists}

    assert sum(bool(lists_of(name)) for name in feeding) >= 3, "three functions take an id from a list"
    assert any(len(lists_of(name)) > 1 for name in feeding), "one function takes ids from two lists"
    assert sum(bool(one.tests) for one in domain.functions.values()) >= 2
    assert any(one.totals for one in domain.functions.values())
    assert sum(one.effects == "writes" for one in domain.functions.values()) >= 2


def test_function_names_are_unique_among_all_that_toolgraph_ships():
    own = [name for domain in domains().values() for name in domain.functions]
    shipped = {tool.name for tool in load_tools([data_dir() / "tools"])}

    assert len(own) == len(set(own)), [name for name, count in Counter(own).items() if count > 1]
    assert shipped.isdisjoint(own), shipped & set(own)
