"""Clock: how long each stage of a run takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Measures how long each stage takes; `seconds` has them by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Add the time until the context ends to `stage`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began
