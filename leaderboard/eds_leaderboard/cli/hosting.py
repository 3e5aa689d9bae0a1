"""What the host does with an event: ``create``, ``open``, ``extend``, ``freeze``, ``close``, ``reveal``."""

from __future__ import annotations

from pathlib import Path

import click

from eds_leaderboard.cli.options import event_option, open_board, problems_told
from eds_leaderboard.event import PRIMARY_METRICS

__all__ = ["close", "create", "extend", "freeze", "open_", "reveal"]


@click.command()
@click.argument("event", type=click.Path(path_type=Path))
@click.option(
    "--challenge",
    required=True,
    metavar="NAME|FOLDER",
    help="digits, volcano, lidar or windows; or a folder with truth.csv (id,label[,split][,group]) and "
    "release/ for the teams.",
)
@click.option(
    "--db", metavar="PATH|URL", help="A file, or postgresql://user@host/database; by default EVENT/event.db."
)
@click.option(
    "--metric", type=click.Choice(PRIMARY_METRICS), default="accuracy", show_default=True, help="What ranks."
)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Entries per team in all."
)
@click.option("--per-hour", type=click.IntRange(1, 10_000), help="Entries per team within any 60 minutes.")
@click.option("--pause", metavar="DURATION", help="Least time between two entries of a team, such as 30s.")
@click.option(
    "--grace", metavar="DURATION", help="How long after the deadline an entry is still let in, such as 30s."
)
@click.option(
    "--ladder", is_flag=True, help="Show a new score only where it beats the team's best by more than chance."
)
@click.option(
    "--feedback",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    help="Share of the held-out rows that never rank; their scores per class are shown during the event.",
)
@click.option(
    "--public",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.3,
    show_default=True,
    help="Share of the held-out rows that is public, where truth.csv has no column split.",
)
def create(
    event: Path,
    challenge: str,
    db: str | None,
    metric: str,
    limit: int,
    per_hour: int | None,
    pause: str | None,
    grace: str | None,
    ladder: bool,
    feedback: float,
    public: float,
) -> None:
    """Make the folder EVENT with the database and the files for the teams."""
    from eds_leaderboard.board import create_event
    from eds_leaderboard.challenge import is_drawn
    from eds_leaderboard.clock import parse_duration
    from eds_leaderboard.event import ZERO, Rules
    from eds_leaderboard.folder import check_place
    from eds_leaderboard.store.address import parse_address, shown_address

    if ladder and metric != "accuracy":
        raise click.UsageError("--ladder compares shares of right rows: it needs --metric accuracy")
    if public + feedback >= 1:
        raise click.UsageError("--public and --feedback leave no private row")
    database = parse_address(db) if db else None
    pause_, grace_ = (parse_duration(text) if text else ZERO for text in (pause, grace))
    rules = Rules(metric, limit, per_hour, pause_, grace_, ladder)
    check_place(event)
    if is_drawn(challenge):
        click.echo(
            f"Drawing the challenge {challenge} from a new secret, which may take half a minute …", err=True
        )
    with problems_told():
        made = create_event(
            event,
            challenge,
            rules,
            database=database,
            public_fraction=public,
            feedback_fraction=feedback,
        )
    click.echo(f"Event '{made.name}' made in {event}: challenge {made.challenge}, ranked by {metric}.")
    click.echo(f"  give the teams:  {event / 'release'}")
    click.echo(f"  keep to yourself: {shown_address(database or event / 'event.db')} (it holds the truth)")
    click.echo(f"  next: leaderboard team add NAME -c {event}")
    click.echo(f"        leaderboard open --for 4h -c {event}")


@click.command("open")
@click.option(
    "--for", "duration", required=True, metavar="DURATION", help="How long, such as 4h, 90m or 1h30m."
)
@event_option
def open_(duration: str, event: Path | None) -> None:
    """Let entries in, from now until the deadline."""
    from eds_leaderboard.clock import for_people, parse_duration

    length = parse_duration(duration)
    with open_board(event) as board:
        opened = board.open(length)
    if opened.closes_at is not None:
        click.echo(f"Event '{opened.name}' is open until {for_people(opened.closes_at)}.")


@click.command()
@click.option("--by", "duration", required=True, metavar="DURATION", help="How much longer, such as 15m.")
@event_option
def extend(duration: str, event: Path | None) -> None:
    """Move the deadline of an open event."""
    from eds_leaderboard.clock import for_people, parse_duration

    length = parse_duration(duration)
    with open_board(event) as board:
        extended = board.extend(length)
    if extended.closes_at is not None:
        click.echo(f"Event '{extended.name}' is open until {for_people(extended.closes_at)}.")


@click.command()
@click.option("--last", "duration", metavar="DURATION", help="For how long before the deadline, such as 30m.")
@click.option("--off", is_flag=True, help="Let the board move again.")
@event_option
def freeze(duration: str | None, off: bool, event: Path | None) -> None:
    """Let the board stand still before the end: entries are scored, and shown after the reveal."""
    from eds_leaderboard.clock import for_people, parse_duration

    if off == (duration is not None):
        given = "both" if off else "neither"
        raise click.UsageError(f"expected one of --last DURATION and --off, got {given}")
    length = None if duration is None else parse_duration(duration)
    with open_board(event) as board:
        frozen = board.freeze(length)
    if frozen.freezes_at is None:
        click.echo(f"The board of '{frozen.name}' moves.")
    else:
        click.echo(f"The board of '{frozen.name}' stands still from {for_people(frozen.freezes_at)} on.")


@click.command()
@event_option
def close(event: Path | None) -> None:
    """Let no entry in any more, from now on."""
    with open_board(event) as board:
        closed = board.close()
    click.echo(f"Event '{closed.name}' is closed.")


@click.command()
@event_option
def reveal(event: Path | None) -> None:
    """Show the private standings, for good; the event must be closed."""
    with open_board(event) as board:
        revealed = board.reveal()
    click.echo(f"Event '{revealed.name}' is revealed: leaderboard show now ranks by the private rows.")
