"""What an endpoint can do, how a body is put to it accordingly, and what its refusals teach."""

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from toolgraph.models.online.exchange import Body, ServerRefusal

Rung = Literal["json_schema", "json_object", "text"]
"""How a structured answer is asked for: by its schema, as JSON of whatever shape, or in words alone."""
RUNGS: tuple[Rung, ...] = ("json_schema", "json_object", "text")
PROMPTED = "prompted"
"""Stands for a set of tools that the server does not take: calls are asked for as structured answers."""


class Abilities(BaseModel):
    """What one model of one server can do; a small JSON object that is kept with the run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rung: Rung = "json_schema"
    """The highest rung that works."""
    schema_in_mode: bool = False
    """Whether JSON mode follows a `schema` given with it, as llama.cpp's does."""
    native_tools: bool = False
    """Whether tools given as `tools` are called."""
    sees_results: bool = False
    """Whether messages of role `tool` reach the model."""
    parallel_calls: bool = False
    """Whether it makes several calls at once."""
    system_messages: bool = True
    """Whether there is a system role; else its text opens the first message of the user."""
    token_limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the server calls the limit on the tokens of an answer."""
    left_out: tuple[str, ...] = ()
    """Parameters that the server does not take."""
    lowered: dict[str, str] = {}
    """What to use for a schema, or a set of tools, that the server does not take: by digest, a rung or `prompted`."""

    @property
    def calls_natively(self) -> bool:
        """Whether an assistant can be played over native tool calling."""
        return self.native_tools and self.sees_results


def response_format(rung: Rung, schema: Body, *, name: str, strict: bool, with_schema: bool) -> Body:
    """Return `response_format` for one of the upper two rungs."""
    if rung == "json_schema":
        return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": strict}}
    return {"type": "json_object", **({"schema": schema} if with_schema else {})}


def admitted(body: Body, abilities: Abilities) -> Body:
    """Return a body as the endpoint takes it: parameters left out or renamed, the system message in its place."""
    sent = {name: value for name, value in body.items() if name not in abilities.left_out}
    limit = sent.pop("max_tokens", None)
    if limit is not None and abilities.token_limit not in abilities.left_out:
        sent[abilities.token_limit] = limit
    if not abilities.system_messages and sent["messages"][0]["role"] == "system":
        sent["messages"] = _folded(sent["messages"])
    return sent


def _folded(messages: list[Body]) -> list[Body]:
    """The text of the system message before that of the first user message."""
    system, rest = messages[0]["content"], messages[1:]
    if not rest or rest[0]["role"] != "user":
        return [{"role": "user", "content": system}, *rest]
    return [{"role": "user", "content": f"{system}\n\n{rest[0]['content']}"}, *rest[1:]]


def is_about_length(refusal: ServerRefusal) -> bool:
    """Say whether a server refuses a request because it, or the answer it asks for, is too long for the model."""
    text = f"{refusal.code} {refusal}".lower()
    is_about_schema = any(word in text for word in ("schema", "response_format", "propert", "enum"))
    return not is_about_schema and any(word in text for word in _LENGTH_WORDS)


_LENGTH_WORDS = (
    "context_length", "context length", "context window", "maximum context", "context size", "too large", "too long",
    "too many tokens", "exceed", "at most", "n_ctx",
)  # fmt: skip


def lesson(refusal: ServerRefusal, sent: Body) -> dict[str, Any]:
    """Return what a refusal teaches of the endpoint, as changes of its abilities; empty if nothing."""
    if refusal.status not in (400, 422, 500, 501):
        return {}
    text = str(refusal).lower()
    if names(refusal, "max_completion_tokens") and "max_tokens" in sent:
        return {"token_limit": "max_completion_tokens"}
    has_system = sent["messages"][0]["role"] == "system"
    if has_system and "system" in text and "role" in text:
        return {"system_messages": False}
    if refusal.status in (400, 422) and not is_about_length(refusal):
        named = {place: name for name in _OPTIONAL if name in sent and (place := _place_of(name, refusal)) >= 0}
        return {"left_out": (named[min(named)],)} if named else {}
    return {}


def names(refusal: ServerRefusal, parameter: str) -> bool:
    """Say whether a refusal speaks of a parameter by its name, as a word of its own."""
    return _place_of(parameter, refusal) >= 0


def _place_of(parameter: str, refusal: ServerRefusal) -> int:
    """Where a refusal names a parameter; only its beginning counts, for some servers quote the whole request."""
    found = re.search(rf"(?<!\w){re.escape(parameter)}(?!\w)", str(refusal)[:_SAID_FIRST])
    return found.start() if found else -1


_OPTIONAL = ("parallel_tool_calls", "tool_choice", "temperature", "seed", "max_tokens", "max_completion_tokens")
"""Parameters that a request can do without."""
_SAID_FIRST = 300
