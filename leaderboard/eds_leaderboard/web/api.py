"""The board for programs: JSON under /api/v1, described by its OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from eds_leaderboard.board import Board, Receipt
from eds_leaderboard.clock import stamp
from eds_leaderboard.event import Event
from eds_leaderboard.listing import score_cells, standing_columns, standing_records
from eds_leaderboard.standings import metric_order
from eds_leaderboard.web.access import bearer_team
from eds_leaderboard.web.cache import Rendered
from eds_leaderboard.web.site import site_of
from eds_leaderboard.web.uploads import receive_entry

__all__ = ["router"]

router = APIRouter(prefix="/api/v1")


class ClockModel(BaseModel):
    """The time that rules."""

    now: str = Field(description="UTC, with microseconds", examples=["2026-11-27T08:00:00.000000Z"])
    epoch_ms: int = Field(description="The same in milliseconds since 1970")


class EventModel(BaseModel):
    """An event and its rules."""

    name: str
    challenge: str
    state: str = Field(description="created, open, closed or revealed")
    metric: str = Field(description="The metric that ranks first")
    entry_limit: int = Field(description="Entries per team in all")
    hourly_limit: int | None = Field(description="Entries per team within any 60 minutes")
    opened_at: str | None
    closes_at: str | None
    revealed_at: str | None
    stands_still_since: str | None = Field(description="Since when the board shows no entry any more")


class StandingsModel(BaseModel):
    """The board that may be seen."""

    event: EventModel
    split: str = Field(description="public, or private after the reveal")
    standings: list[dict[str, Any]] = Field(description="One record a line; a baseline has no rank")


class ProblemModel(BaseModel):
    """One thing that is wrong with a file."""

    line: int = Field(description="Physical line, the header is line 1")
    kind: str
    what: str
    expected: str
    remedy: str


class RefusalModel(BaseModel):
    """Why something was not done."""

    error: str
    tip: str | None = None
    reason: str | None = Field(None, description="not-open, closed, limit, rate or duplicate")
    problems: list[ProblemModel] = Field([], description="Of an invalid file, the first of each kind")
    more: dict[str, int] = Field({}, description="Problems of each kind that were only counted")


class EntryModel(BaseModel):
    """An entry of the team that asks."""

    id: int = Field(description="What the host calls it by")
    team: str
    entry: int = Field(description="The how manyth of the team")
    received: str
    message: str
    split: str
    scores: dict[str, float]
    void: str | None = Field(description="Why it does not count, where the host made it void")


class ReceiptModel(EntryModel):
    """What a team learns of a new entry."""

    rank: int | None
    is_best: bool = Field(description="Whether it is the entry that counts")
    left: int = Field(description="Entries that are left to the team")


def event_model(event: Event, now: datetime) -> EventModel:
    """Return an event for JSON."""
    times = {name: getattr(event, name) for name in ("opened_at", "closes_at", "revealed_at")}
    times["stands_still_since"] = event.shown_until(now)
    return EventModel(
        name=event.name,
        challenge=event.challenge,
        state=str(event.state(now)),
        metric=event.rules.metric,
        entry_limit=event.rules.entry_limit,
        hourly_limit=event.rules.hourly_limit,
        **{name: stamp(time) if time else None for name, time in times.items()},
    )


def _json(model: BaseModel) -> Rendered:
    return Rendered(model.model_dump_json().encode(), "application/json")


@router.get("/clock", summary="The server's time", response_model=ClockModel)
async def clock(request: Request) -> Response:
    """Return the time by which deadlines are judged."""
    now = site_of(request).now()
    return _json(ClockModel(now=stamp(now), epoch_ms=int(now.timestamp() * 1000))).response(
        request, "no-store"
    )


@router.get("/event", summary="The event", response_model=EventModel)
async def event(request: Request) -> Response:
    """Return state, rules and times of the event."""
    rendered = await site_of(request).rendered(
        "event", lambda board: _json(event_model(board.event, board.now()))
    )
    return rendered.response(request)


def _standings(board: Board) -> Rendered:
    event = board.event
    columns = standing_columns(event.rules.metric)
    records = standing_records(event, board.standings())
    return _json(
        StandingsModel(
            event=event_model(event, board.now()),
            split=event.shown_split,
            standings=[{name: record[name] for name in columns} for record in records],
        )
    )


@router.get("/standings", summary="The board", response_model=StandingsModel)
async def standings(request: Request) -> Response:
    """Return the board: public until the reveal, private with the shake-up after it."""
    rendered = await site_of(request).rendered("standings", _standings)
    return rendered.response(request)


REFUSALS: dict[int | str, dict[str, Any]] = {
    code: {"model": RefusalModel, "description": text}
    for code, text in {
        401: "No token, or one that belongs to no team",
        429: "Too many wrong tokens, or too many entries within the hour",
    }.items()
}


@router.get(
    "/entries",
    summary="The entries of my team",
    response_model=list[EntryModel],
    responses=REFUSALS,
    openapi_extra={"security": [{"team": []}]},
)
async def entries(request: Request) -> list[EntryModel]:
    """Return the entries of the team whose token is sent, oldest first."""
    team = await bearer_team(request)

    def collect(board: Board) -> list[EntryModel]:
        event = board.event
        order, voids = metric_order(event.rules.metric), board.voids()
        return [
            EntryModel(
                id=entry.id,
                team=team.name,
                entry=entry.seq,
                received=stamp(entry.received_at),
                message=entry.message,
                split=event.shown_split,
                # under the Ladder a void entry shows none
                scores=score_cells(dict(entry.scores), order) if entry.scores else {},
                void=voids.get(entry.id),
            )
            for entry in board.entries(team)
        ]

    return await site_of(request).boards.do(collect)


UPLOAD = {
    "security": [{"team": []}],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "message"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "id,label"},
                        "message": {"type": "string", "description": "What is new in this entry"},
                    },
                }
            }
        },
    },
}


@router.post(
    "/entries",
    status_code=201,
    summary="Send in an entry",
    response_model=ReceiptModel,
    responses=REFUSALS
    | {
        403: {"model": RefusalModel, "description": "The event is closed, or no entry is left"},
        409: {"model": RefusalModel, "description": "Not open yet, or this very file was sent before"},
        413: {"model": RefusalModel, "description": "The file is too large"},
        422: {"model": RefusalModel, "description": "The file has problems; all are listed"},
    },
    openapi_extra=UPLOAD,
)
async def submit(request: Request) -> ReceiptModel:
    """Check, score, store and rank a file; the answer holds its scores."""
    team = await bearer_team(request)
    receipt = await receive_entry(request, team)
    event = await site_of(request).boards.do(lambda board: board.event)
    return receipt_model(event, receipt)


def receipt_model(event: Event, receipt: Receipt) -> ReceiptModel:
    """Return a receipt for JSON."""
    order = metric_order(event.rules.metric)
    return ReceiptModel(
        id=receipt.entry.id,
        void=None,
        entry=receipt.entry.seq,
        received=stamp(receipt.entry.received_at),
        message=receipt.entry.message,
        split="public",
        scores=score_cells(dict(receipt.entry.scores), order),
        team=receipt.team.name,
        rank=receipt.rank,
        is_best=receipt.is_best,
        left=receipt.left,
    )
