"""The library server, spoilt: `python hostile.py FAULT [WHICH [MARK]]` misbehaves at the WHICH-th call, from 1 on.

It answers like the real one until the fault comes, so that what a client makes of it shows in whole dialogues.
MARK is there to be found in a list of processes.
"""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

LIBRARY = Path(__file__).parents[2] / "data" / "servers" / "library.py"


def say(text, end="\n"):
    sys.stdout.write(text + end)
    sys.stdout.flush()


def reply(message, result):
    say(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}))


def hang():
    """Stay, whatever happens, until killed by force."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(60)


def at_start(fault):
    match fault:
        case "silent":
            hang()
        case "dies":
            sys.stderr.write("Traceback ...\nModuleNotFoundError: No module named 'shelves'\n")
            sys.exit(3)
        case "prints":
            say("Starting the library server, version 2 ...")
            say("[info] listening")
        case "floods":
            while True:
                say("lorem ipsum " * 5000)
        case "floods_a_line":
            while True:
                say("lorem ipsum " * 5000, end="")
        case "is_html":
            say("<html><body>Not found</body></html>")
            hang()
        case "leaves_child":
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", *sys.argv[3:]])


def listing(message, library, fault):
    tools = [tool.described(name) for name, tool in library.TOOLS.items()]
    match fault:
        case "hangs_at_list":
            hang()
        case "pages":
            at = int((message.get("params") or {}).get("cursor") or 0)
            rest = {"nextCursor": str(at + 2)} if at + 2 < len(tools) else {}
            reply(message, {"tools": tools[at : at + 2], **rest})
        case "pages_for_ever":
            at = int((message.get("params") or {}).get("cursor") or 0)
            reply(message, {"tools": tools[:1], "nextCursor": str(at + 1)})
        case "lists_twice":
            reply(message, {"tools": [tools[0], {**tools[0], "description": "Something else."}]})
        case "lists_nothing":
            reply(message, {"tools": []})
        case "lists_rubbish":
            reply(message, {"tools": "none of your business"})
        case "says_little":
            reply(
                message,
                {
                    "tools": [
                        {key: each[key] for key in ("name", "description")}
                        | {"inputSchema": _without_examples(each["inputSchema"])}
                        for each in tools
                    ]
                },
            )
        case "lists_many":
            reply(message, {"tools": [{**tools[1], "name": f"{tools[1]['name']}_{n}"} for n in range(10_000)]})
        case "lists_odd":
            odd = [{"name": ""}, {"name": "no_schema"}, {**tools[0], "inputSchema": {"type": "object", "$ref": "#"}}]
            reply(message, {"tools": [*odd, tools[1]]})
        case "lists_much":
            reply(message, {"tools": [{**tools[0], "description": "x" * 50_000_000}]})
        case _:
            return False
    return True


def _without_examples(schema):
    if not isinstance(schema, dict):
        return schema
    return {key: _without_examples(child) for key, child in schema.items() if key != "examples"}


def calling(message, fault):
    match fault:
        case "hangs":
            hang()
        case "dies_at_call":
            sys.stderr.write("sqlite3.OperationalError: disk I/O error\n")
            os._exit(9)
        case "returns_much":
            reply(message, {"content": [{"type": "text", "text": "x" * 50_000_000}]})
        case "never_ends":
            for _ in range(1000):
                say("x" * 100_000, end="")
            hang()
        case "no_json":
            say("{'result': oops")
        case "wrong_shape":
            reply(message, {"content": "text"})
        case "breaks_promise":
            reply(message, {"content": [], "structuredContent": {"something": "else"}})
        case "deep":
            result = f'{{"content": [], "structuredContent": {{"a": {"[" * 50_000 + "]" * 50_000}}}}}'
            say(f'{{"jsonrpc": "2.0", "id": {message["id"]}, "result": {result}}}')
        case "deep_text":
            reply(message, {"content": [{"type": "text", "text": "[" * 100_000 + "]" * 100_000}]})
        case "latin":
            text = json.dumps({"content": [{"type": "text", "text": "Caf\u00e9 Zo\u00eb"}]}, ensure_ascii=False)
            sys.stdout.buffer.write(b'{"jsonrpc": "2.0", "id": %d, "result": %s}\n' % (
                message["id"], text.encode("latin-1")))  # fmt: skip
            sys.stdout.flush()
        case "forgets":
            error = {"code": -32602, "message": f"Unknown tool: {message['params']['name']}"}
            say(json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": error}))
        case "other_id":
            reply({"id": 4711}, {"content": []})
        case "asks_back":
            say('{"jsonrpc": "2.0", "id": 1, "method": "sampling/createMessage", "params": {"messages": []}}')
            return False
        case "rpc_error":
            error = {"code": -32603, "message": "internal error\nwith a\ttraceback"}
            say(json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": error}))
        case "plain_text":
            reply(message, {"content": [{"type": "text", "text": "It is on the second shelf."}]})
        case "picture":
            reply(message, {"content": [{"type": "image", "data": "AAAA", "mimeType": "image/png"}]})
        case _:
            return False
    return True


def main():
    fault, which = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    spec = importlib.util.spec_from_file_location("library", LIBRARY)
    library = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(library)
    at_start(fault)
    shelves, calls = library.new_library(), 0
    for line in sys.stdin:
        message = json.loads(line)
        method = message.get("method")
        if method == "tools/list" and listing(message, library, fault):
            continue
        if method == "tools/call":
            calls += 1
            if calls >= which and calling(message, fault):
                continue
        answer = library.answer(shelves, message)
        if fault == "says_little" and method == "tools/call":
            answer["result"].pop("structuredContent", None)
        if answer is not None:
            say(json.dumps(answer))
    if fault == "outlives_input":
        hang()


if __name__ == "__main__":
    main()
