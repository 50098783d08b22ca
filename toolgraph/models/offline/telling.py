"""Telling a result: the figures it holds, in sentences, and nothing it does not hold."""

import random
import re

from toolgraph.models.offline.asked_fields import without_picks
from toolgraph.models.offline.outcome import Outcome
from toolgraph.models.offline.reports import tell_as_written
from toolgraph.models.offline.sentences import tell_in_general

_IN_FULL = re.compile(r"\b(full picture|profiles?|details|everything|particulars|all about)\b", re.I)


def tell(
    outcome: Outcome, chooser: random.Random, used: set[str] | None = None, *, asked: str = "", is_full: bool = False,
    listener: str = "", is_brief: bool = False, said: str = "",
) -> str:  # fmt: skip
    """Return the outcome in whole sentences: as written for the tool, else made from the fields.

    Of several reports the one is chosen that tells what was asked, and with `is_full` of those one that tells most;
    one that speaks of the `listener` by name is chosen only if there is no other. `used` holds the reports chosen so
    far in one message and is added to: of those that tell as much of what was asked none is used twice. What was `said`
    in the message already is rather not told again; with `is_brief` the end of a long list is told by names alone.
    """
    is_full = is_full or bool(_IN_FULL.search(asked))
    asked = without_picks(asked)
    used = used if used is not None else set()
    return tell_as_written(outcome, chooser, used, asked, is_full, listener, is_brief, said) or tell_in_general(
        outcome, chooser, asked, is_brief
    )
