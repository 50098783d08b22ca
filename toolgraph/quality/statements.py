"""Statements: the values a text states, found by their shape."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from toolgraph.dialogue.spoken import MONTHS, NUMBER_WORDS, WEEKDAYS

Kind = Literal["address", "quotation", "id", "number", "count", "day", "name"]


class Statement(NamedTuple):
    """A value stated in a text."""

    kind: Kind
    text: str
    """The words."""
    value: str
    """What is looked for: the words without dress, or a number in normal form."""
    start: int = -1
    """Where the words stand, or the word they are a part of."""


_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+(?<![.,;:!?])|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_QUOTED = re.compile(r"“([^”\n]+)”|\"([^\"\n]+)\"|(?<!\w)\u2018([^\u2019\n]+)\u2019(?!\w)|(?<!\w)'([^'\n]+)'(?!\w)")
_MARKERS = re.compile(r"(?m)^\s*(?:[-*•]\s+)?(?:\(?\d{1,2}[.)]|#+)\s+")
_TOKEN = re.compile(r"\w+(?:[-'\u2019_/]\w+)*")
_DIGIT = re.compile(r"\d")
# A pattern that begins with its first character, and looks back only then, is three times as fast.
_NUMBER = re.compile(r"[\d.](?:(?<=\d)(?:\d{0,2}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d*(?:\.\d+)?)|(?<=\.)(?<![\w.]\.)\d+)")
_PART_END, _SHORT_FORM = re.compile(r"[-/]"), re.compile(r"['\u2019](?:s|ll|re|ve|d|m)?$")
_LONE_POINT = re.compile(r"(?<![\w.])\.$")
_WITH_UNIT = re.compile(r"(\.?\d[\d.]*)(?:-?[a-zµ]+(?:-[a-z]+)*|-?[A-Z][a-z]+(?:-[a-z]+)*|°[CF]?|x)$")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)$", re.IGNORECASE)
_UNITS = frozenset("AM PM GB MB KB TB KG KM CM MM MG ML KW KWH MPH KMH BPM C F K M B X H L".split())
_BREAK = re.compile(r"(?:[.!?:;…]['\"”\u2019)*_]*\s+|\n|^|[“\"\u2018(\[*•|]|(?:^|\s)[-\u2013—]\s+)['\"“\u2018(*_\[]*$")
_COUNTS = {word: str(number) for number, word in enumerate(NUMBER_WORDS) if number >= 3}
_DAYS = frozenset(name.lower() for name in (*MONTHS, *WEEKDAYS, *(m[:3] for m in MONTHS), *(w[:3] for w in WEEKDAYS)))
_PLAIN = frozenset(
    "i i'm i'll i've i'd id ids ok okay am pm mr mrs ms dr url urls tv faq pin eta pdf csv json api gps wifi usb cv "
    "q&a diy ai it asap fyi tbd n/a vip "
    "a an the and or but so if then than as at by for from in into of off on onto out over to up with about after "
    "before you your yours we our us they them their he she him her his its this that these those there here what "
    "which who when where why how do does did done don't is are was were be been am can could will would shall should "
    "may might must have has had not no yes please thanks thank sorry sure great let let's just also now next first "
    "second third last all any some each more most other another both one two hi hello hey bye goodbye".split()
)
"""Words that are nobody's name, though somebody may write them with a capital in the middle of a sentence."""
_AFTER_A_NUMBER = re.compile(r"\d(?:st|nd|rd|th)?,?\s+(?:of\s+)?$")
_BEFORE_A_NUMBER = re.compile(r"\.?,?\s+(?:the\s+)?\d")
_ROUND_THE_CLOCK = re.compile(r"\b24/7\b")
_TITLE_MARK = re.compile(r"[A-ZÀ-ÖØ-ÞΑ-ΩА-Я]")


@lru_cache(maxsize=2048)
def statements_in(text: str) -> tuple[Statement, ...]:
    """Return the values that a text states, addresses and quotations first.

    >>> [(s.kind, s.value) for s in statements_in('Done, Ana: "Blue Room" costs $1,250.00 (BK-2041) for Lisbon.')]
    [('quotation', 'Blue Room'), ('name', 'Ana'), ('number', '1250'), ('id', 'BK-2041'), ('name', 'Lisbon')]
    """
    return tuple(_statements(text))


def normal_number(text: str) -> str:
    """Return a number as text without separators and zeros that say nothing.

    >>> normal_number("1,250.00"), normal_number("07"), normal_number("0.50")
    ('1250', '7', '0.5')
    """
    text = text.replace(",", "")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = text.lstrip("0") or "0"
    return f"0{text}" if text[0] == "." else text


def numbers_in(text: str) -> Iterator[str]:
    """Yield every number in a text, in normal form, parts of dates, times and ids included."""
    return map(normal_number, _NUMBER.findall(text))


def _statements(text: str) -> Iterator[Statement]:
    for match in _ADDRESS.finditer(text):
        address = match[0].rstrip(".,;:!?")
        yield Statement("address", address, address, match.start())
    rest = _ADDRESS.sub(lambda match: " " * len(match[0]), text)
    for match in _QUOTED.finditer(rest):
        quoted = next(group for group in match.groups() if group is not None).strip().rstrip(".,;:!?")
        if quoted:
            yield Statement("quotation", quoted, quoted, match.start())
    # What is quoted is looked for as a whole; its words need not be looked for again.
    rest = _QUOTED.sub(lambda match: f"'{' ' * (len(match[0]) - 2)}'", rest)
    rest = _ROUND_THE_CLOCK.sub("    ", rest)
    rest = _MARKERS.sub(lambda match: " " * (len(match[0]) - 1) + "\n", rest)
    numbers_end = 0
    for match in _TOKEN.finditer(rest):
        if match.start() < numbers_end:
            continue
        token, start = match[0], match.start()
        if token[0].isdigit() and _LONE_POINT.search(rest, max(0, start - 2), start):
            # `.304` is 0.304.
            start -= 1
        if token.islower() and token.isalpha() and token not in _COUNTS:
            continue
        if token.isdigit():
            number = _NUMBER.match(rest, start)
            if number:
                numbers_end = number.end()
                percent = rest[numbers_end : numbers_end + 1] == "%"
                yield Statement("number", f"{number[0]}%" if percent else number[0], normal_number(number[0]), start)
            continue
        yield from _token(rest[start : match.end()], rest, start)
        if _DIGIT.search(token):
            # "4.5-star" is cut by the tokens' shape after the point; the number before it was read whole.
            numbers_end = match.end()


def _token(token: str, text: str, start: int) -> Iterator[Statement]:
    if _DIGIT.search(token):
        ordinal = _ORDINAL.match(token)
        if ordinal:
            yield Statement("count", token, normal_number(ordinal[1]), start)
        elif token.replace("-", "").replace("/", "").isdigit():
            for number in numbers_in(token):
                yield Statement("number", token, number, start)
        else:
            yield _mixed(token, start)
        return
    lowered = token.lower()
    if lowered in _COUNTS:
        yield Statement("count", token, _COUNTS[lowered], start)
        return
    for word in _PART_END.split(token):
        bare = _SHORT_FORM.sub("", word)
        is_title = bare and _TITLE_MARK.match(bare)
        if is_title and (bare.lower() in _DAYS or _PLAIN.isdisjoint((word.lower(), bare.lower()))):
            if word == token and len(bare) == 1:
                continue
            if bare.lower() in _DAYS and (len(bare) > 3 or _is_dated(text, start, start + len(token))):
                yield Statement("day", bare, bare.lower()[:3], start)
            elif bare.lower() in _DAYS:
                continue
            elif not (token.startswith(word) and _BREAK.search(text, max(0, start - 12), start)):
                yield Statement("name", bare, bare, start)


def _is_dated(text: str, start: int, end: int) -> bool:
    """Whether a number stands beside a word: only there are `May`, `Sun` and other short forms parts of a date."""
    return bool(_AFTER_A_NUMBER.search(text, max(0, start - 10), start) or _BEFORE_A_NUMBER.match(text, end))


def _mixed(token: str, start: int) -> Statement:
    """A token of letters and digits: a number with its unit, or an id."""
    united = _WITH_UNIT.match(token)
    if united:
        return Statement("number", token, normal_number(united[1]), start)
    letters = token.lstrip("0123456789.")
    if letters in _UNITS:
        return Statement("number", token, normal_number(token[: -len(letters)]), start)
    bare = re.sub(r"['\u2019]s$", "", token)
    return Statement("id", bare, bare, start)
