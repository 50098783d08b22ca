"""The options that name models and set the limits of asking them, for every command that may use one."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from toolgraph.cli.grouped_options import Row, with_options

WHO, LIMITS = "With a model", "Limits, with a model"


def endpoint_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what decides whom is asked, and how."""
    return with_options(command, _ENDPOINT)


def role_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what models do in a run, and what they may consume."""
    return with_options(command, _ROLES)


def judge_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add who judges dialogues that are there already, and what that may consume."""
    return with_options(command, _renamed(_JUDGING))


def confirm_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add who confirms edges, and what that may consume."""
    return with_options(command, _renamed(_CONFIRMING))


def parse_extra(pairs: Sequence[str]) -> dict[str, Any]:
    """Return the fields that `--extra KEY=JSON` gives.

    Raises:
        ConfigError: a pair is not written so.
    """
    from toolgraph.errors import ConfigError

    fields: dict[str, Any] = {}
    for pair in pairs:
        key, separator, text = pair.partition("=")
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            separator = ""
        if not key or not separator:
            shown = f"{key}=..." if "=" in pair else pair  # the value may be a key, put here by mistake
            raise ConfigError(
                f"--extra {shown}: expected KEY=JSON, as in --extra top_p=0.9 or --extra 'stop=[\"END\"]'"
            )
        fields[key] = value
    return fields


def _renamed(options: dict[str, dict[str, Any]]) -> list[Row]:
    """Return some of the options below, with what else is said of them."""
    known = {name: (name, group, settings) for name, group, settings in (*_ROLES, *_ENDPOINT)}
    return [(*known[name][:2], {**known[name][2], **said}) for name, said in options.items()]


_JUDGING: dict[str, dict[str, Any]] = {
    "--judge-model": {"help": "Model that scores dialogues, whatever their records say."},
    "--base-url": {}, "--temperature": {}, "--extra": {}, "--timeout": {}, "--concurrency": {}, "--patience": {},
    "--price": {}, "--max-cost": {}, "--max-tokens": {}, "--max-time": {},
    "--cache": {"help": "File of responses, which are asked for once."},
}  # fmt: skip
"""The options of a judge, and what is said of them in other words."""
_CONFIRMING: dict[str, dict[str, Any]] = {
    "--model": {"help": "Model that confirms edges, with --edges confirmed; the key is read from OPENAI_API_KEY."},
    "--confirm": {}, "--base-url": {}, "--temperature": {}, "--extra": {}, "--timeout": {}, "--concurrency": {},
    "--patience": {}, "--price": {}, "--max-cost": {}, "--max-tokens": {}, "--max-time": {},
    "--cache": {"help": "File of responses, which are asked for once.  [default: in the user's cache]"},
}  # fmt: skip
"""The options of who confirms edges."""
_NAMES: dict[str, Any] = {"multiple": True, "metavar": "NAME"}
_TIME: dict[str, Any] = {"metavar": "TIME"}
_ENDPOINT: tuple[Row, ...] = (
    ("--model", WHO, {
        **_NAMES, "help": "Model that plays every role; repeated, one is drawn per dialogue. NAME@URL is on a server "
        "of its own. The key is read from OPENAI_API_KEY.",
    }),
    ("--base-url", WHO, {
        "metavar": "URL", "help": "Server of the models; else that of OPENAI_BASE_URL, else OpenAI's.",
    }),
    ("--temperature", WHO, {"type": float, "help": "How freely models choose their words."}),
    ("--extra", WHO, {"multiple": True, "metavar": "KEY=JSON", "help": "Field to send with every request."}),
    ("--timeout", LIMITS, {**_TIME, "help": "Until a request is sent again: seconds, or 10m.  [default: 600]"}),
)  # fmt: skip
_ROLES: tuple[Row, ...] = (
    ("--user-model", WHO, {**_NAMES, "help": "Model that plays the user."}),
    ("--tool-model", WHO, {**_NAMES, "help": "Model that plays the tools."}),
    ("--judge-model", WHO, {**_NAMES, "help": "Model that scores accepted dialogues."}),
    ("--min-score", WHO, {"type": int, "help": "Reject what the judge scores lower in any respect (1-5)."}),
    ("--reasoning/--no-reasoning", WHO, {"default": None, "help": "Let the assistant write down its reasoning."}),
    ("--fill", WHO, {
        "metavar": "WHICH", "help": "Tools the model completes: offered, catalogue, none.  [default: offered]",
    }),
    ("--confirm", WHO, {
        "type": int, "metavar": "N", "help": "With --edges confirmed, try or ask about the N best.  [default: 500]",
    }),
    ("--concurrency", LIMITS, {"type": int, "help": "Most requests in flight to a model.  [default: 64]"}),
    ("--patience", LIMITS, {**_TIME, "help": "How long to wait for a server that is gone.  [default: 300]"}),
    ("--price", LIMITS, {
        "multiple": True, "metavar": "MODEL=IN/OUT", "help": "Dollars per million tokens read and written.",
    }),
    ("--max-cost", LIMITS, {"type": float, "metavar": "DOLLARS", "help": "Stop, with what is done, at this cost."}),
    ("--max-tokens", LIMITS, {"type": int, "help": "Stop, with what is done, after so many tokens."}),
    ("--max-time", LIMITS, {**_TIME, "help": "Stop, with what is done, after so long: 90m, 2h."}),
    ("--cache", LIMITS, {"metavar": "FILE", "help": "File of responses, if not in the directory of the run."}),
)  # fmt: skip
