"""Drawing: a matplotlib figure as SVG that can stand inside a page, light or dark, beside others."""

import io
import re
import warnings
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from toolgraph.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#3f7fc4", "#d0761c", "#2f9e63", "#b4559f", "#c74b4b", "#8d7a28", "#1f9aa5", "#7b68c8")
"""Of the arms, in their order; each can be told from the others and read on white and on black."""
GREY = "#7f7f7f"
"""Of what is no arm."""
MARKERS = "osD^vPX*h"
"""Of the arms as well, for those who cannot tell the colours apart; one more than the colours, so that with a ninth arm
neither begins again together."""
_INK, _FAINT = "#010203", "#040506"
"""Stand for the page's own text colour, and for a faint one, until the SVG is written."""
_STYLE: Any = {
    "svg.fonttype": "none", "svg.hashsalt": "toolgraph", "text.parse_math": False, "font.family": "sans-serif",
    "font.size": 10, "text.color": _INK, "axes.labelcolor": _INK, "axes.edgecolor": _FAINT, "xtick.color": _INK,
    "ytick.color": _INK, "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 11,
    "axes.titlelocation": "left", "axes.grid": True, "axes.axisbelow": True, "grid.color": _FAINT,
    "grid.linewidth": 0.5, "legend.frameon": False, "figure.constrained_layout.use": True, "lines.linewidth": 1.8,
}  # fmt: skip
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def colour(place: int) -> str:
    """Return the colour of an arm by its place."""
    return COLOURS[place % len(COLOURS)]


def marker(place: int) -> str:
    """Return the marker of an arm by its place."""
    return MARKERS[place % len(MARKERS)]


def line(place: int) -> str:
    """Return the kind of line of an arm by its place: another one where colours begin again."""
    return ("-", "--", "-.")[place // len(COLOURS) % 3]


def plain(text: str, most: int = 40) -> str:
    r"""Return a text that XML can hold, cut where it is too long for a label.

    >>> plain("get\x00 user"), plain("a" * 9, 5)
    ('get user', 'aaaa…')
    """
    clean = _CONTROLS.sub("", text)
    return clean if len(clean) <= most else f"{clean[: most - 1]}…"


def as_svg(draw: Callable[["Figure"], None], *, name: str, title: str, size: tuple[float, float]) -> str:
    """Return what `draw` puts on a figure of `size` inches, with a title for those who cannot see it.

    `name` tells it from the other drawings of a page.
    """
    require_drawing()
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    file = io.StringIO()
    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # it is the reader's fonts that are used
        figure = Figure(figsize=size)
        FigureCanvasSVG(figure)
        draw(figure)
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(file.getvalue(), name, title)


def require_drawing() -> None:
    """See to it that what draws is installed.

    Raises:
        ConfigError: it is not.
    """
    try:
        import jinja2  # noqa: F401  # whether it is there is the question
        import matplotlib  # noqa: F401  # whether it is there is the question
    except ImportError as error:
        raise ConfigError(
            "an HTML page needs jinja2 and matplotlib; install them with pip install 'toolgraph[report]', or leave it "
            "out with --no-html"
        ) from error


def _inline(svg: str, name: str, title: str) -> str:
    """Make an SVG file part of a page: no prolog, ids of its own, the page's colours, a title."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'(\sid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = svg.replace(_INK, "currentColor").replace(_FAINT, "var(--faint)")
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    label = f'{name}-title" role="img'
    return re.sub(
        r"<svg ", f'<svg aria-labelledby="{label}" ', svg, count=1
    ).replace(">", f'><title id="{name}-title">{escape(title)}</title>', 1)  # fmt: skip
