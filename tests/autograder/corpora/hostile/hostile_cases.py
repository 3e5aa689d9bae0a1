"""Notebooks that attack the host, the class and the grader, each with the mark that it must get.

Each attack collects in `got` what it achieved; nothing may be in it at a level that promises to keep it off.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field

KEPT_APART = ("namespaces", "landlock")
EVERYWHERE = (*KEPT_APART, "none")

_HEAD = """\
import contextlib, ctypes, glob, json, os, signal, socket, subprocess, sys, time
got = []
def tried(name, attack):
    try:
        result = attack()
    except BaseException as error:
        return
    if result is not False:
        got.append(name)
"""
_TAIL = "\nprint('GOT ' + json.dumps(got))\n"


@dataclass(frozen=True)
class Hostile:
    """An attack.

    Attributes
    ----------
    code : str
        Of a cell in front of the last two exercises.
    levels : tuple of str
        The levels that promise to keep it off.
    points : float or None
        What the submission must get; None for anything up to the full mark.
    problem : str or None
        Kind of the problem that must be reported.
    files : mapping of str to str
        What is handed in beside the notebook.
    kernel : str
        Name of the kernel that the notebook asks for.
    """

    code: str
    levels: tuple[str, ...] = KEPT_APART
    points: float | None = 10.0
    problem: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    kernel: str = "python3"

    @property
    def cell(self) -> str:
        """The whole cell."""
        return _HEAD + textwrap.dedent(self.code) + _TAIL


# {course}, {tcp}, {udp}, {abstract}, {marker} and {outside} are put in by the test
CASES: dict[str, Hostile] = {
    "kill-the-parent": Hostile(
        "tried('parent', lambda: os.kill(os.getppid(), signal.SIGCONT) if os.getppid() > 1 else False)",
        EVERYWHERE,
    ),
    "signal-everybody": Hostile(
        # not a deadly signal: where a defence is switched off, the host shall live
        "tried('everybody', lambda: os.kill(-1, signal.SIGCONT) if len(os.listdir('/proc')) > 100 else False)",
        ("landlock", "none"),
    ),
    "signal-the-class": Hostile(
        """
        for pid in {class_pids}:
            tried(f'signal {pid}', lambda: os.kill(pid, 0))
        """,
        KEPT_APART,
    ),
    "own-group": Hostile("os.kill(0, signal.SIGKILL)", (), points=5.0, problem="kernel"),
    "abort": Hostile("os.abort()", (), points=5.0, problem="kernel"),
    "stop-itself": Hostile("os.kill(os.getpid(), signal.SIGSTOP)", (), points=5.0, problem="time"),
    "fork-bomb": Hostile(
        """
        while True:
            os.fork()
        """,
        (),
        points=None,
        problem="processes",
    ),
    "thread-bomb": Hostile(
        """
        import threading
        for _ in range(5000):
            threading.Thread(target=time.sleep, args=(300,), daemon=True).start()
        """,
        (),
        points=None,
        problem="processes",
    ),
    "memory-bomb": Hostile(
        """
        held = []
        while True:
            held.append(bytearray(b'x') * 2**25)
        """,
        (),
        problem="memory",
    ),
    "memory-bomb-of-many": Hostile(
        """
        for _ in range(8):
            if os.fork() == 0:
                held = bytearray(b'x') * (300 * 2**20)
                time.sleep(300)
        time.sleep(300)
        """,
        (),
        points=5.0,
        problem="memory",
    ),
    "disk-fill": Hostile(
        """
        for number in range(10**4):
            with open(f'fill-{number}', 'wb') as file:
                file.write(bytes(2**20))
            time.sleep(0.005)
        """,
        (),
        points=None,
        problem="disk",
    ),
    "large-file": Hostile(
        """
        with open('large', 'wb') as file:
            while True:
                file.write(bytes(2**20))
        """,
        (),
        problem="file size",
    ),
    "output-flood": Hostile(
        """
        while True:
            print('x' * 10000)
        """,
        (),
        problem="output",
    ),
    "output-in-one-piece": Hostile("print('x' * 10**8)", (), problem="output"),
    "output-too-large-to-send": Hostile(
        """
        from IPython.display import HTML, display
        display(HTML('x' * 10**8))
        """,
        (),
        problem="output",
    ),
    "open-files": Hostile("files = [open('/dev/null') for _ in range(10**5)]", (), None, "open files"),
    "daemon": Hostile(
        """
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execvp('sleep', ['sleep', '{marker}'])
            os._exit(0)
        """,
        (),
    ),
    "call-out": Hostile(
        """
        def connect(kind, address, family=socket.AF_INET):
            with socket.socket(family, kind) as line:
                line.settimeout(2)
                if kind == socket.SOCK_DGRAM and family == socket.AF_INET:
                    line.sendto(b'hello', address)
                    return address[1] == {udp} and os.getpid() > 1000
                line.connect(address)
        tried('tcp', lambda: connect(socket.SOCK_STREAM, ('127.0.0.1', {tcp})))
        tried('udp', lambda: connect(socket.SOCK_DGRAM, ('127.0.0.1', {udp})))
        tried('far', lambda: connect(socket.SOCK_STREAM, ('192.0.2.1', 80)))
        tried('abstract', lambda: connect(socket.SOCK_STREAM, '\\0{abstract}', socket.AF_UNIX))
        """,
    ),
    "listen": Hostile(
        """
        def listen():
            global line
            line = socket.socket()
            line.bind(('127.0.0.1', 0))
            line.listen()
            return not os.path.exists('/proc/1/root/etc/passwd') and len(os.listdir('/proc')) > 100
        tried('listening', listen)
        """,
    ),
    "trace-the-grader": Hostile(
        """
        libc = ctypes.CDLL(None, use_errno=True)
        for pid in {class_pids}:
            tried(f'trace {pid}', lambda: libc.ptrace(0x4206, pid, None, None) == 0)
        """,
    ),
    "snoop": Hostile(
        """
        me = {os.getpid(), os.getppid()}
        def others(file, size):
            for place in glob.glob('/proc/[0-9]*'):
                if int(place[6:]) not in me:
                    with contextlib.suppress(OSError), open(f'{place}/{file}', 'rb') as opened:
                        if opened.read(size):
                            yield place
        tried('environ', lambda: any(others('environ', 1)))
        tried('maps', lambda: any(others('maps', 1)))
        tried('cmdline', lambda: any(others('cmdline', 1)))
        """,
    ),
    "read-the-course": Hostile(
        """
        for name in ['source/lines/lines.ipynb', 'gradebook.db', 'submitted/honest/lines/lines.ipynb', '.eds', '.']:
            place = os.path.join('{course}', name)
            tried(name, lambda: os.listdir(place) if os.path.isdir(place) else open(place).read(1))
        for name in ['job.json', 'kit', 'submission', 'out', 'log']:
            tried(name, lambda: os.stat(os.path.join('..', name)) and open('../job.json').read(1))
        tried('neighbours', lambda: any(open(p).read(1) for p in glob.glob('../../eds-run-*/job.json')))
        """,
    ),
    "write-the-course": Hostile(
        """
        for name in ['gradebook.db', 'submitted/honest/lines/lines.ipynb', 'source/lines/numbers.txt']:
            tried(name, lambda: open(os.path.join('{course}', name), 'a').close())
        tried('new', lambda: open('{course}/new.txt', 'w').close())
        tried('result', lambda: open('../out/result.json', 'w').close())
        tried('outside', lambda: open('{outside}/new.txt', 'w').close() or os.path.exists('{outside}/there'))
        """,
    ),
    "through-a-link": Hostile(
        """
        os.symlink('{course}/source/lines/numbers.txt', 'link')
        tried('read', lambda: open('link').read(1))
        tried('write', lambda: open('link', 'a').close())
        tried('hard link', lambda: os.link('{course}/gradebook.db', 'hard'))
        """,
    ),
    "shadow-modules": Hostile(
        "import math, random, numpy\ntried('shadow', lambda: getattr(math, 'mine', False))",
        EVERYWHERE,
        files=dict.fromkeys(
            ("math.py", "random.py", "numpy.py", "ipykernel_launcher.py", "json.py", "IPython.py"),
            "mine = True\n",
        ),
    ),
    "hostile-kernelspec": Hostile(
        "",
        EVERYWHERE,
        points=None,
        kernel="evil",
        files={
            "kernels/evil/kernel.json": '{"argv": ["touch", "{outside}/evil"], "display_name": "e", "language": "python"}',
            "share/jupyter/kernels/evil/kernel.json": '{"argv": ["touch", "{outside}/evil"], "display_name": "e"}',
        },
    ),
    "startup-file": Hostile(
        """
        place = os.path.join(os.environ['IPYTHONDIR'], 'profile_default', 'startup')
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, '00.py'), 'w') as file:
            file.write("def sum(numbers): return 3")
        """,
        EVERYWHERE,
    ),
    "change-python": Hostile(
        """
        import numpy
        tried('library', lambda: open(os.__file__, 'a').close())
        tried('package', lambda: open(numpy.__file__, 'a').close())
        tried('new', lambda: open(os.path.join(os.path.dirname(numpy.__file__), 'eds_hostile.py'), 'w').close())
        tried('engine', lambda: open(sys.modules['eds_autograder'].__file__, 'a').close())
        """,
    ),
    "more-rights": Hostile(
        """
        libc = ctypes.CDLL(None, use_errno=True)
        tried('namespace', lambda: libc.unshare(0x10000000) == 0)
        tried('mount', lambda: libc.mount(b'none', b'.', b'tmpfs', 0, b'') == 0)
        tried('device', lambda: os.mknod('device', 0o020666, os.makedev(1, 1)))
        tried('user', lambda: os.setuid(0) if os.getuid() else False)
        tried('kernel', lambda: open('/proc/sys/kernel/core_pattern', 'r+').close())
        tried('chroot', lambda: os.chroot('.'))
        """,
    ),
    "beside-the-sockets": Hostile(
        """
        for place in glob.glob('../ipc*'):
            tried(place, lambda: open(os.path.join(place, 'fill'), 'w').close())
        """,
    ),
}
