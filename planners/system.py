"""The system message of a dialogue: today's date, whom the assistant talks to, and credentials it may use."""

import datetime as dt
from collections.abc import Sequence

from toolgraph.dialogue.spoken import WEEKDAYS
from toolgraph.models.offline.banks import people
from toolgraph.seeds import rng
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

FIRST_DAY = dt.date(2026, 1, 5)
DAYS = 330
_OPENINGS = (
    "You are a helpful assistant that gets things done with the tools you are given.",
    "You help people by calling the tools available to you and telling them plainly what came back.",
    "You are an assistant with access to a set of tools. Use them when they help, and ask when something needed is "
    "missing.",
    "Assist the user. Call tools where they are needed and never make up values.",
    "You are a capable assistant. Rely on your tools for facts and actions.",
)
_DATES = (
    "Today is {weekday}, {iso}.",
    "Current date: {iso} ({weekday}).",
    "The date is {iso}, a {weekday}.",
    "It is {weekday} today, {iso}.",
)
_USERS = (
    "The user is {name} ({email}).",
    "You are talking to {name}, reachable at {email} and {phone}.",
    "Signed-in user: {name}, {email}.",
    "User profile: {name}; e-mail {email}; phone {phone}.",
)


def system_message(
    tools: Sequence[ToolSpec], *, seed: int, id: str, may_ask: bool = True, names_user: bool = False,
    today: dt.date | None = None,
) -> str:  # fmt: skip
    """Return the system message of one dialogue.

    It always holds today's date in ISO form, so that "next Friday" can be resolved; in half of the dialogues it names
    the user; and it lists a credential for every credential parameter of the tools, since no user types those. Without
    `may_ask` it does not tell the assistant to ask, because nobody would answer; with `names_user` it always
    names the user. Without `today` it is some day of 2026.
    """
    chooser = rng(seed, "system", id, *(tool.name for tool in tools))
    drawn = FIRST_DAY + dt.timedelta(days=chooser.randrange(DAYS))
    today = today or drawn
    opening = chooser.choice(_OPENINGS if may_ask else [one for one in _OPENINGS if " ask " not in one])
    date = chooser.choice(_DATES).format(iso=today.isoformat(), weekday=WEEKDAYS[today.weekday()])
    lines = [f"{opening} {date}"]
    if chooser.random() < 0.5 or names_user:
        person = chooser.choice(people())
        lines[0] += " " + chooser.choice(_USERS).format(name=person.full_name, email=person.email, phone=person.phone)
    credentials = {
        split_words(field.name): min(
            max(16, int(field.schema.get("minLength", 0))), int(field.schema.get("maxLength", 1 << 10))
        )
        for tool in tools
        for field in tool.parameter_fields
        if kind_of(field) == "credential"
    }
    if credentials:
        lines.append("Credentials to use where a tool asks for them:")
        lines += [f"- {name}: {chooser.getrandbits(4 * length):0{length}x}" for name, length in credentials.items()]
    return "\n".join(lines)
