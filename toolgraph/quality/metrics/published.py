"""Published figures, to stand beside one's own: ToolFlow's tables 1 and 2 (arXiv 2410.18447 v2, NAACL 2025)."""

from collections.abc import Mapping
from typing import Any


def _row(calls: int, call_turns: int, *table_2: float) -> dict[str, Any]:
    """One setting: 8,000 dialogues, then table 2 in its order: SS, EnR, H, D-3, NAT, COH, HELP, ACC."""
    ss, enr, h, d3, nat, coh, helpful, acc = table_2
    return {
        "semantic_similarity": ss, "entailment_rate": enr, "entropy": {"both": h}, "distinct_trigrams": {"both": d3},
        "judge": {"NAT": nat, "COH": coh, "HELP": helpful, "ACC": acc}, "dialogues": 8_000, "calls": calls,
        "call_turns": call_turns, "calls_per_dialogue": round(calls / 8_000, 4),
        "call_turns_per_dialogue": round(call_turns / 8_000, 4),
    }  # fmt: skip


TOOLFLOW: Mapping[str, Mapping[str, Any]] = {
    "TF graph+plan": _row(21_069, 17_112, 63.36, 47.3, 10.36, 0.4865, 3.72, 3.91, 4.71, 4.92),
    "TF graph": _row(25_158, 21_504, 62.03, 32.1, 10.14, 0.4364, 3.00, 3.72, 4.51, 4.84),
    "TF plan": _row(18_117, 15_931, 61.72, 48.1, 9.82, 0.3393, 3.51, 3.88, 4.39, 4.87),
    "TF neither": _row(23_301, 20_804, 58.65, 35.4, 9.75, 0.3078, 2.93, 3.66, 4.18, 4.90),
}
"""Each setting, sampled by graph or at random and planned or not, by the names our metrics have."""

CAVEAT = (
    "TF is ToolFlow as published (arXiv 2410.18447, tables 1 and 2). Its encoder, NLI model and judge's prompt are not "
    "public, and its H and D-3 are of about 8,000,000 tokens: beside ours they tell a direction, and not a distance"
)
