"""Runs everything README.md shows, in its order, in one empty directory, and compares what is printed.

In README.md a fence opened by ``console`` holds commands (after `$`) with their output, and a fence opened by a
language and a file name (as in ``json my_tools.json``) is a file that later commands use. Other fences are not run. A
line `...` in an output stands for any number of lines, and times count as equal. A comment above a fence, `<!-- first
12 lines -->`, says how much of each output is shown.

`python tests/test_readme.py --write` puts what is printed now into README.md.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
OMITTED = "..."
_FENCE = re.compile(
    r"(?:^<!-- first (?P<limit>\d+) lines -->\n)?^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
_TIME = re.compile(r"\b(\d+ (h|min) )?\d+(\.\d+)? (s|min)\b")
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)[^)]*\)")
_START = "from toolgraph.cli.main import main; main()"


@dataclass(frozen=True, slots=True)
class Shown:
    """A command of the README, the output beneath it, and how many lines of it are wanted."""

    command: str
    output: tuple[str, ...]
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file of the README."""

    name: str
    content: str


def parts_of(info: str, body: str, limit: int | None) -> Iterator[Shown | File]:
    """Yield the commands, or the file, in one fence."""
    language, _, name = info.partition(" ")
    if name:
        yield File(name, body)
    elif language == "console":
        for chunk in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            command, *output = chunk.rstrip("\n").split("\n")
            yield Shown(command, tuple(output), limit)


def parts_in(text: str) -> list[Shown | File]:
    """Return the commands and files of a README in its order."""
    return [
        part
        for fence in _FENCE.finditer(text)
        for part in parts_of(fence["info"], fence["body"], int(fence["limit"]) if fence["limit"] else None)
    ]


class Shell:
    """Runs commands in one directory, with `toolgraph` and `python` those of this interpreter."""

    def __init__(self, directory: Path) -> None:
        self._work = directory / "work"
        self._work.mkdir()
        programs = directory / "bin"
        programs.mkdir()
        (programs / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        installed = Path(sys.executable).with_name("toolgraph")
        start = f'"{installed}"' if installed.exists() else f'"{sys.executable}" -c "{_START}"'
        (programs / "toolgraph").write_text(f'#!/bin/sh\nexec {start} "$@"\n')
        for program in programs.iterdir():
            program.chmod(0o755)
        path = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(filter(None, path)),
        }

    def put(self, file: File) -> None:
        """Write a file."""
        (self._work / file.name).write_text(file.content, encoding="utf-8")

    def run(self, command: str) -> list[str]:
        """Return the lines a command prints: its results, and its error where it fails."""
        if command.startswith("make "):
            recipes = self._recipe(command)
            return [line for recipe in recipes for line in (recipe, *self.run(recipe.partition("/bin/")[2]))]
        done = subprocess.run(
            command, shell=True, cwd=self._work, env=self._environment, capture_output=True, text=True, timeout=300,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode in (0, 2), f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return [line.rstrip() for line in (done.stderr if done.returncode else done.stdout).splitlines()]

    def _recipe(self, command: str) -> list[str]:
        """The toolgraph commands that make would run: what it installs before is installed already."""
        planned = subprocess.run(
            [*command.split(), "--dry-run", "VENV=.venv"], cwd=ROOT, env=self._environment, capture_output=True,
            text=True, check=True,
        )  # fmt: skip
        found = [line for line in planned.stdout.splitlines() if "/toolgraph " in line]
        assert found, f"{command} runs no toolgraph command"
        return found


def abridged(lines: list[str], limit: int | None) -> tuple[str, ...]:
    """Return the first lines of an output, with a mark where some are left out."""
    return tuple(lines if limit is None or len(lines) <= limit else [*lines[:limit], OMITTED])


def is_as_shown(shown: tuple[str, ...], printed: list[str]) -> bool:
    """Say whether an output is what a README shows of it."""
    pattern = "".join(r"(?:.*\n)*" if line == OMITTED else re.escape(_TIME.sub("TIME", line)) + r"\n" for line in shown)
    return re.fullmatch(pattern, "".join(f"{_TIME.sub('TIME', line)}\n" for line in printed)) is not None


def refreshed(text: str, shell: Shell) -> str:
    """Return a README with the outputs of today."""

    def fence(found: re.Match[str]) -> str:
        limit = int(found["limit"]) if found["limit"] else None
        parts = list(parts_of(found["info"], found["body"], limit))
        lines: list[str] = []
        for part in parts:
            if isinstance(part, File):
                shell.put(part)
                return found[0]
            now = shell.run(part.command)
            lines += [f"$ {part.command}", *(part.output if is_as_shown(part.output, now) else abridged(now, limit))]
        if not parts:
            return found[0]
        body = "".join(f"{line}\n" for line in lines)
        return found[0].replace(f"\n{found['body']}```", f"\n{body}```")

    return _FENCE.sub(fence, text)


# --- tests ----------------------------------------------------------------------------------------------------------


PARTS = parts_in(README.read_text(encoding="utf-8"))
COMMANDS = [part for part in PARTS if isinstance(part, Shown)]
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What each command prints, all of them run in order."""
    shell = Shell(tmp_path_factory.mktemp("readme"))
    lines = {}
    for part in PARTS:
        if isinstance(part, File):
            shell.put(part)
        else:
            lines[part.command] = shell.run(part.command)
    return lines


@pytest.mark.slow
@needs_make
@pytest.mark.parametrize("shown", COMMANDS, ids=lambda shown: shown.command)
def test_a_command_prints_what_the_readme_shows(shown, printed):
    now = printed[shown.command]

    assert is_as_shown(shown.output, now), (
        "README.md is out of date; python tests/test_readme.py --write refreshes it. Now printed:\n" + "\n".join(now)
    )


def test_every_command_of_the_command_line_is_shown():
    from toolgraph.cli.main import COMMANDS as KNOWN

    told = {word for shown in COMMANDS for word in re.findall(r"toolgraph (\w+)", shown.command)}

    assert [name for name in KNOWN if name not in told] == []


def test_every_source_of_a_value_has_a_row():
    from toolgraph.dialogue.provenance import ResolvedSource

    text = README.read_text(encoding="utf-8")

    assert [source for source in get_args(ResolvedSource) if f"\n| `{source}` |" not in text] == []


def test_every_choice_that_can_be_compared_is_named():
    from toolgraph.dialogue.blueprint import PlanStyle
    from toolgraph.graph.sampling import STRATEGIES

    text = README.read_text(encoding="utf-8")

    assert [name for name in (*STRATEGIES, *get_args(PlanStyle)) if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    "page", [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda page: page.name
)
def test_what_a_page_links_to_exists(page):
    targets = _LINK.findall(page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_decision_is_listed_among_the_decisions():
    told = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

    notes = sorted(note.name for note in (ROOT / "docs" / "decisions").glob("*.md"))

    assert notes
    assert [name for name in notes if f"(decisions/{name})" not in told] == []


def test_left_out_lines_and_times_are_the_only_freedom():
    shown = ("20 dialogues (1 s)", OMITTED, "the end")

    assert is_as_shown(shown, ["20 dialogues (14 s)", "more", "and more", "the end"])
    assert is_as_shown(shown, ["20 dialogues (2 min 5 s)", "the end"])
    assert not is_as_shown(shown, ["21 dialogues (1 s)", "the end"])
    assert not is_as_shown(shown, ["20 dialogues (1 s)", "the end", "after it"])


def test_refreshing_replaces_outputs_that_changed_and_nothing_else(tmp_path):
    text = (
        "Words.\n\n```json a.json\n{}\n```\n\n<!-- first 1 lines -->\n```console\n$ cat a.json\nold\n```\n\n"
        "```text\n$ not run\n```\n"
    )

    now = refreshed(text, Shell(tmp_path))

    assert now == text.replace("old\n", "{}\n")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python tests/test_readme.py --write")
    with tempfile.TemporaryDirectory() as scratch:
        README.write_text(refreshed(README.read_text(encoding="utf-8"), Shell(Path(scratch))), encoding="utf-8")
