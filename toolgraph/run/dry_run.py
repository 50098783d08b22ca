"""Dry run: a few dialogues are tried, and what they took tells what all will take."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from toolgraph.amounts import duration, money
from toolgraph.errors import ConfigError, GenerationError
from toolgraph.models.online.cache import RESPONSES
from toolgraph.models.online.ledger import Entry
from toolgraph.models.online.prices import Prices
from toolgraph.run.clock import Clock
from toolgraph.run.config import RunConfig
from toolgraph.run.directory import DRY_RUN, RunDirectory
from toolgraph.run.executing import tools_of
from toolgraph.run.filling import count_lacking
from toolgraph.run.journal import DIALOGUES, REJECTED
from toolgraph.run.models import books_of, prices_of
from toolgraph.run.outcome import Fate
from toolgraph.run.pipeline import Pipeline, begun, make
from toolgraph.run.progress import Progress, Silent
from toolgraph.tools.spec import ToolSpec

PROBES = 3
"""Dialogues that are tried."""
SAME = 0.01
"""The share of tokens from the cache that is not worth a word."""
FILLED = 5
"""Tools that are filled in, where that is wanted."""


@dataclass(frozen=True, slots=True)
class Spread:
    """An amount that is expected, and what it were if every dialogue took as little, or as much, as one that did."""

    expected: float
    least: float
    most: float

    def times(self, factor: float) -> "Spread":
        """Return the spread of so many times the amount."""
        return Spread(self.expected * factor, self.least * factor, self.most * factor)

    def plus(self, amount: float) -> "Spread":
        """Return the spread with an amount added that is the same for all."""
        return Spread(self.expected + amount, self.least + amount, self.most + amount)


@dataclass(frozen=True, slots=True)
class Share:
    """What one role will take."""

    requests: float
    prompt_tokens: float
    completion_tokens: float
    cost: float | None

    def plus(self, other: "Share") -> "Share":
        """Return what both take together."""
        return Share(
            self.requests + other.requests, self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            None if self.cost is None or other.cost is None else self.cost + other.cost,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filling:
    """How many tools the filling was reckoned from."""

    tried: int
    lacking: int
    """Tools that lack something."""
    directory: str
    """Where the dialogues tried are: they are no part of the run, which samples from tools that are all filled in."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run of `n` accepted dialogues is expected to take, with what was tried and is part of it."""

    n: int
    tried: int
    accepted: int
    tokens: Spread
    cost: Spread | None
    """Dollars; none where a price is unknown."""
    unknown_prices: tuple[str, ...]
    by_role: Mapping[str, Share]
    hours: float
    """If the server answers as quickly when as many requests are in flight as may be."""
    hours_as_tried: float
    """If it answers no more of them at once than it did now."""
    in_flight: int
    """How many requests may be in flight."""
    has_cached: bool
    """Whether some responses came from a cache that another run filled, so that the estimate is too low."""
    filling: Filling | None = None
    """Which tools are still to be filled in, if any; what that will take is part of the estimate."""

    def as_dict(self) -> dict[str, Any]:
        """Return the estimate as JSON holds it, without digits that mean nothing."""
        rounded: dict[str, Any] = json.loads(json.dumps(asdict(self)), parse_float=lambda text: round(float(text), 6))
        return rounded

    def as_text(self) -> str:
        """Return the estimate as a person reads it."""
        tokens = self.tokens
        lines = [
            f"{self._tried()}; {self.n:,} will take about",
            f"  tokens  {_about(tokens.expected)} ({_about(tokens.least)} to {_about(tokens.most)})",
            f"  money   {self._money()}",
            f"  time    {duration(self.hours * 3600)} if the server keeps its pace with {self.in_flight} requests in "
            f"flight, {duration(self.hours_as_tried * 3600)} at the pace of these",
            f"{'role':<10}{'requests':>10}{'tokens read':>16}{'written':>14}{'money':>12}",
        ]
        for role, share in self.by_role.items():
            cost = "unknown" if share.cost is None else money(share.cost)
            lines.append(
                f"{role:<10}{_about(share.requests):>10}{_about(share.prompt_tokens):>16}"
                f"{_about(share.completion_tokens):>14}{cost:>12}"
            )
        if self.has_cached:
            lines.append("Some responses came from the cache and were counted as nothing: the real figures are higher.")
        return "\n".join([*lines, *self._what_follows()])

    def _tried(self) -> str:
        filled = f"{self.filling.tried} of {self.filling.lacking} tools filled in, " if self.filling else ""
        return f"{filled}{self.tried} dialogues tried, {self.accepted} accepted"

    def _what_follows(self) -> Iterator[str]:
        if not self.filling:
            yield "The same command without --dry-run goes on with these dialogues."
            return
        yield (
            f"Filling is reckoned from {self.filling.tried} of the {self.filling.lacking} tools that lack something. "
            "The dialogues were tried with the others as they are; filled in, they make prompts somewhat longer."
        )
        yield (
            "The same command without --dry-run fills in the others and makes dialogues of its own; those tried are in "
            f"{self.filling.directory} and no part of the run."
        )

    def _money(self) -> str:
        if self.cost is not None:
            return f"{money(self.cost.expected)} ({money(self.cost.least)} to {money(self.cost.most)})"
        first = self.unknown_prices[0]
        return f"unknown price of {', '.join(self.unknown_prices)}; give it with --price {first}=IN/OUT"


def estimate(
    config: RunConfig, out: str | Path, *, progress: Progress | None = None, pipeline: Pipeline | None = None
) -> Estimate:
    """Try a few dialogues in the directory `out`, unless as many are there, and estimate what `config.n` will take.

    The run goes on with what is made here, so nothing that was paid for is lost. Only where tools are to be filled in,
    and are not yet, is it otherwise: then `FILLED` of them are, which the run need not ask for again, and the dialogues
    lie in a directory of their own, as those of the run are sampled from tools all filled in.

    Raises:
        ConfigError: there is no model.
        GenerationError: not one dialogue was accepted.
    """
    if not config.asks_model:
        raise ConfigError(
            "--dry-run tells what a model will cost; name one with --model NAME, for an offline run costs nothing"
        )
    path, clock, shown, makers = Path(out), Clock(), progress or Silent(), pipeline or Pipeline()
    with begun(config, path, clock) as (run, tools):
        if config.fill != "catalogue" or run.has_graph:
            _try_some(config, run, tools, progress=shown, pipeline=makers, clock=clock)
            return _reckoned(config, path)
        apart = config.model_copy(update={"cache": config.cache or str(path / RESPONSES)})
        with begun(apart, path / DRY_RUN, clock) as (run, tools):
            tools = tools or tools_of(config)
            _try_some(apart, run, tools, progress=shown, pipeline=makers, clock=clock, most_filled=FILLED)
            return _reckoned(apart, run.path, lacking=count_lacking(tools))


def _try_some(config: RunConfig, run: RunDirectory, tools: tuple[ToolSpec, ...] | None, **means: Any) -> None:
    """Try dialogues until as many are tried as are needed."""
    stopped, probes = "", min(PROBES, config.n)
    if run.journal.tried < probes:
        stopped = make(config.model_copy(update={"n": probes, "max_tries": probes}), run, tools, **means)
    if not run.journal.accepted:
        raise GenerationError(
            stopped or f"none of {run.journal.tried} dialogues tried was accepted; {run.rejections} says why"
        )


def _reckoned(config: RunConfig, path: Path, *, lacking: int = 0) -> Estimate:
    """Return what `config.n` dialogues will take, from the books of the run in `path`.

    With `lacking`, so many tools are still to be filled in, and the books tell what some of them took.
    """
    accepted = list(_fates(path / DIALOGUES))
    fates = [*accepted, *_fates(path / REJECTED)]
    prices, filled = prices_of(config), min(FILLED, lacking)
    by_dialogue: dict[str, list[Entry]] = {name: [] for name in sorted(fate.id for fate in fates)}
    fills: list[Entry] = []
    situations: list[Entry] = []
    for entry in books_of(path):
        if entry.dialogue in by_dialogue:
            by_dialogue[entry.dialogue].append(entry)
        elif entry.stage == "fill":
            fills.append(entry)
        elif entry.stage in ("scenario", "edges"):
            situations.append(entry)
    played = _Books(list(chain.from_iterable(by_dialogue.values())), config.n / len(accepted), prices)
    # Tools that are filled in as they are offered: every dialogue may offer others, at the most.
    asked = _Books(fills, lacking / filled if filled else played.factor, prices)
    begun = _Books(situations, 1, prices)  # what is made once for all dialogues, and was made for these
    unknown = prices.unknown(entry.model for entry in (*played.entries, *asked.entries, *begun.entries))
    each = [_Books(entries, played.factor, prices) for entries in by_dialogue.values()]
    in_play = config.workers or config.concurrency
    return Estimate(
        n=config.n, tried=len(fates), accepted=len(accepted),
        tokens=_spread([dialogue.tokens for dialogue in each]).plus(asked.tokens + begun.tokens),
        cost=None if unknown else _spread([dialogue.cost for dialogue in each]).plus(asked.cost + begun.cost),
        unknown_prices=unknown, by_role=_together(asked.by_role(), played.by_role(), begun.by_role()),
        hours=played.hours / min(in_play, config.n) + asked.hours / min(config.concurrency, lacking or config.n),
        hours_as_tried=played.hours / min(in_play, PROBES, config.n) + asked.hours / (filled or 1),
        in_flight=config.concurrency,
        has_cached=_is_too_low(fates, played) or bool(filled and not fills),
        filling=Filling(filled, lacking, str(path)) if filled else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Books:
    """Entries of the books, each of which stands for `factor` such."""

    entries: list[Entry]
    factor: float
    prices: Prices

    @property
    def tokens(self) -> float:
        return self.factor * sum(entry.total.tokens for entry in self.entries)

    @property
    def cost(self) -> float:
        """Dollars, where a price is known."""
        return self.factor * sum(
            price.of(entry.prompt_tokens, entry.completion_tokens)
            for entry in self.entries if (price := self.prices.of(entry.model))
        )  # fmt: skip

    @property
    def hours(self) -> float:
        """Of one request after the other."""
        return self.factor * sum(entry.seconds for entry in self.entries) / 3600

    def by_role(self) -> dict[str, Share]:
        held: dict[str, list[Entry]] = {role: [] for role in sorted(entry.role for entry in self.entries)}
        for entry in self.entries:
            held[entry.role].append(entry)
        return {role: _Books(entries, self.factor, self.prices)._share() for role, entries in held.items()}

    def _share(self) -> Share:
        is_unknown = self.prices.unknown(entry.model for entry in self.entries)
        return Share(
            requests=self.factor * len(self.entries),
            prompt_tokens=self.factor * sum(entry.prompt_tokens for entry in self.entries),
            completion_tokens=self.factor * sum(entry.completion_tokens for entry in self.entries),
            cost=None if is_unknown else self.cost,
        )


def _together(*parts: Mapping[str, Share]) -> dict[str, Share]:
    """What each role takes in all parts together."""
    found: dict[str, Share] = {}
    for role, share in (item for part in parts for item in part.items()):
        found[role] = found[role].plus(share) if role in found else share
    return found


def _spread(amounts: list[float]) -> Spread:
    """Of the sum: as it is, and if each were the least or the most of them."""
    return Spread(sum(amounts), min(amounts) * len(amounts), max(amounts) * len(amounts))


def _is_too_low(fates: list[Fate], played: _Books) -> bool:
    """Whether noticeably more was answered than was booked; two requests may be the same by chance."""
    answered = sum(fate.usage.prompt_tokens + fate.usage.completion_tokens for fate in fates)
    return sum(entry.total.tokens for entry in played.entries) < (1 - SAME) * answered


def _about(number: float) -> str:
    """Three digits of a number, since more would be invented."""
    return f"{float(f'{number:.3g}'):,.0f}"


def _fates(path: Path) -> Iterator[Fate]:
    with path.open("rb") as file:
        yield from map(Fate.model_validate_json, file)
