"""An outcome: a call and what came back, as the assistant tells of it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from toolgraph.tools.spec import ToolSpec


@dataclass(frozen=True, slots=True)
class Outcome:
    """A call and what came back."""

    tool: ToolSpec
    arguments: dict[str, Any]
    result: Any
    today: dt.date | None
