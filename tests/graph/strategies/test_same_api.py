from toolgraph.graph.graph import build_tool_graph
from toolgraph.graph.strategies import SameApi
from toolgraph.seeds import rng
from toolgraph.tools.spec import Origin


def graph_of(make_tool, embed, origins):
    tools = [make_tool(f"t{place}", ["id: of anything"], origin=origin) for place, origin in enumerate(origins)]
    return build_tool_graph(tools, embed)


def test_tools_are_of_one_api_although_all_are_linked(make_tool, embed_words):
    origins = [Origin(api=api, file="tools.json") for api in ("mail", "news", "mail", "news", "mail", "news")]
    graph = graph_of(make_tool, embed_words, origins)

    drawn = [SameApi().sample(graph, 3, rng(0, number)) for number in range(30)]

    assert {tuple(sorted(places)) for places, _ in drawn} == {(0, 2, 4), (1, 3, 5)}
    assert not any(rules for _, rules in drawn)


def test_an_api_that_is_too_small_is_left_for_its_neighbours(make_tool, embed_words):
    graph = graph_of(make_tool, embed_words, [Origin(api="mail"), Origin(api="mail"), Origin(api="news")])

    places, rules = SameApi().sample(graph, 3, rng(1))

    assert sorted(places) == [0, 1, 2]
    assert rules["small_api"] >= 1


def test_operations_of_one_document_are_one_api_and_a_file_stands_for_an_unnamed_one(make_tool, embed_words):
    origins = [
        Origin(api="weather.json#GET now"), Origin(api="weather.json#POST alert"), Origin(file="mail.json"),
        Origin(file="mail.json"), Origin(api="train#Flights"), Origin(api="train#Buses"),
    ]  # fmt: skip
    graph = graph_of(make_tool, embed_words, origins)

    drawn = [SameApi().sample(graph, 2, rng(0, number)) for number in range(60)]

    assert {tuple(sorted(places)) for places, rules in drawn if not rules} == {(0, 1), (2, 3)}
