"""What the tests of cache, books and budget pay with: an endpoint, replies, and a transport that answers by rule."""

import threading
from collections.abc import Callable

from pydantic import SecretStr

from toolgraph.dialogue.record import Usage
from toolgraph.models.online.endpoint import Endpoint
from toolgraph.models.online.exchange import Body, Purpose, Reply

KEY = "sk-only-for-tests-0123456789"


def endpoint(model: str = "small", base_url: str = "http://localhost:8000/v1") -> Endpoint:
    return Endpoint(base_url, model, SecretStr(KEY))


def purpose(role="user", stage="dialogue", dialogue="d000001", salt=0) -> Purpose:
    return Purpose(role=role, stage=stage, dialogue=dialogue, salt=salt)


def reply(text="Hello.", prompt=10, completion=3, *, is_estimated=False) -> Reply:
    usage = Usage(requests=1, prompt_tokens=prompt, completion_tokens=completion)
    body = {"choices": [{"message": {"role": "assistant", "content": text}}]}
    return Reply(body, usage, seconds=0.25, is_estimated=is_estimated)


def body(text="Hi!", **fields) -> Body:
    return {"model": "small", "messages": [{"role": "user", "content": text}], **fields}


class RuledTransport:
    """Answers each body by a rule, and remembers what was sent and how many were under way at once."""

    def __init__(self, rule: Callable[[Body], Reply] = lambda body: reply()) -> None:
        self._rule = rule
        self._lock = threading.Lock()
        self.sent: list[Body] = []
        self.replies: list[Reply] = []

    def send(self, body: Body, *, is_probe: bool = False, attempts: int | None = None) -> Reply:
        with self._lock:
            self.sent.append(body)
        answer = self._rule(body)
        with self._lock:
            self.replies.append(answer)
        return answer
