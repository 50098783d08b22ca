"""Checks: everything that must hold of a dialogue, by name.

A check is a function that takes a `Reading` and yields a `Finding` for everything wrong; its docstring says what holds.
"""

from collections.abc import Callable, Iterator

from toolgraph.dialogue.record import Dialogue, Finding, Verdict
from toolgraph.quality import grounding, structure, wording, world
from toolgraph.quality.reading import Reading

Check = Callable[[Reading], Iterator[Finding]]

CHECKS: dict[str, Check] = {
    "known_tool": structure.known_tool,
    "valid_arguments": structure.valid_arguments,
    "call_result_pairing": structure.call_result_pairing,
    "role_order": structure.role_order,
    "one_at_a_time": structure.one_at_a_time,
    "finished": structure.finished,
    "provenance": grounding.provenance,
    "batch_data_flow": grounding.batch_data_flow,
    "consistent_world": world.consistent_world,
    "user_words": wording.user_words,
    "assistant_words": wording.assistant_words,
}
"""Every check, in the order in which they are told."""

_PASSED = {name: Verdict(check=name, passed=True) for name in CHECKS}


def run_checks(dialogue: Dialogue) -> tuple[Verdict, ...]:
    """Return the verdict of every check on a dialogue."""
    reading = Reading(dialogue)
    return tuple(_verdict(name, check, reading) for name, check in CHECKS.items())


def findings_in(dialogue: Dialogue) -> tuple[Finding, ...]:
    """Return everything that the checks find wrong with a dialogue."""
    return tuple(finding for verdict in run_checks(dialogue) for finding in verdict.findings)


def _verdict(name: str, check: Check, reading: Reading) -> Verdict:
    findings = tuple(check(reading))
    return Verdict(check=name, passed=False, findings=findings) if findings else _PASSED[name]
