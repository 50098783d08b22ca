"""Wordings for tools nobody wrote wordings for: phrases made from the name, the description and the parameters.

A description such as "Retrieves the weather forecast for a given city." becomes verb phrases a person would use ("look
up the weather forecast for {city}") and statements of need; each parameter gets fragments that add its value.
"""

import re
from collections.abc import Iterator

from toolgraph.models.offline.goals import ABBREVIATIONS, FINDING, GETTING, JARGON, goal, is_foreign, lowered
from toolgraph.models.offline.speech import article, entity_noun
from toolgraph.models.offline.wordings import Template, Wording, dotted, template, written_wording
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import CREATE, DELETE, UPDATE, name_parts
from toolgraph.tools.kinds import NAMED_KINDS, kind_of
from toolgraph.tools.names import looks_like_identifier, split_words
from toolgraph.tools.pointers import ANY_ITEM
from toolgraph.tools.spec import ToolSpec

_FIGURING = frozenset("calculate compute determine calc".split())
_VARIANTS: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    (GETTING, ("get {r}", "look up {r}", "find {r}", "pull up {r}", "check {r}", "show me {r}", "see {r}",
               "fetch {r}")),
    (FINDING, ("find {r}", "search for {r}", "look for {r}", "look up {r}")),
    (frozenset({"list"}), ("list {r}", "show me {r}", "go through {r}", "see {r}", "run through {r}")),
    (_FIGURING, ("calculate {r}", "work out {r}", "figure out {r}", "compute {r}", "find out {r}")),
    (frozenset({"estimate", "predict", "forecast"}), ("estimate {r}", "get an idea of {r}", "predict {r}")),
    (frozenset({"create", "generate", "make"}), ("create {r}", "make {r}", "put together {r}")),
    (frozenset({"delete", "remove"}), ("delete {r}", "remove {r}", "get rid of {r}")),
    (frozenset({"update", "modify", "change", "edit"}), ("update {r}", "change {r}")),
    (frozenset({"check", "verify", "validate"}), ("check {r}", "verify {r}", "double-check {r}")),
    (frozenset({"analyze", "analyse"}), ("analyze {r}", "take a look at {r}", "study {r}")),
    (frozenset({"send"}), ("send {r}", "send off {r}")),
    (frozenset({"book", "reserve"}), ("book {r}", "reserve {r}")),
)  # fmt: skip
_DETERMINED = re.compile(
    (
        r"^(\{|(the|a|an|my|all|some|any|every|each|this|these|two|three|information|details|news|data|"
        r"weather|advice|\w+s\b|\w+ (information|details|news|data|advice|\w+s)\b))"
    ),
    re.I,
)
_NOT_A_NOUN = re.compile(
    r"^(if|whether|how|what|when|where|who|for|to|in|on|with|by|from|of|about|into|up|out|and|as|at|a given)\b", re.I
)
_UNITS = {
    "m/s": "m/s", "meters per second": "metres per second", "m/s^2": "m/s²", "km/h": "km/h", "mph": "mph",
    "meters": "metres", "metres": "metres", "meter": "metres", "m": "metres", "km": "km", "kilometers": "kilometres",
    "kilometres": "kilometres", "miles": "miles", "feet": "feet", "inches": "inches", "cm": "cm",
    "centimeters": "centimetres", "mm": "mm", "millimeters": "mm", "kg": "kg", "kilograms": "kilograms",
    "grams": "grams", "pounds": "pounds", "lbs": "pounds", "celsius": "degrees Celsius",
    "degree celsius": "degrees Celsius", "degrees celsius": "degrees Celsius", "fahrenheit": "degrees Fahrenheit",
    "kelvin": "kelvin", "usd": "US dollars", "dollars": "dollars", "us dollars": "US dollars", "euros": "euros",
    "years": "years", "months": "months", "weeks": "weeks", "days": "days", "hours": "hours", "minutes": "minutes",
    "seconds": "seconds", "milliseconds": "milliseconds", "ms": "milliseconds", "percent": "percent",
    "percentage": "percent", "%": "percent", "liters": "litres", "litres": "litres", "volts": "volts",
    "amperes": "amperes", "ampere": "amperes", "ohms": "ohms", "newtons": "newtons", "joules": "joules",
    "watts": "watts", "hertz": "hertz", "hz": "hertz", "pascals": "pascals", "coulombs": "coulombs",
    "square feet": "square feet", "square meters": "square metres", "cubic meters": "cubic metres",
    "degrees": "degrees", "radians": "radians", "moles": "moles", "pixels": "pixels", "bytes": "bytes",
    "kilobytes": "kilobytes", "milligrams": "milligrams", "calories": "calories",
}  # fmt: skip
_UNIT = re.compile(r"\b(?:in|measured in|\(in) ([a-z/^2%]+(?: [a-z]+(?: second)?)?)", re.I)
_FROM, _TO = (
    re.compile(r"\b(from|origin|departure|start|source|pick ?up|base)\b"),
    re.compile(r"\b(to|destination|arrival|end|target|drop ?off|quote)\b"),
)

_PLACES = {
    "city": ("city", "location", "place", "area"),
    "country": ("country",),
    "state": ("state", "region"),
    "company": ("company",),
}
_READERS = ("user", "person", "contact", "recipient", "friend", "phone number")
"""How a description speaks of whom something is sent to."""
_OF_A_THING = (
    r"(?:\b(?:a|an|the|any|this|one|your|my)\s+(?:[a-z]+\s+)?|(?<=\bto )|(?<=\bof )|(?<=\bfrom ))THING"
    r"(?=$|[,.]| (?:of|for|in|on|at|to|from|with|by|and)\b)"
)
"""How a description speaks in general of the very thing that an id names."""
_FROM_TO = re.compile(r"origin|destination")
_PARTY = re.compile(
    r"^(number of |num )(passengers|people|persons|guests|adults|travel?lers|riders)$|^(party|group) size$|"
    r"^(passengers|guests|adults|travel?lers)$"
)
"""How many people something is for."""
_SPAN = re.compile(r"\b(minutes|hours|days|nights|weeks|months|years)$")
_LOGIN = re.compile(r"\b(log|login|logon|sign|register|registration|auth\w*)\b")
_PEOPLE = frozenset({"person", "email", "username", "phone"})
_RECEIVERS = re.compile(r"^to\b|\b(recipient|receiver|payee|addressee)s?\b")
_SENDERS = frozenset({"sender", "from", "from email", "sender email"})
_MAKERS = re.compile(r"^(artist|author|composer|singer|band|director|directed by|writer|painter|musician)s?( name)?$")
"""By whom something is."""

_CLAIMING = re.compile(
    r"^(is|add|includes?|has|have|should|use|enable|with|want|show|return|get|only|allow|needs?|requires?)\s+(?=\w)"
)
"""Verbs that names of yes or no begin with."""

_wordings: dict[str, Wording] = {}


def wording_of(tool: ToolSpec) -> Wording:
    """Return the wording written for a tool, or the one derived from its definition."""
    found = _wordings.get(tool.definition_key)
    if found is None:
        found = _wordings[tool.definition_key] = written_wording(tool) or derive_wording(tool)
    return found


def derive_wording(tool: ToolSpec) -> Wording:
    """Return asks, needs and details made from the tool's own words; reports are left to the general ones."""
    verb, rest = goal(tool)
    slotted = _with_slots(rest, tool)
    if verb == "search" and re.match(r"(the|my|across|in|through|within|all|a|an|this) ", rest):
        forms: tuple[str, ...] = ("search {r}",)
    else:
        forms = _forms(verb)
    rests = [slotted] if slotted != rest else []
    asks = [template(form.replace("{r}", body).strip()) for body in (*rests, rest) for form in forms]
    return Wording(
        asks=tuple(dict.fromkeys(asks)),
        needs=tuple(dict.fromkeys(template(need) for body in rests or [rest] for need in _needs(verb, body))),
        details={
            dotted(field.pointer).replace(f".{ANY_ITEM}", ""): tuple(map(template, _details(field, tool)))
            for field in tool.parameter_fields
        },
        ask_back={},
        item=None,
        reports=(),
        is_derived=True,
    )


def _forms(verb: str) -> tuple[str, ...]:
    return next((variants for verbs, variants in _VARIANTS if verb in verbs), (f"{verb} {{r}}",))


def _with_slots(rest: str, tool: ToolSpec) -> str:
    """Put slots where the description speaks of a parameter in general: "for a city" becomes "for {city}"."""
    taken = 0
    for field in tool.parameter_fields:
        if taken == 2 or ANY_ITEM in field.pointer or not field.is_required:
            continue
        name, slot = label(field), f"{{{dotted(field.pointer)}}}"
        bare = re.sub(r" name$", "", name)
        if kind_of(field) in NAMED_KINDS | _PEOPLE and kind_of(field) != "title":
            called = "|".join(
                map(
                    re.escape,
                    dict.fromkeys(
                        [
                            bare,
                            *_PLACES.get(kind_of(field), _READERS if _RECEIVERS.search(name) else ()),
                            *([bare.split()[0]] if _FROM_TO.match(bare) else []),
                        ]
                    ),
                )
            )
            one = r"(?:a|an|the|any|this|one|your|my|another)\s+(?:[A-Z]{2} )?"
            pattern = rf"\b{one}(?:{called})(?:'s)?(?: name)?\b(?! \w*(?:s\b|ing\b))"
        elif kind_of(field) == "date":
            pattern = rf"\b(?:a|an|the)\s+{re.escape(bare)}\b"
        elif kind_of(field) in ("id", "uuid") and entity_noun(field.name):
            pattern = _OF_A_THING.replace("THING", re.escape(entity_noun(field.name)))
        elif field.types[:1] in (("integer",), ("number",)):
            pattern, slot = rf"\b(?:a|the)\s+number of {re.escape(bare)}\b", f"{slot} {bare}"
        else:
            continue
        changed, number = re.subn(pattern, slot, rest, count=1, flags=re.I)
        if number:
            in_places = kind_of(field) in ("city", "state", "country")
            rest, taken = changed.replace(f"at {slot}", f"in {slot}") if in_places else changed, taken + 1
    return rest


def _needs(verb: str, rest: str) -> Iterator[str]:
    """Statements that stand by themselves."""
    if _NOT_A_NOUN.match(rest) or not _DETERMINED.match(rest) or " me " in f" {rest} ":
        return
    if verb in GETTING | FINDING | {"list"}:
        yield f"I need {rest}."
        yield f"I'm looking for {rest}."
        yield f"I'm after {rest}."
        yield f"I'd like to have {rest}."
        yield f"Do you have {rest}?"
        if (
            rest.lower().startswith("the ")
            and verb in GETTING
            and not re.search(r"\w+s\b(?! of)", rest.split(" for ")[0].split(" of ")[0])
        ):
            yield f"What's {rest}?"
            yield f"I'm wondering about {rest}."
    elif verb in _FIGURING:
        yield f"I need to know {rest}."
        yield f"I'm trying to work out {rest}."
        yield f"I can't get my head around {rest}, so please do the sums."
        yield f"For my notes I want {rest}."
        if rest.lower().startswith("the ") and " and " not in rest:
            yield f"What would {rest} be?"
            yield f"What does {rest} come to?"
    elif verb in CREATE | UPDATE | DELETE:
        yield f"I have to {verb} {rest}."
        yield f"I've been meaning to {verb} {rest}."
        yield f"It's about time to {verb} {rest}."
        yield f"What's left for today is to {verb} {rest}."


# --- parameters -----------------------------------------------------------------------------------------------------


def label(field: Field) -> str:
    """Return what a person calls a parameter, without article."""
    words = [ABBREVIATIONS.get(word, word) for word in split_words(field.name).split()]
    text = " ".join(words)
    if text.startswith("number ") and not text.startswith("number of"):
        text = f"number of {text[7:]}"
    meaningful = [word for word in words if len(word) > 2 and re.search(r"[aeiouyAEIOUY]", word)]
    if meaningful and not is_foreign(text):
        return re.sub(r"^(input|param|the|in|my|your) ", "", text)
    described = re.split(r"[,.(;:]| to be | that | which | in ", field.description)[0]
    described = re.sub(r"^(the|a|an)\s+", "", described.strip(), flags=re.I)
    plain = described and len(described.split()) <= 6 and not JARGON.search(described.lower()) and not any(
        looks_like_identifier(word) for word in described.split()
    )  # fmt: skip
    if plain and not is_foreign(described):
        return lowered(described)
    return text if text and not is_foreign(text) else "value"


def unit_of(field: Field) -> str:
    """Return the unit a description states, as people say it; empty if none."""
    if field.types[:1] not in (("number",), ("integer",)):
        return ""
    found = _UNIT.search(field.description)
    if not found:
        return ""
    phrase = found[1].lower()
    return _UNITS.get(phrase) or _UNITS.get(phrase.split()[0], "")


def claimed(name: str) -> str:
    """Return what a yes or no is about: the name of its parameter without the verb it begins with.

    >>> claimed("add insurance"), claimed("in unit laundry")
    ('insurance', 'in unit laundry')
    """
    return _CLAIMING.sub("", name)


def _details(field: Field, tool: ToolSpec) -> tuple[str, ...]:
    """Fragments that add a parameter's value to a request."""
    kind, name = kind_of(field), label(field)
    slot = f"{{{dotted(field.pointer).replace(f'.{ANY_ITEM}', '')}}}"
    words = split_words(field.name)
    creates = name_parts(tool.name).verb in CREATE | UPDATE
    truths = {str(option).lower() for option in field.schema.get("enum", ())}
    if kind == "boolean" or (truths and truths <= {"true", "false", "yes", "no", "dontcare"}):
        bare = claimed(name)
        return (f"{bare} only",) if re.fullmatch(r"[a-z]+[ai]ble", bare) else (f"with {bare}",)
    if _PARTY.search(words) and kind != "boolean":
        return (f"for {slot} people",)
    counted = re.sub(r"^(number of|num|total|count of) ", "", name)
    if counted != name and counted.endswith("s"):
        return (f"{'for' if _SPAN.search(counted) else 'with'} {slot} {counted}",)
    if field.schema.get("enum"):
        if kind == "unit" or words in ("units", "unit", "currency", "language"):
            return (f"in {slot}",)
        return (f"with {slot} as the {name}", f"with the {name} {slot}")
    if kind in ("id", "uuid"):
        return (f"for {slot}",)
    if kind in (
        "city",
        "state",
        "country",
        "language",
        "currency",
        "airport",
        "landmark",
        "country_code",
        "language_code",
        "chain",
    ):
        if _FROM.search(words):
            return (f"from {slot}",)
        is_a_way = any(_FROM.search(split_words(one.name)) and kind_of(one) == kind for one in tool.parameter_fields)
        if _TO.search(words) and (is_a_way or kind not in ("city", "state", "country")):
            return (f"to {slot}",) if kind not in ("language", "language_code") else (f"into {slot}",)
        return (f"in {slot}", f"for {slot}") if kind != "chain" else (f"on {slot}",)
    if kind in ("date", "datetime", "time", "weekday", "month", "year"):
        if kind == "time" and (sum(kind_of(one) == "time" for one in tool.parameter_fields) == 1 or words == "time"):
            return (f"at {slot}",)
        if re.search(r"birth|dob", words):
            return (f"born {slot}", f"with {slot} as the date of birth")
        if re.search(r"\b(start|from|begin|since|check ?in|after|pick ?up)", words):
            return (f"from {slot}",)
        if re.search(r"\b(end|to|until|till|check ?out|before|due|return|drop ?off)", words):
            return (f"until {slot}",) if "return" not in words else (f"coming back {slot}",)
        return (f"with {slot} as the {name}",) if kind == "time" else (f"for {slot}",)
    if kind == "page":
        return (
            (f"starting at {slot}",)
            if "offset" in words or "start" in words or "skip" in words
            else (f"on page {slot}",)
        )
    if kind == "count_small" and not creates:
        return (f"limited to {slot}", f"with no more than {slot} of them", f"at most {slot} of them")
    if kind in ("count", "duration") and field.types[:1] in (("integer",), ("number",)):
        thing = re.sub(r"^(number of|num|total|count of) ", "", name)
        if thing.endswith("s") and len(thing.split()) <= 2:
            return (
                (f"for {slot} {thing}", f"with {slot} {thing}")
                if kind == "count"
                else (f"for {slot} {thing}", f"over {slot} {thing}")
            )
    if field.types[:1] in (("integer",), ("number",)):
        unit = unit_of(field)
        value = f"{slot} {unit}".strip()
        return (f"with {article(name)} {name} of {value}",)
    if _MAKERS.search(words):
        return (f"by {slot}",)
    if kind == "topic":
        return (
            (f'for "{slot}"', f'about "{slot}"', f"on {slot}")
            if "subject" not in words
            else (f'with the subject "{slot}"',)
        )
    if kind in ("message", "question", "text", "sql", "code", "expression"):
        said = (
            (f'saying "{slot}"',)
            if words in ("message", "text", "content", "body", "comment", "reply", "tweet", "caption") and creates
            else ()
        )
        return (*said, f'with "{slot}" as the {name}', f'with the {name} "{slot}"')
    if kind in ("movie", "show", "song", "album", "book", "artwork", "game"):
        return (f'for "{slot}"',)
    if kind == "username" and _LOGIN.search(split_words(tool.name)):
        return (f"as {slot}",)
    if kind in _PEOPLE and words in _SENDERS:
        return (f"from {slot}",)
    if creates and kind in _PEOPLE and _RECEIVERS.search(words):
        return (f"to {slot}",)
    if kind == "title":
        return (f'called "{slot}"', f'named "{slot}"') if creates else (f'for "{slot}"', f'with the {name} "{slot}"')
    if kind in (
        "person",
        "company",
        "team",
        "symbol",
        "crypto",
        "username",
        "product",
        "animal",
        "food",
        "hotel",
        "restaurant",
        "medicine",
        "university",
    ):
        return (
            (f"for {slot}",)
            if name.split()[-1] not in ("author", "director", "assignee")
            else (f"with {slot} as the {name}",)
        )
    if kind == "email":
        return (f"with the email {slot}", f"using {slot} for the email")
    if kind == "url" and len(name.split()) > 1:
        return (f"with {slot} as the {name}", f"with the {name} {slot}")
    if kind in ("url", "domain", "filename", "path", "repository"):
        return (f"for {slot}", f"using {slot}")
    if kind == "genre":
        return (f"in the {slot} genre",)
    if entity_noun(field.name) and kind in ("address", "postal_code", "phone"):
        return (f"with the {name} {slot}", f"at {slot}" if kind == "address" else f"using the {name} {slot}")
    return (f"with {slot} as the {name}", f"with the {name} {slot}")


def plain_asks(wording: Wording) -> tuple[Template, ...]:
    """Return the asks that name no value."""
    return tuple(ask for ask in wording.asks if not ask.slots)
