"""What a field means: a city, a price, a check-in date, an id. Read from its format, name and description."""

import re
from functools import lru_cache

from toolgraph.tools.fields import Field
from toolgraph.tools.names import split_words

_FORMATS = {
    "date": "date", "date-time": "datetime", "time": "time", "email": "email", "idn-email": "email", "uri": "url",
    "url": "url", "iri": "url", "uri-reference": "url", "uuid": "uuid", "ipv4": "ip", "ipv6": "ipv6",
    "hostname": "domain", "binary": "filename", "byte": "base64", "password": "credential", "duration": "iso_duration",
}  # fmt: skip

_BY_NAME: tuple[tuple[str, str], ...] = (
    # Each line: the kind, and what the words of a name look like. The first that fits wins.
    ("credential", r"api ?key|(access|auth|bearer|refresh|session|csrf) ?(token|key|secret)|^token$|secret|password|"
                   r"passcode|pass ?phrase|private key|mnemonic|authorization|credential|^apikey$|jwt|rapid ?api"),
    ("email", r"\be? ?mails?\b( addresse?s?)?$|e ?mail (address|id|recipient)|^recipients?( email)?$|^cc$|^bcc$"),
    ("phone", r"phone|mobile( number)?$|msisdn|\bfax\b|whats ?app"),
    ("country_code", r"country ?codes?|^cc2$|iso ?2|nationality code"),
    ("currency", r"currenc(y|ies)|^(from|to|base|quote|target) ?(ccy|symbol)$|fiat"),
    ("language_code", r"^lang$|lang(uage)? ?code|^locale$|^hl$|^(source|target|from|to) lang"),
    ("language", r"languages?$"),
    ("timezone", r"time ?zone|^tz$"),
    ("airport", r"airport|\biata\b"),
    ("latitude", r"^lat$|latitude|\blat\d?\b"),
    ("longitude", r"^(lon|lng|long)$|longitude|\b(lon|lng)\d?\b"),
    ("coordinates", r"coordinates?|lat ?lo?ng|geo ?point"),
    ("url", r"\burls?\b|\buri\b|\blinks?$|website|webhook|\bhref\b|endpoint|thumbnail|avatar|\blogo\b|^image$|"
            r"callback"),
    ("ip", r"\bip( address)?$|^ip\b"),
    ("mac", r"mac address"),
    ("domain", r"domain|hostname|^host$|^site$"),
    ("wallet", r"wallet|(contract|token|pool|account|owner|from|to|sender|validator) address|tx ?hash|"
               r"transaction hash|^hash$"),
    ("chain", r"^(chain|network|blockchain)( name)?$"),
    ("hex_color", r"hex( color| colour)?$|colou?r code|background ?colou?r"),
    ("color", r"colou?r"),
    ("datetime", r"date ?time|timestamp|created at|updated at|published at| at$|^(start|end) ?time iso"),
    ("year", r"^year$|\byear\b"),
    ("month", r"^month$|month name"),
    ("weekday", r"day of( the)? week|week ?day"),
    ("time", r"\btime$|^(start|end|from|to|opening|closing|departure|arrival|pickup) time$|\bhour of day\b|^time\b"),
    ("date", r"\bdates?\b|^day$|birthday|\bdob\b|^(check ?in|check ?out|from day|to day|deadline|since|until|arrival|"
             r"departure)$|(?<!per )\bday$"),
    ("postal_code", r"postal|post ?code|zip"),
    ("address", r"address|street"),
    ("city", r"城市|都市|도시|المدينة|город|ciudad|cidade|\bville$|\bstadt$"),
    ("date", r"日期|날짜|تاريخ|дата|fecha|\bdatum$"),
    ("country", r"国家|국가|الدولة|страна|país|\bpays$"),
    ("person", r"姓名|이름|الاسم|имя|nombre completo"),
    ("city", r"\bcit(y|ies)\b|\btown\b|^(origin|destination|location|locations|place|from|to|departure|arrival|where|"
             r"area|loc|municipality|start location|end location)$|location name|"
             r"\b(pickup|dropoff|drop off|start|end|origin|destination) (location|place|point|city|station)$"),
    ("state", r"\bstates?$|province|^region$|county|district|prefecture"),
    ("country", r"countr(y|ies)|nation$"),
    ("first_name", r"first ?name|given ?name|forename"),
    ("last_name", r"last ?name|sur ?name|family ?name"),
    ("username", r"user ?name|screen ?name|\bhandle\b|nick ?name|^login$|^account$|^owner$|channel name|profile$"),
    ("company", r"company|organi[sz]ation|employer|^org$|vendor|supplier|brand|manufacturer|\bbank$|business name|"
                r"airline|carrier"),
    ("symbol", r"symbols?$|\bticker|\bstock\b|^stocks$|\bisin\b|instrument"),
    ("crypto", r"\bcoins?\b|crypto"),
    ("filename", r"file ?names?$|^file$|document name|\bpdf\b|spreadsheet"),
    ("package", r"package|npm|dependency$|\blibrary( name)?$"),
    ("namespace", r"namespace"),
    ("session", r"^session( name)?$|workspace$|profile name|environment$"),
    ("path", r"\bpaths?$|director(y|ies)|folder|^cwd$|\bdir$|working dir"),
    ("branch", r"\bbranch|\bref$"),
    ("repository", r"\brepo(sitory)?\b|project (name|path)"),
    ("sql", r"\bsql\b|^statement$"),
    ("expression", r"expression|formula|equation|^function$"),
    ("code", r"\bcode snippet|source code|\bscript\b|^snippet$|^css$|^html$|xpath|selector"),
    ("version", r"version"),
    ("person", r"(full|person|customer|user|client|patient|guest|passenger|contact|employee|student|driver|owner|"
               r"recipient|sender|holder|member|attendee|assignee|organi[sz]er|doctor|agent|player|author|artist|"
               r"actor|actress|director|singer|composer|celebrity|politician|criminal|scientist|traveler|traveller|"
               r"manager|host|speaker|candidate|judge|lawyer|teacher|instructor|reviewer|reporter|creator|performer|"
               r"musician|band|scorer|winner|champion|leader|expert|therapist|dentist|stylist|provider|trainer|coach|"
               r"referee|maker) ?names?$|^(author|artist|actor|director|player|assignee|attendees|participants|"
               r"person|passenger|patient|guest|recipient|receiver|sender|payee|payer|addressee|employee|contact|"
               r"celebrity|doctor|doctor name|cast|"
               r"starring|plaintiff|defendant|painter|sculptor|philosopher|figure)s?$|name of (the )?person"),
    ("movie", r"movie|film"),
    ("show", r"tv ?show|\bseries\b|episode"),
    ("song", r"song|track( name| title)?$|music name"),
    ("album", r"album"),
    ("book", r"book( title| name)?s?$|novel"),
    ("genre", r"genre"),
    ("cuisine", r"cuisine"),
    ("food", r"food|dish|ingredient|recipe|meal|pizza|fruit|vegetable|drink|topping|dessert"),
    ("sport", r"\bsports?\b"),
    ("league", r"league|tournament|championship|competition"),
    ("team", r"\bteams?\b|club"),
    ("animal", r"animal|\bpet\b|species|breed|dog|cat\b"),
    ("plant", r"plant|flower|tree|crop"),
    ("medicine", r"medicine|medication|drug"),
    ("illness", r"disease|symptom|condition$|diagnosis|illness"),
    ("element", r"element|chemical|compound|molecule|substance|gas\b"),
    ("planet", r"planet|celestial|star name"),
    ("vehicle", r"vehicle|^car\b|car (make|model|type)|^(make|model)$"),
    ("job", r"job ?title|occupation|position|profession|^role$|job"),
    ("skill", r"skill|certificat"),
    ("university", r"universit|college|school|institution"),
    ("course", r"course|subject area|lesson"),
    ("hotel", r"hotel"),
    ("restaurant", r"restaurant|cafe"),
    ("landmark", r"landmark|attraction|museum|monument|venue|building|park\b|site name|spot|theat(er|re)|stadium"),
    ("artwork", r"painting|artwork|sculpture"),
    ("instrument", r"musical instrument|^instrument"),
    ("product", r"products?\b|item( name)?s?$|goods|device( name)?$|gadget|\bsku\b|merchandise"),
    ("event", r"event|conference|meeting (name|title)|festival|concert|\bshow\b|occasion"),
    ("game", r"game|console"),
    ("unit", r"\bunits?$|from unit|to unit|measurement"),
    ("hashtag", r"hash ?tag"),
    ("tag", r"\btags?\b|labels?$|keywords list"),
    ("topic", r"quer(y|ies)|keywords?|search ?(term|text|string|phrase)?$|topics?$|^q$|^term$|interests?|"
              r"subject matter|^subject$|theme|phrase"),
    ("message", r"message|\bbody\b|\bcontent\b|comment|caption|\bnotes?\b|feedback|review|tweet|\breply\b|"
                r"status text|^text$|paragraph|\btext\b|input|summary|description|details|instructions?|reason|"
                r"answer|thought|memo|bio$"),
    ("question", r"question|prompt"),
    ("title", r"title|headline|heading|^subject|\bname$|^name|names$|label$"),
    ("mode", r"(type|mode|style|level|format|method|strategy|option|plan|tier|setting)$"),
    ("category", r"categor|kind$|class$|group$|section|department|industry|sector|status"),
)  # fmt: skip

_NUMBERS: tuple[tuple[str, str], ...] = (
    ("latitude", r"^lat$|latitude|\blat\d?\b"),
    ("longitude", r"^(lon|lng|long)$|longitude|\b(lon|lng)\d?\b"),
    ("year", r"\byear$|^year\b|\byear\b(?!s)"),
    ("age", r"\bage\b"),
    ("page", r"^page$|page (number|index|no)|^page ?num|offset|^skip$|^start$|^cursor$|^p$"),
    ("count_small", r"limit|per ?page|page ?size|max ?results|^(n|k|num|size|count|top|take|rows|first)$|"
                    r"num ?results|number of results|top k|max items"),
    ("month_number", r"^month$|\bmonth$"),
    ("day_number", r"^day$"),
    ("hour", r"^hour$|\bhour$"),
    ("percent", r"percent|interest|\brate$|\brate\b|probability|confidence|discount|\btax\b|margin|yield|inflation|"
                r"humidity|battery|growth|volume level"),
    ("money", r"price|cost|amount|budget|salary|income|fee|balance|revenue|payment|total|premium|deposit|fare|loan|"
              r"principal|investment|worth|wage|capital|bill|spend|asset|value$|cash|debt|expense|profit|debit|credit"),
    ("temperature", r"temp(erature)?\b|celsius|fahrenheit"),
    ("rating", r"rating|score|stars"),
    ("duration", r"duration|minutes?$|hours?$|seconds?$|days?$|nights?$|weeks?$|months?$|years?$|\bterm$|period|"
                 r"timeout|length of stay"),
    ("distance", r"distance|radius|kilomet|miles?$|\bkm\b|range"),
    ("weight", r"weight|mass|\bkg\b|pounds|grams"),
    ("size", r"height|width|length|depth|size|diameter|thickness|altitude|elevation|area|side|base"),
    ("velocity", r"velocity|speed|acceleration"),
    ("count", r"number of|^num\b|count|quantity|qty|guests?|people|adults|children|passengers|tickets|seats|rooms|"
              r"bedrooms|bathrooms|players|participants|copies|units|persons|servings|attempts|party|amount of|items|"
              r"calories|steps|population"),
    ("id", r"\bid$|\bids$|identifier|^id\b"),
)  # fmt: skip

_IDS = re.compile(
    r"\b(ids?|uuid|guid|identifiers?|sku|slug|isbn|vin|imei|ean|asin|upc)$|^(id|key)\b|number$|\bno$|\breference$|"
    r"\bcode$|\bkey$|\bnum$"
)
_NAMES = tuple((kind, re.compile(pattern)) for kind, pattern in _BY_NAME)
_NUMBER_NAMES = tuple((kind, re.compile(pattern)) for kind, pattern in _NUMBERS)
_DESCRIBED = re.compile(
    r"\b(name of (?:the|a|an) (?:person|user|member|customer|patient|student|employee|player|author|artist)|"
    r"member'?s? name|email address(?:es)?|phone number|airport code|currency code|country code|country|city|"
    r"full name|url|date|language|postal code|zip code|street address|company|location|movie|song|book|team|artist)\b"
)
_DESCRIBED_KINDS = {
    "email address": "email", "email addresses": "email", "phone number": "phone", "airport code": "airport",
    "currency code": "currency", "country code": "country_code", "full name": "person", "postal code": "postal_code",
    "zip code": "postal_code", "street address": "address", "location": "city", "artist": "person",
}  # fmt: skip


def kind_of(field: Field) -> str:
    """Return what a field's values mean; `text`, `integer`, `number`, `boolean` where nothing more is known.

    A figure that a schema holds as text has the kind of the figure and the word `text`: `money text`.
    """
    kind = field.known_kind
    if not kind:
        primary = field.types[0] if field.types else "string"
        declared = field.schema.get("format")
        described = field.description[:160].lower()
        kind = _kind(primary, declared if isinstance(declared, str) else "", field.name, described)
        object.__setattr__(field, "known_kind", kind)
    return kind


@lru_cache(maxsize=65536)
def _kind(type_name: str, declared: str, name: str, description: str) -> str:
    if type_name == "boolean":
        return "boolean"
    words = split_words(name)
    if type_name in ("integer", "number"):
        if figure := _figure(words):
            return figure
        if re.search(r"\bunix\b|\bepoch\b|timestamp", f"{words} {description}"):
            return "epoch"
        return type_name
    if declared in _FORMATS:
        return _FORMATS[declared]
    named = _named(words)
    if named == "symbol" and not words.endswith(" id"):
        return named
    if _IDS.search(words) and named not in (
        "credential", "phone", "country_code", "currency", "language_code", "airport", "postal_code", "hex_color",
        "wallet",
    ):  # fmt: skip
        return "id"
    if named in ("title", "category", "message", "topic", "city", "") and (shape := _written_shape(description)):
        return shape
    if named in ("title", "category", "") or (named == "city" and words in _DIRECTIONS):
        told = _DESCRIBED.search(description)
        about = _THINGS.search(description) if named == "title" else None
        if about and not told:
            return _THING_KINDS.get(about[1], about[1])
        if told:
            return "person" if "name" in told[1] else _DESCRIBED_KINDS.get(told[1], told[1])
    if named in ("", "category"):
        figure = _figure(words)
        if figure and not (named and figure in ("count", "size")):
            return f"{figure} text"
    return named or "text"


@lru_cache(maxsize=65536)
def _named(words: str) -> str:
    """The kind that the words of a name stand for by themselves, or empty."""
    return next((kind for kind, pattern in _NAMES if pattern.search(words)), "")


@lru_cache(maxsize=65536)
def _figure(words: str) -> str:
    """The kind of number that the words of a name stand for, or empty."""
    return next((kind for kind, pattern in _NUMBER_NAMES if pattern.search(words)), "")


_THINGS = re.compile(
    r"\b(animal|breed|package|product|restaurant|hotel|recipe|dish|song|event|plant|medicine|drug|ingredient|game|"
    r"university|book|movie|album|museum|company|country|player|artist|user|member|person)s?\b"
)
_THING_KINDS = {
    "breed": "animal", "recipe": "food", "dish": "food", "ingredient": "food", "drug": "medicine", "museum": "landmark",
    "player": "person", "artist": "person", "user": "person", "member": "person",
}  # fmt: skip
"""What a bare `name` or `title` stands for, by the first thing its description speaks of."""
_DIRECTIONS = frozenset("from to origin destination place where start end source target departure arrival".split())
"""Names that say where something goes, and not what it is."""


def _written_shape(description: str) -> str:
    """A description that spells out a date or time format says more than the name."""
    if re.search(r"yyyy[-/]?mm[-/]?dd|mm[-/]dd[-/]yyyy|dd[-/]mm[-/]yyyy", description):
        return "datetime" if re.search(r"hh:?mm", description) else "date"
    return "time" if re.search(r"\bhh:mm\b", description) else ""


ID_KINDS = frozenset({"id", "uuid"})
NAMED_KINDS = frozenset({
    "person", "movie", "show", "song", "album", "book", "team", "hotel", "restaurant", "landmark", "company", "city",
    "country", "state", "artwork", "product", "event", "game", "animal", "plant", "title", "username", "university",
    "repository", "first_name", "last_name", "league", "vehicle", "food", "medicine", "crypto", "symbol", "language",
    "sport",
})  # fmt: skip
"""Kinds whose values stand for a thing by its name, so that "in {city}" reads well."""
