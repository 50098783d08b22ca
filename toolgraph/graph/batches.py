"""How texts go through a sentence-transformers model: in batches of one length in tokens, a thread for each core."""

import copy
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

TOKENS = 1_024
"""Of a batch, with its padding: enough for BLAS, and little enough to stay in the cache of a core."""
TOKENS_ON_DEVICE = 32_768
"""The same on an accelerator, which takes one batch at a time."""


class BatchedModel:
    """A `SentenceTransformer` without wasted work: little padding, and no two cores that wait for each other.

    A text costs what the longest of its batch costs, and characters tell little about tokens: sorted by characters,
    every other token of the RapidAPI catalogue's batches is padding. A thread for each batch needs no barrier between
    the operations of a layer, at which a core would wait for one that is busy with something else.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        # Two threads must not change one tokenizer: the model's keeps its padding, ours counts without.
        self._counter = copy.deepcopy(model.tokenizer)

    def encode(self, sentences: list[str], *, batch_size: int, normalize_embeddings: bool) -> NDArray[np.float32]:
        """Return the vectors, shape (len(sentences), d); `batch_size` is for models whose tokens cannot be counted."""
        import tokenizers
        import torch
        from transformers import PreTrainedTokenizerBase

        def encode_some(places: Sequence[int]) -> NDArray[np.float32]:
            vectors: NDArray[np.float32] = self._model.encode(
                [sentences[place] for place in places], batch_size=max(len(places), 1), show_progress_bar=False,
                normalize_embeddings=normalize_embeddings,
            )  # fmt: skip
            return vectors

        if not sentences or not isinstance(self._counter, PreTrainedTokenizerBase):
            is_static = isinstance(self._counter, tokenizers.Tokenizer)
            vectors: NDArray[np.float32] = self._model.encode(
                sentences, batch_size=len(sentences) if sentences and is_static else batch_size,
                show_progress_bar=False, normalize_embeddings=normalize_embeddings,
            )  # fmt: skip
            return vectors
        is_on_cpu = torch.device(self._model.device).type == "cpu"
        encoded = self._counter(sentences, truncation=True, max_length=self._model.max_seq_length)["input_ids"]
        batches = even_batches([len(tokens) for tokens in encoded], TOKENS if is_on_cpu else TOKENS_ON_DEVICE)
        first = encode_some(batches[0])  # sets the padding of the model's tokenizer before threads share it
        threads = torch.get_num_threads()
        workers = threads if is_on_cpu else 1
        try:
            with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
                parts = [first, *pool.map(encode_some, batches[1:])]
        finally:
            torch.set_num_threads(threads)
        vectors = np.empty((len(sentences), first.shape[1]), np.float32)
        for places, part in zip(batches, parts, strict=True):
            vectors[places] = part
        return vectors


def even_batches(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Return the places of texts in batches of similar length, the longest first.

    A batch has at most `tokens` tokens when all its texts are padded to its longest, or is one text.

        >>> even_batches([2, 9, 2, 3], tokens=9)
        [[1], [3, 0, 2]]
    """
    batches: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        if batches and lengths[batches[-1][0]] * (len(batches[-1]) + 1) <= tokens:
            batches[-1].append(place)
        else:
            batches.append([place])
    return batches
