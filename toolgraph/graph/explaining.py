"""Why two tools are linked, or not: the best pair of their fields and what each piece of evidence adds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from toolgraph.graph.confirmed import CERTAIN
from toolgraph.graph.embedding import Vectors
from toolgraph.graph.field_table import IntArray
from toolgraph.graph.graph import EdgesRule
from toolgraph.graph.similarity import cosines_of
from toolgraph.graph.typed.apis import Floats
from toolgraph.graph.typed.question import Question
from toolgraph.graph.typed.sides import Catalogue
from toolgraph.tools.edges import Confirmation, Edge, EdgeKind

SAYS = {
    "cosine": ("their texts mean much the same", ""),
    "name": ("their names agree", ""),
    "entity": ("both are ids of the same thing", "they are ids of different things, or of what is only being made"),
    "kind": ("both hold values of one kind", "a value of the one is no value for the other"),
    "rare": ("few tools have such a field", ""),
    "purpose": ("the tool that gives it is named after it", ""),
    "needed": ("it has to come from somewhere (it is required, an id or a credential)", ""),
    "same_api": ("both tools are of one API", "the other tool's own API gives such a value"),
    "direction": ("what the one does comes before what the other does", "what the one does comes after the other"),
}
"""What a piece of evidence says where it speaks for an edge, and where it speaks against one."""
LOUD = 0.35
"""What a piece of evidence must add, or take away, to be worth a word."""
DECIDES = 1000.0
"""What a model's word adds or takes away, more than all evidence together."""


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


@dataclass(frozen=True, slots=True)
class Explanation:
    """The best pair of fields of two tools, and what speaks for and against it."""

    best: Edge
    threshold: float
    pieces: tuple[Piece, ...]
    needed: float
    """What the pieces must add up to, and more, for an edge."""
    told: tuple[Confirmation, ...] = ()
    """What a model said of these tools' pairs of fields, the best one or others."""

    @property
    def is_edge(self) -> bool:
        """Whether it is enough for an edge."""
        return self.best.score > self.threshold

    @property
    def sentence(self) -> str:
        """Say it in a sentence."""
        edge = self.best
        if edge.kind == "P-R":
            subject = f"{edge.source_field} of the result of {edge.source}"
            claim = (
                f"{'can' if self.is_edge else 'is not expected to'} be handed to {edge.target} as {edge.target_field}"
            )
        else:
            subject = f"{edge.source_field} of {edge.source} and {edge.target_field} of {edge.target}"
            claim = f"{'' if self.is_edge else 'are not taken to '}stand for the same"
        return f"{subject} {claim}: {self._reasons()}."

    def _reasons(self) -> str:
        for each in self.told:
            if each.verdict != "unanswered" and _fields(each.edge) == _fields(self.best):
                return f"a model has {each.verdict} it, because: {each.reason.rstrip('.')}"
        loud = sorted((piece for piece in self.pieces if abs(piece.adds) >= LOUD), key=lambda piece: -abs(piece.adds))
        pro = _listed([SAYS[piece.name][0] for piece in loud if piece.adds > 0])
        contra = _listed([SAYS[piece.name][1] for piece in loud if piece.adds < 0])
        if self.is_edge:
            return f"{pro}, though {contra}" if contra else pro
        return ", and ".join(filter(None, (contra, f"that {pro} is not enough" if pro else "too little speaks for it")))


def _listed(reasons: Sequence[str]) -> str:
    return f"{', '.join(reasons[:-1])} and {reasons[-1]}" if len(reasons) > 1 else "".join(reasons)


def explain(
    catalogue: Catalogue, embed_texts: Callable[[Sequence[str]], Vectors], a: int, b: int,
    *, edges: EdgesRule, threshold: float, told: Sequence[Confirmation] = (),
) -> tuple[Explanation, ...]:  # fmt: skip
    """Return why tools `a` and `b`, given by their places, are linked or not: P-R there and back, and P-P.

    Of a kind for which a tool has no fields there is nothing to say. What is rare, and which tools are an API, is taken
    from the whole catalogue. `told` is what a model has said: what it confirmed goes before all else, what it refused
    behind.
    """
    names = catalogue.tools[a].name, catalogue.tools[b].name
    told = [each for each in told if each.edge.source in names and each.edge.target in names]
    asked: tuple[tuple[EdgeKind, int, int], ...] = (("P-R", a, b), ("P-R", b, a), ("P-P", min(a, b), max(a, b)))
    found = []
    for kind, source, target in asked:
        question = Question.of(kind, catalogue)
        x, y = question.left.of_tool(source), question.right.of_tool(target)
        if len(x) and len(y):
            texts = [
                side.fields[field].text
                for side, fields in ((question.left, x), (question.right, y))
                for field in fields
            ]
            vectors = embed_texts(texts)
            cosines = cosines_of(vectors[: len(x)], vectors[len(x) :])
            if edges == "toolflow":
                found.append(_by_cosine(question, x, y, cosines, threshold))
            else:
                said = tuple(each for each in told if each.edge.kind == kind and each.edge.source == names[source == b])
                found.append(_by_evidence(question, x, y, cosines, threshold, said))
    return tuple(found)


def _by_cosine(question: Question, x: IntArray, y: IntArray, cosines: Floats, threshold: float) -> Explanation:
    source, target = np.unravel_index(int(cosines.argmax()), cosines.shape)
    cosine = float(cosines[source, target])
    best = question.edge(x[source], y[target], cosine)
    return Explanation(best, threshold, (Piece("cosine", cosine, 1.0),), needed=threshold)


def _by_evidence(
    question: Question, x: IntArray, y: IntArray, cosines: Floats, threshold: float, told: tuple[Confirmation, ...]
) -> Explanation:
    combiner = question.combiner
    totals = question.table(x, y, cosines)
    words = _words(question, x, y, told)
    source, target = np.unravel_index(int((totals + words).argmax()), totals.shape)
    pair = x[[source]], y[[target]]
    evidence = question.evidence(*pair, cosines[[source], [target]])
    pieces = tuple(Piece(name, float(evidence[name][0]), weight) for name, weight in combiner.weights.items())
    word, score = words[source, target], float(combiner.score(totals[source, target]))
    best = question.edge(x[source], y[target], score if not word else CERTAIN if word > 0 else 0.0)
    return Explanation(best, threshold, pieces, combiner.total_at(threshold), told)


def _words(question: Question, x: IntArray, y: IntArray, told: Sequence[Confirmation]) -> Floats:
    """Return what a model's word adds to each pair of fields."""
    words = np.zeros((len(x), len(y)), np.float32)
    given = [question.left.fields[field].pointer for field in x]
    taken = [question.right.fields[field].pointer for field in y]
    for each in told:
        if each.verdict != "unanswered":
            place = given.index(each.edge.source_field), taken.index(each.edge.target_field)
            words[place] = DECIDES if each.verdict == "confirmed" else -DECIDES
    return words


def _fields(edge: Edge) -> tuple[str, str]:
    return edge.source_field, edge.target_field
