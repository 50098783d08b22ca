"""The library server behind a URL, spoilt: `python hostile_http.py [FAULT [WHICH]]` prints its address, and serves.

Each session has a library of its own. It misbehaves at the WHICH-th call of a session, or at every message (`0`).
"""

import contextlib
import importlib.util
import json
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LIBRARY = Path(__file__).parents[2] / "data" / "servers" / "library.py"
_SPEC = importlib.util.spec_from_file_location("library", LIBRARY)
library = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(library)

FAULT, WHICH = (sys.argv[1] if len(sys.argv) > 1 else ""), int(sys.argv[2]) if len(sys.argv) > 2 else 1
SESSIONS = {}


class Session:
    """What one client has: messages come in any thread, so that the library is remade rather than shared."""

    def __init__(self):
        self.past, self.calls = [], 0

    def answer(self, message):
        shelves = library.new_library()
        for before in self.past:
            library.answer(shelves, before)
        self.past.append(message)
        return library.answer(shelves, message)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = self.headers.get("Mcp-Session-Id") or uuid.uuid4().hex
        session = SESSIONS.setdefault(key, Session())
        session.calls += message.get("method") == "tools/call"
        is_due = WHICH == 0 or (message.get("method") == "tools/call" and session.calls >= WHICH)
        if FAULT and is_due:
            self.spoil(message)
            return
        answer = session.answer(message)
        self.reply(202 if answer is None else 200, b"" if answer is None else json.dumps(answer).encode(), key=key)

    def do_GET(self):
        self.reply(405)

    def do_DELETE(self):
        SESSIONS.pop(self.headers.get("Mcp-Session-Id"), None)
        self.reply(200)

    def spoil(self, message):
        big = b'{"jsonrpc": "2.0", "id": %d, "result": {"content": [{"type": "text", "text": "' % message.get("id", 0)
        match FAULT:
            case "hangs":
                time.sleep(600)
            case "fails":
                self.reply(500, b"Internal Server Error\n", "text/plain")
            case "forbids":
                self.reply(401, b'{"error": "who are you?"}')
            case "redirects":
                self.send_response(307)
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
            case "says_garbage":
                self.reply(200, b"{'result': oops \xff\xfe", "application/json")
            case "is_html":
                self.reply(200, b"<html>Sign in</html>", "text/html")
            case "sends_much":
                self.reply(200, big + b"x" * 50_000_000 + b'"}]}}')
            case "streams_much":
                self.stream(b"data: " + big + b"x" * 50_000_000 + b'"}]}}\n\n')
            case "drips":
                self.stream(b"data: ", *[b"x"] * 3000, pause=0.2)
            case "hangs_up":
                self.close_connection = True

    def stream(self, *parts, pause=0.0):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for part in parts:
            self.wfile.write(part)
            self.wfile.flush()
            time.sleep(pause)
        self.close_connection = True

    def reply(self, status, body=b"", kind="application/json", key=""):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if key:
            self.send_header("Mcp-Session-Id", key)
        self.end_headers()
        self.wfile.write(body)

    def handle(self):
        with contextlib.suppress(ConnectionError):  # the client has heard enough
            super().handle()

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}/mcp\n")
    sys.stdout.flush()
    server.serve_forever()
