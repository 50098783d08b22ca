"""Sends requests to one model of one server, through all that real servers do, until there is an answer or a reason."""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import stamina

from toolgraph.dialogue.record import Usage
from toolgraph.errors import EndpointError
from toolgraph.models.online.breaker import Breaker
from toolgraph.models.online.endpoint import KEY_VARIABLE, Endpoint, key_variable
from toolgraph.models.online.exchange import Body, Reply, ServerRefusal
from toolgraph.models.online.failures import Failure, Meaning, failure_of, judged, looks_like_page, message_in
from toolgraph.models.online.limiter import AdaptiveLimit
from toolgraph.models.online.retries import OF_REQUEST, Retries

if TYPE_CHECKING:
    import httpx2
    import openai

TIMEOUT = 600.0
"""Seconds an answer may take, from sending to its last byte."""
PATIENCE = 300.0
"""Seconds without an answer to anybody, after which a busy or absent server is given up."""
CHARACTERS_PER_TOKEN = 4
MOST_NAMES = 8
"""Models that an error names as those the server has."""
ROUTE = "/chat/completions"

_ABOUT = {
    Meaning.KEY: "key",
    Meaning.FUNDS: "money",
    Meaning.MODEL: "model",
    Meaning.ROUTE: "address",
    Meaning.CERTIFICATE: "address",
    Meaning.DOWN: "address",
}
"""What is to be mended, as `EndpointError.about` has it."""
_JSON = {"Content-Type": "application/json"}

logging.getLogger("stamina").addHandler(logging.NullHandler())  # or each retry would be a line on standard error


class ChatClient:
    """The transport to one endpoint, shared by all threads that ask it.

    Broken attempts are repeated with growing, jittered pauses; a busy server is asked again when it says, or with
    growing pauses, as long as it answers anybody within `patience` seconds; `limit` is told how each attempt ended.
    A request the server will not answer ends as a `ServerRefusal`; a server that cannot be used as an `EndpointError`,
    which from then on every request ends with. No text that leaves holds the key.
    """

    def __init__(
        self, endpoint: Endpoint, *, limit: AdaptiveLimit, timeout: float = TIMEOUT, patience: float = PATIENCE
    ) -> None:
        self.endpoint = endpoint
        self.limit = limit
        self.timeout = timeout
        self._breaker = Breaker(patience)
        self._client = _opened(endpoint, timeout)

    def send(self, body: Body, *, is_probe: bool = False, attempts: int | None = None) -> Reply:
        """Return what came back; `is_probe` takes the first answer, be it an error, and does not ask again.

        After so many `attempts` that broke it is the request's fault, not the server's; none leaves the number open.

        Raises:
            ServerRefusal: the server refuses this request for good, or breaks at it each time.
            EndpointError: the server cannot be used at all.
        """
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        retries = Retries(self._breaker, is_probe=is_probe, attempts=attempts)
        try:
            for attempt in stamina.retry_context(
                on=retries.pause_after, attempts=None, timeout=None, wait_initial=0.1, wait_max=10, wait_jitter=0.5
            ):
                with attempt:
                    return self._attempt(content, _kind(body))
        except Failure as failure:
            raise self._error(failure, retries) from None
        raise AssertionError("an attempt returns or raises")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _attempt(self, content: bytes, kind: str) -> Reply:
        self._breaker.admit()
        with self._turn(), self.limit.slot(kind) as slot:
            self._breaker.check()
            start = time.perf_counter()
            try:
                response = self._post(content)
                body = self._read(response)
            except Failure as failure:
                if failure.meaning is Meaning.BUSY:
                    slot.refused()
                raise
            seconds = time.perf_counter() - start
            usage, is_estimated = usage_of(body, content)
            slot.succeeded(seconds, usage.completion_tokens)
        self._breaker.answered()
        return Reply(body, usage, seconds, is_estimated=is_estimated)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Tell the breaker what an attempt says about the server's being there."""
        try:
            yield
        except Failure as failure:
            if failure.meaning is Meaning.DOWN:
                self._breaker.went_away()
            elif failure.status:
                self._breaker.spoke()
            else:
                self._breaker.left_turn()
            raise
        except BaseException:
            self._breaker.left_turn()
            raise

    def _post(self, content: bytes) -> "httpx2.Response":
        import httpx2
        import openai

        try:
            return self._client.post(ROUTE, content=content, cast_to=httpx2.Response, options={"headers": _JSON})
        except openai.APIStatusError as error:
            response = error.response
            raise failure_of(response.status_code, response.headers, self._text(response.content)) from None
        except openai.APIConnectionError as error:
            raise self._broken(error) from None

    def _read(self, response: "httpx2.Response") -> Body:
        text = self._text(response.content)
        try:
            body = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            what = "a web page" if looks_like_page(text) else "no JSON object" if text.strip() else "empty"
            code = "page" if looks_like_page(text) else ""
            raise Failure(Meaning.AGAIN, f"the answer is {what}: {text[:100]!r}", response.status_code, code)
        if body.get("error"):
            message, code = message_in(body)
            raise judged(_status_in(body["error"]), message, code=code)
        # An escape may hide a lone surrogate, which no file can be written with, or the key.
        return self._cleaned(body) if "\\u" in text or "\\/" in text else body

    def _cleaned(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.endpoint.redacted(value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        if isinstance(value, list):
            return [self._cleaned(item) for item in value]
        if isinstance(value, dict):
            return {self._cleaned(name): self._cleaned(item) for name, item in value.items()}
        return value

    def _text(self, content: bytes) -> str:
        return self.endpoint.redacted(content.decode("utf-8-sig", "replace"))

    def _broken(self, error: "openai.APIConnectionError") -> Failure:
        """Return what a broken connection means."""
        import httpx2
        import openai

        causes = [error, *_causes(error)]
        words = self.endpoint.redacted(str(causes[-1]) or type(causes[-1]).__name__)
        if "CERTIFICATE_VERIFY_FAILED" in words:
            return Failure(Meaning.CERTIFICATE, words)
        if any(isinstance(cause, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError)) for cause in causes):
            return Failure(Meaning.DOWN, words)
        if isinstance(error, openai.APITimeoutError):
            return Failure(Meaning.AGAIN, f"no complete answer within {self.timeout:g} seconds", code="timeout")
        return Failure(Meaning.AGAIN, words)

    def _error(self, failure: Failure, retries: Retries) -> EndpointError | ServerRefusal:
        """Return what `send` raises after the last attempt, and open the breaker if it is the endpoint's end."""
        label, said = self.endpoint.label, self.endpoint.redacted(str(failure))
        if not retries.is_endpoint_lost and failure.meaning in OF_REQUEST:
            times = f" ({retries.attempts} attempts)" if retries.attempts > 1 else ""
            return ServerRefusal(f"{label}: {said}{times}", status=failure.status, code=failure.code)
        return self._breaker.open(self._sentence(failure, said, retries), about=_ABOUT.get(failure.meaning, ""))

    def _sentence(self, failure: Failure, said: str, retries: Retries) -> str:
        label, address = self.endpoint.label, self.endpoint.base_url
        waited = f"{retries.failing_for:.0f} seconds"
        match failure.meaning:
            case Meaning.KEY:
                own = key_variable(address)
                return (
                    f"{label} does not accept the key ({said}); set {KEY_VARIABLE}, or {own} for this server alone, "
                    "to one that is valid there"
                )
            case Meaning.FUNDS:
                return f"{label}: the account's quota or money is used up ({said}); add some and start again to resume"
            case Meaning.MODEL:
                return f"{label}: the server does not know this model ({said}); {self._model_advice()}"
            case Meaning.CERTIFICATE:
                return f"{label}: its certificate cannot be verified ({said}); name its authority in SSL_CERT_FILE"
            case Meaning.BUSY:
                return f"{label} answered nobody for {waited} ({said}); start again later to resume"
        if failure.meaning is Meaning.ROUTE or (failure.code == "page" and not self._breaker.has_answered):
            return f"{address}{ROUTE} is not the address of a model ({said}); {self._route_advice()}"
        if not self._breaker.has_answered:
            return f"{address} cannot be used ({said}); is the server running, and is --base-url its address?"
        return f"{label} is gone since {waited} ({said}); start again when it is back to resume"

    def _model_advice(self) -> str:
        """Return what to change about the model's name, with the names the server has, if it tells."""
        import httpx2
        import openai

        try:
            client = self._client.with_options(timeout=min(5.0, self.timeout))
            answer = json.loads(self._text(client.get("/models", cast_to=httpx2.Response).content))
            names = [str(model["id"]) for model in answer["data"]]
        except (openai.OpenAIError, ValueError, LookupError, TypeError):
            names = []
        known = ", ".join(names[:MOST_NAMES]) + (" ..." if len(names) > MOST_NAMES else "")
        return "give one it has with --model NAME" + (f": {known}" if known else "")

    def _route_advice(self) -> str:
        """Return what to change about an address without the route, having tried the usual mistake once."""
        import httpx2
        import openai

        better = f"{self.endpoint.base_url}/v1"
        body = {"model": self.endpoint.model, "messages": [{"role": "user", "content": "Say: yes"}], "max_tokens": 1}
        try:
            client = self._client.with_options(base_url=better, timeout=min(30.0, self.timeout))
            answer = client.post(ROUTE, body=body, cast_to=httpx2.Response)
            is_api = isinstance(json.loads(answer.content), dict)
        except openai.APIStatusError as error:
            is_api = error.status_code not in (404, 405) and isinstance(error.body, dict)
        except (openai.OpenAIError, ValueError):
            is_api = False
        if is_api:
            return f"use --base-url {better}"
        return "give the address of its API with --base-url; it often ends in /v1"


def usage_of(body: Body, content: bytes) -> tuple[Usage, bool]:
    """Return what an answer consumed, and whether that is an estimate because the server does not say."""
    told = body.get("usage")
    if isinstance(told, dict):
        read, written = told.get("prompt_tokens"), told.get("completion_tokens")
        if type(read) is int and type(written) is int and read > 0 <= written:
            return Usage(requests=1, prompt_tokens=read, completion_tokens=written), False
    read, written = len(content), len(json.dumps(body.get("choices", ""), ensure_ascii=False))
    return Usage(
        requests=1, prompt_tokens=read // CHARACTERS_PER_TOKEN, completion_tokens=written // CHARACTERS_PER_TOKEN
    ), True


def _kind(body: Body) -> str:
    """Return a name for what is asked, so that requests of about the same length are compared with each other."""
    form = body.get("response_format")
    schema = form.get("json_schema") if isinstance(form, dict) else None
    return str(schema.get("name")) if isinstance(schema, dict) else "tools" if "tools" in body else "text"


def _opened(endpoint: Endpoint, timeout: float) -> "openai.OpenAI":
    import httpx2
    import openai

    from toolgraph.models.online.connections import CONNECT_SECONDS, Connections

    limits = httpx2.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS))
    http_client = httpx2.Client(transport=Connections(endpoint.base_url), timeout=limits, follow_redirects=True)
    return openai.OpenAI(
        base_url=endpoint.base_url,
        api_key=endpoint.key.get_secret_value(),
        max_retries=0,
        timeout=limits,
        http_client=http_client,
    )


def _causes(error: BaseException) -> list[BaseException]:
    found = []
    cause = error.__cause__
    while cause is not None:
        found.append(cause)
        cause = cause.__cause__
    return found


def _status_in(error: Any) -> int:
    """Return the HTTP status that an error within an answer of status 200 stands for (OpenRouter sends such)."""
    code = error.get("code") if isinstance(error, dict) else None
    try:
        status = int(code)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 500
    return status if 400 <= status < 600 else 500
