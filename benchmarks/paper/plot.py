# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Line charts as SVG, side by side: just what the report needs."""

import dataclasses
import html
import math

WIDTH, HEIGHT = 420, 330  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 46, 66
COLOURS = ["#555555", "#0072b2", "#e69f00", "#d55e00", "#009e73", "#cc79a7", "#56b4e9"]
DASHES = ["", "7 4", "2 3", "", "9 3 2 3", "4 2", "1 2"]


@dataclasses.dataclass
class Line:
    name: str
    points: list  # of (x, y)
    style: int = 0  # number of the colour and the dashes
    markers: bool = False
    wide: bool = False  # lies under others that are equal to it


@dataclasses.dataclass
class Panel:
    title: str
    x: str
    y: str
    lines: list
    log_x: bool = False
    log_y: bool = False
    names: list = None  # of the values 0, 1, ... of x


class Axis:
    def __init__(self, values, log, low, high):
        self.log = log
        self.least = 1 if all(v == int(v) for v in values) else 0  # of a step
        a, b = min(values), max(values)
        if log:
            a, b = math.floor(math.log10(a)), math.ceil(math.log10(b))
        if a == b:
            a, b = a - 0.5, b + 0.5
        self.a, self.b, self.low, self.high = a, b, low, high

    def place(self, value):
        value = math.log10(value) if self.log else value
        return self.low + (value - self.a) / (self.b - self.a) * (self.high - self.low)

    def ticks(self):
        if self.log:
            every = max(1, math.ceil((self.b - self.a) / 7))
            return [(10.0 ** e, f"1e{e}") for e in range(self.a, self.b + 1, every)]
        step = 10 ** math.floor(math.log10((self.b - self.a) / 4))
        step *= next(m for m in (1, 2, 5, 10) if (self.b - self.a) / (step * m) <= 6)
        step = max(step, self.least)
        first = math.ceil(self.a / step - 1e-9)
        last = math.floor(self.b / step + 1e-9)
        return [(i * step, f"{i * step:.6g}") for i in range(first, last + 1)]


def text(x, y, words, anchor="middle", size=12, turn=0):
    turned = f' transform="rotate({turn} {x:.1f} {y:.1f})"' if turn else ""
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{turned}>'
            f"{html.escape(words)}</text>")


def visible(panel, line):
    """Points that the axes have a place for."""
    return [(x, y) for x, y in line.points
            if math.isfinite(y) and not (panel.log_y and y <= 0) and not (panel.log_x and x <= 0)]


def draw_axes(panel, x_axis, y_axis):
    parts = [f'<rect x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" '
             f'height="{HEIGHT - TOP - BOTTOM}" fill="none" stroke="#999"/>',
             text(WIDTH / 2, 18, panel.title, size=13),
             text(14, (TOP + HEIGHT - BOTTOM) / 2, panel.y, turn=-90)]
    bottom = HEIGHT - BOTTOM
    for value, label in y_axis.ticks():
        y = y_axis.place(value)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e5e5e5"/>')
        parts.append(text(LEFT - 5, y + 4, label, "end", 11))
    if panel.names:
        for i, name in enumerate(panel.names):
            parts.append(text(x_axis.place(i), bottom + 10, name, "end", 9, -40))
        return parts
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, bottom + 36, panel.x))
    for value, label in x_axis.ticks():
        parts.append(text(x_axis.place(value), bottom + 15, label, size=11))
    return parts


def draw_line(line, points):
    colour, dash = COLOURS[line.style % len(COLOURS)], DASHES[line.style % len(DASHES)]
    if line.markers or len(points) == 1:
        return [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    width = 'stroke-width="5" stroke-opacity="0.45"' if line.wide else 'stroke-width="2"'
    dashed = f' stroke-dasharray="{dash}"' if dash and not line.wide else ""
    return [f'<path d="M{path}" fill="none" stroke="{colour}" {width}{dashed}/>']


def draw_legend(panel):
    parts, x = [], LEFT
    for line in panel.lines:
        parts.append(f'<rect x="{x}" y="{TOP - 15}" width="9" height="9" '
                     f'fill="{COLOURS[line.style % len(COLOURS)]}"/>')
        parts.append(text(x + 12, TOP - 6, line.name, "start", 10))
        x += 22 + 5 * len(line.name)
    return parts


def draw(panel):
    kept = [visible(panel, line) for line in panel.lines]
    everything = [p for points in kept for p in points] or [(1, 1)]
    xs = list(range(len(panel.names))) if panel.names else [x for x, _ in everything]
    margin = 20 if panel.names else 0
    x_axis = Axis(xs, panel.log_x, LEFT + margin, WIDTH - RIGHT - margin)
    y_axis = Axis([y for _, y in everything], panel.log_y, HEIGHT - BOTTOM, TOP)
    parts = draw_axes(panel, x_axis, y_axis)
    for line, points in zip(panel.lines, kept):
        if points:
            parts += draw_line(line, [(x_axis.place(x), y_axis.place(y)) for x, y in points])
    return parts + draw_legend(panel)


def save(path, panels):
    width = WIDTH * len(panels)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" '
             f'width="{width}" height="{HEIGHT}" font-family="sans-serif" fill="#222">',
             f'<rect width="{width}" height="{HEIGHT}" fill="white"/>']
    for i, panel in enumerate(panels):
        parts += [f'<g transform="translate({i * WIDTH} 0)">', *draw(panel), "</g>"]
    path.write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")
