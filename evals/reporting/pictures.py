"""Pictures of the report: drawn with Altair, rendered to SVG by vl-convert without a browser or the network.

The SVG carries the colours of the light page; its style sheet names those same colours and replaces them where it is dark.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple
from xml.etree import ElementTree as ET

from markupsafe import Markup

from copilot.web.markup import plain
from evals.comparing import Comparison
from evals.reporting.groups import MAIN, Line
from evals.runs import Run

INK, MUTED, FAINT, HAIRLINE, ACCENT, BAD, GOOD = "#1b1f24", "#5a626d", "#868e99", "#e2e2dd", "#0d5aa7", "#a32a18", "#2c6b44"
"""As copilot/web/static/css/tokens.css has them; report.css has the dark ones."""
FACE = "system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Liberation Sans, sans-serif"
Fate = Literal["lost", "won", "wrong", "right"]
FATES: dict[Fate, tuple[str, str, str]] = {
    "lost": ("triangle-down", BAD, "right before, wrong now"),
    "won": ("triangle-up", GOOD, "wrong before, right now"),
    "wrong": ("cross", MUTED, "wrong"),
    "right": ("circle", HAIRLINE, "right"),
}
"""Its shape and colour, never the colour alone, and what it means."""
SVG = "http://www.w3.org/2000/svg"
TAGS = {"svg", "g", "path", "text", "line", "rect", "tspan", "title", "defs", "clipPath"}
ATTRIBUTES = {
    "width", "height", "viewBox", "version", "class", "transform", "d", "fill", "stroke", "stroke-width", "stroke-opacity", "fill-opacity",
    "opacity", "stroke-miterlimit", "stroke-dasharray", "text-anchor", "font-family", "font-size", "font-weight", "x", "y", "x1", "x2",
    "y1", "y2", "clip-path", "id", "aria-hidden",
}  # fmt: skip
WIDE, NARROW = 880, 312
"""Pixels. Two drawings rather than one that shrinks: letters stay as large as those around them."""


class Picture(NamedTuple):
    """One picture in two widths, with what it shows in words."""

    wide: Markup
    narrow: Markup
    says: str


def intervals(title: str, lines: Sequence[Line]) -> Picture:
    """A row for each line: its share with the 95 % interval, and hollow above it what it was before."""
    says = f"{title}: " + "; ".join(f"{one.label} {one.after.value * 100:.0f} %" for one in lines)
    return Picture(_svg(_intervals(lines, WIDE)), _svg(_intervals(lines, NARROW)), plain(says))


def _intervals(lines: Sequence[Line], width: int) -> Any:
    import altair as alt

    rows = [row for line in lines for row in _of_line(line)]
    label, counted = (220, 72) if width == WIDE else (116, 60)
    order = [plain(line.label) for line in lines]
    there = alt.Y(
        "label:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelLimit=label - 24, labelAlign="left", labelPadding=label, minExtent=label, maxExtent=label),
    )
    beside = alt.YOffset("run:N", sort=["before", "after"], scale=alt.Scale(domain=["before", "after"], paddingOuter=0.6))
    ticks = alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1] if width == WIDE else [0, 0.5, 1], title=None)
    colour = alt.Color("run:N", scale=alt.Scale(domain=["before", "after"], range=[FAINT, ACCENT]), legend=None)
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=there, yOffset=beside, color=colour)
    bar = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=alt.Scale(domain=[0, 1]), axis=ticks), x2="high:Q")
    hollow = (
        base.mark_point(size=46, filled=False, fill="white", strokeWidth=1.5, opacity=1)
        .encode(x="value:Q")
        .transform_filter("datum.run == 'before'")
    )
    dot = base.mark_point(size=54, filled=True, opacity=1).encode(x="value:Q").transform_filter("datum.run == 'after'")
    text = (
        base.mark_text(align="right", dx=counted, fontSize=12, color=MUTED)
        .encode(x=alt.value(width - label - counted), text="counted:N", color=alt.value(MUTED))
        .transform_filter("datum.run == 'after'")
    )
    return (bar + hollow + dot + text).properties(width=width - label - counted, height=alt.Step(15 if _two(lines) else 26))


def _two(lines: Iterable[Line]) -> bool:
    return any(line.before for line in lines)


def _of_line(line: Line) -> Iterable[dict[str, Any]]:
    for run, found in (("before", line.before), ("after", line.after)):
        if found is not None:
            counted = f"{found.k} of {found.n}" if found.k is not None else f"n {found.n}"
            whole = {"value": found.value, "low": max(0.0, found.low), "high": min(1.0, found.high)}
            yield {"label": plain(line.label), "run": run, "counted": counted, **whole}


def fates(run: Run, comparison: Comparison | None) -> dict[Fate, int]:
    """How many cases were lost and won, and how many of the others go wrong and right."""
    moved = {one.after.key: one.worse for one in comparison.moved} if comparison else {}
    found: Counter[Fate] = Counter()
    for row in run.of(MAIN):
        worse = moved.get(row.key)
        found["lost" if worse else "won" if worse is False else "right" if row.value == 1 else "wrong"] += 1
    return {fate: found[fate] for fate in FATES if found[fate]}


def strip(found: dict[Fate, int]) -> Picture:
    """Every case as one mark: what was lost first."""
    says = ", ".join(f"{count} {FATES[fate][2]}" for fate, count in found.items())
    count = sum(found.values())
    return Picture(_svg(_strip(found, _across(count, 55))), _svg(_strip(found, _across(count, 19))), says)


def _across(count: int, most: int) -> int:
    """Marks in a row, so that rows are about equally long."""
    rows = -(-count // most)
    return -(-count // rows)


def _strip(found: dict[Fate, int], across: int) -> Any:
    import altair as alt

    every = [fate for fate, count in found.items() for _ in range(count)]
    values = [{"fate": fate, "x": place % across, "y": place // across} for place, fate in enumerate(every)]
    domain = list(FATES)
    shape = alt.Shape("fate:N", scale=alt.Scale(domain=domain, range=[FATES[fate][0] for fate in domain]), legend=None)
    colour = alt.Color("fate:N", scale=alt.Scale(domain=domain, range=[FATES[fate][1] for fate in domain]), legend=None)
    return (
        alt.Chart(alt.InlineData(values=values))
        .mark_point(size=90, filled=True, opacity=1)
        .encode(
            x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.5, across - 0.5])), y=alt.Y("y:O", axis=None), shape=shape, color=colour
        )
        .properties(width=across * 15, height=alt.Step(16))
    )


def mark(fate: Fate) -> Markup:
    """One mark, for the legend."""
    return _svg(_strip({fate: 1}, 1))


def _svg(chart: Any) -> Markup:
    import vl_convert

    config = {
        "background": "transparent",
        "font": FACE,
        "padding": 1,
        "view": {"stroke": None},
        "axis": {
            "labelColor": MUTED,
            "labelFontSize": 12,
            "gridColor": HAIRLINE,
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
            "labelFlush": False,
        },
        "axisY": {"grid": False, "labelColor": INK, "labelFontSize": 12.5},
    }
    return _clean(vl_convert.vegalite_to_svg(chart.configure().to_dict() | {"config": config}))


def _clean(svg: str) -> Markup:
    """Only shapes, letters and their looks: whatever a name holds, nothing else of a picture reaches the page."""
    ET.register_namespace("", SVG)
    root = ET.fromstring(svg)  # noqa: S314 - our own renderer's, without entities
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.removeprefix(f"{{{SVG}}}") not in TAGS:
                parent.remove(child)
    for element in root.iter():
        for name in [name for name in element.attrib if name not in ATTRIBUTES]:
            del element.attrib[name]
    root.set("aria-hidden", "true")
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - of the elements and attributes above
