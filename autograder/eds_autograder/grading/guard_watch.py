"""What a guard in a kernel compares: functions as they were with what they are; sent there as text."""
# mypy: ignore-errors

import operator
import types

# how a result looks, where a command goes: packages replace these, and no mark depends on them
_FREE_METHODS = {
    "CustomTB",
    "_get_exc_info",
    "_showtraceback",
    "ask_exit",
    "auto_rewrite_input",
    "enable_gui",
    "getoutput",
    "set_next_input",
    "showindentationerror",
    "showsyntaxerror",
    "showtraceback",
    "system",
    "system_piped",
    "system_raw",
}
_FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    property,
    classmethod,
    staticmethod,
)

_is = operator.is_


def _function(function):
    """Return the function of Python behind a callable, or None for one written in C."""
    for _ in range(5):
        if type(function) is types.FunctionType:
            return function
        if type(function) in (types.MethodType, classmethod, staticmethod):
            function = function.__func__
        elif type(function) is property:
            function = function.fget
        else:
            inner = getattr(function, "_implementation", None)  # numpy's dispatchers
            if type(inner) is not types.FunctionType:
                return None
            function = inner
    return None


class Watch:
    """Things as they were, to be compared with what they are.

    All of them are looked at many times in each notebook: at once, in loops that are not Python's own.
    """

    def __init__(self):
        self.groups = []  # (dictionary, fetches their names' values from it, names, labels, values)
        self.functions_of_values, self.codes, self.code_labels = [], [], []
        self.defaults = []  # of arguments: a tolerance is one

    def functions(self, label, namespace, free=()):
        """Take down the functions in a dictionary."""
        found = {
            key: value
            for key, value in list(namespace.items())
            if key not in free
            and (label == "builtins" or not isinstance(value, type))
            and (isinstance(value, _FUNCTIONS) or callable(value))
        }
        if not found:
            return
        labels = [label + "." + key for key in found]
        # one name more: of a single one the getter would return no tuple
        fetch = operator.itemgetter(*found, next(iter(found)))
        self.groups.append((namespace, fetch, list(found), labels, list(found.values())))
        for name, value in zip(labels, found.values(), strict=True):
            function = _function(value)
            if function is not None:
                self.functions_of_values.append(function)
                self.codes.append(function.__code__)
                self.defaults.extend((function.__defaults__, function.__kwdefaults__))
                self.code_labels.append(name)

    def class_of(self, thing):
        """Take down the methods of a thing's classes."""
        for cls in type(thing).__mro__[:-1]:
            if cls.__module__.split(".")[0] not in ("traitlets", "builtins"):
                self.functions(cls.__name__, cls.__dict__, _FREE_METHODS)

    def methods_of(self, thing):
        """Return the names of the methods of a thing's classes."""
        return {
            key
            for cls in type(thing).__mro__[:-1]
            for key, value in cls.__dict__.items()
            if isinstance(value, _FUNCTIONS) and not isinstance(value, property)
        } - _FREE_METHODS

    @staticmethod
    def code(thing):
        """Return the code object behind a callable, or None for one written in C."""
        function = _function(thing)
        return None if function is None else function.__code__

    def changed(self):
        """Yield the names of what is another thing now."""
        missing = object()
        for namespace, fetch, names, labels, values in self.groups:
            try:
                if all(map(_is, fetch(namespace), values)):
                    continue
            except KeyError:
                pass
            for name, label, value in zip(names, labels, values, strict=True):
                if namespace.get(name, missing) is not value:
                    yield label
        now = [function.__code__ for function in self.functions_of_values]
        if not all(map(_is, now, self.codes)):
            for label, code, before in zip(self.code_labels, now, self.codes, strict=True):
                if code is not before:
                    yield label
        given = [
            default
            for function in self.functions_of_values
            for default in (function.__defaults__, function.__kwdefaults__)
        ]
        if not all(map(_is, given, self.defaults)):
            for number, (default, before) in enumerate(zip(given, self.defaults, strict=True)):
                if default is not before:
                    yield self.code_labels[number // 2]
