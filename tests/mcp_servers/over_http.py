"""A server over streamable HTTP, made with the SDK: `python over_http.py PORT`."""

import json
import sys
import time

from mcp.server import MCPServer
from mcp_types import ToolAnnotations
from pydantic import BaseModel

server = MCPServer("bookshop", instructions="Today is 2027-03-01.")
READS = ToolAnnotations(read_only_hint=True)


class Author(BaseModel):
    author: str


@server.tool(annotations=READS)
def find_author(title: str) -> Author:
    """Find the author of a book."""
    if title != "The Ninth Bell":
        raise ValueError("no such book")
    return Author(author="Ilse Marangoz")


@server.tool(annotations=READS)
def list_titles() -> str:
    """List what is on the shelf."""
    return json.dumps([{"title": "The Ninth Bell"}])


@server.tool(annotations=READS)
def sleep() -> str:
    """Take a long time."""
    time.sleep(5)
    return "awake"


@server.tool(annotations=READS)
def read_everything() -> str:
    """Return 50 megabytes."""
    return "x" * 50_000_000


if __name__ == "__main__":
    server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
