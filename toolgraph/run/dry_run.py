"""Dry run: a few dialogues are tried, and what they took tells what all will take."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from toolgraph.dialogue.record import Usage
from toolgraph.errors import ConfigError, GenerationError
from toolgraph.models.online.ledger import Entry
from toolgraph.run.config import RunConfig
from toolgraph.run.journal import DIALOGUES, REJECTED, counted_in
from toolgraph.run.live import duration, money
from toolgraph.run.models import books_of, prices_of
from toolgraph.run.outcome import Fate
from toolgraph.run.pipeline import Clock, Pipeline, begun, make
from toolgraph.run.progress import Progress, Silent

PROBES = 3
"""Dialogues that are tried."""


@dataclass(frozen=True, slots=True)
class Spread:
    """An amount that is expected, and what it were if every dialogue took as little, or as much, as one that did."""

    expected: float
    least: float
    most: float

    def times(self, factor: float) -> "Spread":
        """Return the spread of so many times the amount."""
        return Spread(self.expected * factor, self.least * factor, self.most * factor)


@dataclass(frozen=True, slots=True)
class Share:
    """What one role will take."""

    requests: float
    prompt_tokens: float
    completion_tokens: float
    cost: float | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What `n` accepted dialogues are expected to take, those tried included."""

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

    def as_dict(self) -> dict[str, Any]:
        """Return the estimate as JSON holds it."""
        return asdict(self)

    def as_text(self) -> str:
        """Return the estimate as a person reads it."""
        tokens = self.tokens
        lines = [
            f"{self.tried} dialogues tried, {self.accepted} accepted; {self.n:,} will take about",
            f"  tokens  {tokens.expected:,.0f} ({tokens.least:,.0f} to {tokens.most:,.0f})",
            f"  money   {self._money()}",
            f"  time    {duration(self.hours * 3600)} if the server keeps its pace with {self.in_flight} requests in "
            f"flight, {duration(self.hours_as_tried * 3600)} at the pace of these",
            f"{'role':<10}{'requests':>10}{'tokens read':>14}{'written':>12}{'money':>12}",
        ]
        for role, share in self.by_role.items():
            cost = "unknown" if share.cost is None else money(share.cost)
            lines.append(
                f"{role:<10}{share.requests:>10,.0f}{share.prompt_tokens:>14,.0f}{share.completion_tokens:>12,.0f}{cost:>12}"
            )
        if self.has_cached:
            lines.append("Some responses came from the cache and were counted as nothing: the real figures are higher.")
        return "\n".join([*lines, "The same command without --dry-run goes on with these dialogues."])

    def _money(self) -> str:
        if self.cost is not None:
            return f"{money(self.cost.expected)} ({money(self.cost.least)} to {money(self.cost.most)})"
        first = self.unknown_prices[0]
        return f"unknown price of {', '.join(self.unknown_prices)}; give it with --price {first}=IN/OUT"


def try_out(
    config: RunConfig, out: str | Path, *, progress: Progress | None = None, pipeline: Pipeline | None = None
) -> Estimate:
    """Try `PROBES` dialogues in the directory `out`, unless as many are there, and estimate what `config.n` will take.

    The run goes on with what is made here, so nothing that was paid for is lost.

    Raises:
        ConfigError: there is no model.
        GenerationError: not one dialogue was accepted.
    """
    if not config.model:
        raise ConfigError(
            "--dry-run tells what a model will cost; name one with --model NAME, for an offline run costs nothing"
        )
    path, probes = Path(out), min(PROBES, config.n)
    is_tried = sum(counted_in(path)) >= probes
    tried = config if is_tried else config.model_copy(update={"n": probes, "max_tries": probes})
    clock = Clock()
    with begun(tried, path, clock) as (run, tools):
        stopped = ""
        if not is_tried:
            stopped = make(
                tried, run, tools, progress=progress or Silent(), pipeline=pipeline or Pipeline(), clock=clock
            )
        if not run.journal.accepted:
            raise GenerationError(
                stopped or f"none of {run.journal.tried} dialogues tried was accepted; {run.rejections} says why"
            )
        return estimate(config, path)


def estimate(config: RunConfig, path: Path) -> Estimate:
    """Return what `config.n` dialogues will take, from the books of the run in `path`."""
    accepted = list(_fates(path / DIALOGUES))
    fates = [*accepted, *_fates(path / REJECTED)]
    prices = prices_of(config)
    ids = {fate.id for fate in fates}
    entries = [entry for entry in books_of(path) if entry.dialogue in ids]
    unknown = prices.unknown(entry.model for entry in entries)
    factor = config.n / len(accepted)

    def cost_of(held: Iterable[Entry]) -> float:
        return sum(
            price.of(entry.prompt_tokens, entry.completion_tokens)
            for entry in held if (price := prices.of(entry.model))
        )  # fmt: skip

    by_dialogue: dict[str, list[Entry]] = {name: [] for name in sorted(ids)}
    by_role: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_dialogue[entry.dialogue].append(entry)
        by_role[entry.role].append(entry)
    in_play = config.workers or config.concurrency
    hours = sum(entry.seconds for entry in entries) * factor / 3600
    return Estimate(
        n=config.n, tried=len(fates), accepted=len(accepted),
        tokens=_spread([sum(entry.total.tokens for entry in held) for held in by_dialogue.values()]).times(factor),
        cost=None if unknown else _spread([cost_of(held) for held in by_dialogue.values()]).times(factor),
        unknown_prices=unknown,
        by_role={
            role: Share(
                requests=len(held) * factor,
                prompt_tokens=sum(entry.prompt_tokens for entry in held) * factor,
                completion_tokens=sum(entry.completion_tokens for entry in held) * factor,
                cost=None if prices.unknown(entry.model for entry in held) else cost_of(held) * factor,
            )
            for role, held in sorted(by_role.items())
        },
        hours=hours / min(in_play, config.n), hours_as_tried=hours / min(in_play, PROBES, config.n),
        in_flight=config.concurrency,
        has_cached=sum(_tokens(fate.usage) for fate in fates) > sum(entry.total.tokens for entry in entries),
    )  # fmt: skip


def _spread(amounts: list[float]) -> Spread:
    """Of the sum: as it is, and if each were the least or the most of them."""
    return Spread(sum(amounts), min(amounts) * len(amounts), max(amounts) * len(amounts))


def _fates(path: Path) -> Iterator[Fate]:
    with path.open("rb") as file:
        yield from map(Fate.model_validate_json, file)


def _tokens(usage: Usage) -> int:
    return usage.prompt_tokens + usage.completion_tokens
