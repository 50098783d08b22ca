"""Edges are tried on servers that run: a shop whose ids are numbers that several tables share, and the library."""

import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from run_fakes import hashed_vectors

from tests.servers.hashed import link
from toolgraph.graph.rules import build_graph
from toolgraph.graph.storage import load_graph
from toolgraph.resources import data_dir
from toolgraph.run.config import RunConfig
from toolgraph.run.confirming import confirmed_graph
from toolgraph.run.edge_trials import edge_trials
from toolgraph.run.executing import linked_tools, live_tools
from toolgraph.run.pipeline import Pipeline, generate
from toolgraph.tools.live import LiveResult, failed
from toolgraph.tools.spec import ToolSpec

SHOP = Path(__file__).parents[1] / "mcp_servers" / "shop.py"
LIBRARY = f"{sys.executable} {data_dir() / 'servers' / 'library.py'}"


def told_of(target, *, threshold=0.002, **options):
    pytest.importorskip("mcp")
    config = RunConfig(mcp=target, execute=True, **options)
    graph = build_graph(linked_tools(config), hashed_vectors, threshold=threshold)
    return tuple(edge_trials(graph, live_tools(config, graph.tools), most=500, seed=0))


def shop(fault="", log="", **options):
    return told_of(f"{sys.executable} {SHOP} '{fault}' {log}", **options)


def fields(each):
    """What is given and taken, with the thing that a bare id is of."""
    edge = each.edge
    given, taken = edge.source_field.rpartition("/")[2], edge.target_field.strip("/")
    owner = {name: name.partition("_")[2].removesuffix("s") for name in (edge.source, edge.target)}
    return tuple(
        f"{owner[tool]}_id" if name == "id" else name for tool, name in ((edge.source, given), (edge.target, taken))
    )


def is_right(each):
    given, taken = fields(each)
    return given == taken or (given, taken) == ("title", "text")


def by_verdict(told, verdict):
    return {(each.edge.source, each.edge.target, *fields(each)) for each in told if each.verdict == verdict}


def require_no_mistake(told):
    assert [each for each in told if each.verdict == "confirmed" and not is_right(each)] == []
    assert [each for each in told if each.verdict == "refused" and is_right(each)] == []


@pytest.fixture(scope="module")
def told():
    return shop()


def test_no_verdict_is_wrong_though_the_numbers_of_one_table_are_ids_in_others(told):
    require_no_mistake(told)
    counts = Counter((each.verdict, is_right(each)) for each in told)
    assert counts["confirmed", True] >= 13
    assert counts["refused", False] >= 4


def test_what_is_answered_where_made_up_values_are_not_is_confirmed(told):
    confirmed = by_verdict(told, "confirmed")

    assert ("list_orders", "get_order", "order_id", "order_id") in confirmed
    assert ("list_orders", "get_product", "product_id", "product_id") in confirmed
    (reason,) = (each.reason for each in told if fields(each) == ("order_id", "order_id")
                 and each.edge.source == "list_orders")  # fmt: skip
    assert reason.startswith("list_orders returned order_id 13, 27 and 40; get_order answered them, and for a made-up ")
    assert reason.endswith(" said 'no such order'")


def test_ids_that_two_tables_share_are_told_apart_by_what_is_said_beside_them(told):
    assert ("list_orders", "get_customer", "customer_id", "customer_id") in by_verdict(told, "confirmed")


def test_ids_that_nothing_tells_apart_are_left_undecided(told):
    """A list of orders says nothing of its customer that could not be said of the supplier of this number."""
    assert ("list_customers", "list_customer_orders", "customer_id", "customer_id") in by_verdict(told, "undecided")


def test_what_is_not_answered_is_refused_where_other_values_are(told):
    (each,) = (each for each in told if each.verdict == "refused" and fields(each) == ("order_id", "supplier_id")
               and each.edge.source == "list_orders")  # fmt: skip

    assert each.by == "trial"
    assert each.reason == (
        "list_orders returned order_id 13, 27 and 40; get_supplier said 'no such supplier', but answers 1"
    )


def test_only_what_reads_is_called(tmp_path):
    log = tmp_path / "called"
    shop(log=log)

    assert {name.partition("_")[0] for name in log.read_text().split()} == {"list", "get", "search"}
    assert not {"get_rid_of_customer", "cancel_order"} & set(log.read_text().split())


def test_no_verdict_is_wrong_where_ids_are_called_id_and_some_are_never_listed():
    told = shop("bare")

    require_no_mistake(told)
    assert ("list_suppliers", "get_supplier", "supplier_id", "supplier_id") in by_verdict(told, "confirmed")


def test_the_same_seed_gives_the_same_verdicts(told):
    assert shop() == told


def test_a_tool_that_answers_anything_confirms_nothing():
    told = shop("takes_all")

    assert not [each for each in told if each.verdict != "undecided" and each.edge.target.startswith("get_")]
    require_no_mistake(told)


def test_a_refusal_in_kind_words_is_one_all_the_same(told):
    polite = shop("polite")

    require_no_mistake(polite)
    assert by_verdict(polite, "confirmed") == by_verdict(told, "confirmed")


@pytest.mark.parametrize("fault", ["hangs", "dies"])
def test_a_server_that_hangs_or_dies_costs_the_tool_that_did_it(told, fault):
    spoilt = shop(fault, call_timeout=1.5)

    require_no_mistake(spoilt)
    decided = {each for each in spoilt if each.verdict != "undecided"}
    assert not [each for each in decided if each.edge.target == "get_order"]
    others = {each for each in by_verdict(told, "confirmed") if "get_order" not in each}
    assert others <= by_verdict(spoilt, "confirmed")


@pytest.mark.parametrize("fault", ["floods", "tires"])
def test_floods_and_limits_lead_to_no_wrong_verdict(fault):
    require_no_mistake(shop(fault))


def test_the_library_confirms_all_its_edges_between_reading_tools():
    told = told_of(LIBRARY, threshold=0.5)

    assert {each.verdict for each in told} == {"confirmed"}
    assert ("search_library_books", "get_library_book") in {(each.edge.source, each.edge.target) for each in told}


def test_a_run_makes_its_dialogues_over_a_graph_whose_edges_were_tried(tmp_path):
    pytest.importorskip("mcp")
    config = RunConfig(mcp=LIBRARY, execute=True, edges="confirmed", n=2, workers=1, allow_writes=True)

    generate(config, tmp_path / "run", pipeline=Pipeline(link=link))

    graph = load_graph(tmp_path / "run" / "graph")
    assert graph.edges_rule == "confirmed"
    assert {(each.verdict, each.by) for each in graph.confirmations} == {("confirmed", "trial")}
    writing = {tool.name for tool in graph.tools if tool.effects != "reads"}
    assert writing
    assert not writing & {name for each in graph.confirmations for name in (each.edge.source, each.edge.target)}


def test_python_functions_are_tried_as_well(tmp_path):
    (tmp_path / "notes.py").write_text(
        "NOTES = {'N-12': 'Seeds to buy', 'N-40': 'Call Ada'}\n"
        "def list_notes() -> list:\n    'List the notes.'\n    return [{'note_id': key} for key in NOTES]\n"
        "def get_note(note_id: str) -> dict:\n    'Get it.'\n    return {'note_id': note_id, 'says': NOTES[note_id]}\n"
    )
    config = RunConfig(tools=(str(tmp_path / "notes.py"),), execute=True, edges="confirmed")
    graph = build_graph(linked_tools(config), hashed_vectors)

    confirmed, note = confirmed_graph(graph, config)

    (each,) = confirmed.confirmations
    assert (each.verdict, each.edge.target, each.by) == ("confirmed", "get_note", "trial")
    assert note == "trials of 1 edges: 1 confirmed, 0 refused and 0 undecided"


class Warehouse:
    """Items that have a number within their order only."""

    instructions = ""
    orders = {"O-1": [1, 2], "O-2": [3, 4]}  # noqa: RUF012

    @contextmanager
    def session(self):
        yield self

    def call(self, name, arguments):
        order, item = arguments.get("order_id"), arguments.get("item_id")
        if name == "list_orders":
            return LiveResult([{"order_id": each} for each in self.orders])
        if name == "list_items" and order in self.orders:
            return LiveResult([{"item_id": each} for each in self.orders[order]])
        if name == "get_item" and item in self.orders.get(order, ()):
            return LiveResult({"item": f"Thing {item}"})
        return failed("there is no such item")


def reader(name, returns, **parameters):
    properties = {key: {"type": kind} for key, kind in parameters.items()}
    entry = {"type": "object", "properties": {key: {"type": kind} for key, kind in returns.items()}}
    return ToolSpec(
        name=name, returns={"type": "array", "items": entry},
        parameters={"type": "object", "properties": properties, "required": list(properties)},
    )  # fmt: skip


def test_other_arguments_are_those_that_belong_to_the_value():
    tools = [
        reader("list_orders", {"order_id": "string"}),
        reader("list_items", {"item_id": "integer"}, order_id="string"),
        reader("get_item", {"item": "string"}, order_id="string", item_id="integer"),
    ]
    told = tuple(edge_trials(build_graph(tools, hashed_vectors, threshold=0.1), Warehouse(), most=10, seed=0))

    assert ("list_orders", "list_items", "order_id", "order_id") in by_verdict(told, "confirmed")
    assert ("list_items", "get_item", "item_id", "item_id") in by_verdict(told, "confirmed")
    assert by_verdict(told, "refused") == set()
