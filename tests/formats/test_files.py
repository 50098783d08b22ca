import gzip
import json

import pytest
from layouts import messages_held
from talks import good, says, talk, user

from toolgraph.errors import FormatError
from toolgraph.formats import FORMATS, dialogue_file, read_dialogues


def written(path, *records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_of_any_format_is_read_without_saying_which(tmp_path, name):
    file = written(tmp_path / "d.jsonl", FORMATS[name].write(good()), FORMATS[name].write(good()))

    first, second = read_dialogues(file)

    assert [message.content for message in first.messages] == [message.content for message in good().messages]
    assert (second.tools, second.messages) == (first.tools, first.messages)
    assert list(read_dialogues(file, name)) == [first, second]


def test_a_compressed_file_is_read_whatever_its_name(tmp_path):
    (tmp_path / "d.jsonl").write_bytes(gzip.compress(json.dumps(FORMATS["openai"].write(good())).encode()))

    assert len(list(read_dialogues(tmp_path / "d.jsonl"))) == 1


def test_a_run_directory_stands_for_its_accepted_dialogues(tmp_path):
    written(tmp_path / "dialogues.jsonl", FORMATS["native"].write(good()))

    assert next(read_dialogues(tmp_path)) == good()
    assert dialogue_file(tmp_path) == tmp_path / "dialogues.jsonl"


def test_lines_end_at_line_feeds_only(tmp_path):
    odd = talk(user("One\u2028two\x85three\x0cfour\rfive"), says("Yes."))
    line = json.dumps(FORMATS["native"].write(odd), ensure_ascii=False)
    (tmp_path / "d.jsonl").write_bytes(f"\ufeff{line}\n\n{line}\r\n".encode())

    assert [dialogue.messages for dialogue in read_dialogues(tmp_path / "d.jsonl")] == [odd.messages] * 2


def test_a_file_is_read_as_it_is_asked_for(tmp_path):
    file = written(tmp_path / "d.jsonl", FORMATS["native"].write(good()), {"nonsense": 1})
    dialogues = read_dialogues(file)

    assert next(dialogues).id == "t1"
    with pytest.raises(FormatError, match="line 2"):
        next(dialogues)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", ": is empty; expected one dialogue per line"),
        (b"\n \n", ": is empty"),
        (b'{"messages": []}\n{"mess', ", line 2: is not valid JSON (Unterminated string starting at)"),
        (b"[]", ", line 1: expected a dialogue (an object), found list"),
        (b'{"a": 1}', ", line 1: is not a dialogue in a format known here"),
        (b'{"id": "x", "messages": [{"role": "king"}]}', ", line 1: the dialogue has an invalid 'messages.0.role'"),
        (b'{"id": "x", "tools": {}, "messages": []}', ", line 1: 'tools' must be a list, found dict"),
        (b"\xff\xfe\x00", ": cannot be read as UTF-8 text"),
        (b"\x1f\x8b\x08broken", ": cannot be read as UTF-8 text"),
        (gzip.compress(b"{}" * 999, mtime=0)[:-9], ": cannot be read as UTF-8 text"),
        (b"[" * 100_000, ", line 1: is nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence_with_file_and_line(tmp_path, content, reason):
    file = tmp_path / "d.jsonl"
    file.write_bytes(content)

    with pytest.raises(FormatError) as caught:
        list(read_dialogues(file))

    assert str(caught.value).startswith(f"{file}{reason}")
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_directory_of_something_else_are_one_sentence(tmp_path):
    with pytest.raises(FormatError, match="no such file or directory"):
        list(read_dialogues(tmp_path / "none.jsonl"))
    with pytest.raises(FormatError, match=r"is a directory without dialogues\.jsonl"):
        list(read_dialogues(tmp_path))


def test_a_format_nobody_knows_is_one_sentence(tmp_path):
    with pytest.raises(FormatError, match="there is no format 'xml'; the formats are button, native, openai, hermes"):
        list(read_dialogues(tmp_path, "xml"))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("apibank_lv1_lv2.jsonl", 264),
        ("bfcl_multi_turn.jsonl.gz", 600),
        ("sgd_dialogues.jsonl", 500),
        ("tooltalk.jsonl", 78),
    ],
)
@pytest.mark.parametrize("format", ["openai", "sharegpt", "hermes", "button"])
def test_dialogues_of_other_people_survive_every_format(corpora, name, number, format):
    dialogues = list(read_dialogues(corpora / "dialogues" / name))

    again = [FORMATS[format].read(FORMATS[format].write(dialogue), "x") for dialogue in dialogues]

    assert len(again) == number
    assert all(messages_held(one, format) == other.messages for one, other in zip(dialogues, again, strict=True))
