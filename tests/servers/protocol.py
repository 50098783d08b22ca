"""The chat-completions protocol, kept as strictly as its strictest server keeps it.

A body that any known server refuses is refused here, so that a run against this server proves what is sent.
"""

import json
import re
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

KNOWN = frozenset(
    "messages model seed temperature top_p max_tokens max_completion_tokens response_format tools tool_choice "
    "parallel_tool_calls stop n stream user presence_penalty frequency_penalty".split()
)
_TOOL_NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
_LONGEST = 1000


class BadRequest(Exception):
    """A body the server does not take; the text says why, in the server's words."""

    def __init__(self, message: str, *, code: str = "invalid_request", param: str = "") -> None:
        super().__init__(message)
        self.code, self.param = code, param


def error_body(message: str, *, code: str, kind: str = "invalid_request_error", param: str = "") -> dict[str, Any]:
    """Return an error in OpenAI's shape."""
    return {"error": {"message": message, "type": kind, "param": param or None, "code": code}}


def require_well_formed(body: Any) -> None:
    """Refuse what is no proper chat-completions request.

    Raises:
        BadRequest: with the first thing that is wrong.
    """
    if not isinstance(body, dict):
        raise BadRequest("We could not parse the JSON body of your request.")
    for name in body:
        if name not in KNOWN:
            raise BadRequest(f"Unrecognized request argument supplied: {name}", param=name)
    for name in ("max_tokens", "max_completion_tokens"):
        if name in body and (not isinstance(body[name], int) or body[name] < 1):
            raise BadRequest(f"{name} must be a positive integer.", param=name)
    if "seed" in body and not 0 <= body["seed"] < 2**63:
        raise BadRequest("seed must be a 64-bit integer.", param="seed")
    _require_messages(body.get("messages"))
    _require_tools(body)
    _require_format(body)


def _require_messages(messages: Any) -> None:
    if not isinstance(messages, list) or not messages:
        raise BadRequest("messages must hold at least one message.", param="messages")
    open_calls: list[str] = []
    seen: set[str] = set()
    for number, message in enumerate(messages):
        role, content, place = message.get("role"), message.get("content"), f"messages[{number}]"
        if role not in ("system", "user", "assistant", "tool"):
            raise BadRequest(f"Unexpected role '{role}'.", param=place)
        if role == "system" and number:
            raise BadRequest("System message must be at the beginning.", param=place)
        if not isinstance(content, str):
            raise BadRequest(f"Invalid type for '{place}.content': expected a string.", param=place)
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                raise BadRequest("A 'tool' message must answer a preceding message with 'tool_calls'.", param=place)
            open_calls.remove(message["tool_call_id"])
            continue
        if open_calls:
            raise BadRequest(f"Tool calls without an answer: {', '.join(open_calls)}.", param=place)
        calls = message.get("tool_calls")
        if calls is not None and (role != "assistant" or not calls):
            raise BadRequest(f"'{place}.tool_calls' is empty or out of place.", param=place)
        open_calls = [call["id"] for call in calls or ()]
        if len({*open_calls, *seen}) < len(open_calls) + len(seen):
            raise BadRequest("Two tool calls have one id.", param=place)
        seen |= set(open_calls)
        for call in calls or ():
            if call["type"] != "function" or not isinstance(call["function"]["arguments"], str):
                raise BadRequest("A tool call is a function with its arguments as text.", param=place)
    if open_calls:
        raise BadRequest(f"Tool calls without an answer: {', '.join(open_calls)}.", param="messages")


def _require_tools(body: dict[str, Any]) -> None:
    tools = body.get("tools")
    if tools is None:
        if "tool_choice" in body or "parallel_tool_calls" in body:
            raise BadRequest("'tool_choice' is only allowed when 'tools' are specified.", param="tool_choice")
        return
    if not tools:
        raise BadRequest("'tools' must not be empty.", param="tools")
    names = [tool["function"]["name"] for tool in tools]
    if len(set(names)) < len(names):
        raise BadRequest("Two tools have one name.", param="tools")
    for tool in tools:
        function = tool["function"]
        if tool["type"] != "function" or not _TOOL_NAME.match(function["name"]):
            raise BadRequest(f"Invalid tool name '{function['name']}'.", param="tools")
        parameters = function.get("parameters")
        if not isinstance(parameters, dict) or parameters.get("type") != "object" or "properties" not in parameters:
            raise BadRequest(f"Invalid parameters of '{function['name']}'.", param="tools")
        _require_portable(parameters, strict=bool(function.get("strict")))


def _require_format(body: dict[str, Any]) -> None:
    wanted = body.get("response_format")
    if wanted is None or wanted.get("type") == "text":
        return
    if wanted.get("type") == "json_object":
        if "json" not in " ".join(message["content"] for message in body["messages"]).lower():
            raise BadRequest("'messages' must contain the word 'json' in some form.", param="messages")
    elif wanted.get("type") == "json_schema":
        asked = wanted["json_schema"]
        if not _TOOL_NAME.match(asked["name"]):
            raise BadRequest("Invalid name of a schema.", param="response_format")
        _require_portable(asked["schema"], strict=bool(asked.get("strict")))
    else:
        raise BadRequest("Invalid response_format.", param="response_format")


def _require_portable(schema: Any, *, strict: bool) -> None:
    problem = _problem_of(json.dumps(schema), strict)
    if problem:
        raise BadRequest(problem, code="invalid_schema")


@lru_cache(maxsize=1024)
def _problem_of(text: str, strict: bool) -> str:
    """What is wrong with a schema, or nothing; remembered, for a run sends the same few again and again."""
    try:
        _check_portable(json.loads(text), strict=strict)
    except (BadRequest, SchemaError) as error:
        return str(error)
    return ""


def _check_portable(schema: Any, *, strict: bool) -> None:
    """Refuse what crashes a server: long limits, patterns with classes, quotes in names, empty lists of choices."""
    Draft202012Validator.check_schema(schema)
    for part in parts_of(schema):
        if part.get("maxLength", 0) > _LONGEST or part.get("maxItems", 0) > _LONGEST:
            raise BadRequest("Schema not supported: a limit is too large.", code="invalid_schema")
        if re.search(r"\\[dDwWsS.]", str(part.get("pattern", ""))):
            raise BadRequest("Schema not supported: pattern.", code="invalid_schema")
        if part.get("enum") == [] or part.get("anyOf") == []:
            raise BadRequest("Schema not supported: no choice is left.", code="invalid_schema")
        choices = [choice for choice in part.get("enum", ()) if isinstance(choice, str)]
        if any('"' in text for text in [*part.get("properties", {}), *choices]):
            raise BadRequest("Schema not supported: a quote in a name.", code="invalid_schema")
        if strict:
            _require_strict(part)


def _require_strict(part: dict[str, Any]) -> None:
    """OpenAI's rules for `strict: true`."""
    if part.get("type") == "object" or "properties" in part:
        if part.get("additionalProperties") is not False:
            raise BadRequest("Strict: 'additionalProperties' must be false.", code="invalid_schema")
        if set(part.get("required", ())) != set(part.get("properties", {})):
            raise BadRequest("Strict: 'required' must name every property.", code="invalid_schema")
    if not part.keys() & {"type", "$ref", "anyOf", "enum", "const"}:
        raise BadRequest("Strict: a schema must have a 'type' key.", code="invalid_schema")
    for word in ("oneOf", "allOf", "not", "if", "patternProperties", "minLength", "maxLength", "uniqueItems"):
        if word in part:
            raise BadRequest(f"Strict: '{word}' is not permitted.", code="invalid_schema")


def parts_of(schema: Any) -> list[dict[str, Any]]:
    """Return a schema and every schema in it; what merely looks like one (a property named `enum`) is none."""
    if not isinstance(schema, dict):
        return []
    parts = [schema]
    for word in ("properties", "$defs", "definitions", "patternProperties"):
        inner = schema.get(word)
        parts += [part for one in inner.values() for part in parts_of(one)] if isinstance(inner, dict) else []
    for word in ("items", "additionalProperties", "not", "if", "then", "else", "contains"):
        parts += parts_of(schema.get(word))
    for word in ("anyOf", "oneOf", "allOf", "prefixItems"):
        inner = schema.get(word)
        parts += [part for one in inner for part in parts_of(one)] if isinstance(inner, list) else []
    return parts
