"""The board in the browser: ``serve``."""

from __future__ import annotations

from pathlib import Path

import click

from eds_leaderboard.cli.options import event_option, open_board

__all__ = ["serve"]


@click.command()
@click.option("--host", default="0.0.0.0", show_default=True, metavar="ADDRESS", help="Where to listen.")  # noqa: S104
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Where to listen; 0: any."
)
@click.option(
    "--name", "names", multiple=True, metavar="NAME", help="A host name that people use for this server."
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that answer."
)
@click.option("--proxy", metavar="ADDRESS", help="A proxy in front of it whose X-Forwarded headers count.")
@click.option("--new-host-token", is_flag=True, help="Make a new token for the host; the old one ends.")
@event_option
def serve(
    host: str,
    port: int,
    names: tuple[str, ...],
    workers: int,
    proxy: str | None,
    new_host_token: bool,
    event: Path | None,
) -> None:
    """Show the board in browsers, take entries in, let the host steer; Ctrl-C ends it."""
    from eds_leaderboard.folder import find_event
    from eds_leaderboard.web.keys import load_keys
    from eds_leaderboard.web.serve import bind, own_names
    from eds_leaderboard.web.serve import serve as answer
    from eds_leaderboard.web.site import Settings

    folder = find_event(event)
    with open_board(event) as board:
        _ = board.event  # what is wrong with the event is told before anything listens
    # the token is shown once, so that nothing may fail between making and showing it
    with bind(host, port) as listener:
        keys, token = load_keys(folder, renew=new_host_token)
        address = _address(host, listener.getsockname()[1])
        click.echo(f"Board of '{folder.name}': {address}")
        if token is not None:
            click.echo(f"Host token, shown this once: {token}")
        click.echo(f"The host logs in at {address}/login. Ctrl-C ends the server; no entry is lost.")
        known = own_names() | {name.lower().rstrip(".") for name in names}
        answer(Settings(folder, keys, known, address), listener, workers, proxy)


def _address(host: str, port: int) -> str:
    """Return what people type to reach the server from their own machines."""
    from eds_leaderboard.web.serve import lan_address

    shown = lan_address() if host in ("0.0.0.0", "::") else host  # noqa: S104
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
