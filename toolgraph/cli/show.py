"""`toolgraph show`: print dialogues readably, with the source of every argument."""

import json
import textwrap
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click

from toolgraph.cli.terminal import clean
from toolgraph.dialogue.messages import ToolCall
from toolgraph.dialogue.provenance import Provenance
from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import FormatError

WIDTH = 110
RESULT = 320
"""Characters shown of a result."""
VALUE = 80
"""Characters shown of one value."""
TOLD = ("scenario", "composition", "style", "plan", "strategy")
"""What is told of how a dialogue was made."""


@click.command(epilog="Example: toolgraph show runs/mine -n 3")
@click.argument("source", metavar="RUN_OR_FILE", type=click.Path(path_type=Path))
@click.argument("id", required=False)
@click.option("-n", "--number", type=click.IntRange(min=1), default=3, show_default=True, help="How many dialogues.")
def command(source: Path, id: str | None, number: int) -> None:
    """Print dialogues readably, with the source of every argument: the one with an ID, or the first few."""
    for position, dialogue in enumerate(_chosen(source, id, number)):
        if position:
            click.echo()
        for line in lines_of(dialogue):
            click.echo(line)


def _chosen(source: Path, id: str | None, number: int) -> Iterator[Dialogue]:
    from toolgraph.formats import read_dialogues

    dialogues = read_dialogues(source)
    if id is None:
        yield from islice(dialogues, number)
        return
    found = next((dialogue for dialogue in dialogues if dialogue.id == id), None)
    if found is None:
        raise FormatError(
            f"{source}: holds no dialogue '{id}'; toolgraph show {source} prints the first ones with their ids"
        )
    yield found


def lines_of(dialogue: Dialogue) -> Iterator[str]:
    """Yield a dialogue line by line, with colours, which Click leaves out where there is no terminal."""
    from toolgraph.dialogue.provenance import resolve

    ledger = dialogue.provenance or resolve(dialogue.messages, {tool.name: tool for tool in dialogue.tools})
    notes: dict[str, list[Provenance]] = {}
    for entry in ledger:
        notes.setdefault(entry.call, []).append(entry)
    yield click.style(f"== {clean(dialogue.id)} ", bold=True) + "=" * max(4, WIDTH - len(dialogue.id) - 4)
    told = [f"{key}: {clean(str(dialogue.meta[key]))}" for key in TOLD if dialogue.meta.get(key)]
    if told:
        yield click.style("   ".join(told), dim=True)
    yield from _wrapped("tools: ", ", ".join(clean(tool.name) for tool in dialogue.tools) or "none", dim=True)
    for message in dialogue.messages:
        if message.role == "user":
            yield ""
            yield from _wrapped("User: ", message.content, fg="cyan")
        elif message.role == "system":
            yield from _wrapped("System: ", message.content, dim=True)
        elif message.role == "tool":
            yield from _wrapped("   <- ", _short(_compact(message.content), RESULT), dim=True)
        else:
            if message.reasoning:
                yield from _wrapped("   thinks: ", message.reasoning, is_whole=True, dim=True, italic=True)
            if message.content:
                yield from _wrapped("Assistant: ", message.content, fg="green")
            for call in message.tool_calls:
                yield from _call(call, notes.get(call.id, []), dialogue)


def _call(call: ToolCall, notes: list[Provenance], dialogue: Dialogue) -> Iterator[str]:
    try:
        arguments = call.parsed()
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        yield click.style(f"-> {clean(call.name)}", fg="yellow") + f"({_short(clean(call.arguments), RESULT)})"
        return
    shown = ", ".join(f"{clean(name)}={_value(value)}" for name, value in arguments.items())
    yield from _wrapped("-> ", f"{clean(call.name)}({shown})", fg="yellow")
    for entry in notes:
        if entry.pointer:
            name = clean(entry.pointer.removeprefix("/").replace("/", "."))
            value = _value(_leaf(arguments, entry.pointer))
            yield click.style(
                f"      {name} = {value}  <- {_source(entry, dialogue)}", dim=entry.source != "unresolved"
            )


def _source(entry: Provenance, dialogue: Dialogue) -> str:
    """Where a value came from, in words."""
    said = ""
    if entry.span and 0 <= entry.message < len(dialogue.messages):
        said = f": '{_short(clean(dialogue.messages[entry.message].content[slice(*entry.span)]), VALUE)}'"
    by = f" ({entry.transform})" if entry.transform else ""
    match entry.source:
        case "user":
            return f"user, message {entry.message}{said}{by}"
        case "context":
            return f"system, message {entry.message}{said}{by}"
        case "result":
            return f"result of {clean(entry.result_call)}, {clean(entry.result_pointer) or 'as a whole'}{by}"
        case "default":
            return "the schema's default"
        case "inferred":
            return f"implied by the user, message {entry.message}"
        case _:
            return "UNRESOLVED: it stands nowhere before"


def _wrapped(label: str, text: str, *, is_whole: bool = False, **style: Any) -> Iterator[str]:
    """A labelled text in lines of readable width, the label in colour, or with `is_whole` all of it."""
    indent = " " * min(len(label), 6)
    lines = [
        line
        for paragraph in clean(text).split("\n")
        for line in textwrap.wrap(
            paragraph, WIDTH - len(label), break_long_words=False, break_on_hyphens=False, replace_whitespace=False
        )
        or [""]
    ]
    for before, line in zip((label, *[indent] * len(lines)), lines, strict=False):
        if is_whole:
            yield click.style(before + line, **style)
        else:
            yield (click.style(before, **style) if before == label else before) + line


def _leaf(arguments: Any, pointer: str) -> Any:
    from toolgraph.tools import pointers

    try:
        return pointers.get(arguments, pointer)
    except KeyError:
        return None


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _short(clean(text).replace("\n", " "), VALUE)


def _compact(content: str) -> str:
    """A result on one line."""
    return " ".join(content.split())


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}… ({len(text):,} characters)"
