"""Entailment: a model of natural language inference, from sentence-transformers."""

import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from toolgraph.errors import EmbeddingError
from toolgraph.quality.metrics.rounds import RoundPair

ENTAILMENT = "entailment"
"""What models of this kind call the label that is wanted; its case differs."""
EXAMPLE = "cross-encoder/nli-deberta-v3-small"


class Classifier(Protocol):
    """What gives each pair of texts a score for every label; `CrossEncoder` is one."""

    def predict(self, sentences: list[tuple[str, str]], *, batch_size: int = ..., show_progress_bar: bool = ...) -> Any:
        """Return an array of floats, shape (len(sentences), labels)."""
        ...


class CrossEncoderEntailment:
    """A pair is an entailment where that label has the highest score."""

    def __init__(self, classifier: Classifier, label: int, name: str = "") -> None:
        self._classifier = classifier
        self._label = label
        self._name = name

    def entails(self, pairs: Sequence[RoundPair]) -> NDArray[np.bool_]:
        """Return a truth for each pair, shape (n,).

        Raises:
            EmbeddingError: the model fails, or its scores are no numbers.
        """
        texts = [(_readable(pair.premise), _readable(pair.hypothesis)) for pair in pairs]
        try:
            scores = np.asarray(self._classifier.predict(texts, batch_size=32, show_progress_bar=False), np.float64)
        except Exception as error:  # as in loading it
            raise EmbeddingError(f"the NLI model '{self._name}' fails: {_reason(error)}") from error
        if not np.isfinite(scores).all():
            raise EmbeddingError(
                f"the NLI model '{self._name}' gives scores that are no numbers; its weights are damaged"
            )
        found: NDArray[np.bool_] = scores.argmax(axis=1) == self._label
        return found


def load_entailment(name: str) -> CrossEncoderEntailment:
    """Return the model of a name or path, such as `cross-encoder/nli-deberta-v3-small`; none comes with toolgraph.

    Raises:
        EmbeddingError: it cannot be loaded, or has no label for entailment beside others.
    """
    if not name.strip():
        raise EmbeddingError(f"no NLI model is named; name one such as {EXAMPLE}")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for chatty in ("sentence_transformers", "transformers", "huggingface_hub", "httpx"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    try:
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # as the library has it
        model = CrossEncoder(name)
        _make_room(model)
        labels: Mapping[int, str] = model.model.config.id2label
    except Exception as error:  # the libraries below raise errors of every kind for a model they cannot load
        raise EmbeddingError(f"the NLI model '{name}' cannot be loaded: {_reason(error)}") from error
    label = next((number for number, label in labels.items() if label.strip().casefold() == ENTAILMENT), None)
    if label is None or len(labels) < 2:
        raise EmbeddingError(
            f"the model '{name}' tells {', '.join(labels.values())} apart, and not '{ENTAILMENT}' from anything; name "
            f"a model of natural language inference, such as {EXAMPLE}"
        )
    return CrossEncoderEntailment(model, label, name)


def _make_room(model: Any) -> None:
    """Have texts cut shorter for models that count positions from behind a padding one, as RoBERTa and its like do."""
    for name, part in model.model.named_modules():
        if name.endswith("position_embeddings") and getattr(part, "padding_idx", None) is not None:
            room = part.num_embeddings - part.padding_idx - 1
            model.tokenizer.model_max_length = min(model.tokenizer.model_max_length, room)


def _readable(text: str) -> str:
    """Return a text without halves of characters, which tokenizers refuse."""
    return text.encode("utf-8", "replace").decode()


def _reason(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
