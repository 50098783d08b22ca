"""What a failed attempt means: ask again, wait until the server has room, give up this request, or stop the run."""

import email.utils
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

LONGEST_MESSAGE = 500
"""Characters of a server's message that are passed on; an HTML page can be long."""


class Meaning(Enum):
    """What is to be done about a failed attempt."""

    AGAIN = auto()
    """The attempt broke: a reset, a timeout, a 502, half a body. Ask again, a few times."""
    STUBBORN = auto()
    """The server works and answers 500: it may be this very request. Ask again, fewer times."""
    BUSY = auto()
    """The server asks for patience (429, 503). Ask again as long as anybody is answered."""
    DOWN = auto()
    """Nobody accepts connections. One thread tries until somebody does."""
    REFUSED = auto()
    """The server will not answer this request. Give it up."""
    KEY = auto()
    """The key is not accepted. Stop."""
    MODEL = auto()
    """The server does not know the model. Stop."""
    ROUTE = auto()
    """The address is not that of an API. Stop."""
    FUNDS = auto()
    """The account has no money left, or its quota for long is used up. Stop."""
    CERTIFICATE = auto()
    """The server cannot prove who it is. Stop."""


@dataclass
class Failure(Exception):
    """One attempt that brought no answer, in the server's words where it has any."""

    meaning: Meaning
    message: str
    status: int = 0
    code: str = ""
    wait: float | None = None
    """Seconds after which the server wants to be asked again, if it says."""

    def __str__(self) -> str:
        words = [str(self.status)] if self.status else []
        return ": ".join([" ".join(words + ([self.code] if self.code else [])), self.message]).strip(": ")


def failure_of(status: int, headers: Mapping[str, str], text: str) -> Failure:
    """Return what a response with an error status means."""
    message, code = error_message(text)
    return judged(status, message, code=code, wait=retry_after(headers), is_page=looks_like_page(text))


def judged(status: int, message: str, *, code: str, wait: float | None = None, is_page: bool = False) -> Failure:
    """Return the failure that an error of this status and message is."""
    meaning = _meaning(status, message.lower(), code.lower(), is_page=is_page)
    return Failure(meaning, message or "no message", status, code, wait)


def error_message(text: str) -> tuple[str, str]:
    """Return the message and the code in the body of an error, whatever its shape.

    >>> error_message('{"error": {"message": "no such model", "code": "model_not_found"}}')
    ('no such model', 'model_not_found')
    >>> error_message('{"detail": [{"loc": ["body", "n"], "msg": "too large"}]}')
    ('body.n: too large', '')
    >>> error_message("<html><title>404 Not Found</title></html>")
    ('404 Not Found', '')
    """
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        plain = title[1] if title else re.sub(r"<[^>]*>", " ", text)
        return _short(plain), ""
    return message_in(value)


def message_in(value: Any) -> tuple[str, str]:
    """Return the message and the code of an error given as JSON."""
    if isinstance(value, dict):
        for key in ("error", "detail", "message", "msg", "errors"):
            if value.get(key):
                message, code = message_in(value[key])
                break
        else:
            message, code = (json.dumps(value) if value else ""), ""
        own = value.get("code") or value.get("type")
        place = ".".join(map(str, value["loc"])) if isinstance(value.get("loc"), list) else ""
        return _short(f"{place}: {message}" if place else message), code or (str(own) if own else "")
    if isinstance(value, list):
        found = [message_in(item)[0] for item in value]
        return _short("; ".join(filter(None, found))), ""
    return _short("" if value is None else str(value)), ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds a server asks to wait: `retry-after-ms`, or `Retry-After` as seconds or as a date.

    >>> retry_after({"retry-after": "1.5"})
    1.5
    """
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        return max(0.0, seconds) if seconds == seconds else None
    try:
        date = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
        return max(0.0, date.timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def looks_like_page(text: str) -> bool:
    """Whether a body is a web page rather than the answer of an API."""
    return text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<head", "<?xml"))


def _meaning(status: int, message: str, code: str, *, is_page: bool) -> Meaning:
    words = f"{code} {message}"
    if status in (400, 404, 422) and not is_page and _is_about_model(words):
        return Meaning.MODEL
    if status == 400 and re.search(r"api.?key (is )?(not valid|invalid|expired)|api_key_invalid", words):
        return Meaning.KEY  # Gemini's status for it
    if status in (401, 402, 403, 404, 405):
        return _of_door(status, words)
    if status in (429, 503, 529):  # 529 is Anthropic's
        return _of_busy(words)
    if status in (408, 409, 425) or status >= 502:
        return Meaning.AGAIN
    if status == 500:
        return Meaning.STUBBORN
    return Meaning.REFUSED


def _of_door(status: int, words: str) -> Meaning:
    if status == 402:
        return Meaning.FUNDS
    if status == 403 and re.search(r"rate limit|too many requests", words):
        return Meaning.BUSY
    if status == 403 and re.search(r"moderat|flagged|content.?(filter|policy)", words):
        return Meaning.REFUSED
    if status == 404 and "no endpoints found" in words:
        return Meaning.REFUSED  # OpenRouter says so where no provider of the model takes tools, or a response_format
    return Meaning.KEY if status in (401, 403) else Meaning.ROUTE


def _of_busy(words: str) -> Meaning:
    # Groq and Gemini speak of billing, or of a quota, at every limit per minute, and say when to come again.
    is_for_now = re.search(r"(retry|try again) in \d", words)
    if re.search(r"insufficient.?(quota|balance|credit|fund)", words):
        return Meaning.FUNDS
    if not is_for_now and re.search(r"billing|exceeded your current quota", words):
        return Meaning.FUNDS
    # OpenAI says so, with 429, of a request that is longer than what a minute allows.
    return Meaning.REFUSED if "request too large" in words else Meaning.BUSY


def _is_about_model(words: str) -> bool:
    if re.search(r"model_not_found|invalid_model|model_not_exist", words):
        return True
    if _WHAT_IT_CAN_DO.search(words):
        return False
    return bool(
        re.search(r"\bmodel\b.{0,200}\b(not found|(does|do) not exist|not exist|not available|unknown)", words)
        or re.search(r"\b(unknown|no such|invalid|unrecognized)\b.{0,20}\bmodel\b(?! output)", words)
        or re.search(r"not a valid model|is not a model", words)
    )


_WHAT_IT_CAN_DO = re.compile(
    r"response_format|\bschema\b|json_schema|structured output|\btools\b|\btool[ _](choice|call|use)|function[ _]call"
    r"|(unknown|unrecognized) (parameter|request argument)"
)
"""What an error speaks of that is not there, rather than the model; names of models have hyphens in such words."""


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_MESSAGE else words[:LONGEST_MESSAGE] + " ..."
