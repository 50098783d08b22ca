"""The doctor's questions to a model: what works before money is spent, and what to do about what does not."""

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from toolgraph.dialogue.record import Usage
from toolgraph.errors import EndpointError
from toolgraph.models.online.abilities import Abilities, Rung
from toolgraph.models.online.client import ChatClient
from toolgraph.models.online.endpoint import KEY_VARIABLE, NO_KEY, Endpoint, key_variable
from toolgraph.models.online.exchange import Body, Purpose, Reply, ServerRefusal, Transport
from toolgraph.models.online.ladder import Ladder, probe_abilities
from toolgraph.models.online.limiter import AdaptiveLimit
from toolgraph.models.online.prices import Prices

AT_ONCE = 8
"""How many questions are asked at the same time."""
SLOWER = 3.0
"""How many times as long a question may take among others before the server is said to queue."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at."""

    subject: str
    """What it is part of: `toolgraph`, or a model and its server."""
    name: str
    state: Literal["ok", "warn", "FAIL"]
    told: str
    """What was found."""
    advice: str = ""
    """What to do about it."""


class Tally:
    """Passes questions on to a server and adds up what they consume; it has no cache and no books."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lock = threading.Lock()
        self.usage = Usage()
        self.is_estimated = False
        """Whether an answer came without usage."""

    def ask(
        self, body: Body, purpose: Purpose, *, is_probe: bool = False, attempts: int | None = None
    ) -> Reply:  # fmt: skip
        """Return what the server says.

        Raises:
            ServerRefusal: the server refuses this request for good.
            EndpointError: the server cannot be used at all.
        """
        reply = self._transport.send(body, is_probe=is_probe, attempts=attempts)
        with self._lock:
            self.usage += reply.usage
            self.is_estimated |= reply.is_estimated
        return reply


def examine_model(
    endpoint: Endpoint, *, prices: Prices, timeout: float, extra: Mapping[str, Any] | None = None,
    temperature: float | None = None,
) -> Iterator[Diagnosis]:  # fmt: skip
    """Yield what is right and wrong with a model, as it is found out, by some twenty small questions.

    It ends early where what follows could not work either. No text holds the key.
    """
    reached = _reached(endpoint)
    yield reached
    if reached.state == "FAIL":
        return
    client = ChatClient(endpoint, limit=AdaptiveLimit(AT_ONCE), timeout=timeout, patience=min(timeout, 30.0))
    with closing(client):
        tally = Tally(client)
        yield from _Examination(endpoint, tally, extra or {}, temperature).all()
        yield _price(endpoint, prices)
        yield _spent(endpoint, tally, prices)


def _reached(endpoint: Endpoint) -> Diagnosis:
    """Whether anybody listens at the address; behind a proxy that cannot be seen from here."""
    from toolgraph.models.online.connections import proxy_of

    if proxy_of(endpoint.base_url) is not None:
        return Diagnosis(endpoint.label, "server", "ok", f"{endpoint.base_url} is asked through a proxy")
    parts = urlsplit(endpoint.base_url)
    began = time.perf_counter()
    try:
        socket.create_connection(
            (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)), 10
        ).close()
    except OSError as error:
        return Diagnosis(
            endpoint.label, "server", "FAIL", f"nobody accepts connections at {endpoint.base_url} ({error})",
            "start the server, or give its address with --base-url URL",
        )  # fmt: skip
    seconds = time.perf_counter() - began
    return Diagnosis(
        endpoint.label, "server", "ok", f"{endpoint.base_url} accepts connections ({seconds * 1000:.0f} ms)"
    )


class _Examination:
    """The questions to one model, in an order in which each says something only if those before went well."""

    def __init__(self, endpoint: Endpoint, tally: Tally, extra: Mapping[str, Any], temperature: float | None) -> None:
        self._endpoint, self._tally, self._extra, self._temperature = endpoint, tally, extra, temperature
        self._ladder = Ladder(tally, model=endpoint.model, extra=extra)

    def all(self) -> Iterator[Diagnosis]:
        try:
            reply = self._asked()
        except EndpointError as error:
            yield from self._locked_out(error)
            return
        except ServerRefusal as refusal:
            yield self._found("answers", "FAIL", str(refusal), "see what the server's own log says of this request")
            return
        yield self._found("key", "ok", f"{self._key_name()}accepted")
        yield self._named(str(reply.body.get("model") or ""))
        try:
            abilities = probe_abilities(self._tally, self._endpoint.model, extra=self._extra)
        except EndpointError as error:
            yield self._found(
                "structured output", "FAIL", str(error), "choose a model that follows instructions better"
            )
            return
        yield self._structured(abilities)
        yield from self._tools(abilities)
        yield self._booked()
        yield self._speed()

    def _asked(self) -> Reply:
        """One small question, with room for a model that thinks before it speaks."""
        body: Body = {
            "model": self._endpoint.model,
            "messages": [{"role": "user", "content": "Answer with the single word: ready"}],
            "max_tokens": 256,
            **({} if self._temperature is None else {"temperature": self._temperature}),
        }
        return self._ladder.ask(body, Purpose(role="assistant", stage="probe"), is_probe=True)

    def _locked_out(self, error: EndpointError) -> Iterator[Diagnosis]:
        """The server cannot be used: the error's sentence says why and what to do."""
        if error.about == "model":
            yield self._found("key", "ok", f"{self._key_name()}accepted")
        names = {"address": "server", "key": "key", "model": "model", "money": "account"}
        yield self._found(names.get(error.about, "answers"), "FAIL", str(error))

    def _key_name(self) -> str:
        if self._endpoint.key.get_secret_value() == NO_KEY:
            return "none is set, and a request without one is "
        own = key_variable(self._endpoint.base_url)
        return f"that of {own if os.environ.get(own, '').strip() else KEY_VARIABLE} is "

    def _named(self, told: str) -> Diagnosis:
        """Whether the model that answers is the one that was asked; some servers have one and ignore the name."""
        asked = self._endpoint.model
        if not told or asked in told or told in asked:
            return self._found("model", "ok", f"{asked} answers")
        return self._found(
            "model", "warn", f"{asked} was asked, and the server says that {told} answered",
            "use that name if the server has no other model",
        )  # fmt: skip

    def _structured(self, abilities: Abilities) -> Diagnosis:
        state, told, advice = _RUNGS[abilities.rung]
        left_out = f"; not taken: {', '.join(abilities.left_out)}" if abilities.left_out else ""
        return self._found("structured output", state, told + left_out, advice)

    def _tools(self, abilities: Abilities) -> Iterator[Diagnosis]:
        if not abilities.native_tools:
            yield self._found(
                "tool calling", "warn", "tools are not called natively; the assistant is asked for its calls as JSON",
                "if the model can do it, switch it on in the server: vLLM --enable-auto-tool-choice "
                "--tool-call-parser NAME, llama.cpp --jinja",
            )  # fmt: skip
            return
        yield self._found("tool calling", "ok", "native")
        if not abilities.sees_results:
            yield self._found(
                "tool results", "warn",
                "messages of role 'tool' do not reach the model; the assistant is given them as text instead",
                "use a chat template of the server that knows tool messages",
            )  # fmt: skip
        else:
            yield self._found("tool results", "ok", "the model reads them")
        if abilities.parallel_calls:
            yield self._found("parallel calls", "ok", "several calls at once")
        else:
            yield self._found(
                "parallel calls", "warn", "one call at a time: dialogues will have few parallel calls or none",
                "use another model for the assistant if you want to train for them",
            )  # fmt: skip

    def _booked(self) -> Diagnosis:
        if self._tally.is_estimated:
            return self._found(
                "usage", "warn", "the server does not say how many tokens it used; they are estimated from the length",
                "take what is said of tokens and money, and --max-tokens, as rough",
            )  # fmt: skip
        return self._found("usage", "ok", "the server counts tokens")

    def _speed(self) -> Diagnosis:
        try:
            alone = min(self._asked().seconds for _ in range(2))
            began = time.perf_counter()
            with ThreadPoolExecutor(AT_ONCE) as threads:
                list(threads.map(lambda _: self._asked(), range(AT_ONCE)))
        except (EndpointError, ServerRefusal) as error:
            return self._found("latency", "FAIL", str(error), "try again with fewer requests at once (--concurrency N)")
        together = time.perf_counter() - began
        told = f"{_span(alone)} for one small question, {_span(together)} for {AT_ONCE} at once"
        if together > SLOWER * alone and together > 0.5:
            return self._found(
                "latency", "warn", f"{told}: the server seems to answer one after another",
                "let it batch (vLLM --max-num-seqs N, llama.cpp --parallel N), or expect one dialogue at a time",
            )  # fmt: skip
        return self._found("latency", "ok", told)

    def _found(self, name: str, state: Literal["ok", "warn", "FAIL"], told: str, advice: str = "") -> Diagnosis:
        return Diagnosis(self._endpoint.label, name, state, told, advice)


def _price(endpoint: Endpoint, prices: Prices) -> Diagnosis:
    price = prices.of(endpoint.model)
    if price is None:
        return Diagnosis(
            endpoint.label, "price", "warn", "unknown, so that --max-cost will refuse to start",
            f"give it with --price {endpoint.model}=IN/OUT (0/0 for a server of your own)",
        )  # fmt: skip
    as_of = f", as of {price.as_of}" if price.as_of else ""
    told = f"${price.prompt:g} and ${price.completion:g} per million tokens read and written{as_of}"
    return Diagnosis(endpoint.label, "price", "ok", told)


def _spent(endpoint: Endpoint, tally: Tally, prices: Prices) -> Diagnosis:
    usage, price = tally.usage, prices.of(endpoint.model)
    cost = f", ${price.of(usage.prompt_tokens, usage.completion_tokens):.4f}" if price else ""
    told = (
        f"{usage.requests} answers, {usage.prompt_tokens:,} tokens read and {usage.completion_tokens:,} written{cost}"
    )
    return Diagnosis(endpoint.label, "spent on this", "ok", told)


def _span(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


_RUNGS: dict[Rung, tuple[Literal["ok", "warn"], str, str]] = {
    "json_schema": ("ok", "by JSON Schema", ""),
    "json_object": (
        "warn", "by JSON mode only: shapes are asked for in words, and some answers will need repairs",
        "a server that constrains answers by JSON Schema (vLLM, SGLang, OpenAI) wastes fewer tokens",
    ),
    "text": (
        "warn", "as JSON within text only: shapes are asked for in words, and more answers will need repairs",
        "a server that constrains answers by JSON Schema (vLLM, SGLang, OpenAI) wastes fewer tokens",
    ),
}  # fmt: skip
