"""Which parameters of an operation carry credentials, so that no model is asked for them."""

import re
from collections.abc import Mapping
from typing import Any

from toolgraph.errors import ToolSpecError
from toolgraph.tools.importers.openapi_references import References

_KEYS = frozenset(
    "apikey xapikey authorization proxyauthorization accesstoken authtoken xauthtoken xaccesstoken bearertoken "
    "clientsecret apisecret xrapidapikey xrapidapihost subscriptionkey ocpapimsubscriptionkey".split()
)
"""Names of parameters, letters and digits only, that say nothing else."""
_TOKEN = re.compile(r"\b(authenti\w+|authori[sz]\w+|access|api|bearer) (token|key)\b", re.IGNORECASE)
_NEGOTIATED = frozenset({"accept", "content-type"})
"""Headers that the sender of a request sets by itself (OpenAPI 3.0, "Parameter Object": they are to be ignored)."""


class Security:
    """The credentials that a document's security schemes name."""

    def __init__(self, document: Mapping[str, Any], references: References) -> None:
        components = document.get("components")
        schemes = components.get("securitySchemes") if isinstance(components, Mapping) else None
        schemes = schemes or document.get("securityDefinitions")
        self._has_schemes = isinstance(schemes, Mapping) and bool(schemes)
        self._named: set[tuple[str, str]] = set()
        for scheme in schemes.values() if isinstance(schemes, Mapping) else ():
            try:
                scheme, _ = references.resolve(scheme, references.base)
            except ToolSpecError:
                continue
            if isinstance(scheme, Mapping) and scheme.get("type") == "apiKey":
                self._named.add((str(scheme.get("in")), str(scheme.get("name")).lower()))

    def reason_to_leave_out(self, parameter: Mapping[str, Any]) -> str:
        """Return why a parameter is not one to fill, or an empty text."""
        place, name = str(parameter.get("in")), str(parameter.get("name"))
        if place == "header" and name.lower() in _NEGOTIATED:
            return f"the header '{name}' was left out: whoever sends the request sets it"
        is_named = (place, name.lower()) in self._named
        is_asked = place == "header" or (place != "path" and self._has_schemes)
        if is_named or (is_asked and _is_key(name, parameter.get("description"))):
            return f"the {place} parameter '{name}' was left out: it authenticates the caller"
        return ""


def _is_key(name: str, description: Any) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if plain in _KEYS:
        return True
    return plain in ("token", "key", "appkey") and isinstance(description, str) and bool(_TOKEN.search(description))
