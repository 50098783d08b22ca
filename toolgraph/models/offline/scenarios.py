"""Scenarios without a model: which domain a text belongs to, what a conversation is about, what is quite different.

All three go by words. A word tells of a domain what it is worth: much where few domains use it, more where it stands
in what the domain is about than in something somebody might also say there.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from toolgraph.dialogue.stems import stems_in
from toolgraph.models.offline.domains import Domain, DomainScenario, domains
from toolgraph.models.tasks import ExpansionRequest, ExtractionRequest, ScenarioAnswer
from toolgraph.resources import data_dir
from toolgraph.seeds import rng

COVERED = 0.4
"""The share of what the words of a text are worth that a domain must know before the text is taken to be of it."""
AHEAD = 1.2
"""How much more of it than any other field: "planning a trip" may be of the ski slopes or of the sea."""
OFTEN = 2.0
"""In how many texts of a field a word stands that tells what it is about."""
RARE, KNOWN = 5, 24
"""In how many fields a telling word may stand often, and in how many at all: `help` and `week` tell nothing."""
TELLING = 3
"""How many telling words a conversation must share with a domain to be taken to be of it.

With these bounds five of six short conversations put together from openings and requests of a domain are found to be of
it, and none to be of another; of 1,442 of other people's, on flights, banks and files, 8 are taken for one of ours.
"""
ASIDE = 0.5
"""What a text counts that people may say, as a share of one that tells what a domain is about."""
_WORD = re.compile(r"[^\W\d_]{3,}")


class BankScenario(NamedTuple):
    """A scenario of the bank and the domain it belongs to."""

    domain: str
    scenario: DomainScenario

    @property
    def words(self) -> frozenset[str]:
        """The stems of everything it says."""
        return stems_in(" ".join((self.scenario.text, *self.scenario.openings)))


@cache
def bank() -> tuple[BankScenario, ...]:
    """Return the scenarios that ship with toolgraph, in the order of their domains."""
    return tuple(BankScenario(name, one) for name, domain in domains().items() for one in domain.scenarios)


def domain_of(text: str) -> str | None:
    """Return the name of the domain that a scenario belongs to, or none where its words are of no domain.

    A scenario of the bank belongs to its own domain. Any other must say something that few fields speak of, and the
    domain must know enough of its words, and clearly more than any other: texts in other languages and of other fields
    of life have none, nor has what may be of several.
    """
    if known := _domains_by_text().get(plain(text)):
        return known
    words = [_word(word) for word in _words(text)]
    (best, worth), (_, next_worth), *_ = (*_ranking(Counter(_words(text))), ("", 0.0), ("", 0.0))
    is_clear = worth >= AHEAD * next_worth and worth >= COVERED * sum(word.rarity for word in words)
    return best if best in domains() and is_clear and any(word.tells(best) for word in words) else None


def extract(request: ExtractionRequest, seed: int) -> ScenarioAnswer:
    """Return the scenario of the bank that fits a conversation best, by what the user says in it."""
    said = Counter(word for message in request.messages if message.role == "user" for word in _words(message.content))
    if not said:
        return ScenarioAnswer(reason="the user says nothing in it")
    domain = next(iter(_ranking(said)), ("", 0.0))[0]
    if domain not in domains() or len({word[:5] for word in said if _word(word).tells(domain)}) < TELLING:
        return ScenarioAnswer(reason="it is about nothing that the offline rules know; name a model with --model")
    candidates = [one for one in bank() if one.domain == domain]
    chooser = rng(seed, "extraction", request.key)
    chosen = max(chooser.sample(candidates, len(candidates)), key=lambda one: _shared(one.words, said))
    return ScenarioAnswer(scenario=chosen.scenario.text)


def expand(request: ExpansionRequest, seed: int) -> ScenarioAnswer:
    """Return a scenario of another domain, one of those that share the fewest words with the one given."""
    home, words = domain_of(request.scenario), stems_in(request.scenario)
    others = [(len(words & one.words), one.scenario.text) for one in bank() if one.domain != home]
    fewest = min(count for count, _ in others)
    return ScenarioAnswer(
        scenario=rng(seed, "expansion", request.key).choice([text for count, text in others if count == fewest])
    )


def plain(text: str) -> str:
    """Return a scenario as it is compared with others: without case, surplus spaces and the full stop."""
    return " ".join(text.casefold().split()).rstrip(".!。 ")


class _Word(NamedTuple):
    """What a word says about domains."""

    rarity: float
    """High where few domains use it, and for a word that none does."""
    fields: Mapping[str, float]
    """The fields that use it, and in how many of their texts."""

    def worth(self, field: str) -> float:
        return self.rarity * min(1.0, self.fields.get(field, 0.0) / OFTEN)

    def tells(self, field: str) -> bool:
        often = [count for count in self.fields.values() if count >= OFTEN]
        return self.fields.get(field, 0.0) >= OFTEN and len(often) <= RARE and len(self.fields) <= KNOWN


def _ranking(words: Counter[str]) -> list[tuple[str, float]]:
    """The fields and what the words are worth in them, most first; one said twice counts a little more, not twice."""
    worth: dict[str, float] = defaultdict(float)
    for word, count in words.items():
        known = _word(word)
        for field in known.fields:
            worth[field] += known.worth(field) * (1 + math.log(count))
    return sorted(worth.items(), key=lambda entry: (-entry[1], entry[0]))


@lru_cache(maxsize=65536)
def _word(word: str) -> _Word:
    users: dict[str, float] = {}
    for stem in stems_in(word):
        for field, count in _vocabulary().get(stem, {}).items():
            users[field] = max(count, users.get(field, 0.0))
    return _Word(math.log(_count() / max(1, len(users))), users)


@cache
def _vocabulary() -> Mapping[str, Mapping[str, float]]:
    """For each stem the fields that use it, and in how many of their texts, as `_Word.fields` has it."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for name, weight, text in _texts():
        for stem in stems_in(text):
            found[stem][name] += weight
    return found


def _texts() -> Iterator[tuple[str, float, str]]:
    """What is said in a field, and what each of its texts counts.

    The fields of our catalogue are no domains, but they know which words everybody uses, and what is theirs.
    """
    for name, domain in domains().items():
        yield from ((name, 1.0, text) for text in _telling(domain))
        yield from ((name, ASIDE, text) for text in _spoken(domain))
    for path in sorted((data_dir() / "wordings").glob("*.yaml")):
        yield from ((f"wordings/{path.stem}", ASIDE, line) for line in path.read_text("utf-8").splitlines())


@cache
def _count() -> int:
    return 1 + len({field for fields in _vocabulary().values() for field in fields})


def _telling(domain: Domain) -> Iterator[str]:
    """The texts that tell what a domain is about."""
    yield domain.domain.replace("_", " ")
    for name, function in domain.functions.items():
        yield from (name.replace("_", " "), function.description)
    yield from (one.text for one in domain.scenarios)


def _spoken(domain: Domain) -> Iterator[str]:
    """What people may say who need something of a domain."""
    for function in domain.functions.values():
        yield from function.asks
    for one in domain.scenarios:
        yield from one.openings


def _shared(stems: frozenset[str], words: Counter[str]) -> float:
    return sum(_word(word).rarity for word in words if stems_in(word) & stems)


@cache
def _domains_by_text() -> Mapping[str, str]:
    return {plain(one.scenario.text): one.domain for one in bank()}


def _words(text: str) -> Iterator[str]:
    return (word for word in _WORD.findall(text.casefold()) if stems_in(word))
