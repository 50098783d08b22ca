"""The books of a run: a line for every answer that came over the wire, and their totals."""

import contextlib
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from toolgraph.errors import GenerationError, RunDirectoryError
from toolgraph.models.online.endpoint import Endpoint
from toolgraph.models.online.exchange import Purpose, Reply, Role, Stage
from toolgraph.models.online.prices import Prices

USAGE = "usage.jsonl"
MINUTE = 60.0


class Account(NamedTuple):
    """What totals are told apart by."""

    role: Role
    stage: Stage
    model: str


@dataclass(frozen=True, slots=True)
class Total:
    """What a number of requests consumed."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: int = 0
    """Requests whose server told no usage, so that their tokens are estimated."""

    @property
    def tokens(self) -> int:
        """Tokens read and written."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: "Total") -> "Total":
        return Total(
            self.requests + other.requests,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.estimated + other.estimated,
        )


class Entry(BaseModel):
    """One line of the books."""

    model_config = ConfigDict(frozen=True)

    at: str
    """When the answer came, in UTC."""
    role: Role
    stage: Stage
    model: str
    host: str
    dialogue: str
    prompt_tokens: int
    completion_tokens: int
    is_estimated: bool
    seconds: float
    """From sending to the last byte."""

    @property
    def account(self) -> Account:
        """The account it is booked to."""
        return Account(self.role, self.stage, self.model)

    @property
    def total(self) -> Total:
        """What it adds to that account."""
        return Total(1, self.prompt_tokens, self.completion_tokens, int(self.is_estimated))


class Ledger:
    """The file `usage.jsonl` of a run, open for appending, and its totals.

    It holds what a server was asked for and answered, not what came from the cache. A line is in the hands of the
    system when `record` returns; a killed process leaves at worst a last line cut short, which opening cuts off. The
    totals are those of all lines, of earlier starts of the run as well.

    Raises:
        RunDirectoryError: the file holds something else.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._recent: deque[tuple[float, int]] = deque()
        self._totals: dict[Account, Total] = {}
        self._by_dialogue: dict[str, dict[Account, Total]] = {}
        end = self._read()
        try:
            self._file = path.open("ab", buffering=0)
            self._file.truncate(end)
        except OSError as error:
            raise RunDirectoryError(f"{path}: cannot be written ({error.strerror or error})") from error
        self._end = end

    def record(self, endpoint: Endpoint, purpose: Purpose, reply: Reply) -> None:
        """Write down what an answer consumed.

        Raises:
            GenerationError: it cannot be written.
        """
        entry = Entry(
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            role=purpose.role, stage=purpose.stage, model=endpoint.model, host=endpoint.host, dialogue=purpose.dialogue,
            prompt_tokens=reply.usage.prompt_tokens, completion_tokens=reply.usage.completion_tokens,
            is_estimated=reply.is_estimated, seconds=round(reply.seconds, 4),
        )  # fmt: skip
        line = json.dumps(entry.model_dump()).encode("ascii") + b"\n"
        with self._lock:
            self._append(line)
            self._add(entry)
            self._forget_old()
            self._recent.append((self._clock(), entry.total.tokens))

    def totals(self) -> dict[Account, Total]:
        """Return what each account consumed."""
        with self._lock:
            return dict(self._totals)

    def totals_of(self, dialogue: str) -> dict[Account, Total]:
        """Return what each account consumed for the dialogue of an id."""
        with self._lock:
            return dict(self._by_dialogue.get(dialogue, {}))

    def tokens_last_minute(self) -> int:
        """Return the tokens of the answers that came within the last minute."""
        with self._lock:
            self._forget_old()
            return sum(tokens for _, tokens in self._recent)

    def as_metrics(self, prices: Prices) -> dict[str, Any]:
        """Return the totals for `metrics.json`: of all, and per role, stage and model, with what they cost."""
        totals = self.totals()
        groups: dict[str, dict[str, dict[Account, Total]]] = {"by_role": {}, "by_stage": {}, "by_model": {}}
        for account, total in totals.items():
            for group, name in zip(groups.values(), account, strict=True):
                group.setdefault(name, {})[account] = total
        return {
            **_summary(totals, prices),
            "unknown_prices": list(prices.unknown(account.model for account in totals)),
            **{
                group: {name: _summary(held, prices) for name, held in sorted(members.items())}
                for group, members in groups.items()
            },
        }

    def close(self) -> None:
        """Close the file; what is recorded afterwards raises."""
        with self._lock:
            self._file.close()

    def _forget_old(self) -> None:
        start = self._clock() - MINUTE
        while self._recent and self._recent[0][0] <= start:
            self._recent.popleft()

    def _add(self, entry: Entry) -> None:
        account = entry.account
        held = [self._totals] + ([self._by_dialogue.setdefault(entry.dialogue, {})] if entry.dialogue else [])
        for totals in held:
            totals[account] = totals.get(account, Total()) + entry.total

    def _read(self) -> int:
        """Add up the whole lines of the file and return where they end."""
        end = 0
        try:
            with self.path.open("rb") as file:
                for number, line in enumerate(file, start=1):
                    if not line.endswith(b"\n"):
                        break
                    self._add(_entry(line, where=f"{self.path}, line {number}"))
                    end += len(line)
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise RunDirectoryError(f"{self.path}: cannot be read ({error.strerror or error})") from error
        return end

    def _append(self, line: bytes) -> None:
        try:
            if self._file.write(line) != len(line):
                raise OSError("no space left")
        except (OSError, ValueError) as error:  # a closed file is a ValueError
            with contextlib.suppress(OSError, ValueError):
                self._file.truncate(self._end)
            raise GenerationError(
                f"cannot write on {self.path} ({error}); make room and start the same command again"
            ) from error
        self._end += len(line)


def cost_of(totals: Mapping[Account, Total], prices: Prices) -> float | None:
    """Return the dollars that totals cost, or none where the price of one of their models is not known."""
    cost = 0.0
    for account, total in totals.items():
        price = prices.of(account.model)
        if price is None:
            return None
        cost += price.of(total.prompt_tokens, total.completion_tokens)
    return cost


def _summary(totals: Mapping[Account, Total], prices: Prices) -> dict[str, Any]:
    total = sum(totals.values(), Total())
    cost = cost_of(totals, prices)
    return {
        "requests": total.requests,
        "prompt_tokens": total.prompt_tokens,
        "completion_tokens": total.completion_tokens,
        "estimated_requests": total.estimated,
        "cost": None if cost is None else round(cost, 6),
    }


def _entry(line: bytes, *, where: str) -> Entry:
    try:
        return Entry.model_validate_json(line)
    except ValidationError as error:
        raise RunDirectoryError(f"{where}: was not written by a run of toolgraph; move the file elsewhere") from error
