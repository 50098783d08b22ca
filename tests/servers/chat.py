"""A well-behaved server of chat completions, which answers by rule and keeps its own books."""

import asyncio
import hashlib
import json
import threading
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

from tests.servers.faults import ENTIRE, Fault, over
from tests.servers.http import Answer, Asked, HttpServer
from tests.servers.model import RuleModel, Said
from tests.servers.protocol import BadRequest, error_body, require_well_formed
from tests.servers.spool import Spool

MODEL = "rules-1"
KEY = "sk-test-4f1d7c20a98b"
"""The key the server wants; nothing a run writes may hold it."""


class ChatServer(HttpServer):
    """Serves `MODEL` under `/v1` to whoever has the key; faults lie over it, the first one outermost.

    What it counts is what left it whole: `answered`, `prompt_tokens`, `completion_tokens`; `refused` by status;
    `asked_again`, the bodies answered more than once.
    """

    def __init__(
        self, spool: Spool, *, key: str = KEY, models: Sequence[str] = (MODEL,), seconds: float = 0.0,
        faults: Sequence[Fault] = (), seed: int = 0, port: int = 0,
    ) -> None:  # fmt: skip
        super().__init__(self._counted, port=port)
        self._spool, self._key, self._models, self._seconds = spool, key, tuple(models), seconds
        self._model = RuleModel(seed)
        self._handle = over(self._good, faults, self)
        self._lock = threading.Lock()
        self.answered = self.prompt_tokens = self.completion_tokens = 0
        self.refused: Counter[int] = Counter()
        self._bodies: Counter[bytes] = Counter()
        self.bodies: deque[dict[str, Any]] = deque(maxlen=2000)
        """The last bodies of chat completions that came."""

    @property
    def base_url(self) -> str:
        """The address as it is given to a client."""
        return f"{self.url}/v1"

    @property
    def asked_again(self) -> int:
        """How many bodies got more than one whole answer."""
        with self._lock:
            return sum(times > 1 for times in self._bodies.values())

    def counts(self) -> dict[str, Any]:
        """Return the books as one JSON object."""
        return {
            "requests": self.requests, "answered": self.answered, "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens, "refused": dict(self.refused),
            "most_in_flight": self.most_in_flight, "asked_again": self.asked_again,
        }  # fmt: skip

    # --- the books ------------------------------------------------------------------------------------------------

    async def _counted(self, asked: Asked) -> Answer:
        if asked.path == "/counts":
            return Answer.of(self.counts())
        if asked.json and asked.path.endswith("/chat/completions"):
            self.bodies.append(asked.json)
        return await self._handle(asked)

    def note(self, asked: Asked, answer: Answer) -> None:
        """Enter an answer into the books."""
        with self._lock:
            if answer.status != 200:
                self.refused[answer.status] += 1
            elif answer.deliver in ENTIRE and asked.method == "POST":
                self._bodies[hashlib.sha256(asked.body).digest()[:12]] += 1
                self.answered += 1
                usage = _usage_in(answer)
                self.prompt_tokens += usage.get("prompt_tokens", 0)
                self.completion_tokens += usage.get("completion_tokens", 0)

    # --- the service ----------------------------------------------------------------------------------------------

    async def _good(self, asked: Asked) -> Answer:
        route = (asked.method, asked.path)
        if route not in {("POST", "/v1/chat/completions"), ("GET", "/v1/models")}:
            return Answer.of({"detail": "Not Found"}, 404)
        if self._key and asked.headers.get("authorization") != f"Bearer {self._key}":
            given = asked.headers.get("authorization", "")[7:]
            return Answer.of(error_body(f"Incorrect API key provided: {given}.", code="invalid_api_key"), 401)
        if route[0] == "GET":
            return Answer.of({"object": "list", "data": [{"id": name, "object": "model"} for name in self._models]})
        return await self._completion(asked)

    async def _completion(self, asked: Asked) -> Answer:
        body = asked.json
        try:
            require_well_formed(body)
        except BadRequest as error:
            return Answer.of(error_body(str(error), code=error.code, param=error.param), 400)
        if body.get("model") not in self._models:
            message = f"The model `{body.get('model')}` does not exist or you do not have access to it."
            return Answer.of(error_body(message, code="model_not_found"), 404)
        if self._seconds:
            await asyncio.sleep(self._seconds)
        return Answer.of(completion(body, self._model.say(body, self._spool.find(body)), asked.number))


def completion(body: dict[str, Any], said: Said, number: int) -> dict[str, Any]:
    """Return what was said as the body of a response, with its usage at four characters to a token."""
    calls = [
        {
            "id": f"call_{number}_{place}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)},
        }
        for place, (name, arguments) in enumerate(said.calls)
    ]
    message = {"role": "assistant", "content": said.text or None, "refusal": None}
    if calls:
        message["tool_calls"] = calls  # type: ignore[assignment]
    prompt, answer = len(json.dumps(body["messages"])) // 4 + 1, len(json.dumps([said.text, said.calls])) // 4 + 1
    return {
        "id": f"chatcmpl-{number}", "object": "chat.completion", "created": 1_760_000_000, "model": body["model"],
        "choices": [
            {"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls" if calls else "stop"}
        ],
        "usage": {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer},
    }  # fmt: skip


def _usage_in(answer: Answer) -> dict[str, int]:
    try:
        return answer.json.get("usage") or {}
    except (ValueError, AttributeError):
        return {}
