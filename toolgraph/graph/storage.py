"""A graph on disk: a directory with the tools, the scores between their fields, and the statistics."""

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from toolgraph.errors import RunDirectoryError
from toolgraph.graph.field_table import FieldTable
from toolgraph.graph.graph import ToolGraph
from toolgraph.graph.rules import require_rule
from toolgraph.graph.similarity import Sparse
from toolgraph.graph.statistics import graph_statistics
from toolgraph.tools.catalogue import write_tools
from toolgraph.tools.edges import Confirmation, Edge
from toolgraph.tools.spec import ToolSpec
from toolgraph.whole_files import PARTIAL, write_whole, writing

FORMAT = "toolgraph-graph-2"
"""Stands in the first member of the array file; the number is the version of the layout."""
ARRAYS, TOOLS, STATISTICS = "graph.npz", "tools.jsonl", "statistics.json"


def save_graph(graph: ToolGraph, directory: Path) -> None:
    """Write a graph into a directory of its own, which is made where it is missing.

    A graph that was saved there before is replaced, file by file and each whole or not at all; the statistics come
    last, and where they stand the graph is complete.

    Raises:
        RunDirectoryError: the directory holds something else, or cannot be written.
    """
    require_own_directory(directory)
    arrays = {
        "format": np.array(FORMAT), "threshold": np.array(graph.threshold), "model": np.array(graph.model_id),
        "edges_rule": np.array(graph.edges_rule),
        **_table_arrays("parameters", graph.parameters), **_table_arrays("returns", graph.returns),
        **_matrix_arrays("alike", graph.alike), **_matrix_arrays("feeds", graph.feeds),
        **_confirmation_arrays(graph.confirmations),
    }  # fmt: skip
    statistics = json.dumps(graph_statistics(graph).as_dict(), ensure_ascii=False, indent=2) + "\n"

    def write_arrays_and_tools(path: Path) -> None:
        write_tools(graph.tools, path)
        arrays["tools"] = np.array(_digest(path))
        write_whole(directory / ARRAYS, lambda path: _write_arrays(path, arrays))

    with writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
        write_whole(directory / TOOLS, write_arrays_and_tools)
        write_whole(directory / STATISTICS, lambda path: path.write_text(statistics, encoding="utf-8"))


def load_graph(directory: Path) -> ToolGraph:
    """Return the graph that `save_graph` wrote into a directory.

    Raises:
        RunDirectoryError: there is no graph, or it is damaged or of another version.
    """
    if not (directory / ARRAYS).is_file():
        raise RunDirectoryError(f"{directory}: holds no graph; make one with toolgraph graph --out {directory}")
    try:
        with (directory / ARRAYS).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            if str(arrays["format"]) != FORMAT:
                raise RunDirectoryError(f"{directory}: holds a graph of another version; make it again")
            parameters, returns = _table(arrays, "parameters"), _table(arrays, "returns")
            digest = str(arrays["tools"])
            graph = ToolGraph(
                tools=_tools(directory / TOOLS),
                parameters=parameters,
                returns=returns,
                alike=_matrix(arrays, "alike", (parameters.text_count, parameters.text_count)),
                feeds=_matrix(arrays, "feeds", (returns.text_count, parameters.text_count)),
                threshold=float(arrays["threshold"]),
                model_id=str(arrays["model"]),
                edges_rule=require_rule(str(arrays["edges_rule"])),
                confirmations=_confirmations(arrays),
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise RunDirectoryError(f"{directory}: holds a damaged graph ({error}); make it again") from error
    if digest != _digest(directory / TOOLS):
        raise RunDirectoryError(f"{directory}: the tools are not those of the graph; make it again")
    return graph


def require_own_directory(directory: Path) -> None:
    """Accept a directory that is missing, empty, or holds a graph of ours.

    Raises:
        RunDirectoryError: it is a file, or holds something else.
    """
    if directory.exists() and not directory.is_dir():
        raise RunDirectoryError(f"{directory}: is a file; name a directory for the graph")
    is_used = directory.is_dir() and any(not path.name.endswith(PARTIAL) for path in directory.iterdir())
    if is_used and not _is_graph(directory):
        raise RunDirectoryError(f"{directory}: holds something else than a graph; name an empty or new directory")


def _is_graph(directory: Path) -> bool:
    try:
        with (directory / ARRAYS).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return str(arrays["format"]).startswith("toolgraph-graph-")
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return False


def _tools(path: Path) -> tuple[ToolSpec, ...]:
    """Return tools as they were written; `load_tools` would look for repairs, and take five times as long."""
    with path.open("rb") as file:
        return tuple(map(ToolSpec.model_validate_json, file))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_arrays(path: Path, arrays: dict[str, Any]) -> None:
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _table_arrays(name: str, table: FieldTable) -> dict[str, Any]:
    return {
        f"{name}_offsets": table.offsets, f"{name}_texts": table.texts, f"{name}_text_count": np.array(table.text_count)
    }  # fmt: skip


def _table(arrays: Any, name: str) -> FieldTable:
    return FieldTable(arrays[f"{name}_offsets"], arrays[f"{name}_texts"], int(arrays[f"{name}_text_count"]))


def _confirmation_arrays(told: Sequence[Confirmation]) -> dict[str, Any]:
    return {"confirmations": np.array(json.dumps([asdict(each) for each in told]))} if told else {}


def _confirmations(arrays: Any) -> tuple[Confirmation, ...]:
    told = json.loads(str(arrays["confirmations"])) if "confirmations" in arrays else []
    return tuple(Confirmation(**{**each, "edge": Edge(**each["edge"])}) for each in told)


def _matrix_arrays(name: str, matrix: Sparse) -> dict[str, Any]:
    return {f"{name}_data": matrix.data, f"{name}_indices": matrix.indices, f"{name}_indptr": matrix.indptr}


def _matrix(arrays: Any, name: str, shape: tuple[int, int]) -> Sparse:
    return sparse.csr_array((arrays[f"{name}_data"], arrays[f"{name}_indices"], arrays[f"{name}_indptr"]), shape=shape)
