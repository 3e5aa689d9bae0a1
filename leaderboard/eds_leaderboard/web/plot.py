"""The best score of each team over time, as the numbers of a drawing; the template draws it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from eds_leaderboard.problems import counted

__all__ = ["NARROW", "WALL", "WIDE", "Canvas", "Line", "Plot", "Tick", "best_over_time"]

# more lines than this nobody can tell apart, with or without colour
MAX_LINES = 8
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)

Steps = Sequence[tuple[datetime, float]]


@dataclass(frozen=True)
class Canvas:
    """The sheet that a drawing is made for, in its pixels.

    Parameters
    ----------
    width, height : int
    margins : tuple of int
        Left, right, top and bottom of what the lines may fill; names stand in the right one.
    letters : int
        How much of a name is written.
    times : int
        At most so many marks on the axis of time.
    """

    width: int
    height: int
    margins: tuple[int, int, int, int]
    letters: int
    times: int
    label_height: float = 18.0

    @property
    def left(self) -> int:
        """Where lines begin."""
        return self.margins[0]

    @property
    def right(self) -> int:
        """Where lines end."""
        return self.width - self.margins[1]

    @property
    def top(self) -> int:
        """Where the highest score stands."""
        return self.margins[2]

    @property
    def bottom(self) -> int:
        """Where the lowest score stands."""
        return self.height - self.margins[3]


# a page, a phone, the right half of a wall
WIDE = Canvas(760, 340, (52, 186, 14, 34), letters=17, times=6)
NARROW = Canvas(360, 300, (42, 118, 12, 30), letters=11, times=3)
WALL = Canvas(620, 560, (60, 186, 16, 38), letters=15, times=4, label_height=21.0)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """One team: where its line runs, where it ends, where its name stands."""

    name: str
    style: str
    points: str
    end: tuple[float, float]
    label_y: float


@dataclass(frozen=True)
class Plot:
    """All that is drawn, in pixels of its canvas."""

    lines: Sequence[Line]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    more: int
    summary: str
    canvas: Canvas


@dataclass(frozen=True)
class _Frame:
    canvas: Canvas
    start: datetime
    end: datetime
    low: float
    high: float

    def x(self, time: datetime) -> float:
        share = (time - self.start) / (self.end - self.start)
        canvas = self.canvas
        return round(canvas.left + min(max(share, 0.0), 1.0) * (canvas.right - canvas.left), 1)

    def y(self, score: float) -> float:
        share = (score - self.low) / (self.high - self.low)
        return round(self.canvas.bottom - share * (self.canvas.bottom - self.canvas.top), 1)


def best_over_time(
    series: Mapping[str, Steps],
    start: datetime,
    end: datetime,
    baselines: frozenset[str] = frozenset(),
    canvas: Canvas = WIDE,
) -> Plot | None:
    """Return the drawing, or None when nothing can be drawn yet.

    Parameters
    ----------
    series : mapping of str to sequence of (datetime, float)
        By team, in the order of the board: when its best score rose, and to what.
    start, end : datetime
        The span of the time axis.
    baselines : frozenset of str
        Which of them are drawn as references.
    canvas : Canvas
        What it is drawn for.
    """
    drawn = {name: steps for name, steps in list(series.items())[:MAX_LINES] if steps}
    if not drawn:
        return None
    end = max(end, start + timedelta(minutes=1), *(steps[-1][0] for steps in drawn.values()))
    scores = [score for steps in drawn.values() for _, score in steps]
    step = _step(min(scores), max(scores))
    frame = _Frame(canvas, start, end, *_bounds(min(scores), max(scores), step))
    ends = {name: frame.y(steps[-1][1]) for name, steps in drawn.items()}
    label_ys = _spread(list(ends.values()), canvas)
    lines = [
        Line(
            _shortened(name, canvas.letters),
            "baseline" if name in baselines else f"s{number}",
            _path(steps, frame),
            (frame.x(end), ends[name]),
            label_y,
        )
        for number, ((name, steps), label_y) in enumerate(zip(drawn.items(), label_ys, strict=True))
    ]
    # after the reveal the first of the board need not be the first of what is drawn
    ranked = [name for name in drawn if name not in baselines] or list(drawn)
    leader = max(ranked, key=lambda name: drawn[name][-1][1])
    summary = f"{counted(len(lines), 'line')}; {leader} leads with {drawn[leader][-1][1]:.4f}"
    more = len(series) - len(drawn)
    return Plot(lines, _time_ticks(frame), _score_ticks(frame, step), more, summary, canvas)


def _shortened(name: str, letters: int) -> str:
    return name if len(name) <= letters else f"{name[: letters - 1]}…"


def _step(low: float, high: float) -> float:
    wanted = (high - low) / 4
    return next((step for step in STEPS if step >= wanted), STEPS[-1])


def _bounds(low: float, high: float, step: float) -> tuple[float, float]:
    bottom = math.floor(low / step + 1e-9) * step
    top = math.ceil(high / step - 1e-9) * step
    return bottom, top if top > bottom else bottom + step


def _path(steps: Steps, frame: _Frame) -> str:
    """Return the points of a staircase: a best score holds until a better one comes."""
    points = []
    before = None
    for time, score in steps:
        if before is not None:
            points.append((frame.x(time), before))
        before = frame.y(score)
        points.append((frame.x(time), before))
    points.append((frame.x(frame.end), points[-1][1]))
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _score_ticks(frame: _Frame, step: float) -> list[Tick]:
    count = round((frame.high - frame.low) / step)
    decimals = 3 if step == 0.005 else 2
    values = [frame.low + step * number for number in range(count + 1)]
    return [Tick(frame.y(value), f"{value:.{decimals}f}") for value in values]


def _time_ticks(frame: _Frame) -> list[Tick]:
    minutes = (frame.end - frame.start) / timedelta(minutes=1)
    every = timedelta(minutes=next((m for m in MINUTES if minutes / m <= frame.canvas.times), MINUTES[-1]))
    midnight = frame.start.replace(hour=0, minute=0, second=0, microsecond=0)
    time = midnight + math.ceil((frame.start - midnight) / every) * every
    ticks: list[Tick] = []
    while time <= frame.end and len(ticks) < 10:
        ticks.append(Tick(frame.x(time), f"{time:%H:%M}"))
        time += every
    return ticks


def _spread(ys: Sequence[float], canvas: Canvas) -> list[float]:
    """Return where names stand that belong to these heights: in their order, no two on top of each other."""
    order = sorted(range(len(ys)), key=lambda index: ys[index])
    placed: dict[int, float] = {}
    previous = -math.inf
    for index in order:
        previous = max(ys[index], previous + canvas.label_height)
        placed[index] = previous
    overhang = max(previous - canvas.bottom, 0.0)
    limit = math.inf
    for index in reversed(order):
        limit = min(placed[index] - (overhang if limit == math.inf else 0.0), limit - canvas.label_height)
        placed[index] = round(min(placed[index], limit), 1)
    return [placed[index] for index in range(len(ys))]
