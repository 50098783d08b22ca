"""What is built from a checkout: a wheel that carries the data, and works where no checkout is near."""

import importlib
import subprocess
import sys
import tomllib
import zipfile
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from toolgraph.errors import ToolgraphError
from toolgraph.resources import data_dir

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("dist")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    built = subprocess.run(
        [sys.executable, "-c", build, directory], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return directory / built.stdout.split()[-1]


def test_the_wheel_holds_every_file_of_the_data(wheel):
    shipped = {f"toolgraph/_data/{path.relative_to(ROOT / 'data').as_posix()}" for path in _files(ROOT / "data")}

    assert shipped
    assert shipped <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_every_module_prompt_and_marker(wheel):
    files = {
        path.relative_to(ROOT).as_posix()
        for package in ("toolgraph", "planners", "agents")
        for path in _files(ROOT / package)
    }

    assert {"toolgraph/py.typed", "toolgraph/cli/main.py", "planners/__init__.py", "agents/__init__.py"} <= files
    assert files <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_nothing_else(wheel):
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert tops == {"toolgraph", "planners", "agents", f"toolgraph-{_project()['version']}.dist-info"}


def test_an_unpacked_wheel_finds_its_own_data(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    program = (
        "from toolgraph.resources import data_dir; from toolgraph.tools.catalogue import load_tools; "
        "print(data_dir()); print(len(load_tools([data_dir() / 'tools'])))"
    )

    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip

    assert told[0] == str(tmp_path / "toolgraph" / "_data")
    assert int(told[1]) >= 240


def test_a_checkout_reads_the_data_where_it_lies():
    assert data_dir() == ROOT / "data"


def test_an_installation_without_data_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr("toolgraph.resources.__file__", str(tmp_path / "toolgraph" / "resources.py"))

    with pytest.raises(ToolgraphError, match="the data that ships with toolgraph is missing; install toolgraph again"):
        data_dir.__wrapped__()


def test_the_command_is_declared():
    module, function = _project()["scripts"]["toolgraph"].split(":")

    assert callable(getattr(importlib.import_module(module), function))


def test_the_constraints_pin_every_requirement_and_what_it_brings_along():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {canonicalize_name(line.partition("==")[0]) for line in lines if "==" in line}
    project = _project()
    required = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]

    assert _with_all_they_need([Requirement(text) for text in required]) - pinned == set()


def test_the_constraints_name_one_version_each():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()

    loose = [line for line in lines if line and not line.startswith("#") and "==" not in line]

    assert loose == []
    assert "torch==2.13.0" in lines


def _files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def _project() -> dict:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]


def _with_all_they_need(requirements: list[Requirement]) -> set[str]:
    """The names of the requirements and, where they are installed, of all that they require in their turn."""
    found: set[tuple[str, frozenset[str]]] = set()
    todo = list(requirements)
    while todo:
        requirement = todo.pop()
        name, extras = canonicalize_name(requirement.name), frozenset({"", *requirement.extras})
        if (name, extras) in found:
            continue
        found.add((name, extras))
        with suppress(PackageNotFoundError):
            for needed in map(Requirement, requires(name) or ()):
                if not needed.marker or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                    todo.append(needed)
    return {name for name, _ in found}
