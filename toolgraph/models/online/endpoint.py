"""Where a model is asked: the server's address, the model's name there, and the key, which is shown to nobody."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import SplitResult, quote, urlsplit

from pydantic import SecretStr

from toolgraph.errors import ConfigError

DEFAULT_BASE_URL = "https://api.openai.com/v1"
KEY_VARIABLE = "OPENAI_API_KEY"
BASE_URL_VARIABLE = "OPENAI_BASE_URL"
NO_KEY = "none"
"""Sent where no key is set: local servers accept any, and the openai client wants one."""
SHORTEST_SECRET = 8
"""Shorter keys are placeholders such as `none` or `EMPTY`: words that texts hold for other reasons."""
REDACTED = "[key]"

_STANDARD_PORTS = {"http": 80, "https": 443}
_ROUTE = "/chat/completions"
_NAMED_SERVER = re.compile(r"^(?P<model>.+)@(?P<url>https?://.*)$", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model of one server.

    The address is brought into one form: no trailing slash, no route, no standard port, host in lower case.

    >>> Endpoint("http://LOCALHOST:8000/v1/chat/completions/", "qwen", SecretStr("none")).base_url
    'http://localhost:8000/v1'

    Raises:
        ConfigError: the address is no address of a server, holds a user, a query or a fragment, or the model has no
            name.
    """

    base_url: str
    model: str
    key: SecretStr

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", _normalised(self.base_url))
        object.__setattr__(self, "model", self.model.strip())
        if not self.model:
            raise ConfigError(f"the model at {self.base_url} has no name; give one with --model NAME")

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: the key would be written out."""
        raise TypeError("an endpoint holds a key and cannot be pickled; make it anew where it is needed")

    @property
    def host(self) -> str:
        """The server's host, with its port where that is not the standard one."""
        return urlsplit(self.base_url).netloc

    @property
    def label(self) -> str:
        """How messages speak of the endpoint: `qwen at localhost:8000`."""
        return f"{self.model} at {self.host}"

    def redacted(self, text: str) -> str:
        """Return `text` with the key replaced, also where it is escaped as in JSON or in a URL."""
        secret = self.key.get_secret_value()
        if len(secret) < SHORTEST_SECRET:
            return text
        for form in {secret, json.dumps(secret)[1:-1], quote(secret, safe="")}:
            text = text.replace(form, REDACTED)
        return text

    def __str__(self) -> str:
        return self.label


def endpoint_of(name: str, *, base_url: str | None = None, environment: Mapping[str, str] | None = None) -> Endpoint:
    """Return the endpoint that a model's name means: `NAME` on the server of the run, or `NAME@URL` on its own.

    The server of the run is `base_url`, else `OPENAI_BASE_URL`, else OpenAI's. `OPENAI_API_KEY` is sent to that server
    only; another one gets the key of the variable `key_variable` names, or none.

    Raises:
        ConfigError: the name or an address cannot be used, or OpenAI's own server is asked without a key.
    """
    known = os.environ if environment is None else environment
    main_url = _normalised(base_url or known.get(BASE_URL_VARIABLE) or DEFAULT_BASE_URL)
    parts = _NAMED_SERVER.match(name.strip())
    model, url = (parts["model"], _normalised(parts["url"])) if parts else (name, main_url)
    is_main = _origin(url) == _origin(main_url)
    variables = (key_variable(url), KEY_VARIABLE) if is_main else (key_variable(url),)
    variable = next((variable for variable in variables if known.get(variable, "").strip()), None)
    if variable is None and _origin(url) == _origin(DEFAULT_BASE_URL):
        raise ConfigError(f"{url} wants a key; set {variables[-1]}, or name another server with --base-url URL")
    return Endpoint(url, model, _key(variable, known) if variable else SecretStr(NO_KEY))


def key_variable(url: str) -> str:
    """Return the variable that holds the key of a server other than the run's main one.

    >>> key_variable("http://localhost:8000/v1")
    'OPENAI_API_KEY_LOCALHOST_8000'
    """
    return f"{KEY_VARIABLE}_" + re.sub(r"[^A-Z0-9]+", "_", urlsplit(url).netloc.upper()).strip("_")


def _key(variable: str, environment: Mapping[str, str]) -> SecretStr:
    text = environment[variable].strip()
    if not (text.isascii() and text.isprintable()) or " " in text:
        # An HTTP library would refuse it too, and print the header with the key in it.
        raise ConfigError(f"{variable} holds characters that no key has (spaces or letters beyond ASCII); set it again")
    return SecretStr(text)


def _normalised(url: str) -> str:
    parts = _split(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _STANDARD_PORTS[parts.scheme]) else f":{parts.port}"
    path = parts.path.rstrip("/").removesuffix(_ROUTE).rstrip("/")
    return f"{parts.scheme}://{host}{port}{path}"


def _split(url: str) -> SplitResult:
    text = url.strip()
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  # reading it is what checks it
    except ValueError:  # its text quotes parts of the URL
        raise ConfigError(f"the base URL '{_shown(text)}' is no address; write it as http://HOST:PORT/v1") from None
    if parts.username is not None or parts.query or parts.fragment:
        raise ConfigError(
            f"the base URL '{_shown(text)}' holds a user, a query or a fragment; put the key into {KEY_VARIABLE} and "
            "give the address alone"
        )
    is_plain = text.isprintable() and " " not in text
    if parts.scheme not in _STANDARD_PORTS or not parts.hostname or not is_plain:
        raise ConfigError(f"the base URL '{_shown(text)}' is no address; write it as http://HOST:PORT/v1")
    return parts


def _shown(url: str) -> str:
    """The address without the places where people put keys."""
    scheme, separator, rest = url.rpartition("://")
    return scheme + separator + re.split(r"[?#]", rest.rpartition("@")[2])[0]


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
