"""Why two tools are linked, or not: the best pair of their fields and what each piece of evidence adds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from toolgraph.graph.confirmed import CERTAIN
from toolgraph.graph.embedding import Vectors
from toolgraph.graph.field_table import IntArray
from toolgraph.graph.graph import EdgesRule
from toolgraph.graph.reasons import Piece, reasons_against, reasons_for
from toolgraph.graph.similarity import cosines_of
from toolgraph.graph.typed.apis import Floats
from toolgraph.graph.typed.question import Question
from toolgraph.graph.typed.sides import Catalogue
from toolgraph.tools.edges import Confirmation, Edge, EdgeKind
from toolgraph.tools.spec import ToolSpec

DECIDES = 1000.0
"""What a word of a model or a trial adds or takes away, more than all evidence together."""
NO_EDGE: dict[EdgeKind, str] = {
    "P-R": "Nothing that {0.source} returns is expected to fit a parameter of {0.target}.",
    "P-P": "No parameter of {0.source} is taken to stand for the same as one of {0.target}.",
}
"""What it means that two tools have no edge of a kind."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The best pair of fields of two tools, and what speaks for and against it."""

    best: Edge
    threshold: float
    pieces: tuple[Piece, ...]
    needed: float
    """What the pieces must add up to, and more, for an edge."""
    told: tuple[Confirmation, ...] = ()
    """What a model or trials said of these tools' pairs of fields, the best one or others."""
    is_published: bool = False
    """Whether the published rule made it, which knows the cosine alone."""

    @property
    def is_edge(self) -> bool:
        """Whether it is enough for an edge."""
        return self.best.score > self.threshold

    @property
    def sentence(self) -> str:
        """Say it in a sentence, or of tools that have no edge in two: that, and what comes nearest to one."""
        edge = self.best
        if not self.is_edge:
            nearest = f"Nearest are {edge.source_field} and {edge.target_field}"
            return f"{NO_EDGE[edge.kind].format(edge)} {nearest}: {self._reasons()}."
        if edge.kind == "P-R":
            subject = f"{edge.source_field} of the result of {edge.source}"
            claim = f"can be handed to {edge.target} as {edge.target_field}"
        else:
            subject = f"{edge.source_field} of {edge.source} and {edge.target_field} of {edge.target}"
            claim = "stand for the same"
        return f"{subject} {claim}: {self._reasons()}."

    def _reasons(self) -> str:
        for each in self.told:
            if each.verdict != "undecided" and _fields(each.edge) == _fields(self.best):
                return f"a {each.by} has {each.verdict} it, because: {each.reason.rstrip('.')}"
        if self.is_published:
            return f"the cosine of their texts is {self.best.score:.2f}"
        say = reasons_for if self.is_edge else reasons_against
        return say(self.pieces, source=self.best.source, target=self.best.target, is_flow=self.best.kind == "P-R")


@dataclass(frozen=True, slots=True)
class Nothing:
    """That there is nothing to compare: a tool says nothing of what it takes, or of what it returns."""

    kind: EdgeKind
    source: str
    target: str
    sentence: str
    is_edge: bool = False


def explain(
    catalogue: Catalogue, embed_texts: Callable[[Sequence[str]], Vectors], a: int, b: int,
    *, edges: EdgesRule, threshold: float, told: Sequence[Confirmation] = (),
) -> tuple[Explanation | Nothing, ...]:  # fmt: skip
    """Return why tools `a` and `b`, given by their places, are linked or not: P-R there and back, and P-P.

    What is rare, and which tools are an API, is taken from the whole catalogue. `told` is what a model or trials
    have said: what is confirmed goes before all else, what is refused behind.
    """
    if edges == "toolflow":
        catalogue = catalogue.published()
    names = catalogue.tools[a].name, catalogue.tools[b].name
    told = [each for each in told if each.edge.source in names and each.edge.target in names]
    asked: tuple[tuple[EdgeKind, int, int], ...] = (("P-R", a, b), ("P-R", b, a), ("P-P", min(a, b), max(a, b)))
    found: list[Explanation | Nothing] = []
    for kind, source, target in asked:
        question = Question.of(kind, catalogue)
        x, y = question.left.of_tool(source), question.right.of_tool(target)
        if not len(x) or not len(y):
            found.append(_nothing(kind, catalogue.tools[source], catalogue.tools[target], has_source=bool(len(x))))
        else:
            texts = [
                catalogue.texts[side.text[field]]
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


def _nothing(kind: EdgeKind, source: ToolSpec, target: ToolSpec, *, has_source: bool) -> Nothing:
    lacks = f"{target.name} takes no parameters" if has_source else f"{source.name} takes no parameters"
    if kind == "P-R" and not has_source:
        lacks = f"{source.name} does not say what it returns"
    return Nothing(kind, source.name, target.name, f"{lacks}: there is nothing to compare.")


def _by_cosine(question: Question, x: IntArray, y: IntArray, cosines: Floats, threshold: float) -> Explanation:
    source, target = np.unravel_index(int(cosines.argmax()), cosines.shape)
    cosine = float(cosines[source, target])
    best = question.edge(x[source], y[target], cosine)
    return Explanation(best, threshold, (Piece("cosine", cosine, 1.0),), needed=threshold, is_published=True)


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
    """Return what a word of a model or a trial adds to each pair of fields."""
    words = np.zeros((len(x), len(y)), np.float32)
    given = [question.left.fields[field].pointer for field in x]
    taken = [question.right.fields[field].pointer for field in y]
    for each in told:
        if each.verdict != "undecided":
            place = given.index(each.edge.source_field), taken.index(each.edge.target_field)
            words[place] = DECIDES if each.verdict == "confirmed" else -DECIDES
    return words


def _fields(edge: Edge) -> tuple[str, str]:
    return edge.source_field, edge.target_field
