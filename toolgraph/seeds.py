"""Where every random choice comes from: a generator derived from the run's seed and the name of the choice."""

import hashlib
import random

Key = str | int


def rng(seed: int, *keys: Key) -> random.Random:
    """Return a generator that depends on `seed` and `keys` alone.

    Two choices with different keys are independent, and neither depends on the order in which a run
    makes them, so that results are the same for any number of workers.

    >>> rng(7, "walk", 3).random() == rng(7, "walk", 3).random()
    True
    """
    return random.Random(derived_seed(seed, *keys))


def derived_seed(seed: int, *keys: Key) -> int:
    """Return a 64-bit seed derived by SHA-256 from `seed` and `keys`."""
    name = "\x1f".join((str(seed), *(f"{type(key).__name__}:{key}" for key in keys)))
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:8], "big")
