import shutil
import subprocess
import sys

import pytest
from run_fakes import fake_pipeline

from toolgraph.errors import RunDirectoryError, ToolSpecError
from toolgraph.run.config import UNSTORED, RunConfig
from toolgraph.run.directory import differences, digest_of, open_run
from toolgraph.run.pipeline import Pipeline, generate

FILES = {
    ".lock", "blueprints.jsonl", "config.yaml", "dialogues.jsonl", "metrics.json", "rejected.jsonl", "tools.jsonl",
    "tools.sha256", "graph/graph.npz", "graph/statistics.json", "graph/tools.jsonl",
}  # fmt: skip


@pytest.fixture
def config(catalogue):
    return RunConfig(tools=(str(catalogue),), n=5)


def make(config, out):
    return generate(config, out, pipeline=fake_pipeline())


def refuse(tools, config, progress):
    raise AssertionError("the graph is made again")


def test_a_run_leaves_the_files_it_promises(tmp_path, config, contents):
    make(config, tmp_path / "run")

    assert contents(tmp_path / "run").keys() == FILES


def test_the_same_configuration_changes_nothing_in_a_finished_run(tmp_path, config, contents):
    make(config, tmp_path / "run")
    before = contents(tmp_path / "run")

    summary = generate(config, tmp_path / "run", pipeline=Pipeline(link=refuse, equip=refuse))

    assert contents(tmp_path / "run") == before
    assert (summary.accepted, summary.made) == (5, 0)


@pytest.mark.parametrize("change", [{"workers": 2}, {"max_tries": 90}, {"n": 9}])
def test_what_changes_nothing_in_the_data_may_change(tmp_path, config, contents, change):
    make(config, tmp_path / "one")
    changed = config.model_copy(update=change)

    make(changed, tmp_path / "one")
    make(changed, tmp_path / "other")

    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def test_the_graph_is_not_made_again_when_a_run_is_continued(tmp_path, config):
    make(config, tmp_path / "run")
    pipeline = Pipeline(link=refuse, equip=fake_pipeline().equip)

    summary = generate(config.model_copy(update={"n": 8}), tmp_path / "run", pipeline=pipeline)

    assert (summary.accepted, summary.made) == (8, 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 1}, "seed was 0 and is now 1"),
        ({"strategy": "walk"}, "strategy was 'dataflow' and is now 'walk'"),
        ({"turns": "2-3"}, "turns was '3-6' and is now '2-3'"),
        ({"tools_per_dialogue": "2"}, "tools_per_dialogue was '2-6' and is now '2'"),
        ({"plan": "none"}, "plan was 'grounded' and is now 'none'"),
        ({"threshold": 0.9}, "threshold was 0.5 and is now 0.9"),
        ({"embedder": "other"}, "embedder was 'embedded' and is now 'other'"),
        ({"rename_duplicates": True}, "rename_duplicates was None and is now True"),
        ({"n": 4}, "n was 5 and is now 4, with 5 dialogues accepted already"),
        ({"seed": 1, "plan": "none"}, "seed was 0 and is now 1; plan was 'grounded' and is now 'none'"),
    ],
)
def test_another_configuration_is_refused_with_what_differs(tmp_path, config, contents, change, message):
    make(config, tmp_path / "run")
    before = contents(tmp_path / "run")

    with pytest.raises(RunDirectoryError) as caught:
        make(config.model_copy(update=change), tmp_path / "run")

    assert str(caught.value) == f"{tmp_path / 'run'}: holds another run: {message}; name another directory"
    assert contents(tmp_path / "run") == before


def test_every_key_but_the_changeable_ones_makes_another_run(config):
    other = RunConfig.model_construct(**dict.fromkeys(RunConfig.model_fields, "other"))

    differing = {phrase.split()[0] for phrase in differences(config, other)}

    assert differing == RunConfig.model_fields.keys() - {
        *UNSTORED, "n", "max_tries", "tools", "scenarios", "seeds", "base_url", "call_timeout",
    }  # fmt: skip


def test_fewer_dialogues_may_be_wanted_of_an_unfinished_run(tmp_path, config, contents):
    with pytest.raises(Exception, match="only"):
        make(config.model_copy(update={"n": 50, "max_tries": 4}), tmp_path / "one")

    make(config, tmp_path / "one")
    make(config, tmp_path / "other")

    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def test_tools_that_changed_make_another_run(tmp_path, config, catalogue):
    make(config, tmp_path / "run")
    catalogue.write_text(catalogue.read_text().replace("Find parks.", "Look for parks."))

    with pytest.raises(RunDirectoryError, match="holds another run: the tools have changed in content"):
        make(config, tmp_path / "run")


def test_other_tools_are_named(tmp_path, config):
    make(config, tmp_path / "run")
    (tmp_path / "other.json").write_text('[{"name": "a"}, {"name": "b"}]')

    with pytest.raises(RunDirectoryError, match=r"the tools were .*tools\.json and are now .*other\.json"):
        make(config.model_copy(update={"tools": (str(tmp_path / "other.json"),)}), tmp_path / "run")


def test_the_same_tools_elsewhere_continue_the_run(tmp_path, config, catalogue):
    make(config, tmp_path / "run")
    moved = shutil.copy(catalogue, tmp_path / "moved.json")

    summary = make(config.model_copy(update={"tools": (str(moved),), "n": 7}), tmp_path / "run")

    assert summary.accepted == 7


def test_a_run_without_a_dialogue_yet_may_be_begun_anew(tmp_path, config, catalogue, contents):
    def fail(tools, config, progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(config, tmp_path / "one", pipeline=Pipeline(link=fail))
    catalogue.write_text(catalogue.read_text().replace("Find parks.", "Look for parks."))
    changed = config.model_copy(update={"threshold": 0.7})

    make(changed, tmp_path / "one")
    make(changed, tmp_path / "one")
    make(changed, tmp_path / "other")

    assert contents(tmp_path / "one") == contents(tmp_path / "other")


@pytest.mark.parametrize("name", ["notes.txt", "dialogues.jsonl", "config.yaml"])
def test_a_directory_that_holds_something_else_is_left_alone(tmp_path, config, contents, name):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / name).write_text("mine: 1\n")

    with pytest.raises(RunDirectoryError, match=rf"run: holds .*{name}"):
        make(config, tmp_path / "run")

    assert contents(tmp_path / "run") == {name: b"mine: 1\n"}


def test_a_file_is_no_directory(tmp_path, config):
    (tmp_path / "run").write_text("mine")

    with pytest.raises(RunDirectoryError, match="run: is a file; name a directory for the run"):
        make(config, tmp_path / "run")


def test_a_path_that_cannot_be_written_is_one_sentence(tmp_path, config):
    (tmp_path / "file").touch()

    with pytest.raises(RunDirectoryError, match=r"file/run: cannot be"):
        make(config, tmp_path / "file" / "run")


@pytest.mark.parametrize("content", ["", "[]", "{", '[{"description": "no name"}]'])
def test_tools_that_cannot_be_read_leave_no_directory_behind(tmp_path, catalogue, config, content):
    catalogue.write_text(content)

    with pytest.raises(ToolSpecError):
        make(config, tmp_path / "run")

    assert not (tmp_path / "run").exists()


def test_what_a_start_left_that_was_killed_at_once_is_no_hindrance(tmp_path, config, contents):
    (tmp_path / "one").mkdir()
    for name in (".lock", "tools.sha256", ".config.yaml.77.partial"):
        (tmp_path / "one" / name).touch()

    make(config, tmp_path / "one")
    make(config, tmp_path / "other")

    assert contents(tmp_path / "one") == contents(tmp_path / "other")


@pytest.mark.parametrize("lost", ["graph/statistics.json", "graph/graph.npz graph/statistics.json", "graph"])
def test_a_graph_that_was_stored_in_part_is_stored_again(tmp_path, config, contents, lost):
    make(config, tmp_path / "one")
    for name in lost.split():
        path = tmp_path / "one" / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (tmp_path / "one" / "graph").mkdir(exist_ok=True)
    (tmp_path / "one" / "graph" / ".graph.npz.7.partial").touch()

    make(config.model_copy(update={"n": 6}), tmp_path / "one")
    make(config.model_copy(update={"n": 6}), tmp_path / "other")

    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def test_a_second_process_is_told_to_wait(tmp_path, config, catalogue):
    with open_run(tmp_path / "run", config, digest_of([catalogue])):
        with pytest.raises(RunDirectoryError, match="another process is writing to it; wait for it to end"):
            make(config, tmp_path / "run")
        program = "import sys; from toolgraph.run.directory import *; from toolgraph.run.config import RunConfig\n"
        program += "with open_run(Path(sys.argv[1]), RunConfig(), ''): pass"
        second = subprocess.run([sys.executable, "-c", program, tmp_path / "run"], capture_output=True, text=True)

    assert "RunDirectoryError" in second.stderr
    assert "another process is writing to it" in second.stderr
    make(config, tmp_path / "run")


def test_the_digest_is_of_the_content_wherever_it_lies(tmp_path):
    for place in ("one", "two"):
        (tmp_path / place / "inner").mkdir(parents=True)
        (tmp_path / place / "inner" / "a.json").write_text("[1]")
        (tmp_path / place / "b.jsonl").write_text("[2]")
        (tmp_path / place / "notes.txt").write_text(place)

    assert digest_of([tmp_path / "one"]) == digest_of([tmp_path / "two"])
    assert digest_of([tmp_path / "one" / "b.jsonl"]) != digest_of([tmp_path / "one"])
    with pytest.raises(ToolSpecError, match=r"none\.json: no such file or directory"):
        digest_of([tmp_path / "none.json"])
