"""Docstrings: what a function does, what its parameters mean and what it gives, in Google, NumPy and reST style."""

import inspect
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from toolgraph.phrases import shortened

if TYPE_CHECKING:
    from docstring_parser import Docstring

LONGEST_READ = 20_000
"""Characters of a docstring that are looked at; no description for a model is as long."""
LONGEST_DESCRIPTION = 1_200
"""Characters after which no further paragraph of a description is taken."""


class Described(NamedTuple):
    """What a docstring says of one parameter, or of the result."""

    text: str = ""
    type_name: str = ""
    """The type as the docstring writes it: `int`, `list of str`, `{'a', 'b'}`; empty where it writes none."""


class Documentation(NamedTuple):
    """A docstring taken apart."""

    description: str = ""
    """The paragraphs before any section, example or directive, each on one line."""
    parameters: Mapping[str, Described] = MappingProxyType({})
    """By name; those of a class are its attributes too."""
    returns: Described = Described()
    is_deprecated: bool = False


def read_docstring(docstring: str | None) -> Documentation:
    r"""Take a docstring apart; whatever cannot be read in it is left out, and nothing is raised.

    >>> read_docstring("Add.\n\nArgs:\n    a (int): The first.\n\nReturns:\n    The sum.").parameters
    {'a': Described(text='The first.', type_name='int')}
    """
    text = inspect.cleandoc((docstring or "")[:LONGEST_READ])
    if not text:
        return Documentation()
    parsed = _parsed(text)
    return Documentation(
        _description(text),
        _parameters(parsed) if parsed else {},
        _returns(parsed) if parsed else Described(),
        bool(_DEPRECATED.search(text)),
    )


_SECTION = re.compile(
    r"(?:args|arguments|keyword arg(?:ument)?s|other (?:args|arguments|parameters)|param(?:eter)?s|returns?|yields?|"
    r"raises|exceptions?|examples?|notes?|warnings?|warns|see also|references|attributes|methods|usage|todo|tests?|"
    r"doctests?|side effects|side_effects)\s*:?:?\s*",
    re.IGNORECASE,
)
_END = re.compile(r"\s*(?:>>>|\.\. |```|:\w[^:]*:(?:\s|$)|@(?:param|return|rtype|type|raise)\w*\b)")
_UNDERLINE = re.compile(r"\s*([-=~^])\1{2,}\s*")
_LAYOUT = re.compile(r"\s+|[-*•+] |\d+[.)] |\|")
_SIGNATURE = re.compile(r"[\w.]+\([^\n]*\)\s*(?:->[^\n]*)?")
_ANNOUNCEMENT = re.compile(
    r"(?:^|(?<=[.!?\n])\s*)(?:for example|example|e\.g\.|usage|such as)[^.!?\n]*:+$", re.IGNORECASE
)
_DEPRECATED = re.compile(r"\A\W*deprecated\b|^\.\. deprecated::", re.IGNORECASE | re.MULTILINE)
_LONGEST_HEAD = 300
_HIDDEN = "\ue000"
"""Stands for a parenthesis while a docstring is parsed."""
_HAS_MEANING = re.compile(r"\w")


def _description(text: str) -> str:
    """The paragraphs before whatever is not running text."""
    lines = text.splitlines()
    kept: list[str] = []
    is_cut = False
    for index, line in enumerate(lines):
        is_underlined = index + 1 < len(lines) and _UNDERLINE.fullmatch(lines[index + 1]) is not None
        if (
            (is_underlined and (index > 0 or _SECTION.fullmatch(line)))
            or _END.match(line)
            or (_SECTION.fullmatch(line) and (line.rstrip().endswith(":")))
        ):
            is_cut = True
            break
        kept.append(line)
    described = ""
    paragraphs = re.split(r"\n\s*\n", "\n".join(kept).strip())
    if len(paragraphs) > 1 and _SIGNATURE.fullmatch(paragraphs[0].strip()):
        paragraphs = paragraphs[1:]
    for paragraph in paragraphs:
        joined = _joined(paragraph)
        if described and len(described) + len(joined) > LONGEST_DESCRIPTION:
            break
        described = f"{described}\n\n{joined}" if described and joined else described or joined
    if len(described) > LONGEST_DESCRIPTION:
        return shortened(described, LONGEST_DESCRIPTION)
    if is_cut and described.endswith(":"):
        # What it announces, an example as a rule, is not there.
        described = _ANNOUNCEMENT.sub("", described).rstrip() or described
        described = described.rstrip(":").rstrip() + "." if described.endswith(":") else described
    return described


def _joined(paragraph: str) -> str:
    """A paragraph on one line, unless its lines are laid out: bullets, or indented below the first."""
    lines = [line.rstrip() for line in paragraph.splitlines() if not _UNDERLINE.fullmatch(line)]
    if any(_LAYOUT.match(line) for line in lines[1:]):
        return "\n".join(lines).strip("\n")
    return " ".join(line.strip() for line in lines).strip()


def _parsed(text: str) -> "Docstring | None":
    import docstring_parser

    styles = docstring_parser.DocstringStyle
    text = "\n".join(map(_harmless, text.splitlines()))
    found = []
    # Epydoc is tried last, since it takes an e-mail address or a decorator in the text for a field.
    for style in (styles.NUMPYDOC, styles.GOOGLE, styles.REST, styles.EPYDOC):
        try:
            found.append(docstring_parser.parse(text, style))
        except Exception:  # the parsers fail in many ways on what is no docstring of their style
            continue
    return max(found, key=lambda parsed: (len(parsed.params), len(parsed.meta)), default=None)


def _harmless(line: str) -> str:
    """A line without parentheses that no type stands in: a pattern of the library takes cubic time on open ones."""
    head = line.partition(":")[0]
    is_plain = "(" not in head or (len(head) <= _LONGEST_HEAD and head.rfind("(") < head.rfind(")"))
    return line if is_plain else line.replace("(", _HIDDEN)


def _parameters(parsed: "Docstring") -> dict[str, Described]:
    described = {}
    for parameter in parsed.params:
        for name in parameter.arg_name.split(","):
            described[name.strip().lstrip("*\\`").rstrip("`")] = _described(parameter.description, parameter.type_name)
    return described


def _returns(parsed: "Docstring") -> Described:
    """What is said of the result; of several named ones (NumPy style) only the words."""
    several = parsed.many_returns
    if len(several) > 1:
        parts = [f"{each.return_name or each.type_name}: {each.description}" for each in several if each.description]
        return _described("; ".join(parts), None)
    given = parsed.returns
    if given is None:
        return Described()
    if not given.description and given.type_name and " " in given.type_name.strip():
        return _described(given.type_name, None)
    return _described(given.description, given.type_name)


def _described(text: str | None, type_name: str | None) -> Described:
    # What follows a blank line or begins an example goes beyond a description of one value.
    text = (text or "").replace(_HIDDEN, "(")
    head = re.split(r"\n\s*(?:\n|>>>|\.\. )", text.strip(), maxsplit=1)[0]
    words = shortened(" ".join(head.split()), LONGEST_DESCRIPTION)
    return Described(words if _HAS_MEANING.search(words) else "", " ".join((type_name or "").split()))
