"""`toolgraph metrics`: measure data sets, ours or anyone's, and print them side by side."""

import contextlib
import csv
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolgraph.cli.embedding import embedding_or_why, print_progress
from toolgraph.cli.grouped_options import GroupedCommand
from toolgraph.cli.metrics_table import print_table
from toolgraph.cli.model_options import judge_options, parse_extra
from toolgraph.cli.terminal import clean
from toolgraph.phrases import counted
from toolgraph.whole_files import writing

if TYPE_CHECKING:
    from toolgraph.dialogue.record import Dialogue
    from toolgraph.quality.metrics.judged import Scores
    from toolgraph.quality.metrics.side_by_side import Comparison, Row

PATH = click.Path(path_type=Path)
COUNT = click.IntRange(min=1)
MOST = {"tokens": 20_000, "pairs": 2_000, "judged": 200}
"""How much of a set is looked at, where nothing else is said; 200 is how many dialogues ToolFlow had judged."""
LONG = ("transform_mix", "tokens")
"""What a table shows only where it is asked for."""


@click.command(cls=GroupedCommand, epilog="Example: toolgraph metrics runs/mine other.jsonl --paper --csv metrics.csv")
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--format", help="The format of the files, if it shall not be seen from them.")
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Measure this alone; repeated, several.")
@click.option("--tokens", type=COUNT, help="Tokens at which H and D-3 are taken.  [default: what all sets have]")
@click.option("--pairs", type=COUNT, default=MOST["pairs"], show_default=True, help="Most pairs of rounds for SS, EnR.")
@click.option("--embedder", help="Name or path of the embedding model, for SS.  [default: embedded]")
@click.option("--nli", metavar="NAME", help="Name or path of a sentence-transformers CrossEncoder, for EnR.")
@click.option("--judged", type=COUNT, default=MOST["judged"], show_default=True, help="Most dialogues that are judged.")
@click.option("--paper", is_flag=True, help="Put ToolFlow's published figures beside.")
@click.option("--csv", "csv_file", type=PATH, help="Also write the table to this CSV file.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
@judge_options
def command(
    files: tuple[Path, ...], format: str | None, metrics: tuple[str, ...], tokens: int | None, pairs: int,
    embedder: str | None, nli: str | None, judged: int, paper: bool, csv_file: Path | None, as_json: bool,
    **models: Any,
) -> None:  # fmt: skip
    """Measure data sets, ours or anyone's, and print them side by side."""
    from toolgraph.graph.embedding import EMBEDDED
    from toolgraph.quality.metrics.entailment import load_entailment
    from toolgraph.quality.metrics.published import CAVEAT
    from toolgraph.quality.metrics.side_by_side import ENR, JUDGE, SS, Asked, compare_sets, metrics_named

    wanted = metrics_named(metrics)
    notes: list[str] = []
    embed_texts = None
    if SS in wanted:
        show = partial(print_progress, what="texts of rounds")
        is_needed = bool(metrics or embedder)
        embed_texts, who = embedding_or_why(embedder or EMBEDDED, show, is_needed=is_needed)
        notes.append(f"SS is {who}")
    entailment = load_entailment(nli) if nli is not None and ENR in wanted else None
    notes += [f"EnR is by {nli}"] * bool(entailment)
    with _judging(models, notes) if JUDGE in wanted else contextlib.nullcontext() as judge:
        sets = _read(files, format, tokens=tokens or MOST["tokens"], pairs=pairs, judged=judged if judge else 0)
        compared = compare_sets(sets, wanted, Asked(embed_texts, entailment, judge), tokens=tokens)
    published = _published(wanted) if paper else {}
    notes = [*compared.notes, *compared.notes_on_sets, *notes]
    if as_json:
        click.echo(json.dumps(_as_json(files, compared, published, notes), ensure_ascii=False, indent=1))
    else:
        print_table(_with(compared, published), [*notes, *[CAVEAT] * paper], hidden=() if metrics else LONG)
    if csv_file:
        _write_csv(csv_file, _with(compared, published))


def _read(files: Sequence[Path], format: str | None, *, tokens: int, pairs: int, judged: int) -> list[Any]:
    from toolgraph.formats import read_dialogues
    from toolgraph.quality.metrics.side_by_side import DataSet

    sets = []
    for name, file in zip(names_of(files), files, strict=True):
        one = DataSet(name, tokens=tokens, pairs=pairs, judged=judged)
        for dialogue in read_dialogues(file, format):
            one.add(dialogue)
        click.echo(f"{file}: {counted(one.tally.dialogues, 'dialogue')}", err=True)
        sets.append(one)
    return sets


def names_of(files: Sequence[Path]) -> list[str]:
    """Return a short name for each file: its own without the ending, with as many directories as tell them apart.

    >>> names_of([Path("a/x.jsonl"), Path("b/x.jsonl"), Path("b/y.jsonl.gz")])
    ['a/x', 'b/x', 'y']
    """
    paths = [Path(file).absolute() for file in files]
    stems = [(*path.parts[1:-1], path.name.removesuffix(".gz").removesuffix(".jsonl") or path.name) for path in paths]
    names: list[str] = []
    for stem in stems:
        same = [other for other in stems if other != stem]
        depth = next((n for n in range(1, len(stem)) if all(other[-n:] != stem[-n:] for other in same)), len(stem))
        name = clean("/".join(stem[-depth:]))
        count = sum(known.partition(" #")[0] == name for known in names)
        names.append(f"{name} #{count + 1}" if count else name)
    return names


@contextlib.contextmanager
def _judging(
    options: dict[str, Any], notes: list[str]
) -> "Iterator[Callable[[Sequence[Dialogue]], Scores] | None]":  # fmt: skip
    """Open the judge that is named, if one is; its books are kept for as long as this lasts."""
    from toolgraph.amounts import money
    from toolgraph.errors import ConfigError
    from toolgraph.models.online.opening import OFFLINE, open_models
    from toolgraph.run.config import make_config
    from toolgraph.run.models import settings_of

    given = {name: value for name, value in options.items() if value not in (None, ())}
    if "judge_model" not in given:
        yield None
        return
    if "extra" in given:
        given["extra"] = parse_extra(given["extra"])
    config = make_config(given)
    if OFFLINE in config.judge_model:
        raise ConfigError(f"judge_model is {OFFLINE}, and the offline rules judge nothing; name a language model")
    with (
        tempfile.TemporaryDirectory() as books,
        open_models(settings_of(config), directory=Path(books), seed=config.seed) as models,
    ):
        assert models.judge is not None  # one was named
        yield partial(_judge, backend=models.judge, notes=notes)
        status = models.status()
        cost = "price unknown" if status.cost is None else money(status.cost)
        notes.append(f"judging by {', '.join(config.judge_model)} took {status.tokens:,} tokens, {cost}")


def _judge(dialogues: "Sequence[Dialogue]", *, backend: Any, notes: list[str]) -> "Scores":
    from toolgraph.errors import BudgetReached
    from toolgraph.quality.metrics.judged import Scores, judge_all

    scores = Scores()
    try:
        for count, judged in enumerate(judge_all(dialogues, backend), start=1):
            scores.add({"scores": judged.judgement.scores if judged.judgement else None})
            if count % 50 == 0 or count == len(dialogues):
                click.echo(f"judged {count:,} of {len(dialogues):,} dialogues", err=True)
    except BudgetReached as reached:
        notes.append(f"judging stopped early: {reached}")
    return scores


def _published(metrics: Sequence[str]) -> dict[str, dict[str, Any]]:
    from toolgraph.quality.metrics.published import TOOLFLOW

    return {name: {key: row[key] for key in metrics if key in row} for name, row in TOOLFLOW.items()}


def _with(compared: "Comparison", published: dict[str, dict[str, Any]]) -> "Comparison":
    """The table with the published figures as further columns."""
    from dataclasses import replace

    return replace(compared, names=(*compared.names, *published), measured=(*compared.measured, *published.values()))


def _as_json(
    files: Sequence[Path], compared: "Comparison", published: dict[str, dict[str, Any]], notes: list[str]
) -> dict[str, Any]:
    sets = [
        {"name": name, "file": str(file), "metrics": measured}
        for name, file, measured in zip(compared.names, files, compared.measured, strict=True)
    ]
    paper = [{"name": name, "metrics": figures} for name, figures in published.items()]
    return {"sets": sets, "tokens": compared.tokens, "notes": notes, **({"paper": paper} if paper else {})}


def _write_csv(path: Path, table: "Comparison") -> None:
    def line(row: "Row") -> list[Any]:
        return [row.title, *("" if cell is None else cell for cell in row.cells)]

    with writing(path), path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["metric", *table.names])
        writer.writerows(map(line, table.rows()))
