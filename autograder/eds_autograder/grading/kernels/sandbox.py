"""What a student's kernel may see and use: plain data, decided before anything of the student's is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from eds_autograder.grading.kernels.limits import Limits

__all__ = ["LEVELS", "Sandbox"]

# the strongest first
LEVELS = ("namespaces", "landlock", "none")


@dataclass(frozen=True)
class Sandbox:
    """The surroundings of one kernel.

    Attributes
    ----------
    level : str
        One of `LEVELS`.
    private : tuple of str
        Folders that the run may change; with namespaces it gets copies of them in memory.
    sockets : str
        Folder where the kernel's sockets are made; no file can be written there.
    shared : tuple of str
        Folders that the run may change, and what it does there stays.
    readable : tuple of str
        What may be read.
    limits : Limits
    own_user : bool
        Whether a privileged caller's kernel runs as a user of its own, to whom nothing else belongs.
    guarded : tuple of int
        Processes that it cannot signal where it could see them.
    """

    level: str
    private: tuple[str, ...]
    sockets: str
    shared: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    own_user: bool = True
    guarded: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, strings and numbers."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Sandbox:
        """Rebuild it from what `to_dict` gives, also when that went through JSON."""
        values: dict[str, Any] = dict(record)
        for key, value in record.items():
            # JSON knows no tuples
            if isinstance(value, list):
                values[key] = tuple(value)
        return cls(**{**values, "limits": Limits.from_dict(values["limits"])})
