"""Python files as catalogues, read and never run."""

import sys
import sysconfig
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers import python
from toolgraph.tools.importers.items import Context, Found, Skipped
from toolgraph.tools.spec import ToolSpec

NOWHERE = Context()


def found(source):
    return {item.fields["name"]: item for item in python.read(source, NOWHERE) if isinstance(item, Found)}


def skipped(source):
    return {item.where: item.reason for item in python.read(source, NOWHERE) if isinstance(item, Skipped)}


def test_a_function_is_a_tool_by_its_signature_hints_and_docstring():
    source = '''
LIMIT = 5
def search_books(title: str, *, limit: int = LIMIT, language: Literal["en", "de"] | None = None) -> list[str]:
    """Search the shelves.

    Args:
        title: A part of the title.

    Returns:
        The titles found.
    """
'''
    assert found(source)["search_books"] == Found(
        "function search_books",
        {
            "name": "search_books",
            "description": "Search the shelves.",
            "parameters": {
                "type": "object",
                "properties": {
                    "title": {"type": "string", "description": "A part of the title."},
                    "limit": {"type": "integer", "default": 5},
                    "language": {"type": ["string", "null"], "enum": ["en", "de", None], "default": None},
                },
                "required": ["title"],
            },
            "returns": {"type": "array", "items": {"type": "string"}, "description": "The titles found."},
            "effects": "unknown",
            "origin": {"api": ""},
        },
    )


def test_methods_are_tools_without_the_object_they_belong_to():
    source = """
class Shelf:
    def add(self, book): ...
    @classmethod
    def made(cls, size): ...
    @staticmethod
    def free(count, /): ...
    @property
    def size(self): ...
    async def tidy(self): ...
    def _hidden(self): ...
"""
    tools = found(source)

    assert {name: list(item.fields["parameters"]["properties"]) for name, item in tools.items()} == {
        "Shelf_add": ["book"], "Shelf_made": ["size"], "Shelf_free": ["count"], "Shelf_tidy": [],
    }  # fmt: skip
    assert tools["Shelf_add"].repairs == ("'Shelf.add' is called 'Shelf_add'",)
    assert skipped(source) == {"function Shelf.size": "a property, which is read and not called"}


def test_only_what_is_public_is_read():
    source = """
__all__ = ["a", "_b"]
__all__ += ["C"]
def a(): ...
def _b(): ...
def c(): ...
class C:
    def d(self): ...
"""

    assert list(found(source)) == ["a", "_b", "C_d"]
    assert skipped(source) == {"function c": "not listed in __all__"}
    assert list(found("def a(): ...\ndef _b(): ...\n")) == ["a"]


def test_a_function_in_a_branch_is_read_and_one_of_a_script_is_not():
    source = """
try:
    import x
except ImportError:
    def a(): ...
if __name__ == "__main__":
    def b(): ...
def c():
    def d(): ...
"""

    assert list(found(source)) == ["a", "c"]


@pytest.mark.parametrize(
    ("source", "where", "reason"),
    [
        ("@overload\ndef f(x: int): ...\ndef f(x): ...", "function f", "an overload"),
        ("@deprecated('use g')\ndef f(): ...", "function f", "deprecated"),
        ("@contextmanager\ndef f(): yield", "function f", "a context manager"),
        ("class A(ABC):\n    @abstractmethod\n    def f(self): ...", "function A.f", "abstract"),
        ("class Oops(ValueError):\n    def f(self): ...", "function Oops.f", "Oops is an exception"),
        ("class E(Enum):\n    A = 1\n    def f(self): ...", "function E.f", "E is an enum"),
        ("@dataclass\nclass P:\n    x: int\n    def f(self): ...", "function P.f", "P is a record, made with 'x'"),
        ("def f(key: Callable): ...", "function f", "parameter 'key' is a function, which JSON cannot hold"),
        ("def f(): ...\ndef f(x): ...", "function f", "defined again on line 2"),
    ],
)
def test_what_is_left_out_is_told_with_its_reason(source, where, reason):
    assert skipped(source)[where].startswith(reason)


@pytest.mark.parametrize(
    ("signature", "schema", "repair"),
    [
        ("x=3", {"type": "integer", "default": 3}, "the type of 'x' is inferred from its default"),
        ("x: int = None", {"type": ["integer", "null"], "default": None}, "'x' may be null, as its default is"),
        ("x: Widget", {}, "the type of 'x', 'Widget', is not known"),
        ("x: int = Field(2, ge=1)", {"type": "integer", "minimum": 1, "default": 2}, ""),
        ("x: int = Field(ge=1)", {"type": "integer", "minimum": 1}, ""),
        ("x=None", {"default": None}, ""),
        ("x: float = 1e400", {"type": "number"}, ""),
        (f"x: str = {'y' * 5000!r}", {"type": "string"}, ""),
    ],
)
def test_a_parameter_says_what_was_guessed_of_it(signature, schema, repair):
    item = found(f"def f({signature}): ...")["f"]

    assert item.fields["parameters"]["properties"]["x"] == schema
    assert item.repairs == ((repair,) if repair else ())


@pytest.mark.parametrize("left_out", ["*args", "**options", "key: Callable = print", "_seen=[]", "db=Depends(open_db)"])
def test_a_parameter_that_no_call_could_fill_is_left_out_with_a_note(left_out):
    item = found(f"def f(a: int, {left_out}): ...")["f"]

    assert list(item.fields["parameters"]["properties"]) == ["a"]
    assert len(item.repairs) == 1
    assert "is left out" in item.repairs[0]


def test_a_type_is_read_from_the_docstring_unless_the_default_belies_it():
    source = 'def f(a, b=(1, 2)):\n    """Do.\n\n    Parameters\n    ----------\n    a : int\n    b : bool\n    """'
    item = found(source)["f"]

    assert item.fields["parameters"]["properties"]["a"] == {"type": "integer"}
    assert item.fields["parameters"]["properties"]["b"] == {"type": "array", "default": [1, 2]}
    assert item.repairs[0] == "the type of 'a' is read from the docstring"


def test_a_class_of_the_file_is_brought_along():
    source = "@dataclass\nclass Point:\n    x: int\ndef move(to: Point) -> Point: ..."
    fields = found(source)["move"].fields

    assert fields["parameters"]["properties"]["to"] == {"$ref": "#/$defs/Point"}
    assert fields["parameters"]["$defs"]["Point"]["required"] == ["x"]
    assert fields["returns"]["$defs"] == fields["parameters"]["$defs"]
    assert [field.pointer for field in ToolSpec(**fields).parameter_fields] == ["/to/x"]


def test_nothing_in_the_file_is_run(tmp_path):
    marker = tmp_path / "was here"
    source = f"import os\nos.system('touch \"{marker}\"')\nopen({str(marker)!r}, 'w')\ndef f(x: int = os.getpid()): ..."

    assert found(source)["f"].fields["parameters"]["properties"]["x"] == {"type": "integer"}
    assert not marker.exists()


def test_the_origin_is_the_module():
    items = list(python.read("def f(): ...", Context(path=Path("shop/books.py"))))
    package = list(python.read("def f(): ...", Context(path=Path("shop/__init__.py"))))

    assert [item.fields["origin"]["api"] for item in [*items, *package]] == ["books", "shop"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def f():\n    return (\n", "line 2: is not valid Python"),
        ("def f(): ...\n\0", "is not valid Python"),
        ("def f(): ...\nx = " + "-" * 100_000 + "1", "is not valid Python (nested too deeply)"),
        ("def f(): ...\nx = a" + ".b" * 100_000, "is not valid Python (nested too deeply)"),
        ("def f(): ...\n" + "# padding\n" * 1_000_000, "holds 10,000,013 characters of Python, more than 3,000,000"),
        ("def _f(): ...", "defines no public functions"),
        ("def f(): '\ud800'", "is not valid Python"),
    ],
    ids=["half a file", "a null", "minus signs", "dots", "10 MB", "nothing public", "half a character"],
)
def test_what_cannot_be_read_is_told_in_one_sentence(source, message):
    assert python.matches(source)

    with pytest.raises(ToolSpecError) as told:
        list(python.read(source, NOWHERE))

    assert message in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("document", [None, [], {"name": "f"}, "", "a text that speaks of def f()", "openapi: 3.0.0"])
def test_other_documents_are_not_taken_for_python(document):
    assert not python.matches(document)


@pytest.mark.parametrize("module", ["statistics", "textwrap", "calendar", "shutil", "json/decoder", "heapq", "typing"])
def test_every_function_of_a_module_of_python_is_read_or_explained(module):
    import ast

    path = Path(sysconfig.get_paths()["stdlib"], f"{module}.py")
    source = path.read_text(encoding="utf-8")
    present = {
        f"function {statement.name}"
        for statement in ast.parse(source).body
        if isinstance(statement, ast.FunctionDef) and not statement.name.startswith("_")
    }

    items = list(python.read(source, Context(path=path)))

    assert present <= {item.where for item in items}
    for item in items:
        if isinstance(item, Found):
            tool = ToolSpec(**item.fields)
            Draft202012Validator.check_schema(tool.input_schema)
            Draft202012Validator.check_schema(tool.output_schema or {})


def test_reading_imports_neither_the_file_nor_what_it_imports():
    before = set(sys.modules)

    found("import antigravity, this\nfrom turtle import *\ndef f(): ...")

    assert not {"antigravity", "this", "turtle"} & (set(sys.modules) - before)
