import ast

import pytest

from toolgraph.tools.importers.python_models import NotJsonError
from toolgraph.tools.importers.python_scope import Scope
from toolgraph.tools.importers.python_types import MOST_CLASSES, Hints


def read(source, name):
    hints = Hints(Scope.of(ast.parse(source)))
    return hints.schema(ast.Name(id=name)), hints.definitions


def test_an_enum_gives_its_values():
    source = 'class Size(str, Enum):\n    """How big."""\n    S = "small"\n    L = "large"\n'

    assert read(source, "Size")[0] == {"type": "string", "enum": ["small", "large"], "description": "How big."}


@pytest.mark.parametrize(
    ("base", "values"), [("Enum", [1, 2]), ("StrEnum", ["low", "high"]), ("IntEnum", [1, 2])]
)  # fmt: skip
def test_auto_gives_what_python_would(base, values):
    assert read(f"class Level({base}):\n    LOW = auto()\n    HIGH = auto()\n", "Level")[0]["enum"] == values


def test_a_dataclass_is_an_object_whose_fields_without_default_are_required():
    source = '''
@dataclass
class Item:
    """Something for sale.

    Attributes:
        price: In euros.
    """
    name: str
    """What it is called."""
    price: float = 1.5
    tags: list[str] = field(default_factory=list)
    owner: "Item | None" = None
'''
    schema, definitions = read(source, "Item")

    assert schema == {"$ref": "#/$defs/Item"}
    assert definitions["Item"] == {
        "type": "object",
        "description": "Something for sale.",
        "properties": {
            "name": {"type": "string", "description": "What it is called."},
            "price": {"type": "number", "description": "In euros.", "default": 1.5},
            "tags": {"type": "array", "items": {"type": "string"}},
            "owner": {"anyOf": [{"$ref": "#/$defs/Item"}, {"type": "null"}]},
        },
        "required": ["name"],
    }


def test_a_pydantic_model_brings_bounds_aliases_and_what_it_inherits():
    source = """
class Base(BaseModel):
    id: int = Field(..., ge=1)

class Order(Base):
    model_config = ConfigDict(frozen=True)
    email: EmailStr = Field(alias="e-mail", description="Where to write")
    note: str | None = Field(None, max_length=20)
    _secret: int = 0
"""
    order = read(source, "Order")[1]["Order"]

    assert order["properties"] == {
        "id": {"type": "integer", "minimum": 1},
        "e-mail": {"type": "string", "format": "email", "description": "Where to write"},
        "note": {"type": ["string", "null"], "maxLength": 20},
    }
    assert order["required"] == ["id", "e-mail"]


def test_a_typed_dict_says_what_is_required():
    partly = "class A(TypedDict, total=False):\n    x: int\n    y: Required[str]\n"
    wholly = "class B(TypedDict):\n    z: NotRequired[int]\n"

    assert read(partly, "A")[1]["A"]["required"] == ["y"]
    assert "required" not in read(wholly, "B")[1]["B"]


def test_a_field_that_json_cannot_hold_is_left_out_or_refuses_the_class():
    assert read("class A(BaseModel):\n    f: Callable = print\n    x: int\n", "A")[1]["A"]["required"] == ["x"]
    with pytest.raises(NotJsonError):
        read("class A(BaseModel):\n    f: Callable\n", "A")


def test_a_plain_class_is_not_known():
    assert read("class A:\n    def __init__(self, x): ...\n", "A") == ({}, {})


def test_a_long_chain_of_classes_comes_to_an_end():
    source = "".join(f"class C{n}(TypedDict):\n    next: 'C{n + 1}'\n" for n in range(500))

    assert read(source, "C0")[0] == {"$ref": "#/$defs/C0"}


def test_no_schema_brings_more_classes_along_than_anybody_reads():
    fields = "".join(f"    f{n}: 'C{n}'\n" for n in range(500))
    source = f"class Wide(TypedDict):\n{fields}" + "".join(
        f"class C{n}(TypedDict):\n    x: int\n" for n in range(500)
    )  # fmt: skip

    assert len(read(source, "Wide")[1]) == MOST_CLASSES
