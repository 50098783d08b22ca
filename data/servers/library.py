"""A small MCP server: the catalogue, branches, cards and loans of a public library, in SQLite.

    python data/servers/library.py

It speaks the Model Context Protocol over standard input and output, one JSON message per line. It needs nothing but
Python 3.11, so that it starts in a blink: toolgraph starts one for every dialogue. Each process has its own library in
memory, always the same one, and what a call changes is gone when the process ends.
"""

import datetime as dt
import json
import sqlite3
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, TextIO

PROTOCOLS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""Versions of the protocol that are spoken; a client that asks for another is offered the last one."""

Json = dict[str, Any]


class ToolError(Exception):
    """A call that cannot be served, for a reason that its caller should read."""


# --- what the library holds -----------------------------------------------------------------------------------------

BOOKS = """
BK-10214 | The Glass Alibi           | Nora Feldt       | mystery            | 312 | 4.4 | 3 | en es | print large_print
BK-10583 | Murder at Low Tide        | Owen Castellan   | mystery            | 288 | 4.1 | 0 | en    | print
BK-11947 | A Key for Every Door      | Nora Feldt       | mystery            | 344 | 3.9 | 5 | en de | print large_print
BK-12306 | The Ninth Bell            | Ilse Marangoz    | mystery            | 401 | 4.6 | 2 | en es | print
BK-13128 | Letters in the Attic      | Theo Brandvold   | romance            | 276 | 3.8 | 4 | en es | print large_print
BK-13790 | Summer on Fern Island     | Clara Whitmore   | romance            | 258 | 4.2 | 1 | en de | print
BK-14265 | Two Umbrellas             | Clara Whitmore   | romance            | 231 | 4.0 | 6 | en    | print large_print
BK-14871 | The Baker of Rue Verte    | Luc Deveraux     | romance            | 299 | 4.5 | 0 | en es | print
BK-15032 | The Ember Throne          | Saga Nyström     | fantasy            | 612 | 4.7 | 2 | en de | print
BK-15669 | Daughter of the Fog       | Saga Nyström     | fantasy            | 498 | 4.3 | 3 | en es | print large_print
BK-16204 | The Clockmaker's Dragon   | Ravi Menon       | fantasy            | 356 | 4.0 | 7 | en    | print large_print
BK-16857 | Salt and Spellwork        | Ilse Marangoz    | fantasy            | 420 | 3.7 | 0 | en es | print
BK-17311 | Orbit of Strangers        | Ravi Menon       | science_fiction    | 389 | 4.2 | 4 | en es | print large_print
BK-17956 | The Quiet Machines        | Adaeze Okoro     | science_fiction    | 334 | 4.8 | 1 | en de | print
BK-18420 | Nine Hundred Suns         | Adaeze Okoro     | science_fiction    | 541 | 4.5 | 2 | en    | print large_print
BK-18773 | A Garden on Callisto      | Theo Brandvold   | science_fiction    | 302 | 3.6 | 5 | en es | print
BK-19045 | The Weaver of Lübeck      | Johanna Petersen | historical_fiction | 467 | 4.3 | 3 | en de | print large_print
BK-19688 | Bread and Cannon          | Luc Deveraux     | historical_fiction | 512 | 4.1 | 0 | en es | print
BK-20137 | The Silk Ledger           | Mei Hasegawa     | historical_fiction | 378 | 4.6 | 2 | en es | print
BK-20592 | Winter of the Long Bridge | Johanna Petersen | historical_fiction | 429 | 3.9 | 6 | en    | print large_print
BK-21406 | North of the Last Map     | Owen Castellan   | adventure          | 318 | 4.4 | 4 | en es | print large_print
BK-21873 | The River Thieves         | Mei Hasegawa     | adventure          | 284 | 4.0 | 1 | en de | print
BK-22350 | Seven Days to Cape Ferro  | Owen Castellan   | adventure          | 265 | 3.8 | 8 | en    | print large_print
BK-22914 | Under the Monsoon Gate    | Ravi Menon       | adventure          | 407 | 4.5 | 0 | en es | print
"""
"""Id, title, author, genre, pages, rating, copies on the shelf, languages, formats."""

LANGUAGES = {"English": "en", "Spanish": "es", "German": "de"}
SHELVES = ("Bay A, upper row", "Bay B, window side", "Bay C, lower row", "Gallery, first case", "Round table display")

BRANCHES = """
    LB-30118 | Harbour Street Library | Rotterdam | Harbour Street 14 | 0.8 | 20:00 | 1 | study_rooms free_wifi printers
    LB-30425 | Mill Lane Branch       | Rotterdam | Mill Lane 3       | 3.4 | 18:00 | 0 | free_wifi printers
    LB-31067 | Old Exchange Library   | Leeds     | Exchange Square 1 | 0.5 | 19:00 | 1 | study_rooms free_wifi printers
    LB-31790 | Beechwood Branch       | Leeds     | Beechwood Road 77 | 4.9 | 17:30 | 0 | free_wifi
    LB-32244 | Saint Clare Library    | Valencia  | Calle del Olmo 20 | 1.2 | 20:00 | 1 | study_rooms free_wifi
    LB-32851 | Orange Garden Branch   | Valencia  | Plaza Azahar 5    | 2.7 | 18:30 | 0 | free_wifi printers
    LB-33409 | Lakeside Library       | Geneva    | Quai des Saules 8 | 1.6 | 19:00 | 0 | study_rooms free_wifi
    LB-33962 | Station Hall Branch    | Geneva    | Rue du Rail 31    | 0.3 | 21:00 | 1 | free_wifi printers
"""
"""Id, name, city, address, kilometres from the centre, closing time, open on Sundays, facilities."""

CARDS = """
    LC-581904 | Marta Kovacs   | LB-30118
    LC-602371 | Daniel Ferrer  | LB-32244
    LC-617845 | Priya Raman    | LB-31067
    LC-640229 | Hugo Lindgren  | LB-33962
"""
LOANS = """
    LN-70311 | LC-581904 | BK-10583 | print       | 2027-01-12 | 2
    LN-70348 | LC-581904 | BK-15032 | print       | 2027-01-19 | 1
    LN-70502 | LC-602371 | BK-14871 | print       | 2027-01-08 | 3
    LN-70519 | LC-602371 | BK-19045 | large_print | 2027-01-22 | 0
    LN-70677 | LC-602371 | BK-22914 | print       | 2027-02-02 | 2
    LN-70834 | LC-617845 | BK-16857 | print       | 2027-01-15 | 1
    LN-70890 | LC-617845 | BK-17311 | large_print | 2027-01-27 | 2
    LN-71026 | LC-640229 | BK-19688 | print       | 2027-01-11 | 2
    LN-71055 | LC-640229 | BK-12306 | print       | 2027-01-29 | 0
"""
TODAY = dt.date(2027, 1, 5)
"""The day it always is here, as the instructions say; everything is due after it."""
LONGEST_CARD = dt.date(2028, 12, 31)
MOST_HOLDS = 5
"""Open holds that one card may have."""
OPEN = "status = 'placed'"
"""Which holds are open, in SQL."""

SCHEMA = """
    CREATE TABLE books (book_id PRIMARY KEY, title, author, genre, page_count INT, average_rating REAL,
                        copies_available INT, languages, formats, shelf_mark);
    CREATE TABLE branches (branch_id PRIMARY KEY, branch_name, city, address, distance_km REAL, closes_at,
                           open_sunday INT, facilities);
    CREATE TABLE cards (card_number PRIMARY KEY, full_name, branch_id, email);
    CREATE TABLE loans (loan_id PRIMARY KEY, card_number, book_id, book_format, due_date, renewals_left INT);
    CREATE TABLE holds (hold_id PRIMARY KEY, card_number, book_id, branch_id, status);
"""


def new_library() -> sqlite3.Connection:
    """Return a library in memory with everything above in it."""
    library = sqlite3.connect(":memory:")
    library.row_factory = sqlite3.Row
    library.executescript(SCHEMA)
    books = [(*row, SHELVES[number % len(SHELVES)]) for number, row in enumerate(_rows(BOOKS))]
    for table, rows in (
        ("books", books), ("branches", _rows(BRANCHES)), ("cards", [(*row, "") for row in _rows(CARDS)]),
        ("loans", _rows(LOANS)),
    ):  # fmt: skip
        library.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    library.commit()  # or the first call that is refused would roll it all back
    return library


def _rows(text: str) -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines()]


# --- what can be asked of it ----------------------------------------------------------------------------------------


def search_library_books(library: sqlite3.Connection, asked: Json) -> Json:
    """Novels of a genre, the best rated first."""
    rows = library.execute(
        "SELECT book_id, title, copies_available, average_rating FROM books WHERE genre = :genre"
        " AND (:language IS NULL OR instr(languages, :language)) AND (:book_format IS NULL"
        " OR instr(' ' || formats || ' ', ' ' || :book_format || ' ')) AND (NOT :available_now OR copies_available)"
        " ORDER BY average_rating DESC",
        {"book_format": None, "available_now": False, **asked, "language": LANGUAGES.get(asked.get("language", ""))},
    )
    return {"books": [dict(row) for row in rows]}


def find_books_by_author(library: sqlite3.Connection, asked: Json) -> Json:
    """Books of an author, by title."""
    rows = library.execute(
        "SELECT book_id, title, copies_available, average_rating FROM books WHERE author = :author COLLATE NOCASE"
        " ORDER BY title", asked,
    )  # fmt: skip
    return {"books": [dict(row) for row in rows]}


def get_library_book(library: sqlite3.Connection, asked: Json) -> Json:
    """One book, and where it stands: all branches shelve by the same plan."""
    if "branch_id" in asked:
        _one(library, "branches", "branch_id", asked["branch_id"])
    book = _one(library, "books", "book_id", asked["book_id"])
    return {
        key: book[key] for key in ("book_id", "title", "author", "page_count", "shelf_mark", "average_rating")
    }  # fmt: skip


def find_library_branches(library: sqlite3.Connection, asked: Json) -> Json:
    """Branches of a city, the nearest to its centre first."""
    rows = library.execute(
        "SELECT * FROM branches WHERE city = :city COLLATE NOCASE AND (NOT :open_sunday OR open_sunday)"
        " ORDER BY distance_km", {"open_sunday": False, **asked},
    )  # fmt: skip
    wanted = set(asked.get("facilities", ()))
    keys = ("branch_id", "branch_name", "address", "distance_km", "closes_at")
    found = [row for row in rows if wanted <= set(row["facilities"].split())]
    return {"branches": [{key: row[key] for key in keys} for row in found]}


def list_library_loans(library: sqlite3.Connection, asked: Json) -> Json:
    """What is out on a card, what is due first in front."""
    _one(library, "cards", "card_number", asked["card_number"])
    rows = library.execute(
        "SELECT loan_id, title, due_date, renewals_left FROM loans JOIN books USING (book_id)"
        " WHERE card_number = :card_number AND (:book_format IS NULL OR book_format = :book_format)"
        " AND (NOT :renewable_only OR renewals_left) ORDER BY due_date",
        {"book_format": None, "renewable_only": False, **asked},
    )
    loans = [dict(row) for row in rows]
    return {"loans": loans, "total_count": len(loans)}


def register_library_member(library: sqlite3.Connection, asked: Json) -> Json:
    """Issue a card."""
    branch = _one(library, "branches", "branch_id", asked["branch_id"])
    if _count(library, "cards", "email = ? COLLATE NOCASE", asked["email"]):
        raise ToolError(f"{asked['email']} has a card already")
    number = f"LC-{700101 + 37 * _count(library, 'cards')}"
    row = (number, asked["full_name"], asked["branch_id"], asked["email"])
    library.execute("INSERT INTO cards VALUES (?, ?, ?, ?)", row)
    return {
        "card_number": number, "full_name": asked["full_name"], "status": "active",
        "valid_until": LONGEST_CARD.isoformat(), "branch_name": branch["branch_name"],
    }  # fmt: skip


def place_book_hold(library: sqlite3.Connection, asked: Json) -> Json:
    """Put somebody on the waiting line of a book."""
    book = _one(library, "books", "book_id", asked["book_id"])
    branch = _one(library, "branches", "branch_id", asked["branch_id"])
    card = _one(library, "cards", "card_number", asked["card_number"])["card_number"]
    own = (card, book["book_id"])
    if "book_format" in asked and asked["book_format"] not in book["formats"].split():
        raise ToolError(f"the library does not have {book['title']} in {asked['book_format'].replace('_', ' ')}")
    if _count(library, "loans", "card_number = ? AND book_id = ?", *own):
        raise ToolError(f"{book['title']} is on loan on card {card} already")
    if _count(library, "holds", f"card_number = ? AND book_id = ? AND {OPEN}", *own):
        raise ToolError(f"{book['title']} is on hold for card {card} already")
    if _count(library, "holds", f"card_number = ? AND {OPEN}", card) >= MOST_HOLDS:
        raise ToolError(f"card {card} has {MOST_HOLDS} open holds, and no more are allowed")
    position = _count(library, "holds", f"book_id = ? AND {OPEN}", book["book_id"]) + 1
    hold = f"HD-{80207 + 113 * _count(library, 'holds')}"
    library.execute("INSERT INTO holds VALUES (?, ?, ?, ?, 'placed')", (hold, *own, branch["branch_id"]))
    days = 0 if position <= book["copies_available"] else 14
    return {
        "hold_id": hold, "title": book["title"], "status": "placed", "queue_position": position,
        "branch_name": branch["branch_name"], "pickup_date": (TODAY + dt.timedelta(days)).isoformat(),
    }  # fmt: skip


def cancel_book_hold(library: sqlite3.Connection, asked: Json) -> Json:
    """Take somebody off a waiting line."""
    hold = _one(library, "holds", "hold_id", asked["hold_id"])
    _require_owner(library, hold, "hold_id", asked)
    if hold["status"] != "placed":
        raise ToolError(f"hold {hold['hold_id']} was cancelled before")
    library.execute("UPDATE holds SET status = 'cancelled' WHERE hold_id = ?", (hold["hold_id"],))
    left = _count(library, "holds", f"card_number = ? AND {OPEN}", hold["card_number"])
    title = _one(library, "books", "book_id", hold["book_id"])["title"]
    return {"hold_id": hold["hold_id"], "title": title, "status": "cancelled", "open_holds": left}


def renew_library_loan(library: sqlite3.Connection, asked: Json) -> Json:
    """Give somebody more time with a book."""
    loan = _one(library, "loans", "loan_id", asked["loan_id"])
    _require_owner(library, loan, "loan_id", asked)
    if not loan["renewals_left"]:
        raise ToolError(f"loan {loan['loan_id']} cannot be renewed any more")
    due = (dt.date.fromisoformat(loan["due_date"]) + dt.timedelta(weeks=asked.get("extra_weeks", 2))).isoformat()
    left = loan["renewals_left"] - 1
    library.execute("UPDATE loans SET due_date = ?, renewals_left = ? WHERE loan_id = ?", (due, left, loan["loan_id"]))
    title = _one(library, "books", "book_id", loan["book_id"])["title"]
    return {
        "loan_id": loan["loan_id"], "title": title, "status": "renewed", "due_date": due, "renewals_left": left
    }  # fmt: skip


def _one(library: sqlite3.Connection, table: str, key: str, value: str) -> sqlite3.Row:
    row: sqlite3.Row | None = library.execute(f"SELECT * FROM {table} WHERE {key} = ?", (value,)).fetchone()
    if row is None:
        raise ToolError(f"the library has no {key.replace('_', ' ')} {value}")
    return row


def _require_owner(library: sqlite3.Connection, row: sqlite3.Row, key: str, asked: Json) -> None:
    """Refuse what is another's; without a card number, who knows the number of a loan or a hold may change it."""
    if "card_number" in asked:
        _one(library, "cards", "card_number", asked["card_number"])
        if row["card_number"] != asked["card_number"]:
            raise ToolError(f"{key.removesuffix('_id')} {row[key]} is not on card {asked['card_number']}")


def _count(library: sqlite3.Connection, table: str, where: str = "1", *values: str) -> int:
    return int(library.execute(f"SELECT count(*) FROM {table} WHERE {where}", values).fetchone()[0])


# --- how it is described --------------------------------------------------------------------------------------------


class Tool(NamedTuple):
    """What a client is told of a tool, and what answers its calls."""

    description: str
    parameters: Json
    required: tuple[str, ...]
    returns: Json
    answer: Callable[[sqlite3.Connection, Json], Json]
    effects: str = "reads"

    def described(self, name: str) -> Json:
        """Return the entry of `tools/list`."""
        return {
            "name": name,
            "description": self.description,
            "inputSchema": {
                "type": "object", "properties": self.parameters, "required": list(self.required),
                "additionalProperties": False,
            },
            "outputSchema": _object(self.returns),
            "annotations": {"readOnlyHint": self.effects == "reads", "destructiveHint": self.effects == "deletes"},
        }  # fmt: skip


def _object(properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(description: str, properties: Json) -> Json:
    return {"type": "array", "description": description, "items": _object(properties)}


def _text(description: str, *examples: str, **more: Any) -> Json:
    return {"type": "string", "description": description, **({"examples": list(examples)} if examples else {}), **more}


def _column(rows: str, number: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row[number] for row in _rows(rows)))


_BOOK_ID = _text("Identifier of the library book", *_column(BOOKS, 0))
_BRANCH_ID = _text("Identifier of the library branch", *_column(BRANCHES, 0))
_CARD = _text("Number of the library card", *_column(CARDS, 0))
_LOAN_ID = _text("Identifier of the library loan", *_column(LOANS, 0))
_HOLD_ID = _text("Identifier of the book hold")
_TITLE = _text("Title of the book")
_BRANCH_NAME = _text("Name of the library branch")
_RATING = {"type": "number", "minimum": 1, "maximum": 5, "description": "Average rating by readers"}
_FORMAT = _text("Format of the item", enum=["print", "large_print"])
_DUE = _text("Day the item is due back", format="date")
_RENEWALS = {"type": "integer", "minimum": 0, "description": "Renewals still allowed"}
_FOUND = {
    "books": _list("Books in the catalogue", {
        "book_id": _BOOK_ID, "title": _TITLE,
        "copies_available": {"type": "integer", "minimum": 0, "description": "Copies on the shelf now"},
        "average_rating": _RATING,
    }),
}  # fmt: skip

TOOLS: dict[str, Tool] = {
    "search_library_books": Tool(
        "Search the library catalogue for novels of a genre.",
        {
            "genre": _text("Genre of the novel", enum=list(_column(BOOKS, 3))),
            "book_format": _FORMAT,
            "language": _text("Language name", enum=list(LANGUAGES)),
            "available_now": {"type": "boolean", "description": "Whether a copy must be in now"},
        },
        ("genre",), _FOUND, search_library_books,
    ),
    "find_books_by_author": Tool(
        "Find the books of an author.",
        {"author": _text("Full name of the author", *_column(BOOKS, 2))},
        ("author",), _FOUND, find_books_by_author,
    ),
    "get_library_book": Tool(
        "Get the details of a book and its place on the shelf.",
        {"book_id": _BOOK_ID, "branch_id": _BRANCH_ID},
        ("book_id",),
        {
            "book_id": _BOOK_ID, "title": _TITLE, "author": _text("Author of the book"),
            "page_count": {"type": "integer", "description": "Number of pages in the book"},
            "shelf_mark": _text("Shelf the book stands on"), "average_rating": _RATING,
        },
        get_library_book,
    ),
    "find_library_branches": Tool(
        "Find branches of the public library in a city.",
        {
            "city": _text("Name of the city", *_column(BRANCHES, 2)),
            "open_sunday": {"type": "boolean", "description": "Whether the branch opens on Sundays"},
            "facilities": {
                "type": "array", "description": "Facilities the branch must have", "minItems": 1,
                "items": {"type": "string", "enum": ["study_rooms", "free_wifi", "printers"]},
            },
        },
        ("city",),
        {"branches": _list("Library branches found", {
            "branch_id": _BRANCH_ID, "branch_name": _BRANCH_NAME, "address": _text("Street address"),
            "distance_km": {"type": "number", "description": "Distance from the centre in kilometres"},
            "closes_at": _text("Time the branch closes", format="time"),
        })},
        find_library_branches,
    ),
    "list_library_loans": Tool(
        "List the items currently borrowed on a library card.",
        {
            "card_number": _CARD, "book_format": _FORMAT,
            "renewable_only": {"type": "boolean", "description": "Whether to list only renewable loans"},
        },
        ("card_number",),
        {
            "loans": _list("Items currently borrowed", {
                "loan_id": _LOAN_ID, "title": _TITLE, "due_date": _DUE, "renewals_left": _RENEWALS,
            }),
            "total_count": {"type": "integer", "description": "Number of matches"},
        },
        list_library_loans,
    ),
    "register_library_member": Tool(
        "Register a person as a library member and issue a card.",
        {
            "full_name": _text("Full name of the person"),
            "email": _text("Email address of the person", format="email"),
            "branch_id": _BRANCH_ID,
            "home": {
                "type": "object", "description": "Home address of the member",
                "properties": {
                    "address": _text("Street address"), "city": _text("Name of the city"),
                    "postal_code": _text("Postal code"),
                },
            },
        },
        ("full_name", "email", "branch_id"),
        {
            "card_number": _CARD, "full_name": _text("Full name of the person"),
            "status": _text("State of the membership", enum=["active"]),
            "valid_until": _text("Last day the card is valid", format="date"), "branch_name": _BRANCH_NAME,
        },
        register_library_member, "writes",
    ),
    "place_book_hold": Tool(
        "Reserve a book for pickup at a library branch.",
        {
            "book_id": _BOOK_ID, "card_number": _CARD, "branch_id": _BRANCH_ID,
            "notify_by": _text("How the reader is told", enum=["email", "text_message", "letter"]),
            "book_format": _FORMAT,
        },
        ("book_id", "card_number", "branch_id"),
        {
            "hold_id": _HOLD_ID, "title": _TITLE, "status": _text("State of the hold", enum=["placed"]),
            "queue_position": {"type": "integer", "minimum": 1, "description": "Place in the waiting line"},
            "branch_name": _BRANCH_NAME, "pickup_date": _text("Day the book should be ready", format="date"),
        },
        place_book_hold, "writes",
    ),
    "cancel_book_hold": Tool(
        "Cancel a hold on a library book.",
        {"hold_id": _HOLD_ID, "card_number": _CARD},
        ("hold_id",),
        {
            "hold_id": _HOLD_ID, "title": _TITLE, "status": _text("State of the hold", enum=["cancelled"]),
            "open_holds": {"type": "integer", "minimum": 0, "description": "Holds still open on the card"},
        },
        cancel_book_hold, "deletes",
    ),
    "renew_library_loan": Tool(
        "Extend the due date of one borrowed item.",
        {
            "loan_id": _LOAN_ID, "card_number": _CARD,
            "extra_weeks": {
                "type": "integer", "minimum": 2, "maximum": 6, "description": "Weeks to extend the loan by",
            },
        },
        ("loan_id",),
        {
            "loan_id": _LOAN_ID, "title": _TITLE, "status": _text("Outcome of the renewal", enum=["renewed"]),
            "due_date": _DUE, "renewals_left": _RENEWALS,
        },
        renew_library_loan, "writes",
    ),
}  # fmt: skip


# --- the protocol ---------------------------------------------------------------------------------------------------


def serve(lines: TextIO, out: TextIO) -> None:
    """Answer message after message until the input ends."""
    library = new_library()
    for line in lines:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            reply: Json | None = {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "no JSON"}}
        else:
            reply = answer(library, message) if isinstance(message, dict) else None
        if reply is not None:
            out.write(json.dumps(reply, ensure_ascii=False) + "\n")
            out.flush()


def answer(library: sqlite3.Connection, message: Json) -> Json | None:
    """Return the reply to one message; none where none is expected."""
    if "id" not in message or "method" not in message:
        return None
    method, params = message["method"], message.get("params")
    params = params if isinstance(params, dict) else {}
    found: Json
    if method == "initialize":
        asked = params.get("protocolVersion")
        found = {
            "protocolVersion": asked if asked in PROTOCOLS else PROTOCOLS[-1],
            "capabilities": {"tools": {}}, "serverInfo": {"name": "library", "version": "1.0"},
            "instructions": f"A public library with branches in several cities. Today is {TODAY}.",
        }  # fmt: skip
    elif method == "ping":
        found = {}
    elif method == "tools/list":
        found = {"tools": [tool.described(name) for name, tool in TOOLS.items()]}
    elif method == "tools/call":
        found = call(library, str(params.get("name")), params.get("arguments", {}))
    else:
        error = {"code": -32601, "message": f"no such method: {method}"}
        return {"jsonrpc": "2.0", "id": message["id"], "error": error}
    return {"jsonrpc": "2.0", "id": message["id"], "result": found}


def call(library: sqlite3.Connection, name: str, arguments: Any) -> Json:
    """Return the result of one call; what goes wrong is told to the caller."""
    try:
        if name not in TOOLS:
            raise ToolError(f"there is no tool {name}")
        _require_valid(arguments, TOOLS[name].described(name)["inputSchema"], name)
        with library:
            found = TOOLS[name].answer(library, arguments)
    except (ToolError, sqlite3.Error) as error:
        return {"content": [{"type": "text", "text": str(error)}], "isError": True}
    text = json.dumps(found, ensure_ascii=False)
    return {"content": [{"type": "text", "text": text}], "structuredContent": found, "isError": False}


_TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict}


def _require_valid(value: Any, schema: Json, name: str) -> None:
    """Require of an argument what its schema says, as far as schemas here say anything.

    Raises:
        ToolError: it is something else.
    """
    if not isinstance(value, _TYPES[schema["type"]]) or (isinstance(value, bool) and schema["type"] != "boolean"):
        raise ToolError(f"{name} must be of type {schema['type']}")
    if value not in schema.get("enum", [value]):
        raise ToolError(f"{name} must be one of {', '.join(schema['enum'])}")
    if schema["type"] == "integer" and not schema["minimum"] <= value <= schema["maximum"]:
        raise ToolError(f"{name} must be between {schema['minimum']} and {schema['maximum']}")
    if schema["type"] == "string" and not value.strip():
        raise ToolError(f"{name} must not be empty")
    for entry in value if schema["type"] == "array" else ():
        _require_valid(entry, schema["items"], name)
    if schema["type"] == "object":
        missing = [key for key in schema.get("required", ()) if key not in value]
        if missing:
            raise ToolError(f"{name} needs {', '.join(missing)}")
        for key, child in value.items():
            if key not in schema["properties"]:
                raise ToolError(f"{name} has no parameter {key}")
            _require_valid(child, schema["properties"][key], key)


if __name__ == "__main__":
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # they are text files, whatever a type says
    serve(sys.stdin, sys.stdout)
