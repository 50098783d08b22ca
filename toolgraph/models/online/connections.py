"""Connections for many threads, each answer due by a deadline, however slowly it trickles in."""

import contextlib
import functools
import ssl
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Iterable
from typing import Any

import httpcore2
import httpx2

CONNECT_SECONDS = 20.0
"""How long a server may take to accept a connection."""
IDLE_SECONDS = 5.0
"""How long a connection is kept for the next request; servers close theirs after 5 seconds or more."""
MOST_BYTES = 64 * 1024 * 1024
"""The longest answer that is read; a longer one is a server gone wild."""

_FAILURES = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
    OSError,
)
_now = threading.local()


class Connections(httpx2.BaseTransport):
    """Sends each request over a connection of its own, kept for the next request that finds it free.

    The pool of httpcore looks through all its connections for every request, which at 64 of them costs more than the
    request; so each connection here is a pool of one. The read timeout of a request is taken as the deadline of all
    of it: httpcore's own is the time between two bytes, which a server that sends one now and then never exceeds.
    """

    def __init__(self, base_url: str) -> None:
        self._free: deque[httpcore2.ConnectionPool] = deque()
        self._is_closed = False
        self._context = _authorities()
        self._network = _Network()
        self._proxy = proxy_of(base_url)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and return the response, read to its end."""
        url = request.url
        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        outgoing = httpcore2.Request(
            request.method, target, headers=request.headers.raw, content=request.read(), extensions=request.extensions
        )
        _now.deadline = time.monotonic() + request.extensions["timeout"]["read"]
        try:
            connection = self._free.pop()
        except IndexError:
            connection = self._opened()
        try:
            incoming = connection.handle_request(outgoing)
            try:
                content = _read(incoming)
            finally:
                incoming.close()
        except BaseException as error:
            connection.close()
            if not isinstance(error, _FAILURES):
                raise
            # The two libraries name their errors alike; the openai client knows those of httpx only.
            raise getattr(httpx2, type(error).__name__, httpx2.NetworkError)(str(error)) from error
        self._free.append(connection)
        if self._is_closed:  # while this request was under way
            self.close()
        return httpx2.Response(incoming.status, headers=incoming.headers, content=content)

    def close(self) -> None:
        """Close the connections that are free, and those that are under way once they have answered."""
        self._is_closed = True
        while self._free:
            with contextlib.suppress(IndexError):  # another thread took it
                self._free.pop().close()

    def _opened(self) -> httpcore2.ConnectionPool:
        return httpcore2.ConnectionPool(
            ssl_context=self._context,
            proxy=self._proxy,
            max_connections=1,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=self._network,
        )


@functools.cache
def _authorities() -> ssl.SSLContext:
    """The authorities whose certificates count, read once: that takes longer than many a request."""
    return httpx2.create_ssl_context()


def proxy_of(base_url: str) -> httpcore2.Proxy | None:
    """Return the proxy that the environment (`HTTPS_PROXY`, `NO_PROXY` ...) names for an address."""
    url = httpx2.URL(base_url)
    found = urllib.request.getproxies()
    address = found.get(url.scheme) or found.get("all")
    if not address or urllib.request.proxy_bypass(url.netloc.decode()):
        return None
    proxy = httpx2.Proxy(address if "://" in address else f"http://{address}")
    return httpcore2.Proxy(str(proxy.url), auth=proxy.raw_auth)


def _read(response: httpcore2.Response) -> bytes:
    assert isinstance(response.stream, Iterable)
    chunks, length = [], 0
    for chunk in response.stream:
        chunks.append(chunk)
        length += len(chunk)
        if length > MOST_BYTES:
            raise httpcore2.RemoteProtocolError(f"the answer is longer than {MOST_BYTES:,} bytes")
    return b"".join(chunks)


def _left(timeout: float | None, error: type[Exception]) -> float:
    """Return the seconds that this thread's request may still take for its next step."""
    left: float = _now.deadline - time.monotonic()
    if left <= 0:
        raise error("the answer was not complete in time")
    return left if timeout is None else min(left, timeout)


class _Network(httpcore2.SyncBackend):
    """Opens connections whose every step is held to the deadline of the thread's request."""

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any) -> "_Stream":
        seconds = _left(timeout, httpcore2.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, seconds, *args, **options))


class _Stream(httpcore2.NetworkStream):
    """A connection whose reads and writes are held to the deadline of the thread's request."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream
        self.close = stream.close  # type: ignore[method-assign]
        self.get_extra_info = stream.get_extra_info  # type: ignore[method-assign]

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore2.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "_Stream":
        try:
            seconds = _left(timeout, httpcore2.ConnectTimeout)
            return _Stream(self._stream.start_tls(ssl_context, server_hostname, seconds))
        except BaseException:  # the pool does not know the connection yet, so nobody else closes it
            self.close()
            raise
