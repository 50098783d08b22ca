"""The process in which Python callables run: loads a file or a module, describes what is in it, and calls it.

It reads requests and writes answers as JSON, a line each, over pipes of its own; what the callables read from standard
input or print goes nowhere. Nothing here trusts them to return.
"""

import asyncio
import contextlib
import importlib
import importlib.util
import inspect
import json
import os
import sys
import threading
import time
import typing
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from toolgraph.tools.live_python_description import describe
from toolgraph.tools.live_python_values import MOST_ITEMS, converted, jsonable, told, told_with_line

MOST_MEMORY = 2 * 1024**3
"""Bytes of data that the process may hold, where the system can see to it."""
Answer = dict[str, Any]


def main() -> None:
    """Answer requests until there are none."""
    requests, answers = _pipes()
    _limit_memory()
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    worker, own = Worker(), os.getpid()
    for line in requests:
        request = json.loads(line)
        answer = worker.answer(request)
        if os.getpid() != own:
            os._exit(0)  # a callable has forked; only one of the two may answer
        answers.write(_text(answer | {"id": request["id"]}, request["max_bytes"]) + b"\n")
        answers.flush()
    os._exit(0)  # threads that a callable has left behind are not waited for


class Worker:
    """The loaded modules, and the objects whose methods were called; both live as long as the process."""

    def __init__(self) -> None:
        self._modules: dict[str, ModuleType] = {}
        self._objects: dict[type, Any] = {}
        self._runner: asyncio.Runner | None = None

    def answer(self, request: Mapping[str, Any]) -> Answer:
        """Return what a request gives: `{"value": ...}`, or `{"error": ...}` with one reason."""
        try:
            match request["do"]:
                case "load":
                    self._modules = {source: load(source) for source in request["sources"]}
                    return {"value": None}
                case "describe":
                    return {"value": list(describe(next(iter(self._modules.values()))))}
                case _:
                    return {"value": self._call(request["name"], request["arguments"], request.get("file", ""))}
        except BaseException as error:  # SystemExit too, and what a callable derives from BaseException
            return {"error": told(error) if request["do"] == "call" else told_with_line(error)}

    def _call(self, name: str, arguments: Mapping[str, Any], file: str) -> Any:
        modules = [self._modules[file]] if file in self._modules else self._modules.values()
        function = next((found for module in modules if (found := self._find(module, name))), None)
        if function is None:
            raise LookupError(f"there is no function '{name}'")
        positional, named = converted(function, arguments)
        return jsonable(self._settled(function(*positional, **named)))

    def _find(self, module: ModuleType, name: str) -> Callable[..., Any] | None:
        """The function, or the method of an object that is made once, by the name of its tool."""
        found = getattr(module, name, None)
        if callable(found) and not isinstance(found, type):
            return typing.cast("Callable[..., Any]", found)
        for index, character in enumerate(name):
            owner = getattr(module, name[:index], None) if character == "_" else None
            method = name[index + 1 :]
            if isinstance(owner, type) and method and not method.startswith("_"):
                static = inspect.getattr_static(owner, method, None)
                if isinstance(static, staticmethod | classmethod):
                    return typing.cast("Callable[..., Any]", getattr(owner, method))
                if callable(static):
                    return typing.cast("Callable[..., Any]", getattr(self._object(owner), method))
        return None

    def _object(self, owner: type) -> Any:
        if owner not in self._objects:
            self._objects[owner] = owner()
        return self._objects[owner]

    def _settled(self, value: Any) -> Any:
        """What a call gives in the end: awaited if it must be, collected if it is yielded one by one."""
        if inspect.isawaitable(value) or isinstance(value, AsyncIterator):
            if self._runner is None:
                self._runner = asyncio.Runner()
            value = self._runner.run(_awaited(value))
        if isinstance(value, Iterator):
            value = list(islice(value, MOST_ITEMS + 1))
            if len(value) > MOST_ITEMS:
                raise OverflowError(f"it yields more than {MOST_ITEMS:,} items")
        return value


async def _awaited(value: Any) -> Any:
    if not isinstance(value, AsyncIterator):
        return await value
    items: list[Any] = []
    async for item in value:
        items.append(item)
        if len(items) > MOST_ITEMS:
            raise OverflowError(f"it yields more than {MOST_ITEMS:,} items")
    return items


def load(source: str) -> ModuleType:
    """Import a module by its name, or a file; a file in a package is imported as a part of it."""
    import pydantic  # noqa: F401 - before the neighbours of a file can stand in the way of what it imports

    path = Path(source)
    if not (source.endswith(".py") or path.is_file()):
        sys.path.insert(0, os.getcwd())
        return importlib.import_module(source)
    path = path.resolve()
    parts = [] if path.stem == "__init__" else [path.stem]
    root = path.parent
    while (root / "__init__.py").is_file():
        parts.insert(0, root.name)
        root = root.parent
    sys.path.insert(0, str(root))
    name = ".".join(parts)
    loaded = sys.modules.get(name)
    if loaded is not None and _is_file(loaded, path):
        return loaded
    if len(parts) > 1 and loaded is None:
        return importlib.import_module(name)
    # A file may be called as a module of Python's or of ours is, so that it is found by its path and not by its name.
    name = name if loaded is None else f"{name}__"
    specification = importlib.util.spec_from_file_location(name, path)
    if specification is None or specification.loader is None:
        raise ImportError(f"'{path.name}' is no Python file")
    loaded = importlib.util.module_from_spec(specification)
    sys.modules[name] = loaded
    specification.loader.exec_module(loaded)
    return loaded


def _is_file(module: ModuleType, path: Path) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).resolve() == path


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output for the requests and answers, and leave nothing in their places."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        limit = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _end_with_parent(parent: int) -> None:
    """End this process, hanging or not, when the one that started it is gone."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def _text(answer: Answer, max_bytes: int) -> bytes:
    try:
        text = json.dumps(answer, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    except (TypeError, ValueError, RecursionError) as error:
        return json.dumps({"error": f"the result is not JSON ({error})", "id": answer["id"]}).encode()
    if len(text) > max_bytes:
        told = f"the result is too large ({len(text):,} bytes; at most {max_bytes:,} are taken)"
        return json.dumps({"error": told, "id": answer["id"]}).encode()
    return text


if __name__ == "__main__":
    main()
