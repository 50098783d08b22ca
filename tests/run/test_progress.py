import io

from rich.console import Console
from rich.progress import Progress as RichBars

from toolgraph.run import progress
from toolgraph.run.progress import Bars, PlainLines, Silent, progress_on


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_plain_lines_come_at_the_beginning_the_end_and_every_few_seconds(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    lines = PlainLines(stream)

    lines.show("dialogues", 10, 50)
    for done in range(11, 50):
        now[0] += 0.5
        lines.show("dialogues", done, 50, "2 rejected")
    lines.show("dialogues", 50, 50, "2 rejected")

    written = stream.getvalue().splitlines()
    assert written[:2] == ["dialogues: 10/50", "dialogues: 16/50, 2 rejected, 2.0/s, 17 s left"]
    assert written[-1] == "dialogues: 50/50, 2 rejected"
    assert len(written) == 2 + 39 // 6


def test_a_new_stage_gets_a_line_at_once():
    stream = io.StringIO()
    lines = PlainLines(stream)

    lines.show("embedding fields", 1, 9)
    lines.show("dialogues", 0, 9)

    assert stream.getvalue() == "embedding fields: 1/9\ndialogues: 0/9\n"


def test_a_terminal_gets_bars_that_say_how_many_were_rejected():
    stream = Terminal()
    columns = ("{task.description}", "{task.fields[note]}")
    with RichBars(*columns, console=Console(file=stream), auto_refresh=False) as bars:
        Bars(bars).show("dialogues", 50, 50, "2 rejected")

    assert "dialogues" in stream.getvalue()
    assert "2 rejected" in stream.getvalue()


def test_the_stream_decides_what_is_shown():
    with progress_on(io.StringIO()) as plain, progress_on(Terminal()) as bars:
        assert isinstance(plain, PlainLines)
        assert isinstance(bars, Bars)


def test_silence_is_silent(capsys):
    Silent().show("dialogues", 1, 2)

    assert capsys.readouterr() == ("", "")
