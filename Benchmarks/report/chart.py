# SPDX-License-Identifier: Apache-2.0
"""A bar chart of a comparison as SVG, readable on a light and on a dark page."""

from __future__ import annotations

import html

from tables import Comparison

WIDTH = 720
LABELS = 190
VALUES = 150
BAR = 22
STEP = 34
TOP = 44

STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 }
  .range { stroke: #24292f; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .range { stroke: #e6edf3 }
  }
"""


def number(value: float) -> str:
    """Three digits that count, and no more."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def chart(comparison: Comparison) -> str:
    """Bars start at 0; the thin line is the range of all repetitions."""
    scale = (WIDTH - LABELS - VALUES) / max(row.high for row in comparison.rows)
    height = TOP + STEP * len(comparison.rows) + 8
    title = html.escape(f"{comparison.title} ({comparison.unit})")
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'viewBox="0 0 {WIDTH} {height}" role="img">', "<!-- SPDX-License-Identifier: Apache-2.0 -->",
             f"<title>{title}</title>", f"<style>{STYLE}</style>", f'<text class="title" x="0" y="20">{title}</text>']
    for index, row in enumerate(comparison.rows):
        y = TOP + STEP * index
        middle = y + BAR / 2
        color = "#2f6fde" if row.name.startswith("libdora") else "#8c959f"
        lines += [
            f'<text x="{LABELS - 10}" y="{middle + 5}" text-anchor="end">{html.escape(row.name)}</text>',
            f'<rect fill="{color}" x="{LABELS}" y="{y}" width="{row.median * scale:.1f}" height="{BAR}" rx="2"/>',
            f'<line class="range" x1="{LABELS + row.low * scale:.1f}" x2="{LABELS + row.high * scale:.1f}" '
            f'y1="{middle}" y2="{middle}"/>',
            f'<text x="{LABELS + row.high * scale + 8:.1f}" y="{middle + 5}">{number(row.median)}'
            f"{'' if row.ratio == 1 else f' ({number(row.ratio)} ×)'}</text>",
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"
