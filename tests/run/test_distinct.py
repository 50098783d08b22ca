"""Runs that use no set of tools twice: real samples, plans and dialogues, over a graph from hashed texts."""

import json

import pytest
from run_fakes import link

from toolgraph.errors import GenerationError
from toolgraph.run.config import RunConfig
from toolgraph.run.pipeline import Pipeline, generate


@pytest.fixture
def config(catalogue):
    return RunConfig(
        tools=(str(catalogue),), n=6, distinct=True, strategy="random", tools_per_dialogue="1-2", workers=1
    )


def make(config, path, **changes):
    return generate(config.model_copy(update=changes), path, pipeline=Pipeline(link=link))


def sets_in(path):
    lines = (path / "blueprints.jsonl").read_text().splitlines()
    return [frozenset(json.loads(line)["tools"]) for line in lines]


def test_no_set_of_tools_is_used_twice(tmp_path, config):
    make(config, tmp_path / "any", distinct=False)
    make(config, tmp_path / "distinct")

    assert len(set(sets_in(tmp_path / "any"))) < len(sets_in(tmp_path / "any"))
    assert len(set(sets_in(tmp_path / "distinct"))) == len(sets_in(tmp_path / "distinct")) >= 6


def test_neither_workers_nor_interruptions_leave_a_trace(tmp_path, config, contents):
    make(config, tmp_path / "one")
    make(config, tmp_path / "three", workers=3)
    make(config, tmp_path / "grown", n=2)
    make(config, tmp_path / "grown", workers=2)

    assert contents(tmp_path / "one") == contents(tmp_path / "three") == contents(tmp_path / "grown")


@pytest.mark.parametrize("workers", [1, 3])
def test_where_sets_run_out_that_is_said_and_what_was_made_is_kept(tmp_path, config, contents, workers):
    for _ in range(2):
        with pytest.raises(GenerationError, match="no more than 5 distinct sets of tools were found"):
            make(config, tmp_path / "run", tools_per_dialogue="1", workers=workers)

    kept = sets_in(tmp_path / "run")
    assert len(set(kept)) == len(kept) == 5
