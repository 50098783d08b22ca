"""Foreign files: what a file that holds no tools seems to be, so that whoever named it knows what went wrong."""

import mimetypes
import re
from pathlib import Path

from toolgraph.tools.documents import SUFFIXES

_LOOKED_AT = 4096
"""Bytes at the beginning of a file."""
_SIGNATURES = {
    b"\x89PNG": "a PNG image", b"\xff\xd8\xff": "a JPEG image", b"GIF8": "a GIF image", b"RIFF": "an image or a sound",
    b"\x7fELF": "a program", b"MZ": "a program", b"%PDF": "a PDF",
}  # fmt: skip
_MARKS = {
    r"schemas\.xmlsoap\.org/wsdl": "a WSDL description of a SOAP service; convert it to OpenAPI",
    r"\s*<(?:!doctype\s+)?html": "an HTML page",
    r"\s*<\?xml|\s*<\w+[\s>]": "XML",
    r'schema\.getpostman\.com|"_postman_id"': "a Postman collection; export it as OpenAPI",
    r"(?m)^[\"{\s]*asyncapi[\"']?\s*:": "an AsyncAPI description of messages, which are no calls",
    r"#%RAML": "a RAML description of an API; convert it to OpenAPI",
    r"(?ms)^services\s*:.*^\s+(?:image|build)\s*:": "a Docker Compose file",
    r"(?ms)^apiVersion\s*:.*^kind\s*:|^kind\s*:.*^apiVersion\s*:": "a Kubernetes manifest",
    r'"__schema"\s*:': "a GraphQL schema; save its operations as tools",
    r'"kind"\s*:\s*"discovery#': "a Google API discovery document; convert it to OpenAPI",
    r'\s*\{[^{}]*"version"\s*:[\s\S]*"(?:scripts|(?:devD|peerD|d)ependencies)"\s*:': "the manifest of an npm package",
    r'"nbformat"|"cell_type"\s*:': "a Jupyter notebook; save its functions as a .py file",
    r'\s*\{\s*"log"\s*:\s*\{\s*"(?:version|creator)"': "a HAR file of recorded requests",
    r'\s*\[?\s*\{[^{}[\]]*"(?:messages|conversations)"\s*:\s*\[': "dialogues, which `toolgraph check` reads",
}
"""What stands in the beginning of a text, and what that is."""
_NAMES = {
    ".csv": "a table (CSV)", ".tsv": "a table (TSV)", ".md": "Markdown", ".rst": "reStructuredText",
    ".graphql": "a GraphQL schema; save its introspection as tools", ".gql": "a GraphQL schema",
    ".proto": "Protocol Buffers", ".toml": "TOML", ".ini": "settings", ".js": "JavaScript", ".ts": "TypeScript",
    ".ipynb": "a Jupyter notebook; save its functions as a .py file",
}  # fmt: skip


def seems_to_be(path: Path) -> str:
    """Return what a file seems to be that holds no tools, by its first bytes and by its name; empty if unknown."""
    try:
        with path.open("rb") as file:
            head = file.read(_LOOKED_AT)
    except OSError:
        return ""
    found = next((kind for signature, kind in _SIGNATURES.items() if head.startswith(signature)), "")
    text = head.decode("utf-8-sig", "replace")
    return found or next((kind for mark, kind in _MARKS.items() if _has(mark, text)), "") or _by_name(path)


def _has(mark: str, text: str) -> bool:
    found = re.match(mark, text, re.IGNORECASE) if mark.startswith(r"\s*") else re.search(mark, text)
    return found is not None


def _by_name(path: Path) -> str:
    suffix = path.suffix.lower()
    if path.name.endswith(SUFFIXES):
        return ""
    kind, _ = mimetypes.guess_type(path.name)
    return _NAMES.get(suffix) or (f"a file of the type {kind}" if kind and suffix != ".txt" else "")
