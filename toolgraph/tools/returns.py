"""Returns inferred for tools whose owners say nothing of them.

ToolFlow had a language model fill in missing return schemas. Here the verb and the thing a tool is about decide, from a
table of shapes. What is inferred is marked (`returns_inferred`), takes no part in the graph, and is never taken for the
owner's word.
"""

import re
from functools import lru_cache
from typing import Any

from toolgraph.tools.fields import Field
from toolgraph.tools.inference import (
    COMPUTE,
    CREATE,
    SEARCH,
    TESTS,
    effects_of,
    name_parts,
    verb_of,
)
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

_DONE = {
    "book": "booked", "send": "sent", "buy": "bought", "add": "added", "make": "created", "pay": "paid", "set": "updated",
    "submit": "submitted", "put": "updated", "write": "saved", "run": "completed", "stop": "stopped", "begin": "started",
    "drop": "deleted", "cancel": "cancelled", "apply": "submitted", "build": "built", "post": "posted", "log": "logged",
    "play": "started", "upload": "uploaded", "like": "liked", "get": "fetched", "reply": "sent",
}  # fmt: skip

_SHAPES: tuple[tuple[str, str], ...] = (
    # The head noun of what a tool is about, and the fields of one such thing: name, type, range or options, description.
    ("weather|forecast|climate|conditions",
     "temperature number -5..34 Temperature in degrees; conditions text (sunny|partly cloudy|overcast|light rain|windy|clear) Conditions; "
     "humidity integer 30..92 Relative humidity in percent"),
    ("ticker|ohlcv|candle|candlestick|chart|quote",
     "open number 20..400 Opening price; high number 401..440 Highest price; low number 10..19 Lowest price; last number 20..400 Last price"),
    ("price|cost|fare|fee|stock|quotation|premium", "price number 8..900 Price; currency text (USD|EUR|GBP) Currency of the price"),
    ("exchange rate|rate|yield", "rate number 0.4..9.5 Rate; as_of date Day the rate is from"),
    ("distance|route|direction|directions|navigation", "distance_km number 2..900 Distance in kilometres; duration_minutes integer 5..600 Duration in minutes"),
    ("population|census", "population integer 20000..9000000 Population; census_year integer 2010..2024 Year of the census"),
    ("balance|account", "balance number 20..9000 Balance; currency text (USD|EUR|GBP) Currency of the balance"),
    ("statistic|statistics|stats|performance|standing|standings", "total integer 40..900 Total; average number 1..30 Average; share_percent integer 2..60 Share in percent"),
    ("score|ranking|rank|leaderboard", "score number 20..98 Score; rank integer 1..40 Rank"),
    ("rating|review", "rating number 2.5..4.9 Rating out of five; review_count integer 12..900 Number of reviews"),
    ("count|total|number", "count integer 2..400 Number counted"),
    ("availability|slot|opening|schedule|calendar|timetable", "date date Date; start_time time Start time; end_time time End time"),
    ("time|clock|timestamp", "date date Date; time time Time"),
    ("date", "date date Date"),
    ("hours", "opens_at time Opening time; closes_at time Closing time"),
    ("sentiment|emotion|tone", "sentiment text (positive|neutral|mixed|negative) Sentiment; confidence number 0.6..0.98 Confidence"),
    ("traffic|congestion", "traffic text (light|moderate|heavy) Traffic; delay_minutes integer 1..45 Delay in minutes"),
    ("location|address|place|position|geocode|coordinates", "address address Street address; city city City"),
    ("news|headline|article|story|post|blog|publication|paper|search result|result|document|page|web|website|search",
     "title title Title; url uri Web address; published_on past Day of publication"),
    ("file|download|attachment|report|export|pdf|spreadsheet", "file_name filename Name of the file; size_kb integer 12..4800 Size in kilobytes"),
    ("image|picture|photo|screenshot|video|animation|audio|media|thumbnail|logo|clip", "url uri Web address; format text (png|jpeg|mp4) Format"),
    ("package|library|module|dependency|version|release", "version version Version; released_on past Day of the release"),
    ("medicine|drug|medication", "medicine_name medicine Name of the medicine; usual_dose_mg integer 5..800 Usual dose in milligrams"),
    ("order|trade|transaction|payment|invoice|purchase|booking|reservation",
     "reference reference Reference; amount number 12..900 Amount; currency text (USD|EUR|GBP) Currency; date past Date"),
    ("event|match|fixture|game|concert|meeting|appointment", "event_name event Name of the event; date date Date; start_time time Start time"),
    ("flight|train|bus|trip", "carrier company Carrier; departure_time time Departure time; price number 30..480 Price"),
    ("home|house|apartment|property|listing|room", "address address Street address; price number 90..900 Price; bedrooms integer 1..5 Bedrooms"),
    ("recipe|dish|meal|food|ingredient", "dish_name food Name of the dish; calories integer 120..780 Calories; minutes integer 10..90 Minutes it takes"),
    ("song|track|music|playlist|album", "song_title song Title of the song; artist person Artist; duration_seconds integer 120..320 Duration in seconds"),
    ("movie|film|show|series|episode", "movie_title movie Title; year integer 1972..2025 Year; rating number 5.1..8.9 Rating out of ten"),
    ("book|novel", "book_title book Title; author person Author; year integer 1910..2024 Year"),
    ("product|item|offer|deal|good|goods", "product_name product Name of the product; price number 8..320 Price; currency text (USD|EUR|GBP) Currency"),
    ("restaurant|cafe|bar", "restaurant_name restaurant Name of the restaurant; rating number 2.9..4.9 Rating out of five; address address Street address"),
    ("hotel|hostel|accommodation|stay", "hotel_name hotel Name of the hotel; rating number 2.9..4.9 Rating out of five; price number 60..320 Price of one night"),
    ("course|class|lesson|lecture", "course_name course Name of the course; starts_on date First day; credits integer 2..8 Credits"),
    ("assignment|homework|task|todo|issue|ticket|card", "title title Title; due_date date Day it is due; state text (open|in progress|done) State"),
    ("user|profile|member|person|contact|employee|customer|patient|player|author|artist|actor|scorer|expert|doctor|candidate|student",
     "full_name person Full name; city city City; since past Member since"),
    ("company|organization|business|supplier|vendor|industry|sector", "company_name company Name of the company; city city City; employees integer 12..4200 Employees"),
    ("team|club", "team_name team Name of the team; city city City; founded integer 1890..2005 Year of the foundation"),
    ("channel|group|chat|room|community|forum", "channel_name text (Local News Daily|Open Source Weekly|Cycling Tips|Home Cooks|City Gardeners|Night Owls) Name; members integer 12..4800 Members"),
    ("message|email|mail|comment|note|notification|reply|conversation", "sender_name person Sender; text message Text; sent_on past Day it was sent"),
    ("run|job|workflow|pipeline|build|flow|deployment",
     "run_name text (nightly-backup|ingest-orders|daily-sales-report|cleanup-temp-files|sync-contacts|refresh-dashboard) Name; state text (completed|running|queued) State; duration_seconds integer 4..900 Duration in seconds"),
    ("app|application|program|plugin|extension", "app_name text (Calendar|Camera|Maps|Notes|Podcasts|Translate|Wallet|Weather) Name; version version Version"),
    ("function|method|symbol|procedure|string|variable", "function_name text (parse-header|init-config|read-packet|validate-input|free-buffer|write-log) Name; line integer 4..880 Line"),
    ("server|instance|machine|host|device|node|cluster|container", "device_name text (atlas|borealis|cedar|delta|ember|falcon) Name; state text (online|idle|busy) State; uptime_hours integer 3..900 Uptime in hours"),
    ("country|state|region|province", "capital_city city Capital; population integer 300000..90000000 Population; language language Language"),
    ("city|town|destination", "city city City; country country Country; population integer 20000..9000000 Population"),
    ("animal|species|breed|pet", "animal_name animal Animal; lifespan_years integer 4..40 Lifespan in years; weight_kg number 2..400 Weight in kilograms"),
    ("plant|flower|tree|crop", "plant_name plant Plant; height_cm integer 10..400 Height in centimetres"),
    ("planet|star|moon", "distance_km integer 400000..900000 Distance in kilometres; radius_km integer 1700..70000 Radius in kilometres"),
    ("translation|definition|summary|answer|explanation|description|text|content|advice|fact|quote|joke|biography|bio", "text message Text"),
    ("language", "language language Language; speakers integer 90000..9000000 Speakers"),
    ("law|case|regulation|statute|court", "title title Title; decided_on past Day of the decision; outcome text (upheld|settled|dismissed) Outcome"),
    ("crime|incident|accident|earthquake|alert|warning|threat|risk", "severity text (low|moderate|high) Severity; date past Date; affected integer 2..400 Number affected"),
    ("sensor|measurement|reading|metric|usage|consumption|level|indicator|index|signal", "value number 2..98 Value; measured_on past Day of the measurement"),
    ("artwork|painting|sculpture|museum|exhibition", "artwork_title artwork Title; artist person Artist; year integer 1600..2015 Year"),
    ("status|state|health|progress", "status text (active|complete|in progress|ready) Status; checked_on past Day of the last check"),
    ("genre|category|type|tag|topic|option|setting|configuration|config|preference", "tag tag Tag; value text (standard|enabled|automatic) Value"),
)  # fmt: skip
_FORMATS = {
    "date": {"format": "date"},
    "past": {"format": "date"},
    "time": {"format": "time"},
    "uri": {"format": "uri"},
}
_VAGUE = frozenset(
    "info information details data name names text view list results set by id ids object summary current latest all history record records log logs recent".split()
)
_CONVERTIBLE = re.compile(r"currenc|amount|unit|temperature|length|weight|value|measure|distance|number")
_CUT = re.compile(r" (?:by|for|in|of|from|with|to|on|at|and|using|via|per) ")


def with_returns(tool: ToolSpec) -> ToolSpec:
    """Return the tool with inferred, marked returns where it has none that name a field."""
    if tool.return_fields:
        return tool
    schema = {"type": "object", "properties": _properties(tool)}
    return tool.model_copy(
        update={"returns": {**schema, "required": list(schema["properties"])}, "returns_inferred": True}
    )


def _properties(tool: ToolSpec) -> dict[str, Any]:
    verb, noun = verb_of(tool), name_parts(tool.name).noun
    if effects_of(tool) != "reads":
        return _receipt(verb, noun)
    head = _head(noun)
    is_test = verb in TESTS and not re.search(r"status|price|balance|weather|availability|time|version|history", noun)
    if is_test:
        return {"is_confirmed": {"type": "boolean", "description": f"Whether {head or 'the result'} checked out"}}
    singular = _singular(head)
    about = f"{noun} {tool.description[:90].lower()}"
    shape = _shape_of(singular, head) or _shape_of(_singular(_first_noun(tool.description)), "")
    if (verb in COMPUTE and "currency" in noun) or (verb == "convert" and _CONVERTIBLE.search(about)):
        return {"converted_value": {"type": "number", "minimum": 1, "maximum": 900, "description": "Converted value"}}
    if (
        verb in COMPUTE
        and verb not in ("convert", "forecast", "predict", "simulate")
        and (shape is None or verb in ("calculate", "compute"))
    ):
        return _figure(noun)
    is_list = verb in SEARCH or (
        singular != head and head not in ("news", "status", "statistics", "stats", "directions", "conditions", "hours")
    )
    if shape is None:
        shape = _unknown(singular, is_list=is_list)
    if not is_list:
        return shape
    items = {"type": "object", "properties": shape, "required": list(shape)}
    return {"results": {"type": "array", "description": f"Matching {_plural_label(singular)}", "items": items}}


def _head(noun: str) -> str:
    """The word that says what a noun phrase is about: the last one before a preposition that is not vague."""
    words = [word for word in _CUT.split(f" {noun} ")[0].split() if word not in _VAGUE]
    return words[-1] if words else ""


def _first_noun(description: str) -> str:
    """The head of the object of a description's first phrase."""
    phrase = re.split(r"[.,;:(\n]", description.strip())[0].lower()
    words = (
        _CUT.split(f"{phrase} ")[0].split()[1:]
        if not re.match(r"(get|find|search|list)\b.* of ", phrase)
        else phrase.split(" of ")[1].split()
    )
    kept = [word for word in words if word.isalpha() and word not in _VAGUE]
    return kept[-1] if kept else ""


@lru_cache(maxsize=4096)
def _shape_of(singular: str, head: str) -> dict[str, Any] | None:
    for words, fields in _COMPILED:
        if singular in words or head in words:
            return fields
    return None


def _unknown(singular: str, *, is_list: bool) -> dict[str, Any]:
    """What can be said of a thing nobody knows: what it is called, and when it was last looked after."""
    thing = singular if singular.isascii() and singular.isalpha() and len(singular) > 2 else "result"
    name = Field("", f"{thing}_name", "", {"type": "string"}, True)
    if kind_of(name) != "title":
        return {name.name: {"type": "string", "description": f"Name of the {thing}"}}
    fields: dict[str, Any] = {
        f"{thing}_id": {"type": "string", "description": f"Identifier of the {thing}"},
        "status": {"type": "string", "enum": ["active", "complete", "ready"], "description": "Status"},
    }
    if not is_list:
        fields["last_updated"] = {"type": "string", "format": "date", "description": "Day of the last update"}
    return fields


def _receipt(verb: str, noun: str) -> dict[str, Any]:
    done = _DONE.get(verb) or (f"{verb}d" if verb.endswith("e") else f"{verb}ed" if verb else "done")
    status = {"status": {"type": "string", "enum": [done], "description": "Outcome"}}
    if verb not in CREATE:
        return status
    head = _singular(_head(noun))
    entity = head if head.isascii() and head.isalpha() else "request"
    return {f"{entity}_id": {"type": "string", "description": f"Identifier of the {entity}"}, **status}


def _figure(noun: str) -> dict[str, Any]:
    words = [
        word
        for word in _CUT.split(f" {noun} ")[0].split()
        if word not in ("the", "calculator", "converter", "finder", "estimator", "value")
    ]
    name = "_".join(words[:4]) or "result"
    return {name: {"type": "number", "minimum": 1, "maximum": 500, "description": " ".join(words[:4]) or "Result"}}


def _plural_label(singular: str) -> str:
    return f"{split_words(singular) or 'result'} entries"


def _singular(noun: str) -> str:
    if noun.endswith("ies") and len(noun) > 5:
        return f"{noun[:-3]}y"
    if noun.endswith(("ches", "shes", "xes", "sses")):
        return noun[:-2]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is", "news", "status", "series")):
        return noun[:-1]
    return noun


def _compile(fields: str) -> dict[str, Any]:
    """Read one line of the table."""
    properties: dict[str, Any] = {}
    for entry in fields.split("; "):
        name, kind, rest = entry.split(" ", 2)
        if kind in ("number", "integer"):
            bounds, described = rest.split(" ", 1)
            low, high = (float(bound) if kind == "number" else int(bound) for bound in bounds.split(".."))
            properties[name] = {"type": kind, "minimum": low, "maximum": high, "description": described}
        elif rest.startswith("("):
            options, described = rest[1:].split(") ", 1)
            properties[name] = {"type": "string", "enum": options.split("|"), "description": described}
        elif kind in _FORMATS:
            properties[name] = {
                "type": "string",
                **_FORMATS[kind],
                "description": f"{rest}{' (past)' if kind == 'past' else ''}",
            }
        else:
            properties[name] = {"type": "string", "description": rest}
    return properties


_COMPILED = tuple((frozenset(words.split("|")), _compile(fields)) for words, fields in _SHAPES)
