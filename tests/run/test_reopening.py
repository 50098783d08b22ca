from contextlib import contextmanager

from toolgraph.errors import LiveError
from toolgraph.run.reopening import Reopening
from toolgraph.tools.live import LiveResult, failed


class Fragile:
    """Tools of which `hang` never answers; after it the session answers nothing more."""

    def __init__(self, starts=100):
        self.starts, self.opened, self.calls = starts, 0, []

    @contextmanager
    def session(self):
        if self.opened >= self.starts:
            raise LiveError("it does not start")
        self.opened += 1
        yield self

    def call(self, name, arguments):
        self.calls.append(name)
        return failed("it did not answer", is_last=True) if name.startswith("hang") else LiveResult("well")


def called(tools, *names, seconds=60, sessions=3):
    with Reopening(tools, seconds=seconds, sessions=sessions) as session:
        return [session.call(name, {}) for name in names]


def test_after_a_tool_that_hangs_others_are_called_in_a_new_session():
    tools = Fragile()

    hung, well = called(tools, "hang", "look")

    assert (hung.is_last, well.value, tools.opened) == (True, "well", 2)


def test_what_hung_is_not_called_again():
    tools = Fragile()

    assert all(result.is_last for result in called(tools, "hang", "hang", "hang"))
    assert tools.calls == ["hang"]


def test_tools_are_not_started_for_ever():
    tools = Fragile()

    results = called(tools, *(f"hang_{number}" for number in range(9)), "look")

    assert tools.opened == 3
    assert results[-1].error == "the tools are not available any more"


def test_tools_that_do_not_start_again_are_an_error_of_the_call():
    first, second = called(Fragile(starts=1), "hang", "look")

    assert first.error == "it did not answer"
    assert (second.is_last, second.error) == (True, "the tools are not available any more")


def test_when_the_time_is_over_nothing_is_called():
    tools = Fragile()

    (result,) = called(tools, "look", seconds=-1)

    assert (result.is_last, tools.calls) == (True, [])
