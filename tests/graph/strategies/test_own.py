import sys

import pytest

from toolgraph.errors import ConfigError
from toolgraph.graph.sampling import sample_tools
from toolgraph.graph.strategies.own import load_strategy

MODULE = """
from collections import Counter
from toolgraph.graph.strategies import Drawn

class First:
    def sample(self, graph, size, rng):
        return Drawn(tuple(range(size)), Counter({"easy": 1}))

class Returns(First):
    def sample(self, graph, size, rng):
        return RETURNED

class Fails(First):
    def sample(self, graph, size, rng):
        raise KeyError("oh")

class Needy(First):
    def __init__(self, more):
        pass

class Nothing:
    pass

number = 3
"""


@pytest.fixture
def module(tmp_path, monkeypatch, request):
    """Write a module into the working directory, under a name of this test's own, and return its name."""
    name = f"own_{abs(hash(request.node.nodeid))}"
    (tmp_path / f"{name}.py").write_text(MODULE)
    (tmp_path / f"{name}_broken.py").write_text("1 / 0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return name


def test_a_class_in_the_working_directory_is_a_strategy(module, travel):
    (sample,) = sample_tools(travel, strategy=f"{module}:First", number=1, sizes=(2, 2), seed=0)

    assert [tool.name for tool in sample.tools] == ["search_flights", "book_flight"]
    assert sample.rules == (("easy", 1),)
    assert sample.strategy == f"{module}:First"


def test_it_can_be_part_of_a_mix(module, travel):
    samples = sample_tools(travel, strategy=f"mixed:walk=1,{module}:First=1", number=4, sizes=(2, 2), seed=0)

    assert sum(sample.rules == (("easy", 1),) for sample in samples) == 2


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no_such_module_here:First", "cannot be imported: ModuleNotFoundError: No module named 'no_such_module_here'"),
        ("{module}_broken:First", "cannot be imported: ZeroDivisionError: division by zero"),
        ("{module}:Frist", "has no class 'Frist'; did you mean 'First'?"),
        ("{module}:number", "has no class 'number'"),
        ("{module}:Nothing", "is no strategy: it has no method sample(graph, size, rng)"),
        ("{module}:Needy", "cannot be made without arguments"),
    ],
)
def test_what_is_no_strategy_is_refused_in_one_sentence(module, name, says):
    with pytest.raises(ConfigError) as caught:
        load_strategy(name.format(module=module))

    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        ("((0, 0), {})", "returned the place 0 twice; expected 2 distinct places from 0 to 4"),
        ("((0, 5), {})", "returned the place 5"),
        ("((-1, 0), {})", "returned the place -1"),
        ("((0,), {})", "returned 1 places"),
        ("[0, 1]", r"returned [0, 1]; expected a Drawn"),
        ("None", "returned None; expected a Drawn"),
        ("((0.5, 1), {})", "expected a Drawn"),
    ],
)
def test_what_it_returns_is_checked(module, travel, returned, says):
    strategy = load_strategy(f"{module}:Returns")
    sys.modules[module].RETURNED = eval(returned)

    with pytest.raises(ConfigError) as caught:
        strategy.sample(travel, 2, None)

    assert says in str(caught.value)


def test_a_failure_in_it_is_told_in_one_sentence(module, travel):
    with pytest.raises(ConfigError, match=r"failed with KeyError: 'oh'$"):
        list(sample_tools(travel, strategy=f"{module}:Fails", number=1, sizes=(2, 2), seed=0))
