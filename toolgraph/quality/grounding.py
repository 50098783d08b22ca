"""Checks of data flow: every argument comes from somewhere, and from somewhere earlier."""

import json
from collections.abc import Iterator
from typing import Any

from toolgraph.dialogue.provenance import INVENTED, Transcript
from toolgraph.dialogue.record import Finding
from toolgraph.phrases import shortened
from toolgraph.quality.reading import MadeCall, Reading
from toolgraph.tools import pointers


def provenance(reading: Reading) -> Iterator[Finding]:
    """Every argument leaf is resolved on the transcript, and a ledger that the dialogue carries says the same."""
    messages = _message_of_calls(reading)
    for entry in reading.provenance:
        if entry.source == "unresolved":
            made = messages.get(entry.call)
            yield Finding(
                check="provenance", message=made.message if made else -1, place=f"{entry.call} {entry.pointer}",
                reason=f"{_shown(made, entry.pointer)} stands nowhere before the call: somebody invented it; "
                f"{_advice(reading, made, entry.pointer)}",
            )  # fmt: skip
    ledger = reading.dialogue.provenance
    if ledger and ledger != reading.provenance:
        yield _difference(reading, messages)


def batch_data_flow(reading: Reading) -> Iterator[Finding]:
    """No call takes a value that only a result of its own parallel batch holds."""
    unresolved: dict[str, list[str]] = {}
    for entry in reading.provenance:
        if entry.source == "unresolved":
            unresolved.setdefault(entry.call, []).append(entry.pointer)
    if not unresolved:
        return
    for made in reading.calls:
        siblings = [other for other in reading.calls if other.message == made.message and other is not made]
        for pointer in unresolved.get(made.call.id, ()) if siblings else ():
            value = _value(made, pointer)
            source = next((other for other in siblings if _holds(other.result, value)), None)
            if source:
                yield Finding(
                    check="batch_data_flow", message=made.message, place=f"{made.call.id} {pointer}",
                    reason=f"{_text(value)} is an output of {source.call.id} ('{source.call.name}'), which runs in the "
                    f"same batch; leave '{made.call.name}' out of it and call it in the next step, with what came back",
                )  # fmt: skip


def _message_of_calls(reading: Reading) -> dict[str, MadeCall]:
    return {made.call.id: made for made in reversed(reading.calls)}


def _advice(reading: Reading, made: MadeCall | None, pointer: str) -> str:
    """What to do about a value that nothing states before its call."""
    if made is None:
        return INVENTED
    transcript = Transcript()
    for message in reading.dialogue.messages[: made.message]:
        transcript.append(message)
    return transcript.advice(pointer, _value(made, pointer), made.tool)


def _difference(reading: Reading, messages: dict[str, MadeCall]) -> Finding:
    """The first entry in which the ledger and the transcript differ."""
    ledger, resolved = reading.dialogue.provenance, reading.provenance
    told = {(entry.call, entry.pointer): entry for entry in ledger}
    for entry in resolved:
        stated = told.pop((entry.call, entry.pointer), None)
        if stated != entry:
            said = stated.model_dump(exclude_defaults=True) if stated else "nothing"
            shown = entry.model_dump(exclude_defaults=True)
            reason = (
                f"the ledger says {said}, the transcript {shown}; write what `toolgraph.resolve` gives, or no ledger"
            )
            made = messages.get(entry.call)
            break
    else:
        entry = next(iter(told.values()), ledger[0])
        made = messages.get(entry.call)
        reason = (
            "the ledger has an entry too many, or its entries are out of order; write what `toolgraph.resolve` gives, "
            "or no ledger"
        )
    return Finding(
        check="provenance", message=made.message if made else -1, place=f"{entry.call} {entry.pointer}".strip(),
        reason=reason,
    )  # fmt: skip


def _holds(result: Any, value: Any) -> bool:
    if isinstance(value, bool) or value is None or value == "":
        return False
    return any(
        leaf is not None and not isinstance(leaf, bool) and (leaf == value or str(leaf) == str(value))
        for _, leaf in pointers.leaves(result)
    )


def _value(made: MadeCall, pointer: str) -> Any:
    try:
        return pointers.get(made.arguments, pointer)
    except KeyError:
        return None


def _shown(made: MadeCall | None, pointer: str) -> str:
    return _text(_value(made, pointer)) if made else "the value"


def _text(value: Any) -> str:
    return shortened(json.dumps(value, ensure_ascii=False), 80)
