"""What can be inferred of a tool whose owner says little: its verb, what it acts on, and whether it changes things."""

import re
from functools import lru_cache
from typing import NamedTuple

from toolgraph.tools.spec import Effects, ToolSpec

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

COMPUTE = frozenset(
    "calculate compute calc convert estimate solve evaluate integrate differentiate multiply divide sum average count "
    "measure simulate forecast predict".split()
)
SEARCH = frozenset("search find list browse discover query recommend suggest explore filter match lookup".split())
READ = frozenset(
    "get fetch retrieve read show view describe check verify validate is has can inspect analyze analyse determine "
    "detect classify identify compare track monitor review see download extract parse translate summarize summarise "
    "look lookup tell give provide display return preview export generate".split()
) | SEARCH | COMPUTE  # fmt: skip
CREATE = frozenset(
    "create add make book reserve order buy purchase schedule register submit post send insert upload open start "
    "subscribe enroll publish write save store place request apply assign share invite build record log issue".split()
)
UPDATE = frozenset(
    "update set change modify edit move rename replace adjust resize extend renew reschedule transfer pay turn toggle "
    "enable disable activate merge close lock unlock play pause resume reply approve reject confirm rate put patch "
    "redeem follow like archive mark sync run execute deploy restart stop push pull commit merge".split()
)
DELETE = frozenset(
    "delete remove cancel clear drop unsubscribe revoke terminate destroy discard unfollow erase".split()
)
VERBS = READ | CREATE | UPDATE | DELETE
_PLAIN_VERBS = frozenset(
    "get fetch retrieve list search find create add update delete remove set send calculate".split()
)
"""Verbs that are one wherever they stand in a name; "record", "order" or "forecast" are one only in front."""
_CODE_WORDS = frozenset("api endpoint mcp tool controller service engine handler util utils v1 v2 v3 graphql".split())
HARMLESS = frozenset(
    "explain ask answer take receive obtain access grab bring collect gather acquire load scrape scan crawl probe "
    "transcribe render capture plot draw visualize visualise decode encode encrypt decrypt hash sort rank round "
    "subtract format transform normalize tokenize rotate flip crop upscale enlarge enhance redact compile "
    "decompile recognize recognise understand interpret assess diagnose optimize expand aggregate resolve test "
    "examine investigate observe audit score greet demonstrate print geocode locate trace map guess learn combine "
    "include contain cover represent offer deliver supply present feature enumerate walk iterate count derive "
    "infer reveal report illustrate simplify lint spell divide think split concatenate reverse rephrase "
    "paraphrase segment serialize shuffle mix roll".split()
)
"""Further verbs that change nothing. As first words of names they may be nouns."""
_COMMAND = re.compile(
    r"\W*([A-Za-z]{3,}) (?=(?:an?|the|all|any|every|each|your|my|its|their|this|these|one|two|some|multiple|several|"
    r"new|existing)\b)"
)
_SMALL_WORDS = frozenset(
    "for from with within into onto upon over under about after before during until between among through across "
    "against via per than then when where while what which who whose how why whether because since unless and but "
    "not nor are was were does did will would can could may might must shall should has have had been both half "
    "all any some such only just also even here there this that these those its their our your note out off like "
    "except once the whenever currently response".split()
)
"""What may stand before an article and is no verb."""
_NO_BASE_FORM = re.compile(r"ing$|[^e]ed$|en$|[ai]$|[^dhg]o$")
"""Endings that a verb has in other forms, or in another language."""
_OF_A_TOOL = frozenset(
    "use uses call calls enter input pass specify access let lets help helps perform performs accepts allows "
    "enables requires supports".split()
)
"""What is said of a tool or to its caller, and is not what the tool does."""
TESTS = frozenset("check verify validate is has can".split())

_LAST_SEGMENT = re.compile(r"[./:]")


class NameParts(NamedTuple):
    """A tool's name taken apart."""

    verb: str
    """Base form, or empty."""
    noun: str
    """What follows the verb, as lower-case words."""


@lru_cache(maxsize=65536)
def name_parts(name: str) -> NameParts:
    """Take a tool's name apart into a verb and what it acts on.

    >>> name_parts("library.search_books")
    NameParts(verb='search', noun='books')
    >>> name_parts("weatherForecast")
    NameParts(verb='', noun='weather forecast')
    """
    name = re.sub(r"_for_\w+$", "", name)
    segments = [segment for segment in _LAST_SEGMENT.split(name) if segment]
    words = [word.lower() for word in _WORDS.findall(segments[-1] if segments else name)]
    outer = [word.lower() for word in _WORDS.findall(segments[-2])] if len(segments) > 1 else []
    for index, word in enumerate(words[:3]):
        if word in (VERBS if index == 0 else _PLAIN_VERBS):
            return NameParts(word, " ".join(_noun(words[:index] + words[index + 1 :]) or _noun(outer)))
    return NameParts("", " ".join(_noun(words) or _noun(outer) or words))


def _noun(words: list[str]) -> list[str]:
    """The words of a noun phrase, without the number of a namesake and what only says that code is behind it."""
    kept = [word for word in words if word not in _CODE_WORDS]
    return kept[:-1] if kept and kept[-1].isdigit() else kept


def verb_of(tool: ToolSpec) -> str:
    """Return the verb of a tool: that of its name, else the first of its description, else empty."""
    verb = name_parts(tool.name).verb
    if verb:
        return verb
    commanded = imperative(tool.description)
    if commanded:
        return commanded
    words: list[str] = re.findall(r"[a-z]+", tool.description[:80].lower())
    for word in words[:4]:
        for base in (word, word[:-1], word[:-2]):
            if base in VERBS:
                return base
    return ""


def imperative(text: str) -> str:
    """Return the verb a text begins with, in base form; empty where its first word may as well be a noun.

    A verb nobody listed is known by what it acts on: only a verb, or a small word, stands before "a" or "the".

    >>> imperative("Snoozes the alarm."), imperative("Snooze button of an alarm")
    ('snooze', '')
    """
    found = _COMMAND.match(text)
    first = found[1].lower() if found else ""
    if not first or first in _SMALL_WORDS | _OF_A_TOOL:
        return ""
    forms = _base_forms(first)
    known = next((form for form in forms if form in VERBS), "")
    return known or ("" if _NO_BASE_FORM.search(first) else forms[-1])


def _base_forms(verb: str) -> list[str]:
    """What a verb may be a form of, the likeliest last."""
    forms = [verb]
    if verb.endswith("s") and not verb.endswith(("ss", "us")):
        forms.append(verb[:-1])
    if re.search(r"(sh|ch|x|zz|ss)es$", verb):
        forms.append(verb[:-2])
    if verb.endswith("ies"):
        forms.append(f"{verb[:-3]}y")
    if verb.endswith("ing"):
        forms += [verb[:-4], verb[:-3], f"{verb[:-3]}e"]
    return forms


@lru_cache(maxsize=65536)
def _effects_of_verb(verb: str) -> Effects:
    if verb in DELETE:
        return "deletes"
    return "reads" if not verb or verb in READ or verb in HARMLESS else "writes"


def effects_of(tool: ToolSpec) -> Effects:
    """Return a tool's effects as declared, or as its verb lets infer; one without any verb reads.

    A verb that nobody listed may do anything: its tool writes.
    """
    return tool.effects if tool.effects != "unknown" else _effects_of_verb(verb_of(tool))
