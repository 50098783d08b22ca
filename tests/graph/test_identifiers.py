import pytest

from toolgraph.graph.identifiers import is_identifier


@pytest.mark.parametrize("name", ["id", "booking_id", "orderID", "userIds", "track-number", "pull.number"])
def test_a_name_that_ends_in_an_identifying_word_is_an_identifier(name):
    assert is_identifier(name)


@pytest.mark.parametrize("name", ["", "paid", "city", "identity", "id_type", "number_of_guests", "价格"])
def test_other_names_are_not(name):
    assert not is_identifier(name)
