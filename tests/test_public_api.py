import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import toolgraph


def test_the_public_names_are_sorted_and_each_once():
    assert toolgraph.__all__ == sorted(set(toolgraph.__all__))


@pytest.mark.parametrize("name", toolgraph.__all__)
def test_every_public_name_can_be_imported_and_is_documented(name):
    value = getattr(toolgraph, name)

    assert inspect.getdoc(value)
    assert value.__module__.startswith("toolgraph.")


def test_the_public_names_type_checkers_see_are_those_that_can_be_imported():
    tree = ast.parse(Path(toolgraph.__file__).read_text(encoding="utf-8"))
    typed = next(node for node in tree.body if isinstance(node, ast.If))
    names = [alias.name for line in typed.body if isinstance(line, ast.ImportFrom) for alias in line.names]

    assert sorted(names) == toolgraph.__all__ == sorted(toolgraph._HOME_OF)


def test_dir_shows_the_public_names():
    assert dir(toolgraph) == toolgraph.__all__


def test_a_name_there_is_not_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'toolgraph' has no attribute 'nothing'"):
        toolgraph.nothing  # noqa: B018 -- looking it up is the test


def test_every_error_of_the_family_is_public():
    from toolgraph import errors

    family = {name for name, value in vars(errors).items() if inspect.isclass(value)}

    assert family <= set(toolgraph.__all__)


def test_importing_toolgraph_imports_nothing_else():
    program = "import sys; before = set(sys.modules); import toolgraph; print(sorted(set(sys.modules) - before))"

    loaded = ast.literal_eval(python(program))

    assert not {"planners", "agents", "torch", "numpy", "pydantic"} & {name.split(".")[0] for name in loaded}
    assert [name for name in loaded if name.startswith("toolgraph")] == ["toolgraph"]


@pytest.mark.parametrize("package", ["toolgraph", "planners", "agents"])
def test_each_package_may_be_imported_first(package):
    names = [path.stem for path in sorted((Path(toolgraph.__file__).parents[1] / package).glob("*.py"))]
    modules = [package if name == "__init__" else f"{package}.{name}" for name in names]

    for module in modules:
        assert python(f"import {module}; print('ok')") == "ok\n"


def test_star_gives_the_public_names():
    assert python("from toolgraph import *; print(ToolSpec.__name__, rng.__name__)") == "ToolSpec rng\n"


def python(program):
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
