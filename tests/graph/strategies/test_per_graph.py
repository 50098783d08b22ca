import gc

from toolgraph.graph.strategies.per_graph import once_per_graph


def test_a_value_is_made_once_and_forgotten_with_its_graph(linked):
    made = []

    class Value:
        pass

    @once_per_graph
    def prepare(graph):
        made.append(len(graph))
        return Value()

    graph, other = linked(2, []), linked(3, [])
    assert prepare(graph) is prepare(graph) is not prepare(other)
    assert made == [2, 3]

    def alive():
        gc.collect()
        return sum(isinstance(thing, Value) for thing in gc.get_objects())

    assert alive() == 2
    del graph
    assert alive() == 1
