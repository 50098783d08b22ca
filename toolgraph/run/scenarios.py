"""The scenarios a run begins with: from our bank, a file or seed conversations, expanded, and without duplicates.

They are written to `scenarios.jsonl` in the run directory, those that are used and those that are not, one per line.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from planners.scenarios import (
    SIMILARITY,
    EmbedTexts,
    Scenario,
    expand_scenario,
    extract_scenario,
    form_errors,
    without_duplicates,
)
from toolgraph.dialogue.messages import Message
from toolgraph.errors import ConfigError, RunDirectoryError
from toolgraph.formats.files import dialogue_file, read_numbered
from toolgraph.models.offline.scenarios import bank, domain_of
from toolgraph.models.request import Backend
from toolgraph.run.progress import Progress, Silent
from toolgraph.run.threads import threads
from toolgraph.seeds import rng
from toolgraph.whole_files import write_whole, writing

SCENARIOS = "scenarios.jsonl"
"""Where a run directory keeps its scenarios."""
LONGEST = 30
"""How many words a scenario in a user's own file may have; those that a model writes have ten."""
_NOT_OURS = (
    "the offline rules know English scenarios of their own domains only, and this one's words are of none of them, or "
    "of several; name a model with --model"
)


@dataclass(frozen=True, slots=True)
class PreparedScenarios:
    """What a run begins with; together the two are everything that was there."""

    kept: tuple[Scenario, ...]
    """What tasks are made from, no two alike."""
    dropped: tuple[Scenario, ...]
    """Duplicates with their twins, conversations without a scenario, answers that could not be used: with reasons."""

    @property
    def rejected(self) -> tuple[Scenario, ...]:
        """Those of `dropped` that are no duplicates but could not be used."""
        return tuple(one for one in self.dropped if not one.twin)


def prepare_scenarios(
    *, scenarios: Path | None, seeds: Sequence[Path], expand: int, similarity: float = SIMILARITY, backend: Backend,
    embed_texts: EmbedTexts, seed: int, is_offline: bool, workers: int = 1, progress: Progress | None = None,
    at_error: Callable[[BaseException], None] = lambda error: None,
) -> PreparedScenarios:  # fmt: skip
    """Return the scenarios of a run.

    Those of a file and those extracted from seed conversations come first, in their order; without either it is our own
    bank. What repeats another is taken out. Then `expand` new ones are asked for, each from one of these drawn by
    `seed`, and what repeats another is taken out again. With `is_offline` a scenario must be of a domain that the
    rules know. Requests are made by `workers` threads; the outcome does not depend on who is done first.

    Raises:
        ConfigError: the file of scenarios cannot be used, or there is nothing that can be.
        FormatError: a file of conversations cannot be read.
        EmbeddingError: the embedding model cannot be used.
        EndpointError: a model's server cannot be used at all.
        BudgetReached: nothing more may be spent.
    """
    ask = partial(_in_order, workers=workers, progress=progress or Silent(), at_error=at_error)
    found = [*(read_scenario_file(scenarios) if scenarios else ())]
    conversations = [talk for path in seeds for talk in _conversations(path)]
    found += ask(
        "extracting scenarios", len(conversations),
        lambda number: extract_scenario(
            conversations[number][1], conversations[number][0], key=f"seed{number:06d}/extraction", backend=backend
        ),
    )  # fmt: skip
    if scenarios is None and not seeds:
        found = list(bank_scenarios())
    usable, refused = _usable(found, is_offline=is_offline)
    first, repeated = without_duplicates(usable, embed_texts, most=similarity)
    if not first:
        raise ConfigError(_nothing_usable(refused))
    parents = [rng(seed, "expansion", number).choice(first) for number in range(expand)]
    written = ask(
        "expanding scenarios", expand,
        lambda number: expand_scenario(parents[number], key=f"new{number:06d}/expansion", backend=backend),
    )  # fmt: skip
    new, failed = _usable(written, is_offline=is_offline)
    second, repeated_again = without_duplicates(new, embed_texts, most=similarity, kept=first)
    return PreparedScenarios((*first, *second), (*refused, *repeated, *failed, *repeated_again))


def check_sources(*, scenarios: Path | None, seeds: Sequence[Path]) -> None:
    """See to it that the files given can be read, before anything is made.

    Raises:
        ConfigError: the file of scenarios cannot be used.
        FormatError: a file of conversations is missing, empty, or begins with something else.
    """
    if scenarios is not None:
        read_scenario_file(scenarios)
    for path in seeds:
        next(read_numbered(path))


def bank_scenarios() -> tuple[Scenario, ...]:
    """Return the scenarios that ship with toolgraph (`data/scenarios/`)."""
    return tuple(Scenario(text=one.scenario.text, source="bank", domain=one.domain) for one in bank())


def read_scenario_file(path: Path) -> tuple[Scenario, ...]:
    """Return the scenarios of a user's own file: a line each, JSON Lines with `scenario` or `text`, or a list in YAML.

    Lines that are empty or begin with `#` are passed over. A scenario may be in any language.

    Raises:
        ConfigError: the file cannot be read, holds none, or one of them is no text or too long; it names the line.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not text in UTF-8; expected one scenario per line") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror or error})") from error
    if "\0" in text:
        raise ConfigError(f"{path}: is not text; expected one scenario per line")
    is_yaml = path.suffix.lower() in (".yaml", ".yml", ".json")  # JSON is YAML as well
    entries = _yaml_entries(text, path) if is_yaml else _line_entries(text, path)
    found = tuple(_own(entry, path, line) for line, entry in entries)
    if not found:
        raise ConfigError(f"{path}: holds no scenario; write one per line, as in 'Planning a family holiday'")
    return found


def write_scenarios(path: Path, prepared: PreparedScenarios) -> None:
    """Write the scenarios of a run as JSON Lines, first those that are used.

    Raises:
        RunDirectoryError: the file cannot be written.
    """
    lines = [one.model_dump_json(exclude_defaults=True) + "\n" for one in (*prepared.kept, *prepared.dropped)]
    with writing(path):
        write_whole(path, lambda partial: partial.write_text("".join(lines), encoding="utf-8"))


def read_scenarios(path: Path) -> PreparedScenarios:
    """Return what `write_scenarios` wrote.

    Raises:
        RunDirectoryError: the file is missing or damaged.
    """
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            everything = [Scenario.model_validate_json(line) for line in file if line.strip()]
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise RunDirectoryError(f"{path}: is missing or damaged; delete the run and begin it again") from error
    kept = tuple(one for one in everything if one.is_kept)
    return PreparedScenarios(kept, tuple(one for one in everything if not one.is_kept))


def _in_order(
    stage: str, count: int, work: Callable[[int], Scenario], *, workers: int, progress: Progress,
    at_error: Callable[[BaseException], None],
) -> list[Scenario]:  # fmt: skip
    """The scenarios that `work` makes of 0 to `count`, in that order, by several threads if wanted."""
    if not count:
        return []
    progress.show(stage, 0, count)
    made: dict[int, Scenario] = {}
    everything = threads(
        lambda number: (number, work(number)), range(count), workers=workers, admits=lambda _: True,
        tick=lambda: None, at_error=at_error,
    )  # fmt: skip
    for number, one in everything:
        made[number] = one
        progress.show(stage, len(made), count)
    return [made[number] for number in range(count)]


def _usable(found: Sequence[Scenario], *, is_offline: bool) -> tuple[list[Scenario], list[Scenario]]:
    """What tasks can be made from, its domain named where the rules are to know it, and what not, with the reason."""
    judged = [_placed(one) if is_offline and one.is_kept else one for one in found]
    return [one for one in judged if one.is_kept], [one for one in judged if not one.is_kept]


def _placed(scenario: Scenario) -> Scenario:
    domain = scenario.domain or domain_of(scenario.text)
    return scenario.model_copy(update={"domain": domain} if domain else {"reason": _NOT_OURS})


def _nothing_usable(refused: Sequence[Scenario]) -> str:
    first = refused[0]
    shown = f"'{first.text}': " if first.text else ""
    return f"none of the scenarios given can be used ({len(refused)} refused); {first.place}: {shown}{first.reason}"


def _conversations(path: Path) -> Iterator[tuple[Scenario, tuple[Message, ...]]]:
    file = str(dialogue_file(path))
    for line, dialogue in read_numbered(path):
        name = dialogue.id.encode("utf-8", "replace").decode()
        yield Scenario(text="", source="seed", file=file, line=line, dialogue=name), dialogue.messages


def _line_entries(text: str, path: Path) -> Iterator[tuple[int, Any]]:
    """Lines as they are, or what the JSON in them holds; the first line decides which it is."""
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    is_json = bool(lines) and lines[0][1].startswith("{")
    for number, line in lines:
        if not is_json:
            yield number, line
            continue
        try:
            yield number, json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise ConfigError(f"{path}, line {number}: is not valid JSON; the lines before it are") from error


def _yaml_entries(text: str, path: Path) -> Iterator[tuple[int, Any]]:
    """The entries of a list, each with its line."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        where = f"{path}, line {place.line + 1}" if place else str(path)
        raise ConfigError(f"{where}: is not valid YAML; expected a list of scenarios") from error
    if node is None:
        return
    if not isinstance(node, yaml.SequenceNode):
        raise ConfigError(f"{path}: holds {_kind(values)}; expected a list of scenarios")
    yield from ((item.start_mark.line + 1, value) for item, value in zip(node.value, values, strict=True))


def _own(entry: Any, path: Path, line: int) -> Scenario:
    where = f"{path}, line {line}"
    text = entry.get("scenario", entry.get("text")) if isinstance(entry, Mapping) else entry
    if not isinstance(text, str):
        raise ConfigError(f"{where}: holds {_kind(entry)}; expected a scenario as text, or as 'scenario' of an object")
    if wrong := next(form_errors(text, most_words=LONGEST, allows_numbers=True), ""):
        raise ConfigError(f"{where}: cannot be used as a scenario: {wrong}")
    return Scenario(text=text.strip(), source="file", file=str(path), line=line)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "nothing" if value is None else "something else")
