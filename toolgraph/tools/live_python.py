"""Python callables as live tools: functions of a file or a module, run in a process of their own for every dialogue.

The process (live_python_worker.py) is ended with its session, or as soon as a call hangs; whatever a callable does to
it, this one only ever reads bounded lines of JSON.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from toolgraph.errors import LiveError, ToolSpecError
from toolgraph.tools.importers import python
from toolgraph.tools.importers.items import Context, Found, Skipped
from toolgraph.tools.importers.python_docstrings import read_docstring
from toolgraph.tools.live import LiveOptions, LiveResult, failed, granted_environment
from toolgraph.tools.live_python_process import Process
from toolgraph.tools.spec import Origin, ToolSpec

LARGEST_DESCRIPTION = 16_000_000
"""Bytes of the description of a module."""
_INHERITED = (
    "HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "PYTHONPATH", "SHELL", "SYSTEMROOT", "TEMP", "TERM", "TMPDIR", "USER",
    "VIRTUAL_ENV",
)  # fmt: skip
LARGEST_REPORT = 65_536
"""Bytes of what is said of an import that failed."""


class PythonTools:
    """Callables of Python files and modules; each session imports them anew, so that its state begins anew."""

    def __init__(
        self, sources: Sequence[str | Path], options: LiveOptions | None = None, *, environment: Sequence[str] = (),
        catalogue: Iterable[ToolSpec] = (),
    ) -> None:  # fmt: skip
        """Name what to run.

        Args:
            sources: Paths of .py files, or names of modules that can be imported. A name that several of them define
                is that of the first.
            options: How long a call may take, and how much it may return.
            environment: Variables that the callables get beside the few that every program needs; keys are not among
                those.
            catalogue: The tools as they are offered; one that has another name there is called by its own, in its file.
        """
        self.sources, self.options = tuple(str(source) for source in sources), options or LiveOptions()
        self._environment = tuple(environment)
        self._renamed = {tool.name: tool.origin for tool in catalogue if tool.origin.name}

    @contextmanager
    def session(self) -> Iterator["PythonSession"]:
        """Start a process and load the sources in it; end it on leaving.

        Raises:
            LiveError: a source cannot be imported, or takes longer than a call may.
        """
        process = Process(granted_environment(self._environment, inherited=_INHERITED))
        try:
            answer = process.ask({"do": "load", "sources": self.sources}, self.options.timeout, LARGEST_REPORT)
            if answer.is_error:
                raise LiveError(f"{', '.join(self.sources)}: cannot be imported ({answer.error}); mend that first")
            yield PythonSession(process, self.options, self._renamed)
        finally:
            process.end()


class PythonSession:
    """The callables of one dialogue, and the state that they keep."""

    def __init__(self, process: Process, options: LiveOptions, renamed: Mapping[str, Origin]) -> None:
        self._process, self._options, self._renamed = process, options, renamed
        self._is_lost = ""
        """Why nothing more is called, if so."""
        self.instructions = ""
        """Functions say nothing to all who use them."""

    def call(self, name: str, arguments: Mapping[str, Any]) -> LiveResult:
        """Run one callable. After one that hung or ended the process, none is run: the state is lost with it."""
        if self._is_lost:
            return failed(self._is_lost, is_last=True)
        origin = self._renamed.get(name, Origin(name=name))
        result = self._process.ask(
            {"do": "call", "name": origin.name, "file": origin.file, "arguments": dict(arguments)},
            self._options.timeout, self._options.max_bytes,
        )  # fmt: skip
        if not self._process.is_running:
            self._is_lost = f"the tools are not available any more; before, {name} failed: {result.error}"
            return replace(result, is_last=True)
        return result

    def described(self) -> list[Any]:
        """Return what the first source holds, as `live_python_worker.describe` tells it.

        Raises:
            LiveError: it cannot be described.
        """
        answer = self._process.ask({"do": "describe"}, self._options.timeout, LARGEST_DESCRIPTION)
        if answer.is_error or not isinstance(answer.value, list):
            raise LiveError(f"its functions cannot be described ({answer.error or 'garbage came back'})")
        return answer.value


def imported_tools(
    source: str | Path, *, options: LiveOptions | None = None, environment: Sequence[str] = ()
) -> Iterator[Found | Skipped]:
    """Yield the functions of a .py file or a module, which is imported for it, in a process of its own.

    What reading the source says is kept; where it leaves a type open, or does not see a function (one of C, one
    that another file defines), the imported function is asked. `environment` names variables that the code gets beside
    the few that every program needs.

    Raises:
        LiveError: it cannot be imported.
        ToolSpecError: it holds no public functions.
    """
    source = str(source)
    with PythonTools([source], options, environment=environment).session() as session:
        described = {"_".join(each["path"]): each for each in session.described()}
    is_file = source.endswith(".py")
    sources = _Sources()
    read = sources.of(source) if is_file else {}
    if not read and not described:
        raise ToolSpecError(f"{source}: defines no public functions")
    for name, item in read.items():
        live = described.pop(name, None)
        if isinstance(item, Skipped):
            yield item
        elif live is not None and "parameters" not in live:
            yield Skipped(item.where, live["reason"])
        else:
            yield _richer(item, live) if live else item
    module = Path(source).stem if is_file else source
    for name, live in described.items():
        written = sources.of(live.get("file", "")).get(name)
        if isinstance(written, Found) and "parameters" in live:
            fields = {**written.fields, "origin": {"api": module}}
            yield _richer(Found(written.where, fields, written.repairs), live)
        else:
            yield _found(live, module)


class _Sources:
    """Files of Python read without being run, each once."""

    def __init__(self) -> None:
        self._read: dict[str, dict[str, Found | Skipped]] = {}

    def of(self, path: str) -> Mapping[str, Found | Skipped]:
        """Return what stands in a file, by the names of the tools; nothing where it cannot be read."""
        if path not in self._read:
            items: list[Found | Skipped] = []
            with contextlib.suppress(ToolSpecError, OSError, UnicodeDecodeError):
                text = Path(path).read_text(encoding="utf-8-sig") if path else ""
                items = list(python.read(text, Context(path=Path(path))))
            # A name may come twice, as an overload and as the function itself.
            items.sort(key=lambda item: isinstance(item, Found))
            self._read[path] = {item.where.removeprefix("function ").replace(".", "_"): item for item in items}
        return self._read[path]


def _richer(item: Found, live: Mapping[str, Any]) -> Found:
    """A tool read from the source, with the schemas of pydantic where the source left a type unknown."""
    unclear = [note for note in item.repairs if note.endswith("is not known")]
    if not unclear:
        return item
    parameters = {**item.fields["parameters"], "properties": dict(item.fields["parameters"]["properties"])}
    definitions = {**parameters.get("$defs", {}), **live["parameters"]["$defs"]}
    for name, schema in live["parameters"]["properties"].items():
        given = parameters["properties"].get(name)
        if given is not None and any(note.startswith(f"the type of '{name}',") for note in unclear) and schema:
            parameters["properties"][name] = {**schema, **given}
            unclear = [note for note in unclear if not note.startswith(f"the type of '{name}',")]
    if definitions:
        parameters["$defs"] = definitions
    fields = {**item.fields, "parameters": parameters}
    if live["returns"] and any(note.startswith("the type of the result,") for note in unclear):
        fields["returns"] = {**live["returns"], **(fields["returns"] or {})}
        unclear = [note for note in unclear if not note.startswith("the type of the result,")]
    kept = tuple(note for note in item.repairs if not note.endswith("is not known") or note in unclear)
    return Found(item.where, fields, kept)


def _found(live: Mapping[str, Any], module: str) -> Found | Skipped:
    """A tool that only the imported module shows."""
    where, name = f"function {'.'.join(live['path'])}", "_".join(live["path"])
    if "parameters" not in live:
        return Skipped(where, live["reason"])
    documentation = read_docstring(live["doc"])
    if documentation.is_deprecated:
        return Skipped(where, "deprecated")
    given = live["parameters"]
    for parameter, schema in given["properties"].items():
        said = documentation.parameters.get(parameter)
        if said and said.text:
            schema.setdefault("description", said.text)
    parameters = {"type": "object", "properties": given["properties"]}
    parameters |= {key: given[key] for key in ("required", "$defs") if given[key]}
    notes = [f"the type of '{parameter}', '{hint}', is not known" for parameter, hint in given["unknown"]]
    notes += [f"parameter '{parameter}' is left out: a call cannot give it by name" for parameter in given["left_out"]]
    notes += [f"'{'.'.join(live['path'])}' is called '{name}'"] if len(live["path"]) > 1 else []
    returns = live["returns"]
    if documentation.returns.text:
        returns = {**(returns or {}), "description": documentation.returns.text}
    fields = {
        "name": name, "description": documentation.description, "parameters": parameters, "returns": returns,
        "origin": {"api": module},
    }  # fmt: skip
    return Found(where, fields, tuple(notes))
