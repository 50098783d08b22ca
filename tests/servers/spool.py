"""The spool: tells the rule server which typed request stands behind a body, since a rule cannot work from prose.

`telling` lets the online backend note each request under the hash of the body it is about to send; the server looks
it up by the hash of the body that came. Nothing on the way between them is replaced or left out.
"""

import hashlib
import json
import os
import pickle
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from toolgraph.models.request import Request


class Spool:
    """Typed requests by the hash of the body that asks them, in memory for one process or in a folder for several."""

    def __init__(self, folder: Path | None = None, *, forgets: bool = False) -> None:
        self._folder, self._forgets = folder, forgets
        self._told: dict[str, Request[Any]] = {}
        self.seconds = 0.0
        """Time of the CPU that telling took, for those who measure what the client takes."""
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def put(self, body: dict[str, Any], request: Request[Any]) -> None:
        """Tell which request stands behind `body`."""
        began = time.thread_time()
        key = hash_of(body)
        if self._folder is None:
            self._told[key] = request
        else:
            partial = self._folder / f"{key}.{threading.get_ident()}"
            partial.write_bytes(pickle.dumps(request))
            os.replace(partial, self._folder / key)
        self.seconds += time.thread_time() - began

    def find(self, body: dict[str, Any]) -> Request[Any] | None:
        """Return the request behind `body`, or none where nobody told it."""
        key = hash_of(body)
        if self._folder is None:
            return self._told.pop(key, None) if self._forgets else self._told.get(key)
        try:
            request: Request[Any] = pickle.loads((self._folder / key).read_bytes())
        except FileNotFoundError:
            return None
        if self._forgets:
            (self._folder / key).unlink()
        return request


def hash_of(body: dict[str, Any]) -> str:
    """Return what tells a body from others: its messages, and the seed, which differs between dialogues."""
    told = [body.get("messages"), body.get("seed")]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


@contextmanager
def telling(spool: Spool) -> Iterator[None]:
    """Let every online backend of this process tell the spool what it asks, while the context lasts."""
    from toolgraph.models.online.backend import OnlineBackend
    from toolgraph.models.online.client import ChatClient

    complete, send = OnlineBackend.complete, ChatClient.send
    asking = threading.local()

    def complete_told(self: OnlineBackend, request: Request[Any]) -> Any:
        asking.request = request
        try:
            return complete(self, request)
        finally:
            asking.request = None

    def send_told(self: ChatClient, body: dict[str, Any], *, is_probe: bool = False, **options: Any) -> Any:
        if getattr(asking, "request", None) is not None and not is_probe:
            spool.put(body, asking.request)
        return send(self, body, is_probe=is_probe, **options)

    OnlineBackend.complete, ChatClient.send = complete_told, send_told  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        OnlineBackend.complete, ChatClient.send = complete, send  # type: ignore[method-assign]
