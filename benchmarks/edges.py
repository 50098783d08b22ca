"""Measure edges against tools that people, and programs, were seen to use together.

    python benchmarks/edges.py --corpora ../shared/corpora [--embedder NAME] [--fit]
    python benchmarks/edges.py --own DIR

Every ordered pair of distinct tools of a corpus is scored by its best pair of fields, a pair without fields last; what
was observed is right and all else counts as wrong, though much of it is only not observed. `toolflow` is the published
rule; its cosines are rounded to six digits, so that equal texts tie. `typed` has weights fitted on the other corpora
(leave one corpus out); `--fit` fits them on all four and writes them to where toolgraph reads them. Where a name has
several definitions the first counts.

`--own` measures both rules, with the weights that are shipped, on every `DIR/catalogs/NAME.jsonl`: a tool per line with
`name`, `description`, `parameters` and `returns` (JSON Schema or null), and if known `source` (its API) and `category`.
`DIR/edges/NAME_edges.json` is `{"edges": [{"source": ..., "target": ...}, ...]}`, tools whose output feeds another.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import average_precision_score, roc_auc_score

from toolgraph.graph.embedding import EMBEDDED, Vectors, embed, load_encoder
from toolgraph.graph.graph import THRESHOLD
from toolgraph.graph.similarity import cosines_of
from toolgraph.graph.typed.combiner import WEIGHTS, shipped
from toolgraph.graph.typed.evidence import FLOW
from toolgraph.graph.typed.question import Question
from toolgraph.graph.typed.sides import Catalogue
from toolgraph.graph.vector_cache import default_cache
from toolgraph.tools.spec import Origin, ToolSpec

Array = NDArray[Any]
Embed = Callable[[Sequence[str]], Vectors]

TARGET = ("sgd", "tooltalk", "apibank")
FITTED = (*TARGET, "bfcl")
BY_CONSTRUCTION = ("taskbench_huggingface", "taskbench_multimedia")
SOURCES = {"tooltalk": "tooltalk", "apibank": "apibank_lv1_lv2", "bfcl": "bfcl_multi_turn"}
"""What the observed edges call a corpus."""

PRIOR = dict.fromkeys(FLOW, 1.0) | {"cosine": 4.0, "entity": 3.0, "same_api": 2.0, "direction": 1.5}
"""The weights before any fit: a cosine is worth four pieces of other evidence, one API two, a direction one and a half;
and that two ids are of different things weighs three, of the same thing one."""
STRENGTH = 1.0
"""How firmly weights are held to the prior; much less fits better and predicts worse."""
EVEN = shipped("P-R").even
HEADER = "{:<22} pairs  right   base |    AP: toolflow typed | AUROC: toolflow typed | P/R: toolflow  typed"
NOTHING = -99.0
"""The score of a pair of tools without fields."""


@dataclass(frozen=True)
class Observed:
    """A pair of fields that was seen: its tools, the name of the input, and how often the user never said the value."""

    source: int
    target: int
    parameter: str
    never_said: int


@dataclass(frozen=True, eq=False)
class Corpus:
    """The tools of a corpus, what was observed of them, and all evidence about them."""

    name: str
    catalogue: Catalogue
    observed: tuple[Observed, ...]
    cosines: Array
    """Outputs x inputs."""
    evidence: Array
    """Outputs x inputs x pieces of evidence, in the order of `FLOW`."""

    @cached_property
    def pairs(self) -> Array:
        """Which cells of a matrix over tools are pairs of distinct tools."""
        return ~np.eye(len(self.catalogue.tools), dtype=bool)

    @cached_property
    def right(self) -> Array:
        """Which pairs of tools were observed."""
        return self.marked(self.observed)

    def marked(self, observed: Sequence[Observed]) -> Array:
        """Return the matrix over tools that is true where something was observed."""
        right = np.zeros(self.pairs.shape, bool)
        right[[each.source for each in observed], [each.target for each in observed]] = True
        return right

    def published(self) -> Array:
        """Return the scores of pairs of tools by the published rule."""
        return self.by_tools(self.cosines)

    def typed(self, weights: Array) -> Array:
        """Return the weighted sums of pairs of tools."""
        return self.by_tools(self.evidence @ weights)

    def by_source(self, fields: Array) -> Array:
        """Return for each tool and each input the best of the tool's outputs."""
        return _highest(fields, self.catalogue.outputs.tool, len(self.catalogue.tools))

    def by_tools(self, fields: Array) -> Array:
        """Return for each pair of tools the best pair of fields."""
        return _highest(self.by_source(fields).T, self.catalogue.inputs.tool, len(self.catalogue.tools)).T

    def precision(self, scores: Array) -> float:
        """Return the average precision of scores of pairs of tools."""
        return float(average_precision_score(self.right[self.pairs], scores[self.pairs]))

    def precision_of_best_ties(self, scores: Array) -> float:
        """Return the average precision if of equal scores the right ones came first; scores have six digits."""
        return self.precision(scores + 1e-9 * self.right)

    def at(self, scores: Array, threshold: float) -> tuple[float, float]:
        """Return precision and recall above a threshold."""
        right, found = self.right[self.pairs], scores[self.pairs] > threshold
        hits = (right & found).sum()
        return float(hits / max(found.sum(), 1)), float(hits / right.sum())

    def precision_at_recall(self, scores: Array, recall: float) -> float:
        """Return the precision where the best scores first reach a recall."""
        right, found = self.right[self.pairs], scores[self.pairs]
        order = np.argsort(-found, kind="stable")
        place = int(np.argmax(np.cumsum(right[order]) >= recall * right.sum() - 1e-9))
        return float(right[found >= found[order[place]]].mean())

    def rank_of_right_pair(self, fields: Array) -> tuple[float, float]:
        """Return the mean reciprocal rank of each right source of each parameter, among all tools.

        It is given for the best case over ties and for the mean one. Only what the user never said counts.
        """
        ranks = [
            (1 / (higher + 1), 1 / (higher + 1 + (equal - 1) / 2))
            for column, sources in self.asked.items()
            for higher, equal in (_rank(self._rivals(fields, column), source) for source in sources)
        ]
        best, mean = np.mean(ranks, axis=0)
        return float(best), float(mean)

    def rank_of_first(self, fields: Array, *, itself: bool = False) -> float:
        """Return the mean reciprocal rank of the first right source of each parameter.

        With `itself` the tool that takes the parameter is left among the candidates.
        """
        ranks = [
            max(
                1 / (higher + 1 + (equal - 1) / 2)
                for higher, equal in (_rank(self._rivals(fields, column, itself), source) for source in sources)
            )
            for column, sources in self.asked.items()
        ]
        return float(np.mean(ranks))

    def _rivals(self, fields: Array, column: int, itself: bool = False) -> Array:
        """Return the score of each tool for an input; the tool that takes it is a candidate only on request."""
        scores = _highest(fields[:, [column]], self.catalogue.outputs.tool, len(self.catalogue.tools))[:, 0]
        if not itself:
            scores[self.catalogue.inputs.tool[column]] = 2 * NOTHING
        return scores

    @cached_property
    def asked(self) -> dict[int, list[int]]:
        """The right sources of each input whose value the user never said."""
        side, asked = self.catalogue.inputs, dict[int, list[int]]()
        for each in self.observed:
            places = [place for place in side.of_tool(each.target) if side.fields[place].name == each.parameter]
            if each.never_said and each.source != each.target and places:
                asked.setdefault(int(places[0]), []).append(each.source)
        return asked


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--corpora", type=Path, help="the directory with catalogs/ and edges/ of the four corpora")
    where.add_argument("--own", type=Path, help="a directory with catalogs/ and edges/ of your own")
    parser.add_argument("--embedder", default=EMBEDDED, help="what turns texts into vectors")
    parser.add_argument("--fit", action="store_true", help="fit on all corpora and write the weights that are shipped")
    options = parser.parse_args()
    encoder, model_id = load_encoder(options.embedder)
    embed_texts = partial(embed, encoder=encoder, model_id=model_id, cache=default_cache())
    if options.own:
        print(HEADER.format("with the shipped weights"))
        for path in sorted((options.own / "catalogs").glob("*.jsonl")):
            print_corpus(
                read_corpus(options.own, path.stem, embed_texts),
                np.array([shipped("P-R").weights[name] for name in FLOW]),
            )
        return
    corpora = {name: read_corpus(options.corpora, name, embed_texts) for name in FITTED}
    prior = np.array([PRIOR[name] for name in FLOW])
    if options.fit:
        write_weights(fitted(list(corpora.values()), prior))
        return
    held_out = {name: fitted_without(corpora, name, prior) for name in FITTED}
    print(HEADER.format("leave one corpus out"))
    for name, corpus in corpora.items():
        print_corpus(corpus, held_out[name])
    print_means(corpora, held_out)
    print_ranks(corpora, held_out)
    print_left_out(corpora, prior)
    final = fitted(list(corpora.values()), prior)
    print("\nby construction (an output type equals an input type), with the weights of all four")
    for name in BY_CONSTRUCTION:
        print_corpus(read_corpus(options.corpora, name, embed_texts), final)
    print(
        "\nfitted on all four: " + ", ".join(f"{name} {weight:.2f}" for name, weight in zip(FLOW, final, strict=True))
    )
    print("shipped:            " + ", ".join(f"{name} {shipped('P-R').weights[name]:.2f}" for name in FLOW))


def print_corpus(corpus: Corpus, weights: Array) -> None:
    """Print how well both rules do on a corpus."""
    right, rule, typed = corpus.right[corpus.pairs], corpus.published(), corpus.typed(weights)
    scores = f"{corpus.precision(rule):8.3f} {corpus.precision(typed):5.3f}"
    areas = " ".join(f"{roc_auc_score(right, each[corpus.pairs]):.3f}" for each in (rule, typed))
    points = [corpus.at(rule, THRESHOLD), corpus.at(typed, EVEN)]
    shown = "  ".join(f"{precision:.3f}/{recall:.3f}" for precision, recall in points)
    print(
        f"{corpus.name:<22}{len(right):>6}{right.sum():>7}{right.mean():>7.3f} |"
        f"      {scores} |       {areas} | {shown}"
    )


def print_means(corpora: Mapping[str, Corpus], held_out: Mapping[str, Array]) -> None:
    """Print the means, and the precision of typed edges at the recall of the published rule."""
    for label, names in (("mean of the first three", TARGET), ("mean of four", FITTED)):
        rule = np.mean([corpora[name].precision(corpora[name].published()) for name in names])
        typed = np.mean([corpora[name].precision(corpora[name].typed(held_out[name])) for name in names])
        print(f"{label}: AP toolflow {rule:.3f}, typed {typed:.3f}")
    ties = ", ".join(
        f"{name} {corpus.precision_of_best_ties(corpus.published()):.3f}" for name, corpus in corpora.items()
    )
    print(f"AP of toolflow if right pairs came first among equal scores: {ties}")
    print("\nprecision at the recall of toolflow: toolflow, typed, ratio")
    for name, corpus in corpora.items():
        precision, recall = corpus.at(corpus.published(), THRESHOLD)
        typed = corpus.precision_at_recall(corpus.typed(held_out[name]), recall)
        print(f"{name:<22}{precision:.3f} {typed:.3f} {typed / precision:.1f}x at {recall:.3f}")
    sgd = corpora["sgd"]
    never_said = sgd.marked([each for each in sgd.observed if each.never_said])[sgd.pairs]
    rule, typed = (
        average_precision_score(never_said, scores[sgd.pairs])
        for scores in (sgd.published(), sgd.typed(held_out["sgd"]))
    )
    print(
        f"AP of the {never_said.sum()} pairs of sgd whose value the user never said: "
        f"toolflow {rule:.3f}, typed {typed:.3f}"
    )


def print_ranks(corpora: Mapping[str, Corpus], held_out: Mapping[str, Array]) -> None:
    """Print mean reciprocal ranks, by both definitions."""
    print("\nmean reciprocal rank of the right tool for a parameter the user never said: cosine, typed")
    print(f"{'':<18}    first right |  taker included | each right, best | each right, mean over ties (perfect)")
    for name, corpus in corpora.items():
        ranked = [corpus.cosines, corpus.evidence @ held_out[name]]
        first = [corpus.rank_of_first(each) for each in ranked]
        itself = [corpus.rank_of_first(each, itself=True) for each in ranked]
        pairs = [corpus.rank_of_right_pair(each) for each in ranked]
        perfect = np.mean([1 / place for sources in corpus.asked.values() for place in range(1, len(sources) + 1)])
        columns = [first, itself, *([pair[place] for pair in pairs] for place in (0, 1))]
        shown = " | ".join(f"{cosine:>9.3f} {typed:.3f}" for cosine, typed in columns)
        print(f"{name:<18}{shown} ({perfect:.3f})")
    sgd = corpora["sgd"]
    taker = sgd.catalogue.inputs.tool
    asked = {(source, column) for column, sources in sgd.asked.items() for source in sources}
    services = [tool.origin.category for tool in sgd.catalogue.tools]
    across = sum(services[source] != services[taker[column]] for source, column in asked)
    print(f"of {len(asked)} right tools for such a parameter of sgd, {across} are of another service")


def print_left_out(corpora: Mapping[str, Corpus], prior: Array) -> None:
    """Print the average precision without each piece of evidence, refitted, leaving one corpus out."""
    print("\nAP of typed without    " + "".join(f"{name:>10}" for name in corpora) + "      mean")
    for place, name in [(-1, "nothing"), *enumerate(FLOW)]:
        kept = np.array([other != place for other in range(len(FLOW))])
        found = [
            corpus.precision(corpus.typed(fitted_without(corpora, each, prior, kept=kept)))
            for each, corpus in corpora.items()
        ]
        print(f"{name:<23}" + "".join(f"{value:>10.3f}" for value in found) + f"{np.mean(found):>10.3f}")


def read_corpus(directory: Path, name: str, embed_texts: Embed) -> Corpus:
    """Read the tools of a corpus and the pairs of fields observed among them."""
    lines = (directory / "catalogs" / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
    records = [json.loads(line) for line in lines if line]
    if name == "bfcl":
        records = [record for record in records if "multi_turn_func_doc" in record["source"]]
    first = {record["name"]: record for record in reversed(records)}
    tools = [_tool(first[name]) for name in dict.fromkeys(record["name"] for record in records)]
    places = {tool.name: place for place, tool in enumerate(tools)}
    observed = tuple(
        Observed(
            places[edge["source"]], places[edge["target"]],
            (edge.get("target_param") or edge.get("type", "")).split(".")[-1].replace("[]", ""),
            edge.get("count_value_never_said_by_user", edge.get("count", 1)),
        )
        for edge in _edges(directory / "edges", name)
        if edge["source"] in places and edge["target"] in places and edge["source"] != edge["target"]
    )  # fmt: skip
    return _compared(name, Catalogue.of(tools), observed, embed_texts)


def fitted_without(corpora: Mapping[str, Corpus], name: str, prior: Array, kept: Array | None = None) -> Array:
    """Return the weights fitted on all corpora but one."""
    return fitted([corpus for other, corpus in corpora.items() if other != name], prior, kept=kept)


def fitted(corpora: Sequence[Corpus], prior: Array, *, kept: Array | None = None, rounds: int = 5) -> Array:
    """Return weights of at least 0 near `prior` under which observed pairs score higher than others.

    Logistic regression on the best pair of fields of each two tools, which is chosen anew with the weights of each
    round; every corpus counts the same and has an intercept of its own, as its labels are sparse in its own way.
    """
    weights = prior if kept is None else np.where(kept, prior, 0)
    start, intercepts = weights, np.full(len(corpora), -9.0)
    for _ in range(rounds):
        data = [_best_pairs(corpus, weights) for corpus in corpora]
        bounds = [(0, None) if weight else (0, 0) for weight in start] + [(None, None)] * len(corpora)
        found = minimize(
            _loss, np.append(weights, intercepts), args=(data, start), jac=True, method="L-BFGS-B", bounds=bounds
        )
        weights, intercepts = found.x[: len(prior)], found.x[len(prior) :]
    return weights


def write_weights(weights: Array) -> None:
    """Write the weights that are shipped; two like inputs share what they have in common with a flow."""
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    rounded = {name: round(float(weight), 2) for name, weight in zip(FLOW, weights, strict=True)}
    stored["P-R"]["weights"] = rounded
    stored["P-P"]["weights"] = {name: rounded[name] for name in stored["P-P"]["weights"]}
    WEIGHTS.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    print(f"{WEIGHTS}: {rounded}")


def _compared(name: str, catalogue: Catalogue, observed: tuple[Observed, ...], embed_texts: Embed) -> Corpus:
    question = Question.of("P-R", catalogue)
    published, cosines = (_cosines(each, embed_texts) for each in (catalogue.published(), catalogue))
    cells = (places.ravel().astype(np.int32) for places in np.indices(cosines.shape))
    found = question.evidence(*cells, cosines.ravel())
    evidence = np.stack([found[piece] for piece in FLOW], axis=-1).reshape(*cosines.shape, len(FLOW))
    return Corpus(name, catalogue, observed, np.round(published, 6), evidence)


def _cosines(catalogue: Catalogue, embed_texts: Embed) -> Array:
    vectors = embed_texts(catalogue.texts)
    return cosines_of(vectors[catalogue.outputs.text], vectors[catalogue.inputs.text])


def _tool(record: Mapping[str, Any]) -> ToolSpec:
    origin = Origin(category=record.get("category") or "", api=record.get("source") or "")
    return ToolSpec(
        name=record["name"], description=record["description"] or "", parameters=record["parameters"],
        returns=record["returns"], origin=origin,
    )  # fmt: skip


def _edges(directory: Path, name: str) -> list[dict[str, Any]]:
    if name in SOURCES:
        observed = json.loads((directory / "observed_edges.json").read_text(encoding="utf-8"))
        edges: list[dict[str, Any]] = observed["by_source"][SOURCES[name]]["edges"]
        return edges
    own: list[dict[str, Any]] = json.loads((directory / f"{name}_edges.json").read_text(encoding="utf-8"))["edges"]
    return own


def _highest(rows: Array, groups: Array, count: int) -> Array:
    """Return the highest of the rows of each group; groups ascend, and one without rows has nothing."""
    highest = np.full((count, rows.shape[1]), NOTHING)
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    if len(starts):
        highest[groups[starts]] = np.maximum.reduceat(rows, starts, axis=0)
    return highest


def _rank(scores: Array, place: int) -> tuple[int, int]:
    """Return how many score higher than one, and how many equally, itself included."""
    return int((scores > scores[place] + 1e-6).sum()), int((abs(scores - scores[place]) <= 1e-6).sum())


def _best_pairs(corpus: Corpus, weights: Array) -> tuple[Array, Array]:
    """Return the evidence of the best pair of fields of each two tools, and whether these were observed."""
    totals = corpus.evidence @ weights
    out, into = corpus.catalogue.outputs.tool, corpus.catalogue.inputs.tool
    pair = np.add.outer(out.astype(np.int64) * len(corpus.pairs), into).ravel()
    order = np.lexsort((-totals.ravel(), pair))
    first = order[np.flatnonzero(np.diff(pair[order], prepend=-1))]
    sources, targets = np.divmod(pair[first], len(corpus.pairs))
    kept = sources != targets
    evidence = corpus.evidence.reshape(-1, len(weights))[first[kept]].astype(float)
    return evidence, corpus.right[sources[kept], targets[kept]]


def _loss(values: Array, data: Sequence[tuple[Array, Array]], prior: Array) -> tuple[float, Array]:
    """Return the penalised loss of weights and intercepts, and its gradient."""
    weights, intercepts = values[: len(prior)], values[len(prior) :]
    loss = STRENGTH * float(((weights - prior) ** 2).sum())
    gradient = np.append(2 * STRENGTH * (weights - prior), np.zeros(len(intercepts)))
    for place, (evidence, right) in enumerate(data):
        totals = evidence @ weights + intercepts[place]
        loss += float((np.logaddexp(0, totals) - right * totals).sum() / right.sum())
        residual = (1 / (1 + np.exp(-totals)) - right) / right.sum()
        gradient[: len(weights)] += evidence.T @ residual
        gradient[len(weights) + place] += residual.sum()
    return loss, gradient


if __name__ == "__main__":
    main()
