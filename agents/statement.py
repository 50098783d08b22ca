"""Statement checks: what must hold of the one message in which a user states a whole task."""

import re

from agents.steps import SCRIPT, StepError
from toolgraph.dialogue.task import CompositionalTask
from toolgraph.quality.known import Known
from toolgraph.quality.statements import Statement, statements_in
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

SPARE_WORDS = 120
"""Words that a statement may have beyond twice those of the task."""
NATURAL_WORDS = 3
"""Words of a function's name that people may well say in a row, as in "get the train times"."""
YEAR = 4
"""Figures of a year."""
_STEPS = re.compile(
    r"\bsub-?tasks?\b|\bstep\s+(?:\d|one|two|three)\b|(?m:^\s*(?:\d{1,2}[.)]|[-*•])\s+\S)|"
    r"(?:^|[\s:;,])(?:1[.)]|\(1\))\s[^\n]*\s(?:2[.)]|\(2\))\s|\bfirst(?:ly)?,[^\n]*\bsecond(?:ly)?,",
    re.IGNORECASE,
)


def require_words(text: str) -> None:
    """Require that something is said.

    Raises:
        StepError: nothing is.
    """
    if not text.strip():
        raise StepError("user_words", "the user said nothing")


def require_whole(
    text: str, task: CompositionalTask, tools: tuple[ToolSpec, ...], *, system: str, is_last: bool = False
) -> None:
    """Require of a statement that it is one message, tells no steps and no functions, and states every value.

    Values are those of the task that can be told by their shape. In the last attempt (`is_last`) a name may be missing:
    people have others for many things, and where a call needs one, it will be found to be stated nowhere.

    Raises:
        StepError: something of that does not hold.
    """
    if SCRIPT.search(text):
        raise StepError("user_words", "it is written like a script; write the words of one message only", text)
    words = len(text.split())
    if words > SPARE_WORDS + 2 * len(task.text.split()):
        raise StepError("user_words", f"it has {words} words; say what is wanted in a few sentences", text)
    if step := _STEPS.search(text):
        reason = f"it lists steps ('{' '.join(step[0].split())[:40]}'); say in flowing words what is wanted"
        raise StepError("user_words", reason, text)
    for tool in tools:
        name = split_words(tool.name)
        if len(name.split()) > NATURAL_WORDS and re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE):
            raise StepError(
                "user_words", f"it says '{name}', which is what a function is called; say it otherwise", text
            )
    missing = unstated(text, task, system=system, names=not is_last)
    if missing:
        raise StepError("plan", f"it does not state {', '.join(missing)}; say that as it stands in the task", text)


def unstated(text: str, task: CompositionalTask, *, system: str, names: bool = True) -> tuple[str, ...]:
    """Return the values of a task that a text does not state; `names` says whether names count.

    What the system message tells need not be said, but for small figures: those of today's date are in it by chance.
    """
    kinds = {"address", "id", "number", "count", "day", *(("name", "quotation") if names else ())}
    told, said, both = _known(system), _known(text), _known(system, text)

    def is_stated(one: Statement) -> bool:
        is_small = one.kind in ("number", "count") and len(one.value) < YEAR
        return said.has(one) or (both.has(one) and not (is_small and told.has(one)))

    return tuple(
        dict.fromkeys(one.text for one in statements_in(task.text) if one.kind in kinds and not is_stated(one))
    )


def _known(*texts: str) -> Known:
    known = Known(())
    for text in texts:
        known.add_text(text)
    return known
