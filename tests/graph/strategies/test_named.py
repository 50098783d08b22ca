import pytest

from toolgraph.errors import ConfigError
from toolgraph.graph.sampling import sample_tools
from toolgraph.graph.strategies.named import STRATEGIES, require_strategy_name, strategy_named

OPTIONS = {"sizes": (2, 3), "seed": 5}


def test_every_strategy_says_what_it_is_good_for():
    assert all("Good " in type(strategy).__doc__ for strategy in STRATEGIES.values())


def test_a_mix_is_the_first_samples_of_its_parts_in_their_proportions(travel):
    mix = list(sample_tools(travel, strategy="mixed:walk=3,random=1", number=40, **OPTIONS))

    parts = {name: list(sample_tools(travel, strategy=name, number=40, **OPTIONS)) for name in ("walk", "random")}
    tools = [sample.tools for sample in mix]
    expected = [part.tools for part in (*parts["walk"][:30], *parts["random"][:10])]
    assert sorted(tools, key=repr) == sorted(expected, key=repr)
    assert mix[0].strategy == "mixed:walk=3,random=1"
    assert [sample.id for sample in mix[:2]] == ["s000001", "s000002"]


def test_a_mix_can_begin_anywhere(travel):
    options = {"strategy": "mixed:walk=0.5,coverage=0.3,random=0.2", **OPTIONS}

    whole = list(sample_tools(travel, number=20, **options))

    assert list(sample_tools(travel, number=8, first=13, **options)) == whole[12:]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("wlak", "no sampling strategy 'wlak'; did you mean 'walk'?"),
        ("same_api", "did you mean 'same-api'?"),
        (
            "drunk",
            "choose random, walk, dataflow, weighted, restart, community, coverage, same-api, several as in mixed:",
        ),
        ("", "choose random"),
        ("mixed", "'mixed' is no mix; expected different strategies with shares above 0"),
        ("mixed:walk", "is no mix"),
        ("mixed:walk=0", "is no mix"),
        ("mixed:walk=-1", "is no mix"),
        ("mixed:walk=half,random=half", "is no mix"),
        ("mixed:walk=1,walk=1", "is no mix"),
        ("mixed:walk=0.5,coverge=0.5", "did you mean 'coverage'?"),
        ("mixed:mixed:walk=1=1", "is a mix in a mix"),
        ("no.such", "choose random"),
        (":Class", "choose random"),
    ],
)
def test_a_name_that_names_nothing_is_refused_in_one_sentence(name, says):
    with pytest.raises(ConfigError) as caught:
        require_strategy_name(name)

    assert says in str(caught.value)
    with pytest.raises(ConfigError, match="^" + str(caught.value).split("'")[0]):
        strategy_named(name)
