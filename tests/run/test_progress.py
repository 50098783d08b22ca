import io
from dataclasses import replace

from toolgraph.run import progress
from toolgraph.run.live import Status, as_line
from toolgraph.run.progress import Bars, PlainLines, Silent, progress_on

STATUS = Status(rejected={"plan": 2}, in_flight=3, limit=8.0, tokens=900, tokens_per_minute=60.0, cost=0.5)


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
    with progress_on(stream) as bars:
        bars.show("dialogues", 50, 50, "2 rejected")

    assert "dialogues" in stream.getvalue()
    assert "2 rejected" in stream.getvalue()


def test_a_terminal_gets_a_panel_below_the_bars_for_a_run_with_models():
    stream = Terminal()
    with progress_on(stream) as bars:
        bars.show("filling tools", 5, 5)
        bars.show("dialogues", 50, 50, status=STATUS)

    shown = stream.getvalue()
    assert shown.index("filling tools") < shown.index("50 of 50, 0 in play")
    assert "2: 2 plan" in shown


def test_plain_lines_of_a_run_with_models_come_every_few_seconds(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    lines = PlainLines(stream)

    for done in (1, 2, 3, 4, 5, 6, 7, 8, 9):
        lines.show("dialogues", done, 9, status=STATUS)
        now[0] += 1.0

    written = stream.getvalue().splitlines()
    assert [line.split(",")[0] for line in written] == [f"dialogues: {done}/9" for done in (1, 4, 7, 9)]
    assert written[0] == f"dialogues: {as_line(1, 9, STATUS)}"


def test_the_log_of_a_long_run_has_a_line_a_minute(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    lines = PlainLines(stream)

    for second in range(4 * 3600):
        now[0] = float(second)
        lines.show("dialogues", 1, 9, status=STATUS)

    assert 4 * 60 < len(stream.getvalue().splitlines()) < 5 * 60


def test_a_line_at_once_says_that_a_run_is_stopping(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    lines = PlainLines(stream)

    for is_stopping in (False, False, True, True, True):
        lines.show("dialogues", 1, 9, status=replace(STATUS, is_stopping=is_stopping))
        now[0] += 0.25

    assert ["stopping" in line for line in stream.getvalue().splitlines()] == [False, True]


def test_the_stream_decides_what_is_shown():
    with progress_on(io.StringIO()) as plain, progress_on(Terminal()) as bars:
        assert isinstance(plain, PlainLines)
        assert isinstance(bars, Bars)


def test_silence_is_silent(capsys):
    Silent().show("dialogues", 1, 2)

    assert capsys.readouterr() == ("", "")
