"""The layers of DESIGN.md, as `pyproject.toml` lists them and import-linter checks them."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("toolgraph", "planners", "agents")
NOT_LAYERED = {"toolgraph.__init__"}


@pytest.fixture(scope="module")
def layers() -> list[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        (contract,) = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return [module for line in contract["layers"] for module in line.split(" | ")]


def test_a_module_imports_from_lower_layers_only():
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", "pyproject.toml"]

    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_layer_in_the_contract_exists(layers):
    missing = [
        layer for layer in layers
        if not ((path := ROOT / layer.replace(".", "/")).is_dir() or path.with_suffix(".py").is_file())
    ]  # fmt: skip

    assert missing == []


def test_every_module_of_toolgraph_has_its_place_in_the_contract(layers):
    parts = {
        f"toolgraph.{path.stem}"
        for path in (ROOT / "toolgraph").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }

    assert parts - NOT_LAYERED - set(layers) == set()


def test_every_directory_with_modules_is_a_package():
    """Without `__init__.py` a directory is neither built into the wheel nor seen by import-linter."""
    homeless = {
        path.parent.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if not (path.parent / "__init__.py").is_file()
    }

    assert homeless == set()
