import os
import threading

import pytest

from toolgraph.errors import FormatError, RunDirectoryError
from toolgraph.whole_files import write_whole, writing


def half(path):
    path.write_text("half")
    raise OSError("the disk is full")


def test_a_file_is_there_when_it_is_complete_and_not_before(tmp_path):
    path = tmp_path / "tools.jsonl"
    with pytest.raises(OSError, match="the disk is full"):
        write_whole(path, half)
    assert list(tmp_path.iterdir()) == []

    write_whole(path, lambda partial: partial.write_text("whole"))
    with pytest.raises(OSError, match="the disk is full"):
        write_whole(path, half)

    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("tools.jsonl", "whole")]


def test_a_link_stays_a_link(tmp_path):
    link, target = tmp_path / "link", tmp_path / "target"
    link.symlink_to(target)

    write_whole(link, lambda partial: partial.write_text("whole"))

    assert link.is_symlink()
    assert target.read_text() == "whole"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()

    write_whole(pipe, lambda path: path.write_text("whole"))
    reader.join(10)

    assert read == ["whole"]
    assert pipe.is_fifo()


def test_a_directory_is_not_replaced(tmp_path):
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, lambda path: path.write_text("whole"))


def test_what_cannot_be_written_is_one_sentence_of_the_kind_that_is_asked_for(tmp_path):
    for error in (RunDirectoryError, FormatError):
        told = pytest.raises(error, match=r"^out/x: cannot be written \(No such file or directory\)$")
        with told, writing("out/x", error):
            (tmp_path / "nowhere" / "x").write_text("")
