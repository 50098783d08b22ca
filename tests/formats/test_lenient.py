import pytest

from toolgraph.formats.lenient import values_in


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[]", []),
        ('[{"a": 1}, 2]', [{"a": 1}, 2]),
        ('{"a": 1}', [{"a": 1}]),
        ('{"a": 1}\n{"b": 2}', [{"a": 1}, {"b": 2}]),
        ('{"a": 1}, {"b": 2},', [{"a": 1}, {"b": 2}]),
        ('[{"a": 1}]\n[{"b": 2}]', [{"a": 1}, {"b": 2}]),
        ('```json\n{"a": 1}\n```', [{"a": 1}]),
        ('```\n{"a": 1}', [{"a": 1}]),
        ('{"a": "x\ny"}', [{"a": "x\ny"}]),
        ("{'a': None, 'b': (1, 2), 'c': \"it's\"}", [{"a": None, "b": [1, 2], "c": "it's"}]),
        ('[{"a": True,},]', [{"a": True}]),
    ],
)
def test_json_is_read_as_models_write_it(text, values):
    assert values_in(text) == values


@pytest.mark.parametrize(
    "text", ["", " ", "busy", '{"a"', "f(x=1)", "{1, 2}", "[" * 50_000, "{'a': b'x'}", '{"a": 1} and']
)
def test_what_is_none_is_an_error(text):
    with pytest.raises(ValueError, match="is not JSON"):
        values_in(text)
