"""Side by side: the metrics of several data sets in one table, taken so that they can be compared."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from toolgraph.dialogue.record import Dialogue
from toolgraph.errors import ConfigError
from toolgraph.graph.embedding import Vectors
from toolgraph.quality.judge import SCORES
from toolgraph.quality.metrics import METRICS, words
from toolgraph.quality.metrics.judged import Scores
from toolgraph.quality.metrics.rounds import EntailmentModel, RoundSample, entailment_rate, semantic_similarity
from toolgraph.quality.random_sample import RandomSample
from toolgraph.quality.tally import SPEAKERS, Tally

SS, ENR, JUDGE = "semantic_similarity", "entailment_rate", "judge"
TITLES = {SS: "SS", ENR: "EnR", "entropy": "H", "distinct_trigrams": "D-3"}
"""Metrics that go by ToolFlow's name in a table."""
NAMES = tuple(dict.fromkeys((SS, ENR, "entropy", "distinct_trigrams", JUDGE, *METRICS)))
"""Every metric of a data set, in the order of a table: ToolFlow's table 2 first."""
_AT_EQUAL_TOKENS = {"entropy": words.entropy, "distinct_trigrams": words.distinct_trigrams, "tokens": words.tokens}
MEANT: dict[str, str] = {
    **{name.casefold(): name for name in NAMES},
    **{title.casefold(): name for name, title in TITLES.items()},
    **{score.casefold(): JUDGE for score in SCORES},
}
"""Every name that a metric may go by, in small letters."""
Cell = float | str | None


class DataSet:
    """What is kept of one data set while its dialogues go by."""

    def __init__(self, name: str, *, tokens: int, pairs: int, judged: int) -> None:
        self.name = name
        self.tally = Tally(tokens, tuple(SPEAKERS))
        self.rounds = RoundSample(pairs)
        self.scores = Scores()
        """What its records say of judges."""
        self.to_judge = RandomSample[Dialogue](judged)

    def add(self, dialogue: Dialogue) -> None:
        """Take one dialogue into account."""
        self.tally.add(dialogue)
        self.rounds.add(dialogue)
        self.scores.add(dialogue.meta.get("judge"))
        self.to_judge.add("\n".join(message.content for message in dialogue.messages), dialogue, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked what cannot be counted; a metric that nobody is asked for is none."""

    embed_texts: Callable[[Sequence[str]], Vectors] | None = None
    entailment: EntailmentModel | None = None
    judge: Callable[[Sequence[Dialogue]], Scores] | None = None
    """None leaves it at what the records say."""
    names: Mapping[str, str] = field(default_factory=dict)
    """By metric, who measures it, as `by all-MiniLM-L6-v2`, or why nobody does."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a figure of each set, none where it cannot be said."""

    metric: str
    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The metrics of several sets, and what a reader must know to compare them."""

    names: tuple[str, ...]
    measured: tuple[Mapping[str, Any], ...]
    tokens: Mapping[str, int]
    """Of how many tokens of each speaker H and D-3 are."""
    notes: tuple[str, ...] = ()
    notes_on_sets: tuple[str, ...] = ()
    """What is to be known of single sets."""

    def rows(self) -> list[Row]:
        """Return the figures line by line, those of several parts with a line for each part."""
        metrics = dict.fromkeys(metric for one in self.measured for metric in one)
        return [row for metric in metrics for row in _rows(metric, [one.get(metric) for one in self.measured])]


def metrics_named(names: Sequence[str]) -> tuple[str, ...]:
    """Return the metrics that are meant by names of ours or of ToolFlow, in the order of a table; all if none is given.

    Raises:
        ConfigError: there is no metric of some name.
    """
    for name in names:
        if name.casefold() not in MEANT:
            near = next(iter(get_close_matches(name.casefold().replace("-", "_"), MEANT, n=1)), None)
            hint = f"did you mean '{TITLES.get(MEANT[near], MEANT[near])}'?" if near else f"choose {', '.join(NAMES)}"
            raise ConfigError(f"there is no metric '{name}'; {hint}")
    wanted = {MEANT[name.casefold()] for name in names}
    return tuple(name for name in NAMES if name in wanted or not wanted)


def compare_sets(sets: Sequence[DataSet], metrics: Sequence[str], asked: Asked, *, tokens: int | None) -> Comparison:
    """Return the metrics of several sets beside each other.

    H and D-3 are taken at `tokens` of each speaker, and are none for a set that has fewer. Without a number they are
    taken at what the smallest set has that has any, at most what the tallies kept.
    """
    equal = words.equal_tokens(one.tally for one in sets)
    at = equal if tokens is None else dict.fromkeys(SPEAKERS, tokens)
    of_rounds = _of_rounds(sets, metrics, asked)
    measured = tuple(
        {
            metric: of_rounds[metric][place] if metric in of_rounds else _measured(one, metric, asked, at)
            for metric in metrics
        }
        for place, one in enumerate(sets)
    )
    return Comparison(
        tuple(one.name for one in sets), measured, at, tuple(_notes(sets, metrics, measured, asked, at, tokens)),
        tuple(_notes_on_sets(sets, measured, [TITLES[metric] for metric in of_rounds])),
    )  # fmt: skip


def _of_rounds(sets: Sequence[DataSet], metrics: Sequence[str], asked: Asked) -> dict[str, list[float | None]]:
    """Return the metrics for which a model looks at pairs of rounds, those of all sets at once."""
    pairs = [one.rounds.pairs() for one in sets]
    found = {}
    if SS in metrics and asked.embed_texts:
        found[SS] = semantic_similarity(pairs, asked.embed_texts)
    if ENR in metrics and asked.entailment:
        found[ENR] = entailment_rate(pairs, asked.entailment)
    return found


def _measured(one: DataSet, metric: str, asked: Asked, at: words.At) -> Any:
    if metric in (SS, ENR):
        return None  # nobody was asked
    if metric == JUDGE:
        scores = asked.judge(one.to_judge.items()) if asked.judge else one.scores
        return scores.as_metrics().get(JUDGE)
    return _AT_EQUAL_TOKENS[metric](one.tally, at) if metric in _AT_EQUAL_TOKENS else METRICS[metric](one.tally)


def _notes(
    sets: Sequence[DataSet], metrics: Sequence[str], measured: Sequence[Mapping[str, Any]], asked: Asked, at: words.At,
    tokens: int | None,
) -> Iterator[str]:  # fmt: skip
    if "entropy" in metrics or "distinct_trigrams" in metrics:
        yield _of_tokens(sets, at, tokens)
    if ENR in metrics and not asked.entailment:
        yield "EnR needs a model of natural language inference: --nli NAME"
    if JUDGE in metrics and not any(figures[JUDGE] for figures in measured):
        yield f"{', '.join(SCORES)} need a judge: --judge-model NAME"


def _notes_on_sets(
    sets: Sequence[DataSet], measured: Sequence[Mapping[str, Any]], of_rounds: Sequence[str]
) -> Iterator[str]:  # fmt: skip
    titles = " and ".join(of_rounds)
    for one in sets if titles else ():
        taken = len(one.rounds.pairs())
        if not taken:
            yield f"{one.name} has no {titles}: no two requests with a reply in words between them"
        elif taken < one.rounds.seen:
            yield f"{titles} of {one.name}: {taken:,} of its {one.rounds.seen:,} pairs of rounds"
    for one, figures in zip(sets, measured, strict=True):
        verdicts = figures.get(JUDGE)
        if verdicts:
            yield (
                f"scores of {one.name}: judged dialogues {verdicts['judged']:,}, without a usable verdict "
                f"{verdicts['without_verdict']:,}"
            )


def _of_tokens(sets: Sequence[DataSet], at: words.At, tokens: int | None) -> str:
    have = {one.name: words.tokens(one.tally) for one in sets}
    if tokens is None:
        taken = []
        for speaker, count in at.items():
            if not count:
                continue
            least = [name for name, counts in have.items() if counts[speaker] == count]
            reason = f" ({least[0]} has no more)" if len(sets) > 1 and 0 < len(least) < len(sets) else ""
            taken.append(f"{count:,} of {speaker}{reason}")
        return f"H and D-3 are at equal numbers of tokens: {', '.join(taken)}"
    fewer = [
        f"{name} has {counts[speaker]:,} of {speaker}"
        for name, counts in have.items()
        for speaker in at
        if counts[speaker] < tokens
    ]
    short = f"; {', '.join(fewer)}, too few to be compared" if fewer else ""
    return f"H and D-3 are at {tokens:,} tokens{short}"


def _rows(metric: str, values: Sequence[Any]) -> Iterator[Row]:
    title = TITLES.get(metric, metric)
    kept = [value if isinstance(value, Mapping) else {} for value in values]
    parts = dict.fromkeys(SCORES if metric == JUDGE else (part for value in kept for part in value))
    if not parts:
        yield Row(metric, title, tuple(None if isinstance(value, Mapping) else value for value in values))
    # What a mix does not have is a share of 0, where there is a mix at all.
    absent = 0.0 if metric.endswith("_mix") else None
    for part in parts:
        cells = tuple(value.get(part, absent) if value else None for value in values)
        yield Row(metric, part if part in SCORES else f"{title} {part}", cells)
