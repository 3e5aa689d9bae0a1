"""The best score of each team over time, as the numbers of a drawing; the template draws it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["Line", "Plot", "Tick", "best_over_time"]

WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 52, 186, 14, 34
# more lines than this nobody can tell apart, with or without colour
MAX_LINES = 8
LABEL_HEIGHT = 18.0
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)

Steps = Sequence[tuple[datetime, float]]


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
    score: str


@dataclass(frozen=True)
class Plot:
    """All that is drawn, in pixels of a drawing of `width` times `height`."""

    lines: Sequence[Line]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    more: int
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True)
class _Frame:
    start: datetime
    end: datetime
    low: float
    high: float

    def x(self, time: datetime) -> float:
        share = (time - self.start) / (self.end - self.start)
        return round(LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, score: float) -> float:
        share = (score - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def best_over_time(
    series: Mapping[str, Steps], start: datetime, end: datetime, baselines: frozenset[str] = frozenset()
) -> Plot | None:
    """Return the drawing, or None when nothing can be drawn yet.

    Parameters
    ----------
    series : mapping of str to sequence of (datetime, float)
        By team, the leading one first: when its best score rose, and to what.
    start, end : datetime
        The span of the time axis.
    baselines : frozenset of str
        Which of them are drawn as references.
    """
    drawn = {name: steps for name, steps in list(series.items())[:MAX_LINES] if steps}
    if not drawn:
        return None
    end = max(end, start + timedelta(minutes=1), *(steps[-1][0] for steps in drawn.values()))
    scores = [score for steps in drawn.values() for _, score in steps]
    step = _step(min(scores), max(scores))
    frame = _Frame(start, end, *_bounds(min(scores), max(scores), step))
    ends = {name: frame.y(steps[-1][1]) for name, steps in drawn.items()}
    label_ys = _spread(list(ends.values()))
    lines = [
        Line(
            name,
            "baseline" if name in baselines else f"s{number}",
            _path(steps, frame),
            (frame.x(end), ends[name]),
            label_y,
            f"{steps[-1][1]:.4f}",
        )
        for number, ((name, steps), label_y) in enumerate(zip(drawn.items(), label_ys, strict=True))
    ]
    leader = lines[0]
    summary = f"{len(lines)} teams; {leader.name} leads with {leader.score}"
    return Plot(lines, _time_ticks(frame), _score_ticks(frame, step), len(series) - len(drawn), summary)


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
    every = timedelta(minutes=next((m for m in MINUTES if minutes / m <= 6), MINUTES[-1]))
    midnight = frame.start.replace(hour=0, minute=0, second=0, microsecond=0)
    time = midnight + math.ceil((frame.start - midnight) / every) * every
    ticks: list[Tick] = []
    while time <= frame.end and len(ticks) < 10:
        ticks.append(Tick(frame.x(time), f"{time:%H:%M}"))
        time += every
    return ticks


def _spread(ys: Sequence[float]) -> list[float]:
    """Return where names stand that belong to these heights: in their order, no two on top of each other."""
    order = sorted(range(len(ys)), key=lambda index: ys[index])
    placed: dict[int, float] = {}
    previous = -math.inf
    for index in order:
        previous = max(ys[index], previous + LABEL_HEIGHT)
        placed[index] = previous
    overhang = max(previous - (HEIGHT - BOTTOM), 0.0)
    limit = math.inf
    for index in reversed(order):
        limit = min(placed[index] - (overhang if limit == math.inf else 0.0), limit - LABEL_HEIGHT)
        placed[index] = round(min(placed[index], limit), 1)
    return [placed[index] for index in range(len(ys))]
