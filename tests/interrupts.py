"""Processes that hear an interrupt, wherever the tests were started from."""

import signal


def hear_interrupts() -> None:
    """Undo, before a program starts, that a shell lets what runs in its background ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
