"""What evidence says in words: why two fields belong together, or what keeps them apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from toolgraph.phrases import listed

MOST = 5
"""Reasons given at most; a table of all evidence stands beside them."""
LOUD = 0.35
"""What a piece of evidence must add, take away or leave wanting to be worth a word."""
FOR: dict[str, tuple[tuple[float, str], ...]] = {
    "cosine": ((0.7, "their texts mean much the same"), (0.4, "their texts are alike")),
    "name": ((0.7, "their names agree"), (0.3, "their names agree in part")),
    "entity": ((0.3, "both are ids of the same thing"),),
    "kind": ((1.0, "both hold values of one kind"),),
    "rare": ((0.5, "few tools have such a field"),),
    "purpose": ((0.99, "{source} is named after it"), (0.3, "{source} is named after it in part")),
    "needed": (
        (1.0, "{target} requires it and no user can be expected to know it"),
        (0.5, "{target} requires it or it is an id or a credential"),
    ),
    "same_api": ((0.01, "both tools are of one API"),),
    "direction": (
        (1.0, "{source} reads and {target} acts on what was read"),
        (0.75, "{source} hands out a new id"),
        (0.5, "both tools only read"),
        (0.25, "{source} makes what {target} deletes"),
    ),
}
"""What speaks for an edge: of each piece of evidence the first line whose value is reached."""
WANTING = {
    "cosine": "their texts are not much alike",
    "name": "their names have little in common",
    "kind": "nothing tells that their values are of one kind",
    "rare": "many tools have such a field",
    "purpose": "{source} is not named after it",
    "needed": "{target} can do without it",
    "same_api": "no small API or section of one has both tools",
    "direction": "both tools change something",
}
"""What is said where none of these is reached; that two fields are no ids is no reason."""
AGAINST = {
    "entity": "they are ids of different things or of what is only being made",
    "kind": "a value of the one is no value for the other",
    "same_api": "they are of different APIs and no ids, or the API of {target} gives such a value itself",
    "direction": "{source} comes after {target} by what the two do, or had to be given that value",
}
"""What is said of values below 0."""
HOW = "one of them says how to call (a page, a credential) or their types exclude each other"
"""What `kind` has against two parameters."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence: its value, what it weighs, and so what it adds."""

    name: str
    value: float
    weight: float

    @property
    def adds(self) -> float:
        """What it adds to the sum."""
        return self.value * self.weight

    @property
    def wants(self) -> float:
        """What it could add beyond that."""
        return self.weight - self.adds


def reasons_for(pieces: Sequence[Piece], *, source: str, target: str, is_flow: bool) -> str:
    """Return why there is an edge from one tool to another, the weightiest reasons first."""
    told = [piece for piece in sorted(pieces, key=lambda piece: -piece.adds) if piece.adds >= LOUD]
    pro = [words for piece in told for words in _reached(FOR[piece.name], piece.value)][:MOST]
    contra = _against(pieces, is_flow)
    said = listed(pro) or "little speaks for it, and little is asked for"
    return _filled(f"{said}, though {listed(contra)}" if contra else said, source, target)


def reasons_against(pieces: Sequence[Piece], *, source: str, target: str, is_flow: bool) -> str:
    """Return what keeps two tools from having an edge, what matters most first."""
    wanting = [
        WANTING[piece.name]
        for piece in sorted(pieces, key=lambda piece: -piece.wants)
        if piece.name in WANTING and piece.value >= 0 and piece.wants >= LOUD
        and not any(_reached(FOR[piece.name], piece.value))
    ]  # fmt: skip
    return _filled(listed([*_against(pieces, is_flow), *wanting][:MOST]) or "all of it is not enough", source, target)


def _reached(bounds: Sequence[tuple[float, str]], value: float) -> Iterator[str]:
    """Yield the first line whose value is reached, if one is."""
    yield from [words for bound, words in bounds if value >= bound - 1e-6][:1]


def _against(pieces: Sequence[Piece], is_flow: bool) -> list[str]:
    loud = sorted((piece for piece in pieces if piece.adds <= -LOUD), key=lambda piece: piece.adds)
    return [HOW if piece.name == "kind" and not is_flow else AGAINST[piece.name] for piece in loud]


def _filled(text: str, source: str, target: str) -> str:
    return text.replace("{source}", source).replace("{target}", target)
