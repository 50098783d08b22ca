from toolgraph.tools.references import local_path, reference_to, rewritten


def test_a_reference_and_the_keys_it_follows_are_made_of_one_another():
    path = ("$defs", "a/b", "50%", "c~d")

    assert reference_to(path) == "#/$defs/a~1b/50%25/c~0d"
    assert local_path(reference_to(path)) == path
    assert local_path("#") == ()
    assert local_path("other.json#/a") is None


def test_references_are_rewritten_in_schemas_and_not_in_values():
    here = {"$ref": "#/a"}
    schema = {"properties": {"x": {"items": here}}, "anyOf": [here], "default": here,
              "discriminator": {"propertyName": "kind", "mapping": {"a": "#/a"}}}  # fmt: skip

    there = {"$ref": "#/b"}
    assert rewritten(schema, lambda _: "#/b") == {
        "properties": {"x": {"items": there}}, "anyOf": [there], "default": here,
        "discriminator": {"propertyName": "kind", "mapping": {"a": "#/b"}},
    }  # fmt: skip
