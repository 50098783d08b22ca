"""A static encoder, distilled from a model: a vector for each token, and a text is the mean of those of its tokens."""

import importlib.util
import os
import tempfile
from pathlib import Path

from toolgraph.errors import EmbeddingError

RECIPE = "model2vec-256"
"""How it is distilled: with the defaults of model2vec, to 256 dimensions. Another recipe needs another name."""
DIMENSIONS = 256


def require_distiller() -> None:
    """Accept that there is what distils.

    Raises:
        EmbeddingError: model2vec is not installed.
    """
    if not all(importlib.util.find_spec(package) for package in ("model2vec", "skeletoken")):
        raise EmbeddingError('a static encoder is distilled with model2vec; install "toolgraph[static]"')


def distil(location: str, directory: Path) -> None:
    """Distil the model at `location` (a path, or a name for SentenceTransformer) and write it to `directory`.

    It embeds the model's vocabulary once, which takes a minute or two, and asks nothing else of it. The directory
    appears when it is complete; where another process is first, its work stays.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    static = SentenceTransformer(
        modules=[StaticEmbedding.from_distillation(location, device="cpu", pca_dims=DIMENSIONS)], device="cpu"
    )
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=".static-") as made:
        whole = Path(made) / "model"
        static.save(str(whole), create_model_card=False)
        if not directory.exists():
            os.replace(whole, directory)
