import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolgraph.errors import RunDirectoryError
from toolgraph.run.journal import BLUEPRINTS, DIALOGUES, FILES, REJECTED, Journal
from toolgraph.run.outcome import Outcome, Rejection, id_of


def outcome(index):
    """Of four outcomes, the second has no blueprint and the third fails later; the others are accepted."""
    line = f'{{"id":"{id_of(index)}","text":"\u2028 {"x" * index}"}}'
    if index % 4 in (1, 2):
        plan = id_of(index) if index % 4 == 2 else ""
        rejection = Rejection(id=id_of(index), index=index, blueprint=plan, stage="plan", reason="é")
        return Outcome(index, False, rejection.model_dump_json(), line if plan else None)
    return Outcome(index, True, line, line)


def writes(count):
    """Every write of a run of `count` outcomes, in order."""
    for index in range(count):
        made = outcome(index)
        if made.blueprint:
            yield BLUEPRINTS, made.blueprint.encode() + b"\n"
        yield DIALOGUES if made.is_accepted else REJECTED, made.line.encode() + b"\n"


def write_all(directory, count):
    journal = Journal(directory)
    for index in range(journal.tried, count):
        journal.append(outcome(index))
    journal.close()
    return {name: (directory / name).read_bytes() for name in FILES}


@settings(deadline=None)
@given(cut=st.integers(min_value=0, max_value=sum(len(data) for _, data in writes(9))))
def test_a_run_stopped_at_any_byte_goes_on_to_the_same_bytes(tmp_path_factory, cut):
    directory = tmp_path_factory.mktemp("cut")
    for name, data in writes(9):
        with (directory / name).open("ab") as file:
            file.write(data[:cut])
        cut = max(0, cut - len(data))
        if not cut:
            break

    assert write_all(directory, 9) == write_all(tmp_path_factory.mktemp("whole"), 9)


@settings(deadline=None)
@given(lengths=st.tuples(*[st.floats(min_value=0, max_value=1)] * 3))
def test_files_that_lost_any_of_their_ends_are_brought_to_agree(tmp_path_factory, lengths):
    whole = write_all(tmp_path_factory.mktemp("whole"), 9)
    directory = tmp_path_factory.mktemp("torn")
    for name, share in zip(FILES, lengths, strict=True):
        (directory / name).write_bytes(whole[name][: int(len(whole[name]) * share)])

    assert write_all(directory, 9) == whole


def test_lines_that_are_made_again_are_announced(tmp_path, caplog):
    write_all(tmp_path, 8)
    (tmp_path / BLUEPRINTS).write_bytes(b"")

    with caplog.at_level(logging.WARNING):
        Journal(tmp_path).close()

    assert "dialogues.jsonl: 4 lines that the other files do not know are made again" in caplog.text


def test_a_line_of_something_else_is_an_error_and_stays(tmp_path):
    write_all(tmp_path, 4)
    with (tmp_path / DIALOGUES).open("ab") as file:
        file.write(b"my notes\n")
    before = (tmp_path / DIALOGUES).read_bytes()

    with pytest.raises(RunDirectoryError, match=r"dialogues\.jsonl, line 3: was not written by a run of toolgraph"):
        Journal(tmp_path)

    assert (tmp_path / DIALOGUES).read_bytes() == before


def test_outcomes_are_taken_in_the_order_of_their_indices_only(tmp_path):
    journal = Journal(tmp_path)

    with pytest.raises(ValueError, match="expected the outcome of 0, got that of 1"):
        journal.append(outcome(1))

    journal.close()


def test_an_outcome_is_on_its_way_to_the_disk_when_append_returns(tmp_path):
    journal = Journal(tmp_path)
    journal.append(outcome(0))

    assert (tmp_path / DIALOGUES).read_bytes() == outcome(0).line.encode() + b"\n"
    assert (journal.accepted, journal.rejected, journal.tried) == (1, 0, 1)
    journal.close()


def shuffled_writes(order):
    for index in order:
        made = outcome(index)
        if made.blueprint:
            yield BLUEPRINTS, made.blueprint.encode() + b"\n"
        yield DIALOGUES if made.is_accepted else REJECTED, made.line.encode() + b"\n"


def held_in(directory):
    return {name: sorted((directory / name).read_bytes().split(b"\n")[:-1]) for name in FILES}


def go_on(directory, count):
    journal = Journal(directory, in_order=False)
    for index in journal.missing(count):
        journal.append(outcome(index))
    journal.close()
    return held_in(directory)


ORDERS = st.permutations(range(9))


@settings(deadline=None)
@given(order=ORDERS, cut=st.integers(min_value=0, max_value=sum(len(data) for _, data in writes(9))))
def test_a_run_in_any_order_stopped_at_any_byte_goes_on_to_the_same_lines(tmp_path_factory, order, cut):
    directory = tmp_path_factory.mktemp("cut")
    kept = 0
    for name, data in shuffled_writes(order):
        with (directory / name).open("ab") as file:
            file.write(data[:cut])
        kept += name != BLUEPRINTS and cut >= len(data)
        cut = max(0, cut - len(data))
        if not cut:
            break
    journal = Journal(directory, in_order=False)
    tried = journal.tried
    journal.close()

    assert tried == kept  # what was written whole stays
    assert go_on(directory, 9) == go_on(tmp_path_factory.mktemp("whole"), 9)


@settings(deadline=None)
@given(order=ORDERS, lengths=st.tuples(*[st.floats(min_value=0, max_value=1)] * 3))
def test_files_in_any_order_that_lost_any_of_their_ends_are_brought_to_agree(tmp_path_factory, order, lengths):
    directory = tmp_path_factory.mktemp("torn")
    for name, data in shuffled_writes(order):
        with (directory / name).open("ab") as file:
            file.write(data)
    for name, share in zip(FILES, lengths, strict=True):
        whole = (directory / name).read_bytes() if (directory / name).exists() else b""
        (directory / name).write_bytes(whole[: int(len(whole) * share)])

    assert go_on(directory, 9) == go_on(tmp_path_factory.mktemp("whole"), 9)


def test_an_index_has_one_fate_only(tmp_path):
    journal = Journal(tmp_path, in_order=False)
    journal.append(outcome(5))

    with pytest.raises(ValueError, match="the outcome of 5 is written down already"):
        journal.append(outcome(5))

    assert (journal.tried, list(journal.missing(7))) == (1, [0, 1, 2, 3, 4, 6])
    journal.close()


def refused(number):
    return Rejection(id=f"s{number:06d}", index=-1, stage="scenario", reason="no").model_dump_json()


@pytest.mark.parametrize("in_order", [True, False])
def test_what_was_refused_before_any_index_stays_in_front_and_is_no_try(tmp_path, in_order):
    journal = Journal(tmp_path, in_order=in_order)
    journal.begin_with([refused(9)])
    journal.begin_with([refused(0), refused(1)])
    for index in range(3):
        journal.append(outcome(index))
    journal.close()
    (tmp_path / REJECTED).write_bytes((tmp_path / REJECTED).read_bytes()[:-4])

    again = Journal(tmp_path, in_order=in_order)
    again.close()

    assert again.tried == 2
    assert [line[:12] for line in (tmp_path / REJECTED).read_text().splitlines()] == [
        '{"id":"s0000', '{"id":"s0000', '{"id":"d0000',
    ]  # fmt: skip


def test_scenarios_are_refused_before_anything_is_tried(tmp_path):
    journal = Journal(tmp_path)
    journal.append(outcome(0))

    with pytest.raises(ValueError, match="tried already"):
        journal.begin_with([refused(0)])
    journal.close()
