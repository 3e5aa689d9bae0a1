"""Where a database is: the path of a SQLite file, or the URL of a PostgreSQL database.

A URL may hold a password. What people see of it goes through `shown_address`.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, unquote_plus, urlencode, urlsplit

from eds_leaderboard.errors import UsageError

__all__ = ["Address", "has_password", "is_url", "parse_address", "shown_address", "without_secrets"]

Address = Path | str

_SCHEMES = ("postgresql", "postgres")
_SECRET_OPTIONS = {"password", "sslpassword", "passfile", "oauth_client_secret"}
_MASK = "***"


def is_url(text: str) -> bool:
    """Tell whether a text has the form of a URL."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text) is not None


def parse_address(text: str) -> Address:
    """Return the path or the URL that a text gives.

    Raises
    ------
    UsageError
        If it is a URL of something else than PostgreSQL, or none that can be read.
    """
    if not is_url(text):
        return Path(text)
    scheme = text.split("://")[0]
    if scheme.lower() not in _SCHEMES:
        raise UsageError(
            f"no database of the kind '{scheme}'",
            "give the path of a file, or postgresql://user@host/database",
        )
    try:
        urlsplit(text).port  # noqa: B018 - it is read when it is asked for
    except ValueError:
        # from None: the cause quotes the URL
        raise UsageError(
            "the URL of the database cannot be read",
            "write it as postgresql://user@host:5432/database, special characters as %XX",
        ) from None
    return text


def shown_address(address: Address) -> str:
    """Return an address that everybody may read."""
    if isinstance(address, Path):
        return str(address)
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    user = parts.netloc.rpartition("@")[0].partition(":")[0]
    options = [
        (name, _MASK if name.lower() in _SECRET_OPTIONS else value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    netloc = f"{user}@{host}" if user else host
    query = urlencode(options, safe="/*,=:")
    return f"{parts.scheme}://{netloc}{parts.path}" + (f"?{query}" if query else "")


def _secrets(url: str) -> list[str]:
    """Return the secrets of a URL, each as it stands there and as it is meant."""
    parts = urlsplit(url)
    options = [option.partition("=") for option in parts.query.split("&")]
    found = [parts.netloc.rpartition("@")[0].partition(":")[2]]
    found += [value for name, _, value in options if name.lower() in _SECRET_OPTIONS]
    return [form for secret in found if secret for form in (secret, unquote(secret), unquote_plus(secret))]


def has_password(address: Address) -> bool:
    """Tell whether an address holds something that nobody else may read."""
    return isinstance(address, str) and bool(_secrets(address))


def without_secrets(text: str, address: Address) -> str:
    """Return somebody else's message about an address without what must not be read, on one line."""
    line = " ".join(text.split())
    if isinstance(address, Path):
        return line
    line = line.replace(address, shown_address(address))
    for secret in sorted(_secrets(address), key=len, reverse=True):
        line = line.replace(secret, _MASK)
    return line
