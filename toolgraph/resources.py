"""Where the data that ships with toolgraph lies: beside the packages in a checkout, inside them once installed."""

from functools import cache
from pathlib import Path

from toolgraph.errors import ToolgraphError


@cache
def data_dir() -> Path:
    """Return the directory of the shipped data (tools, wordings, scenarios).

    Raises:
        ToolgraphError: the installation is incomplete.
    """
    package = Path(__file__).parent
    for candidate in (package / "_data", package.parent / "data"):
        if (candidate / "tools").is_dir():
            return candidate
    raise ToolgraphError("the data that ships with toolgraph is missing; install toolgraph again")
