import importlib
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from toolgraph.cli import main as entry
from toolgraph.cli.main import COMMANDS, cli
from toolgraph.errors import ConfigError, GenerationError

HEAVY = ("torch", "sentence_transformers", "numpy", "scipy", "networkx", "pydantic", "rich", "yaml", "jsonschema")


def toolgraph(*arguments):
    program = "from toolgraph.cli.main import main; main()"
    return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True)


def fail_with(monkeypatch, error):
    @click.command()
    def command():
        raise error

    monkeypatch.setattr(entry.LazyGroup, "get_command", lambda *_: command)
    monkeypatch.setattr(sys, "argv", ["toolgraph", "generate"])
    with pytest.raises(SystemExit) as ended:
        entry.main()
    return ended.value.code


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_module_help_and_an_example(name):
    command = importlib.import_module(COMMANDS[name][0]).command
    output = CliRunner().invoke(cli, [name, "--help"]).output

    assert isinstance(command, click.Command)
    assert output.startswith(f"Usage: cli {name}")
    assert "Example: toolgraph" in output


def test_help_lists_every_command_with_its_sentence():
    output = CliRunner().invoke(cli, ["--help"]).output

    for name, (_, sentence) in COMMANDS.items():
        assert f"  {name}" in output
        assert sentence in output


def test_help_imports_no_command_and_nothing_heavy():
    program = (
        "import sys; from toolgraph.cli.main import cli; cli(['--help'], standalone_mode=False);"
        f"print(sorted(name for name in sys.modules if name in {HEAVY!r} or name.startswith('toolgraph.')))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout.splitlines()[-1] == "['toolgraph.cli', 'toolgraph.cli.main', 'toolgraph.errors']"


def test_an_unknown_command_is_a_usage_error():
    result = toolgraph("generat")

    assert result.returncode == 2
    assert result.stderr == "error: No such command 'generat'. Did you mean 'generate'? (toolgraph --help says more)\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["xyz"], "error: No such command 'xyz'. There are import, generate, "),
        (
            ["sample", "--distint"],
            "error: No such option '--distint'. Did you mean '--distinct'? (toolgraph sample --help",
        ),
        (["graph", "explian", "a", "b"], "error: No such command 'graph explian'. Did you mean 'graph explain'?"),
        (["graph", "explain", "a"], "error: Missing argument 'OTHER'. (toolgraph graph explain --help says more)"),
    ],
)
def test_what_cannot_be_understood_is_one_sentence_with_the_nearest_name(arguments, says):
    result = toolgraph(*arguments)

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(says)
    assert result.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no full device to write to")
def test_a_full_disk_behind_standard_output_is_one_sentence():
    with Path("/dev/full").open("w") as full:
        program = "from toolgraph.cli.main import main; main()"
        command = [sys.executable, "-c", program, "import", "--list-formats"]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)

    assert result.returncode == 1
    assert result.stderr == "error: cannot be written (No space left on device); make room and start again\n"


def test_a_reader_that_leaves_early_hears_nothing_more():
    program = "from toolgraph.cli.main import main; main()"
    ours, theirs = os.pipe()
    os.close(ours)
    command = [sys.executable, "-c", program, "import", "--list-formats"]
    result = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, text=True)
    os.close(theirs)

    assert result.stderr == ""


def test_without_a_command_the_help_is_shown():
    assert toolgraph().stderr.startswith("Usage: toolgraph ")


def test_bad_input_is_one_sentence_and_ends_with_2(monkeypatch, capsys):
    assert fail_with(monkeypatch, ConfigError("n: got 0; expected more")) == 2

    assert capsys.readouterr().err == "error: n: got 0; expected more\n"


def test_work_that_failed_is_one_sentence_and_ends_with_1(monkeypatch, capsys):
    assert fail_with(monkeypatch, GenerationError("only 3 of 5")) == 1

    assert capsys.readouterr().err == "error: only 3 of 5\n"


def test_an_interrupt_is_one_word(monkeypatch, capsys):
    assert fail_with(monkeypatch, KeyboardInterrupt()) == 130

    assert capsys.readouterr().err.strip() == "interrupted"


def test_an_error_nobody_foresaw_is_not_hidden(monkeypatch):
    @click.command()
    def command():
        raise ZeroDivisionError

    monkeypatch.setattr(entry.LazyGroup, "get_command", lambda *_: command)
    monkeypatch.setattr(sys, "argv", ["toolgraph", "generate"])
    with pytest.raises(ZeroDivisionError):
        entry.main()


def test_bad_options_end_with_2_for_real(tmp_path):
    result = toolgraph("generate", "-n", "0", "--out", str(tmp_path / "run"))

    assert result.returncode == 2
    assert result.stderr == "error: n: got 0; expected a whole number of at least 1\n"
    assert result.stdout == ""


def test_another_distributions_package_of_the_same_name_is_noticed(monkeypatch, tmp_path):
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "__init__.py").touch()
    spec = importlib.util.spec_from_file_location("agents", tmp_path / "agents" / "__init__.py")
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec if name == "agents" else real(name))

    sentence = entry.colliding_package()

    assert sentence is not None
    assert "the package 'agents' is not toolgraph's own" in sentence
    assert "environment of its own" in sentence


def test_our_own_packages_do_not_collide():
    assert entry.colliding_package() is None
