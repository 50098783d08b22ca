"""Shown tasks: a compositional task as the text that a language model reads in a prompt."""

from toolgraph.dialogue.task import CompositionalTask, DataFlow

_ONLY_IF = {
    "then": "only if the decision comes out as yes",
    "else": "only if the decision comes out as no",
}


def task_text(task: CompositionalTask) -> str:
    """Return a task as its planner reads it: the whole, the sub-tasks by their ids, and what they pass on."""
    lines = [f"The task: {task.text}", "", "Its sub-tasks:", ""]
    for one in task.subtasks:
        facts = [f"needs {' and '.join(one.needs)}"] if one.needs else []
        facts += ["own work, no function"] if one.is_own_work else []
        facts += [_ONLY_IF[one.branch]] if one.branch else []
        facts += ["once for every entry of a list"] if one.is_repeated else []
        lines.append(f"- {one.id}: {one.text}" + (f" ({'; '.join(facts)})" if facts else ""))
    if task.flows:
        lines += ["", "What they pass on:", "", *(f"- {one.giver} -> {one.taker}: {one.name}" for one in task.flows)]
    return "\n".join(lines)


def guidance_text(task: CompositionalTask) -> str:
    """Return a task as the assistant is told it: numbered, without ids that could slip into what it says.

    Functions stand with the sub-tasks they belong to, and what goes from one to another with the one that takes it.
    """
    number = {one.id: position for position, one in enumerate(task.subtasks, 1)}
    lines: list[str] = []
    for one in task.subtasks:
        lines.append(f"{number[one.id]}. {one.text}")
        lines += [f"   - functions: {', '.join(one.functions)}"] if one.functions else []
        lines += ["   - no function: work it out yourself"] if not one.functions else []
        lines += [f"   - {_ONLY_IF[one.branch]}"] if one.branch else []
        lines += ["   - once for every entry of the list"] if one.is_repeated else []
        named = {flow.giver for flow in task.flows if flow.taker == one.id}
        lines += [f"   - uses {_flow_text(flow, number)}" for flow in task.flows if flow.taker == one.id]
        after = [str(number[need]) for need in one.needs if need in number and need not in named]
        lines += [f"   - comes after {' and '.join(after)}"] if after else []
    return "\n".join(lines)


def _flow_text(flow: DataFlow, number: dict[str, int]) -> str:
    origin = f" of {number[flow.giver]}" if flow.giver in number else ""
    found = f", found at {flow.returned} of its result" if flow.returned else ""
    given = f", given as {flow.parameter}" if flow.parameter else ""
    return f"{flow.name}, the outcome{origin}{found}{given}"
