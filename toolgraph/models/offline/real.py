"""What the offline assistant says of results that an imagined world never has: errors, and nothing at all."""

import random
import re
from typing import Any

from toolgraph.models.offline.banks import load_words
from toolgraph.models.offline.outcome import Outcome
from toolgraph.models.offline.telling import tell
from toolgraph.tools.live import holds_nothing
from toolgraph.tools.names import looks_like_identifier

LONGEST_REASON, LONGEST_TEXT = 160, 600
"""Characters of an error, and of a text, that are told; what is longer is not for people, or is cut at a sentence."""


_EXCEPTION = re.compile(r"^(?:\w+\.)*[A-Z]\w*(?:Error|Exception|Iteration|Warning)(?:: |$)")
"""What Python, and servers made with it, put before the words of an error."""


def error_in(result: Any) -> str:
    """Return the error that a result is; empty where it is none."""
    if isinstance(result, dict) and set(result) == {"error"} and isinstance(result["error"], str):
        return result["error"]
    return ""


def is_shortfall(outcome: Outcome) -> bool:
    """Say whether a call brought an error, or nothing."""
    return bool(error_in(outcome.result)) or holds_nothing(outcome.result, outcome.arguments)


def tell_real(
    outcome: Outcome, chooser: random.Random, used: set[str] | None = None, *, asked: str = "", is_brief: bool = False,
    said: str = "",
) -> str:  # fmt: skip
    """Return the outcome of a call that was really made, in sentences: as others, or why there is nothing to tell."""
    words = load_words("assistant")
    if error := error_in(outcome.result):
        reason = _EXCEPTION.sub("", error.strip()).rstrip(".")
        is_for_people = 0 < len(reason) <= LONGEST_REASON and not any(map(looks_like_identifier, reason.split()))
        if not is_for_people:
            return str(chooser.choice(words["real_errors_plain"]))
        return str(chooser.choice(words["real_errors"])).replace("{reason}", reason)
    if holds_nothing(outcome.result, outcome.arguments):
        return str(chooser.choice(words["real_nothing"]))
    if isinstance(outcome.result, str) and (" " in outcome.result.strip() or not outcome.result.isascii()):
        return _cut(outcome.result)
    return tell(outcome, chooser, used, asked=asked, is_brief=is_brief, said=said)


def _cut(text: str) -> str:
    """A text as it came, or the sentences of it that are bearable to read."""
    text = text.strip()
    if len(text) <= LONGEST_TEXT:
        return text
    whole = re.match(rf"(?s).{{1,{LONGEST_TEXT}}}[.!?](?=\s)", text)
    return whole[0] if whole else f"{text[:LONGEST_TEXT].rsplit(' ', 1)[0]} …"
