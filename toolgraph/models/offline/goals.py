"""What a tool does, as a phrase a user would use: from its description, else from its name."""

import re
from functools import lru_cache

from toolgraph.models.offline.speech import article
from toolgraph.tools.inference import CREATE, DELETE, UPDATE, VERBS, imperative, name_parts
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import looks_like_identifier, split_words
from toolgraph.tools.spec import ToolSpec

GETTING = frozenset(
    "get retrieve fetch return show view obtain display provide give access read query pull load request".split()
)
FINDING = frozenset("search find lookup look discover browse explore locate".split())
_MORE_VERBS = VERBS | GETTING | frozenset(
    "plan ask call choose collect combine connect control copy decode encode encrypt decrypt design draw explain fill "
    "format initialize launch listen map navigate organize process produce scan scrape select shorten sign sort split "
    "test trace train trigger visualize wait watch click type press scroll capture take report simulate identify "
    "locate mint stake swap manage access perform obtain allow analyze create customize edit execute generate hire "
    "learn name rent roll play sell shuffle spell subtract transcribe unlock wire trade test reserve assess adopt "
    "invest mix paint repeat switch stage unstage".split()
)  # fmt: skip
_PREAMBLE = re.compile(
    r"^(\[[^\]]*\]\s*|\([^)]*\)\s*)*((this|the|a|an|our) )?((simple|powerful|useful|helper|mcp|rest) )?"
    r"((tool|function|api|endpoint|method|service|operation|action|command|query|call|route|resource|request)\b[\s:-]*)?"
    r"((that|which|is used|used|can be used|will|allows?( you| users?| the user| one| clients?)?|"
    r"lets( you)?|enables?( you| users?)?|helps?( you| users?)?|"
    r"designed|you can|use this( \w+)?|use it|use|it|for|to|in order|available)\s+)*",
    re.I,
)
_SENTENCE_END = re.compile(
    r"(?<=[a-z0-9)\"'])\s?[.!;](\s|$)|\n|:\s|\s[-\u2013\u2014]\s|\bArgs?\b|\bParameters?:|\bReturns?:|\bNote\b|"
    r"\be\.?g\.?\b|\bfor example\b",
    re.I,
)
_TAIL = re.compile(
    r",?\s+(optionally\b|to be |with (optional |various )?(filters?|options?)\b|specifying\b|filtering\b|allowing\b|"
    r"considering\b|then |and then |for the (given |specified )?date and time|based (up)?on|"
    r"given (the|a|an|its|their|two|some)|using|including|such as|that|which|where|according to|"
    r"by (providing|specifying|using|passing)|via|through|along with|as well as|"
    r"with (the )?(specified|given|optional|various|advanced|support)|in (a )?(json|the specified)|"
    r"from the (api|database|server)|if |when |so that|, )\b.*$",
    re.I,
)
_DANGLING = re.compile(
    r"\s+(a|an|the|of|for|to|in|on|by|with|and|or|from|at|given|specified|its|their|is|are|this|on behalf)$", re.I
)
JARGON = re.compile(
    r"https?:|[{}<>\[\]_=`|\\]|"
    r"\b(json|xml|api|apis|endpoint|uri|string|integer|boolean|array|param\w*|payload|http|get|post|sdk|dataframe|"
    r"schema)\b"
)
_SMALL_WORDS = frozenset("a an the its their and or of given any pair number".split())
_OF_NOTHING = frozenset(
    "day days date dates time times period periods places cities locations trip choice adults seats rooms people "
    "bedrooms beds nights preferences criteria filters two".split()
)
"""What a description speaks of in general, beside the words of its parameters."""
_ONE_PLACE = frozenset("location city place destination country area".split())
"""The same, where it does not stand alone."""
_WAY = re.compile(r"(.*\w) (by|for|between|in|at|with|on|within) (.+)$")
_MASS = frozenset("information data weather news advice inventory music content feedback access traffic".split())
"""What is not counted, and asked for without an article."""
_ALWAYS_CUT = re.compile(
    r",?\s+(optionally\b|to be |with (optional |various )?(filters?|options?)\b|specifying\b|filtering\b|allowing\b|"
    r"considering\b|then |and then |for the (given |specified )?date and time|based (up)?on|"
    r"by (its|their|using|providing|specifying|passing)|given (its|the|a|an|their)|"
    r"with (the )?(specified|given|provided)|"
    r"by (location|category|name|title|type|date|keywords?|city|country|id|criteria|various \w+|different \w+)\b|"
    r"(identified|specified|defined) by|using (its|a|an|the (given|provided|specified))|according to|by \w+ing|"
    r"(match|satisfy|fulfill?|return|filter)ing|returns?|requires?|with (your|the user's) set of)\b.*$",
    re.I,
)
_IN_GENERAL = re.compile(
    r"\s+(for|of|on|by|with) (a|an|the|all|any|each|its) (\w+ ){0,2}"
    r"(symbol|pair|contract|ticker|user|year|name|date|query|substring|"
    r"timeframe|input|parameter|criteria|identifier|id|keyword|term|value|pagination|text|url|link|stocks?|medicine)s?$",
    re.I,
)
_USERS = re.compile(r"^(?:(?:a|the)(?: current)?|current) users (?=\w)|^users? s (?=\w)")
_ARTICLE = re.compile(r"^(?:a|an|the) (?=\w)")
_VOWELLED = re.compile(r"\b([Aa]) ((?!one\b|one-|eu|uni)[aeio]\w)")
_LATIN = re.compile(
    r"\b(para|com|que|los|las|del|una|por|les|des|une|pour|avec|und|der|die|das|für|mit|bir|ve|için|dengan|untuk|yang|dari|"
    r"della|per il|di un|como|uma|obtener|buscar|lista de)\b",
    re.I,
)
_FILLER = re.compile(
    r"(?<![-\w])(given|specified|provided|specific|certain|particular|requested|desired|corresponding)\s+", re.I
)
_SELECTED = re.compile(r"\b(?:(?:the|a) )?(?:selected|chosen) (?=[a-z]+(?<!s)\b)", re.I)
"""One thing that is selected on a page, and nowhere in a conversation."""
ABBREVIATIONS = {
    "num": "number", "qty": "quantity", "lat": "latitude", "lng": "longitude", "lon": "longitude",
    "temp": "temperature", "desc": "description", "msg": "message", "addr": "address", "amt": "amount",
    "dob": "date of birth", "info": "details", "dest": "destination", "dept": "department", "avg": "average",
    "max": "maximum", "min": "minimum", "img": "image", "doc": "document", "docs": "documents", "org": "organization",
    "repo": "repository", "lang": "language", "loc": "location", "src": "source", "dst": "destination",
    "tz": "time zone", "ctx": "context", "freq": "frequency", "pct": "percentage", "id": "ID", "ids": "IDs",
    "url": "URL", "urls": "URLs", "ip": "IP address", "isbn": "ISBN", "sql": "SQL query",
}  # fmt: skip


def goal(tool: ToolSpec) -> tuple[str, str]:
    """Return what a tool does as a base-form verb and the rest of the phrase, in a user's words."""
    described = _from_description(tool.description)
    if not described or not described[1].split():
        return _from_name(tool)
    verb, rest = described
    if verb in GETTING and name_parts(tool.name).verb in CREATE | UPDATE | DELETE:
        return _from_name(tool)  # "Updated user" says what comes back, and not what is done
    return verb, _with_article(verb, _own_case(_in_my_words(_without_parameter(rest, tool)), tool), tool)


def _without_parameter(rest: str, tool: ToolSpec) -> str:
    """Cut what only says which parameters there are: "the user by user name", "a bus between two cities".

    One thing that stands alone is kept, since its value can take its place: "a hotel in a city".
    """
    joined = " ".join(f"{word} {word}s" for field in tool.parameter_fields for word in split_words(field.name).split())
    known = {*joined.split(), "id", "ids", "name"}
    called = {label[0] for field in tool.parameter_fields if len(label := split_words(field.name).split()) > 1
              and label[-1] in ("name", "title") and kind_of(field) == "title"}  # fmt: skip
    while tool.parameter_fields and (found := _WAY.match(rest)):
        head, by, way = found.groups()
        said = [word for word in re.findall(r"[a-z]+", way.lower()) if word not in _SMALL_WORDS]
        words = {*said}
        is_general = by == "by" or len(words) > 1 or bool(words & (_OF_NOTHING | called))
        is_way = words and (words <= known | _OF_NOTHING | _ONE_PLACE or "".join(said) in known)
        if not (is_general and is_way) or head.endswith((" is", " are", "ed")):
            break
        rest = head
    return rest


def _own_case(rest: str, tool: ToolSpec) -> str:
    """Lower the words that the tool's own name has as well: "Finds Pets" speaks of pets, and not of a name."""
    own = set(split_words(tool.name).split()) - set(split_words(tool.origin.api).split())
    first = _SENTENCE_END.split(tool.description + "\n", maxsplit=1)[0]
    words = re.findall(r"[A-Za-z]{4,}", first)
    if len(words) > 1 and not any(word.islower() for word in words):
        own |= set(first.lower().split())  # written like a headline
    return re.sub(r"\b[A-Z][a-z]+\b", lambda found: found[0].lower() if found[0].lower() in own else found[0], rest)


def _with_article(verb: str, rest: str, tool: ToolSpec) -> str:
    """Give one thing its article where the description is short of it: "Create user" creates a user."""
    noun = re.sub(r" (by|with|for|in|from)\b.*", "", name_parts(tool.name).noun)
    is_one = rest.lower() == noun and not rest.endswith("s") and verb not in FINDING and noun not in _MASS
    return f"{article(rest) if verb in CREATE else 'the'} {rest}" if is_one else rest


@lru_cache(maxsize=65536)
def _from_description(description: str) -> tuple[str, str] | None:
    description = description.partition("Tool description:")[2] or description
    text = re.sub(r"<[^>]{1,40}>|\([^)]*\)|\*+|#+", " ", description[:600]).strip()
    text = re.sub(r"[ \t]+(?=[.!;,])|(?<=[ \t])[ \t]+", "", text)
    text = " ".join(_SENTENCE_END.split(text + "\n", maxsplit=1)[0].split()) if text else ""
    if not text or is_foreign(text):
        return None
    text = text[_PREAMBLE.match(text).end() :].strip(" .,:;-\"'")  # type: ignore[union-attr]
    text = re.sub(
        r"^(quickly|easily|efficiently|automatically|simply|\w+ly) (?=\w+)|"
        r"^stay (informed|up to date) (with|on|about) |^keep track of ",
        "",
        text,
        flags=re.I,
    )
    words = text.split()
    if not words or len(words) > 40 or words[0].lower() in ("belongs", "is", "was", "has", "used", "deprecated"):
        return None
    verb = _base(words[0].lower().strip(",.;:")) or imperative(text)
    if (
        verb
        and len(words) > 1
        and words[1].lower() not in ("of", "is", "are", "for" if verb not in FINDING | {"check", "ask", "pay"} else "")
    ):
        rest = " ".join(words[1:])
    else:
        if len(words) > 1 and words[1].lower() in ("a", "an", "the", "all", "any", "your", "my"):
            return None
        rest = text if words[0].lower() in ("the", "a", "an", "all", "my") else f"the {lowered(text)}"
        verb = "get"
    rest = re.sub(r"^(and|or|/|,)\s+\w+\s+", "", rest)
    if verb in FINDING:
        rest = re.sub(r"^(for|up)\s+", "", rest)
    rest = _VOWELLED.sub(r"\1n \2", _SELECTED.sub("a ", _FILLER.sub("", _ALWAYS_CUT.sub("", rest))))
    if len(rest.split()) > 9:
        shorter = _TAIL.sub("", rest)
        rest = shorter if len(shorter.split()) >= 2 else rest
    rest = " ".join(rest.split()[:14])
    rest = _IN_GENERAL.sub("", rest)
    while _DANGLING.search(rest):
        rest = _DANGLING.sub("", rest)
    rest = _in_my_words(rest.strip(" ,.;:"))
    if (
        not rest
        or JARGON.search(rest.lower())
        or any(looks_like_identifier(word.strip(",.;:()'\"")) for word in rest.split())
    ):
        return None
    return verb, rest


def _from_name(tool: ToolSpec) -> tuple[str, str]:
    verb, noun = name_parts(tool.name)
    noun = " ".join(
        ABBREVIATIONS.get(word, word)
        for word in noun.split()
        if word not in ("api", "endpoint", "mcp", "v1", "v2", "tool")
    )
    if not noun.strip() or is_foreign(noun):
        first = re.split(r"[.。\n]", tool.description.strip())[0][:80].strip()
        told = "" if JARGON.search(first.lower()) else first.replace("{", "").replace("}", "")
        return (
            ("get", f"help with this: {told}")
            if told and is_foreign(told)
            else (verb or "get", "what I need" if not verb else "this for me")
        )
    verb, noun = verb or "get", _in_my_words(_ARTICLE.sub("", _USERS.sub("my ", noun)))
    if noun.startswith("my "):
        return verb, noun
    if verb in CREATE:
        return verb, noun if noun.endswith("s") else f"{article(noun)} {noun}"
    if noun.endswith("s") or verb in FINDING:
        return verb, noun
    return verb, f"the {noun}"


def is_foreign(text: str) -> bool:
    """Say whether a text is in a language other than English, as far as its letters and common words tell."""
    letters = [char for char in text if char.isalpha()]
    accented = sum(not char.isascii() for char in letters)
    return bool(letters) and (
        accented > 0.2 * len(letters) or (accented > 1 and len(text) > 12) or bool(_LATIN.search(text))
    )


def _base(word: str) -> str:
    """The base form of a verb, or empty for a word that is none."""
    candidates = [word, word[:-1] if word.endswith("s") else "", word[:-2] if word.endswith("es") else ""]
    if word.endswith("ies"):
        candidates.append(f"{word[:-3]}y")
    if word.endswith("ing"):
        candidates += [word[:-3], f"{word[:-3]}e", word[:-4]]
    return next((form for form in candidates if form in _MORE_VERBS), "")


def lowered(text: str) -> str:
    """Return the text with its first letter lowered, unless its first word is an acronym or has a capital inside."""
    first = text.split()[0]
    return (
        text
        if (first.isupper() and len(first) > 1) or any(char.isupper() for char in first[1:])
        else f"{text[:1].lower()}{text[1:]}"
    )


def _in_my_words(text: str) -> str:
    """The user speaks: what is the user's is mine."""
    text = re.sub(r"\b(the|a|an|current|logged[- ]in) user'?s'? |^user's ", "my ", text, flags=re.I)
    text = re.sub(r"^(?:(in|out) (?:a |the )?user|(?:a |the )?user (in|out))$", r"me \1\2", text, flags=re.I)
    text = re.sub(r"\bfor (the |a )?user$", "for me", text, flags=re.I)
    text = re.sub(r"\b(the )?user has\b", "I have", text, flags=re.I)
    text = re.sub(r"\byour\b", "my", text, flags=re.I)
    text = re.sub(r"\byou\b", "me", text, flags=re.I)
    return re.sub(r"\bthe (current|authenticated|logged[- ]in) user\b", "me", text, flags=re.I)
