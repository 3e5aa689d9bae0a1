"""What a guard in a kernel puts back, so that a test and its copies start alike; sent there as text.

Covered are names, and behind them lists, dictionaries, sets, arrays of moderate size, random generators, and
what hangs on the student's own functions and classes: attributes, default arguments, enclosed variables. Not
covered are iterators, open files and what packages keep.
"""
# ruff: noqa: S110, SIM105
# mypy: ignore-errors

import types

_MANY = 3000  # objects in a snapshot
_LONG = 2000  # entries of one of them
_LARGE = 4_000_000  # bytes of arrays


def _contents(cell):
    try:
        return (cell.cell_contents,)
    except ValueError:  # nothing in it yet
        return ()


class Snapshot:
    """Names and the contents behind them, as far as they can be put back.

    Parameters
    ----------
    guard : object
        Knows the kernel: its namespace, shell, histories and random states, and what code is foreign.
    """

    def __init__(self, guard):
        self.guard = guard
        self.names = dict(guard.namespace)
        self.count = guard.shell.execution_count
        self.random = guard.random_states()
        self.contents = []
        self.bytes = 0
        self._follow([*guard.histories, *self.names.values()])

    def _follow(self, pending):
        seen = set()
        array = self.guard.array_types()
        while pending and len(seen) < _MANY:
            thing = pending.pop()
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            try:
                pending.extend(self._take(thing, type(thing), array))
            except Exception:  # an object that does not want to be looked at is left as it is
                pass

    def _take(self, thing, kind, array):
        """Keep what can be kept of one object; return what it leads to."""
        if kind in (list, set, dict):
            if len(thing) > _LONG:
                return ()
            self.contents.append((thing, kind(thing)))
            return () if kind is set else thing.values() if kind is dict else thing
        if kind is tuple:
            return thing[:_LONG]
        if kind is types.FunctionType and self.guard.is_foreign(thing.__code__):
            return self._take_function(thing)
        if array and kind in array:
            self._take_numeric(thing, kind, array)
        elif kind is type and type.__getattribute__(thing, "__module__") == "__main__":
            kept = {key: value for key, value in thing.__dict__.items() if not key.startswith("__")}
            self.contents.append((thing, kept))
            return kept.values()
        elif type(kind) is type and type.__getattribute__(kind, "__module__") == "__main__":
            return (kind, object.__getattribute__(thing, "__dict__"))
        return ()

    def _take_function(self, function):
        inner = [(cell, value) for cell in function.__closure__ or () for value in _contents(cell)]
        self.contents.extend(inner)
        return [
            function.__dict__,
            function.__kwdefaults__,
            *(function.__defaults__ or ()),
            *(value for _, value in inner),
        ]

    def _take_numeric(self, thing, kind, array):
        if kind is not array[0]:
            generator = thing.bit_generator if kind is array[1] else thing._bit_generator
            self.contents.append((generator, generator.state))
        elif thing.flags.writeable and not thing.dtype.hasobject and self.bytes + thing.nbytes < _LARGE:
            self.bytes += thing.nbytes
            self.contents.append((thing, thing.copy()))

    def restore(self):
        """Put everything back."""
        namespace = self.guard.namespace
        for name in [name for name in namespace if name not in self.names]:
            del namespace[name]
        for name, value in self.names.items():
            if namespace.get(name, self) is not value:
                namespace[name] = value
        for thing, kept in self.contents:
            try:
                self._put_back(thing, type(thing), kept)
            except Exception:  # a class that refuses: as good as it gets
                pass
        self.guard.shell.execution_count = self.count
        self.guard.set_random_states(self.random)

    def _put_back(self, thing, kind, kept):
        if kind is list:
            thing[:] = kept
        elif kind in (set, dict):
            if kind is set or len(thing) != len(kept) or not self._same(thing, kept):
                thing.clear()
                thing.update(kept)
        elif kind is types.CellType:
            thing.cell_contents = kept
        elif kind is type:
            for key, value in kept.items():
                if vars(thing).get(key) is not value:
                    setattr(thing, key, value)
        elif hasattr(thing, "state"):
            thing.state = kept
        elif thing.shape == kept.shape:
            thing[...] = kept

    def _same(self, thing, kept):
        return all(a is b for a, b in zip(thing, kept, strict=True)) and all(
            a is b for a, b in zip(thing.values(), kept.values(), strict=True)
        )
