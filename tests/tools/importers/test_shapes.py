from toolgraph.tools.importers.shapes import LOOKED_AT, all_objects, any_object, listed, objects, text_of


def test_entries_are_the_list_the_list_inside_or_the_document_itself():
    assert listed([1, {}]) == [1, {}]
    assert listed({"apis": [1], "tools": [2]}, "tools", "apis") == [2]
    assert listed({"tools": {"a": 1}}, "tools") == [{"tools": {"a": 1}}]
    assert listed("text", "tools") == listed(None) == []


def test_objects_keep_the_numbers_of_their_entries():
    assert list(objects(["x", {"a": 1}, 7, {"b": 2}])) == [(2, {"a": 1}), (4, {"b": 2})]


def test_only_the_first_objects_are_looked_at():
    entries = [{"n": number} for number in range(LOOKED_AT + 1)]

    assert any_object(entries, lambda entry: entry["n"] == LOOKED_AT - 1)
    assert not any_object(entries, lambda entry: entry["n"] == LOOKED_AT)
    assert all_objects(entries, lambda entry: entry["n"] < LOOKED_AT)


def test_nothing_is_not_all():
    assert not all_objects([], lambda entry: True)
    assert not all_objects(["x"], lambda entry: True)


def test_only_text_is_text():
    assert text_of(" a ") == "a"
    assert text_of(None) == text_of(7) == text_of(["a"]) == ""
