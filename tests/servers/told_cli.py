"""The command line under a spool: `python -m tests.servers.told_cli SPOOL generate ...`.

Everything is as the user has it, but that texts are embedded by hash, which needs no model and no seconds.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.servers.hashed import link
from tests.servers.spool import Spool, telling
from toolgraph.cli.main import main
from toolgraph.run import pipeline


@dataclass(frozen=True)
class Hashed(pipeline.Pipeline):
    """The pipeline with hashed vectors by default."""

    link: pipeline.Link = link


if __name__ == "__main__":
    pipeline.Pipeline = Hashed  # type: ignore[misc]
    with telling(Spool(Path(sys.argv.pop(1)))):
        main()
