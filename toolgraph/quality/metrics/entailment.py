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


class Classifier(Protocol):
    """What gives each pair of texts a score for every label; `CrossEncoder` is one."""

    def predict(self, sentences: list[tuple[str, str]], *, batch_size: int = ..., show_progress_bar: bool = ...) -> Any:
        """Return an array of floats, shape (len(sentences), labels)."""
        ...


class CrossEncoderEntailment:
    """A pair is an entailment where that label has the highest score."""

    def __init__(self, classifier: Classifier, label: int) -> None:
        self._classifier = classifier
        self._label = label

    def entails(self, pairs: Sequence[RoundPair]) -> NDArray[np.bool_]:
        """Return a truth for each pair, shape (n,)."""
        texts = [(pair.premise, pair.hypothesis) for pair in pairs]
        scores = self._classifier.predict(texts, batch_size=32, show_progress_bar=False)
        found: NDArray[np.bool_] = np.asarray(scores).argmax(axis=1) == self._label
        return found


def load_entailment(name: str) -> CrossEncoderEntailment:
    """Return the model of a name or path, such as `cross-encoder/nli-deberta-v3-small`; none comes with toolgraph.

    Raises:
        EmbeddingError: it cannot be loaded, or has no label for entailment.
    """
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for chatty in ("sentence_transformers", "transformers", "huggingface_hub", "httpx"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    try:
        from sentence_transformers import CrossEncoder

        model = CrossEncoder(name)
        labels: Mapping[int, str] = model.model.config.id2label
    except Exception as error:  # the libraries below raise errors of every kind for a model they cannot load
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EmbeddingError(f"the NLI model '{name}' cannot be loaded: {reason}") from error
    label = next((number for number, label in labels.items() if label.casefold() == ENTAILMENT), None)
    if label is None:
        raise EmbeddingError(
            f"the model '{name}' has no label '{ENTAILMENT}' but {', '.join(labels.values())}; name a model of natural "
            "language inference, such as cross-encoder/nli-deberta-v3-small"
        )
    return CrossEncoderEntailment(model, label)
