"""What servers were seen to do, each as a layer over one that behaves well.

A fault gets a request, the way on to the layer below, and the server it lies in; it answers itself, or changes what
comes or goes. Faults concern chat completions only and compose in any order.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from email.utils import formatdate
from functools import partial
from typing import Any

from tests.servers.http import Answer, Asked, Deliver, Handler, HttpServer, reset, whole
from tests.servers.protocol import error_body, parts_of
from toolgraph.seeds import rng

Fault = Callable[[Asked, Handler, HttpServer], Awaitable[Answer]]
Completion = dict[str, Any]
Change = Callable[[Completion, Asked], Completion]
"""Changes the body of a good response; it may change the one it is given."""
When = Callable[[Asked], bool]

STALL = 30.0
HTML = b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\n"


def over(good: Handler, faults: Sequence[Fault], server: HttpServer) -> Handler:
    """Return the handler of `faults` over `good`, the first one outermost."""
    handler = good
    for fault in reversed(faults):
        handler = _layer(fault, handler, server)
    return handler


def _layer(fault: Fault, below: Handler, server: HttpServer) -> Handler:
    async def handle(asked: Asked) -> Answer:
        if asked.method == "POST" and asked.path.endswith("/chat/completions") and isinstance(asked.json, dict):
            return await fault(asked, below, server)
        return await below(asked)

    return handle


# --- when -------------------------------------------------------------------------------------------------------------


def share(part: float, *, seed: int = 0) -> When:
    """Strike a share of all requests, by their number; the very first ones, which are probes, go free."""
    return lambda asked: asked.number >= FREE and rng(seed, "strike", asked.number).random() < part


FREE = 20
"""Requests that `share` lets pass."""


def always(_: Asked) -> bool:
    """Strike every request."""
    return True


# --- how --------------------------------------------------------------------------------------------------------------


def answered(when: When, answer: Answer) -> Fault:
    """Give one and the same answer."""

    async def fault(asked: Asked, below: Handler, server: HttpServer) -> Answer:
        return answer if when(asked) else await below(asked)

    return fault


def storm(answer: Answer, *, after: int, seconds: float) -> Fault:
    """Give everybody one and the same answer for a while, from request number `after` on."""
    ends: list[float] = []

    async def fault(asked: Asked, below: Handler, server: HttpServer) -> Answer:
        now = asyncio.get_running_loop().time()
        if asked.number >= after and not ends:
            ends.append(now + seconds)
        return answer if ends and now < ends[0] else await below(asked)

    return fault


def enforced(per_second: float, *, burst: float, answer: Answer) -> Fault:
    """Refuse what comes faster than a rate, by a bucket of tokens that holds `burst`."""
    tokens, last = burst, 0.0

    async def fault(asked: Asked, below: Handler, server: HttpServer) -> Answer:
        nonlocal tokens, last
        now = asyncio.get_running_loop().time()
        tokens, last = min(burst, tokens + (now - last) * per_second), now
        if tokens < 1:
            return answer
        tokens -= 1
        return await below(asked)

    return fault


def delivered(when: When, deliver: Deliver) -> Fault:
    """Answer well, but send the answer in another way."""

    async def fault(asked: Asked, below: Handler, server: HttpServer) -> Answer:
        answer = await below(asked)
        return replace(answer, deliver=deliver) if when(asked) else answer

    return fault


async def crash(writer: asyncio.StreamWriter, data: bytes) -> bool:
    """Send nothing and break the connection."""
    reset(writer)
    return False


async def half(writer: asyncio.StreamWriter, data: bytes) -> bool:
    """Send half of the body, and close."""
    head, _, body = data.partition(b"\r\n\r\n")
    writer.write(head + b"\r\n\r\n" + body[: len(body) // 2])
    await writer.drain()
    return False


async def dropped(writer: asyncio.StreamWriter, data: bytes) -> bool:
    """Send everything, and hang up although nobody was told so."""
    await whole(writer, data)
    return False


async def chunked(writer: asyncio.StreamWriter, data: bytes) -> bool:
    """Send everything in chunks of seventeen bytes, its length unknown before."""
    head, _, body = data.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"content-length")]
    pieces = [body[place : place + 17] for place in range(0, len(body), 17)]
    framed = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    return await whole(writer, b"\r\n".join([*lines, b"transfer-encoding: chunked", b"", b""]) + framed)


async def stalled(writer: asyncio.StreamWriter, data: bytes) -> bool:
    """Send nothing for half a minute."""
    await asyncio.sleep(STALL)
    return False


async def trickled(writer: asyncio.StreamWriter, data: bytes) -> bool:
    """Send the body a byte each tenth of a second, so that no single read takes long."""
    head, _, body = data.partition(b"\r\n\r\n")
    writer.write(head + b"\r\n\r\n")
    for place in range(len(body)):
        writer.write(body[place : place + 1])
        await writer.drain()
        await asyncio.sleep(0.1)
    return True


ENTIRE = frozenset({whole, dropped, chunked})
"""Ways in which everything arrives."""


def changed(when: When, change: Change) -> Fault:
    """Answer well, but change the body."""

    async def fault(asked: Asked, below: Handler, server: HttpServer) -> Answer:
        answer = await below(asked)
        if answer.status != 200 or not when(asked):
            return answer
        return answer.with_json(change(answer.json, asked))

    return fault


def garbled(when: When, make: Callable[[bytes], bytes]) -> Fault:
    """Answer well, but change the bytes of the body."""

    async def fault(asked: Asked, below: Handler, server: HttpServer) -> Answer:
        answer = await below(asked)
        return replace(answer, body=make(answer.body)) if when(asked) and answer.status == 200 else answer

    return fault


def overlooking(*names: str) -> Fault:
    """Do as if some fields of the request were not there."""

    async def fault(asked: Asked, below: Handler, server: HttpServer) -> Answer:
        return await below(asked.with_json({name: one for name, one in asked.json.items() if name not in names}))

    return fault


def refusing(name: str, status: int, body: Any) -> Fault:
    """Refuse every request that has a field."""
    return answered(lambda asked: name in asked.json, Answer.of(body, status))


def dated(when: When, seconds: float) -> Fault:
    """Be busy, and say until when by a date."""

    async def fault(asked: Asked, below: Handler, server: HttpServer) -> Answer:
        until = formatdate(time.time() + seconds, usegmt=True)
        return Answer.of(_BUSY, 429, retry_after=until) if when(asked) else await below(asked)

    return fault


def napping(*, after: int, seconds: float) -> Fault:
    """Die once at request number `after`, and come back."""
    naps: list[int] = []

    async def fault(asked: Asked, below: Handler, server: HttpServer) -> Answer:
        if asked.number >= after and not naps:
            naps.append(asked.number)
            server.begin_nap(seconds)
            return Answer(200, b"", deliver=crash)
        return await below(asked)

    return fault


def one_at_a_time(seconds: float) -> Fault:
    """Work through an unbounded queue, one request after the other."""
    lock = asyncio.Lock()

    async def fault(asked: Asked, below: Handler, server: HttpServer) -> Answer:
        async with lock:
            await asyncio.sleep(seconds)
            return await below(asked)

    return fault


async def drop_tool_messages(asked: Asked, below: Handler, server: HttpServer) -> Answer:
    """Show the model no result of a tool: answer as if the conversation ended before the first call."""
    messages = asked.json["messages"]
    if all(message["role"] != "tool" for message in messages):
        return await below(asked)
    unseen = "I have no result to go by."
    return Answer.of(
        {
            "id": "x",
            "object": "chat.completion",
            "created": 1,
            "model": asked.json["model"],
            "choices": [{"index": 0, "message": {"role": "assistant", "content": unseen}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18},
        }
    )


# --- changes of a good body -------------------------------------------------------------------------------------------


def message_of(completion: Completion) -> dict[str, Any]:
    """Return the message of a response."""
    message: dict[str, Any] = completion["choices"][0]["message"]
    return message


def with_text(make: Callable[[str], str | None]) -> Change:
    """Change what is said; calls stay as they are."""

    def change(completion: Completion, asked: Asked) -> Completion:
        message = message_of(completion)
        if message["content"]:
            message["content"] = make(message["content"])
        return completion

    return change


def with_calls(make: Callable[[dict[str, Any]], Any]) -> Change:
    """Change every call of a tool in place."""

    def change(completion: Completion, asked: Asked) -> Completion:
        for call in message_of(completion).get("tool_calls") or ():
            make(call)
        return completion

    return change


def cut_off(completion: Completion, asked: Asked) -> Completion:
    """Stop in the middle, at the limit of tokens."""
    message = message_of(completion)
    if message["content"]:
        message["content"] = message["content"][: len(message["content"]) // 2]
        completion["choices"][0]["finish_reason"] = "length"
    return completion


def cut_arguments(call: dict[str, Any]) -> None:
    """Stop in the middle of the arguments, without a word about it."""
    arguments = call["function"]["arguments"]
    call["function"]["arguments"] = arguments[: max(1, len(arguments) // 2)]


def refused(completion: Completion, asked: Asked) -> Completion:
    """Decline politely."""
    message_of(completion).update(content=None, refusal="I'm sorry, but I can't help with that.")
    message_of(completion).pop("tool_calls", None)
    return completion


def off_schema(text: str) -> str:
    """Give another object than was asked for."""
    return json.dumps({"thoughts": "hmm", "n": [1, 2]}) if text.lstrip().startswith("{") else text


def with_reasoning(completion: Completion, asked: Asked) -> Completion:
    """Put thoughts beside the answer, as servers of reasoning models do."""
    message_of(completion)["reasoning_content"] = "Okay, the user wants something. Let me think."
    return completion


def without_usage(completion: Completion, asked: Asked) -> Completion:
    """Keep what was consumed to oneself."""
    return {name: one for name, one in completion.items() if name != "usage"}


def _echo(asked: Asked) -> str:
    return asked.headers.get("authorization", "")[7:]


def key_echoed(completion: Completion, asked: Asked) -> Completion:
    """Repeat the key wherever there is a text, also in what the model says."""
    key, message = _echo(asked), message_of(completion)
    completion.update(id=key, system_fingerprint=key)
    if message["content"] and asked.number >= FREE:
        if '"subtasks"' not in message["content"]:  # a task that says "[key]" is refused, as it should be
            message["content"] = message["content"].replace('"text": "', f'"text": "{key}: ', 1)
        message["reasoning_content"] = f"My key is {key}."
    return completion


async def _key_in_errors(asked: Asked, below: Handler, server: HttpServer) -> Answer:
    if not share(0.1, seed=3)(asked):
        return await below(asked)
    return Answer.of(error_body(f"Internal error while serving {_echo(asked)}", code="server_error"), 500)


def _changed_text(part: float, make: Callable[[str], str | None]) -> list[Fault]:
    return [changed(share(part), with_text(make))]


def _changed_calls(part: float, make: Callable[[dict[str, Any]], Any]) -> list[Fault]:
    return [changed(share(part), with_calls(make))]


def _has_format(asked: Asked, kind: str) -> bool:
    return (asked.json.get("response_format") or {}).get("type") == kind


def _plans_by_schema(asked: Asked) -> bool:
    schema = json.dumps(asked.json["response_format"]) if _has_format(asked, "json_schema") else ""
    return '"turns"' in schema or '"subtasks"' in schema


def _has_long_limit(asked: Asked) -> bool:
    schemas = [tool["function"].get("parameters") for tool in asked.json.get("tools") or ()]
    schemas += [((asked.json.get("response_format") or {}).get("json_schema") or {}).get("schema")]
    parts = [part for schema in schemas for part in parts_of(schema)]
    return any(part.get("maxLength", 0) > 1000 or part.get("maxItems", 0) > 1000 for part in parts)


_BUSY = error_body("Rate limit reached for requests", code="rate_limit_exceeded", kind="requests")
_BROKEN = error_body("The server had an error while processing your request.", code="", kind="server_error")
_LLAMA = error_body("json_schema is not a valid response format", code="", kind="internal_server_error")
_EXTRA = {"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}
_OTHER_NAME = error_body(
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    code="unsupported_parameter", param="max_tokens",
)  # fmt: skip

FAULTS: dict[str, Callable[[], list[Fault]]] = {
    "429 storm with Retry-After": lambda: [storm(Answer.of(_BUSY, 429, retry_after="1"), after=60, seconds=0.5)],
    "429 storm without Retry-After": lambda: [storm(Answer.of(_BUSY, 429), after=60, seconds=0.5)],
    "429 until a date": lambda: [dated(share(0.03), 1.0)],
    "429 above a rate": lambda: [enforced(150, burst=30, answer=Answer.of(_BUSY, 429, retry_after="1"))],
    "503 storm": lambda: [storm(Answer(503, b""), after=60, seconds=0.5)],
    "500 now and then": lambda: [answered(share(0.1), Answer.of(_BROKEN, 500))],
    "500 for every JSON Schema": lambda: [answered(partial(_has_format, kind="json_schema"), Answer.of(_LLAMA, 500))],
    "500 for one schema": lambda: [answered(_plans_by_schema, Answer.of(_BROKEN, 500))],
    "crash for one schema": lambda: [delivered(_plans_by_schema, crash)],
    "hangs up after each answer": lambda: [delivered(always, dropped)],
    "sends in chunks": lambda: [delivered(always, chunked)],
    "connection reset": lambda: [delivered(share(0.08), crash)],
    "half-sent body": lambda: [delivered(share(0.08), half)],
    "stall": lambda: [delivered(share(0.02), stalled)],
    "trickle": lambda: [delivered(share(0.02), trickled)],
    "invalid JSON": lambda: [garbled(share(0.08), lambda body: body[:-3] + b"}{,")],
    "empty body": lambda: [garbled(share(0.08), lambda body: b"")],
    "wrong schema": lambda: _changed_text(0.08, off_schema),
    "empty choices": lambda: [changed(share(0.08), lambda body, asked: {**body, "choices": []})],
    "no choices at all": lambda: [changed(share(0.08), lambda body, asked: {"object": "chat.completion"})],
    "empty content": lambda: _changed_text(0.08, lambda text: None),
    "HTML with status 502": lambda: [answered(share(0.08), Answer(502, HTML, {"content-type": "text/html"}))],
    "HTML with status 200": lambda: [answered(share(0.08), Answer(200, HTML, {"content-type": "text/html"}))],
    "error with status 200": lambda: [
        answered(share(0.08), Answer.of({"error": {"message": "Overloaded", "code": 502}}))
    ],
    "dies and comes back": lambda: [napping(after=60, seconds=0.7)],
    "ignores response_format": lambda: [overlooking("response_format")],
    "ignores response_format and tools": lambda: [
        overlooking("response_format", "tools", "tool_choice", "parallel_tool_calls")
    ],
    "calls cut off": lambda: _changed_calls(0.1, cut_arguments),
    "crash on a long limit": lambda: [
        lambda asked, below, server: _crash_if(_has_long_limit(asked), asked, below)
    ],
    "drops tool messages": lambda: [drop_tool_messages],
    "one at a time": lambda: [one_at_a_time(0.002)],
    "leaked thoughts": lambda: _changed_text(0.5, lambda text: f"<think>\nThe {{user}} wants it.\n</think>\n\n{text}"),
    "thoughts without an opening tag": lambda: _changed_text(0.5, lambda text: f"So be it.\n</think>\n{text}"),
    "reasoning_content": lambda: [changed(always, with_reasoning)],
    "refusals": lambda: [changed(share(0.02), refused)],
    "truncated": lambda: [changed(share(0.08), cut_off)],
    "unknown tools": lambda: _changed_calls(0.1, lambda call: call["function"].update(name="browse_the_web")),
    "unparsable arguments": lambda: _changed_calls(
        0.1, lambda call: call["function"].update(arguments="{'city': Paris}")
    ),
    "arguments as an object": lambda: _changed_calls(
        1, lambda call: call["function"].update(arguments=json.loads(call["function"]["arguments"]))
    ),
    "calls without ids": lambda: _changed_calls(1, lambda call: call.pop("id")),
    "calls with one id": lambda: _changed_calls(1, lambda call: call.update(id="call_0")),
    "no usage": lambda: [changed(always, without_usage)],
    "raw control characters": lambda: _changed_text(0.3, lambda text: "\n".join(text.rsplit(" ", 1))),
    "refuses seed": lambda: [refusing("seed", 422, _EXTRA)],
    "refuses max_tokens": lambda: [refusing("max_tokens", 400, _OTHER_NAME)],
    "refuses tools": lambda: [refusing("tools", 500, {"detail": "Internal Server Error"})],
    "echoes the key": lambda: [_key_in_errors, changed(always, key_echoed)],
}  # fmt: skip
"""Every fault by the name of what it does, made anew for each server."""


async def _crash_if(strikes: bool, asked: Asked, below: Handler) -> Answer:
    return Answer(200, b"", deliver=crash) if strikes else await below(asked)
