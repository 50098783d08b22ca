"""Measure the client against servers of every temper, beside a bare loop with the openai client in the same run.

    python benchmarks/client_speed.py                              # rate and CPU, three rounds of 1,000 requests each
    python benchmarks/client_speed.py --through backend            # the same with prompt, checks, cache and books
    python benchmarks/client_speed.py --mode window -n 4000        # 100 requests per second, enforced by 429
    python benchmarks/client_speed.py --mode bucket --silent       # the same by a token bucket, without Retry-After
    python benchmarks/client_speed.py --mode serial -n 300         # one request at a time, never refused
    python benchmarks/client_speed.py --mode batch                 # slower with more in flight, and yet more done
    python benchmarks/client_speed.py --peer data-designer         # that package beside both, in its own environment

The contenders take turns, each against a fresh server; rates are those the server counts, from the first request to
the last answer. The servers are those of `chat_server.py`, in a process of their own on the same machine.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chat_server
import openai
from pydantic import SecretStr

from toolgraph.dialogue.blueprint import PlannedTurn
from toolgraph.errors import ToolgraphError
from toolgraph.models.online.abilities import Abilities
from toolgraph.models.online.backend import OnlineBackend
from toolgraph.models.online.budget import Budget
from toolgraph.models.online.cache import ResponseCache
from toolgraph.models.online.client import ChatClient
from toolgraph.models.online.counter import CountingExchange
from toolgraph.models.online.endpoint import Endpoint
from toolgraph.models.online.ladder import Ladder
from toolgraph.models.online.ledger import Ledger
from toolgraph.models.online.limiter import AdaptiveLimit
from toolgraph.models.online.prices import Prices
from toolgraph.models.requests import UserRequest

KEY = "sk-benchmark-0000"
SETTLED = 20.0
"""Seconds after which a client should have found out what the server bears."""
RATE = 100
"""Requests per second that the refusing servers admit."""

Ask = Callable[[int], None]
"""Sends the request of this number and reads its answer."""


@dataclass
class Outcome:
    """What came of one contender's requests."""

    rate: float
    settled_rate: float
    settled_refusals: float
    lost: int
    cpu: float
    """Milliseconds of CPU of this process per request; none of the server's."""
    limit: float = 0.0


def main() -> None:
    """Let the contenders take turns and print what came of it."""
    options = read_options()
    contenders: dict[str, Callable[[str], Outcome]] = {
        "bare loop": lambda url: with_threads(url, bare(url, options), options),
        "toolgraph": lambda url: with_ours(url, options),
    }
    with contextlib.ExitStack() as stack:
        if options.peer:
            python = stack.enter_context(environment_of(options.peer, options.environment))
            contenders[options.peer] = lambda url: with_peer(url, python, options)
        outcomes = take_turns(contenders, options)
    print_table(outcomes, options)


def read_options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=("plain", "window", "bucket", "serial", "batch"), default="plain")
    parser.add_argument("--through", choices=("client", "backend"), default="client")
    parser.add_argument("-n", type=int, default=0, help="requests (1000, or 40 seconds' worth where few are admitted)")
    parser.add_argument("--rounds", type=int, default=0, help="turns of each contender (3; 1 in the slow modes)")
    parser.add_argument("--in-flight", type=int, default=64, help="threads, and the most requests in flight (64)")
    parser.add_argument("--characters", type=int, default=5000, help="length of a request (5000)")
    parser.add_argument("--seconds", type=float, default=0.0, help="what an answer takes (0.2; 0.26 if serial)")
    parser.add_argument("--silent", action="store_true", help="refuse without Retry-After")
    parser.add_argument("--peer", choices=("data-designer",), help="a package from PyPI to run beside")
    parser.add_argument("--environment", type=Path, help="keep the peer's environment here, or use the one there")
    options = parser.parse_args()
    is_slow = options.mode in ("window", "bucket", "serial")
    options.n = options.n or {"window": 4000, "bucket": 4000, "serial": 300, "batch": 2000}.get(options.mode, 1000)
    options.rounds = options.rounds or (1 if is_slow else 3)
    options.seconds = options.seconds or (0.26 if options.mode == "serial" else 0.2)
    return options


def take_turns(
    contenders: dict[str, Callable[[str], Outcome]], options: argparse.Namespace
) -> dict[str, list[Outcome]]:
    """Run every contender as often as there are rounds, every second round in the opposite order."""
    outcomes: dict[str, list[Outcome]] = {name: [] for name in contenders}
    for number in range(options.rounds):
        for name in list(contenders)[:: -1 if number % 2 else 1]:
            with chat_server.running(
                options.mode, seconds=options.seconds, rate=RATE, retry_after=not options.silent
            ) as url:
                outcomes[name].append(contenders[name](url))
                print(f"round {number + 1}: {name} {outcomes[name][-1].rate:.1f}/s", file=sys.stderr)
    return outcomes


def body_of(number: int, options: argparse.Namespace) -> dict[str, Any]:
    """Return the body of one request, different from all others from its first word on."""
    content = f"{number} " + "ab " * (options.characters // 3)
    return {"model": "bench", "messages": [{"role": "user", "content": content}], "temperature": 0.7, "max_tokens": 500}


def bare(url: str, options: argparse.Namespace) -> Ask:
    """Return what sends a request as anybody would, with ten retries."""
    client = openai.OpenAI(base_url=url, api_key=KEY, max_retries=10)

    def ask(number: int) -> None:
        answer = client.chat.completions.create(**body_of(number, options))
        assert answer.choices[0].message.content

    return ask


def with_ours(url: str, options: argparse.Namespace) -> Outcome:
    """Send all requests through our client, or through the whole backend."""
    limit = AdaptiveLimit(options.in_flight)
    endpoint = Endpoint(url, "bench", SecretStr(KEY))
    client = ChatClient(endpoint, limit=limit)

    def ask(number: int) -> None:
        client.send(body_of(number, options))

    with contextlib.ExitStack() as stack:
        stack.callback(client.close)
        if options.through == "backend":
            ask = stack.enter_context(through_backend(client, endpoint, options))
        outcome = with_threads(url, ask, options)
    outcome.limit = limit.limit
    return outcome


@contextlib.contextmanager
def through_backend(client: ChatClient, endpoint: Endpoint, options: argparse.Namespace) -> Iterator[Ask]:
    """Give what asks for a message of a user with prompt, schema, checks, cache and books, on a disk."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        cache, ledger = ResponseCache(directory / "responses.sqlite"), Ledger(directory / "usage.jsonl")
        exchange = CountingExchange(client, endpoint, cache, ledger, Budget(ledger, Prices.load(()), ["bench"]))
        ladder = Ladder(exchange, model="bench", load=lambda: Abilities(native_tools=True).model_dump_json())
        backend = OnlineBackend(ladder, seed=7, temperature=0.7)
        turn = PlannedTurn(kind="chitchat", intent="Ask whether the ferry is late.")
        shape: dict[str, Any] = {"tools": (), "turn": turn, "turn_number": 0, "turns_left": 0, "asked_back": False}
        shape |= {"messages": (), "plan": (turn,)}
        spare = max(0, options.characters - len(UserRequest(key="d", style="", **shape).render()))

        def ask(number: int) -> None:
            style = f"plain {number} " + "ab " * (spare // 3)
            assert backend.complete(UserRequest(key=f"d{number:06}/0", style=style, **shape)).answer.text

        yield ask
        ledger.close()
        cache.close()


def with_threads(url: str, ask: Ask, options: argparse.Namespace) -> Outcome:
    """Send all requests from as many threads as there may be requests in flight."""
    numbers, lock, lost = iter(range(options.n)), threading.Lock(), []

    def work() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            try:
                ask(number)
            except (openai.OpenAIError, ToolgraphError) as error:
                lost.append(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(options.in_flight)]
    cpu = time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    milliseconds = (time.process_time() - cpu) * 1000 / options.n
    return counted(url, options, lost=len(lost), cpu=milliseconds)


def with_peer(url: str, python: Path, options: argparse.Namespace) -> Outcome:
    """Send all requests with a package that runs in its own environment."""
    script = Path(__file__).with_name(f"peer_{options.peer.replace('-', '_')}.py")
    numbers = [str(number) for number in (options.n, options.characters, options.in_flight)]
    before = os.times()
    done = subprocess.run([python, script, url, *numbers], capture_output=True, text=True)
    after = os.times()
    if "records:" not in done.stdout:
        raise SystemExit(f"{options.peer} failed: {done.stderr[-1000:]}")
    records = int(done.stdout.partition("records:")[2].split()[0])
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return counted(url, options, lost=options.n - records, cpu=cpu * 1000 / options.n)


def counted(url: str, options: argparse.Namespace, *, lost: int, cpu: float) -> Outcome:
    """Return what the server counted."""
    told = chat_server.counts(url)
    first, answered = told["came_at"], told["answered_at"]
    late = [moment for moment in answered if moment - first > SETTLED]
    refused = sum(moment - first > SETTLED for moment in told["refused_at"])
    return Outcome(
        rate=len(answered) / (answered[-1] - first),
        settled_rate=len(late) / (answered[-1] - first - SETTLED) if late else 0.0,
        settled_refusals=refused / (refused + len(late)) if late else 0.0,
        lost=lost,
        cpu=cpu,
    )


@contextlib.contextmanager
def environment_of(package: str, directory: Path | None) -> Iterator[Path]:
    """Give the Python of an environment that has a package from PyPI, made if it is not there."""
    with contextlib.ExitStack() as stack:
        place = directory or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        python = place / "bin" / "python"
        if not python.exists():
            print(f"installing {package} into {place} ...", file=sys.stderr)
            venv.create(place, with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True)
        yield python


def print_table(outcomes: dict[str, list[Outcome]], options: argparse.Namespace) -> None:
    """Print the medians of each contender, and how ours compares."""
    middle = {name: _median(found) for name, found in outcomes.items()}
    base = middle["bare loop"]
    print(f"{options.n} requests of {options.characters} characters, {options.in_flight} threads, mode {options.mode}")
    print(
        f"{'':16}{'per second':>12}{'of bare':>9}{'after 20 s':>12}{'refused':>9}{'lost':>6}{'CPU ms':>8}{'limit':>7}"
    )
    for name, found in middle.items():
        settled = f"{found.settled_rate:.1f}" if found.settled_rate else "-"
        refused = f"{found.settled_refusals:.1%}" if found.settled_rate else "-"
        limit = f"{found.limit:.0f}" if found.limit else "-"
        share = f"{found.rate / base.rate:.1%}"
        print(f"{name:16}{found.rate:12.1f}{share:>9}{settled:>12}{refused:>9}{found.lost:6}{found.cpu:8.2f}{limit:>7}")
    ratios = [ours.rate / loop.rate for ours, loop in zip(outcomes["toolgraph"], outcomes["bare loop"], strict=True)]
    print("ours / bare, by round:", ", ".join(f"{ratio:.3f}" for ratio in ratios))
    print(f"own CPU per request beyond the bare client's: {middle['toolgraph'].cpu - base.cpu:+.2f} ms")


def _median(found: list[Outcome]) -> Outcome:
    return sorted(found, key=lambda outcome: outcome.rate)[(len(found) - 1) // 2]


if __name__ == "__main__":
    main()
