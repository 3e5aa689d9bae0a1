"""Attacks that reach for the system's less known doors, and for the grader through what it reads."""

from __future__ import annotations

from collections.abc import Mapping

from hostile_cases import EVERYWHERE, KEPT_APART, Hostile

_CALLS = """\
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *given):
    if libc.syscall(ctypes.c_long(number), *given) < 0:
        raise OSError(ctypes.get_errno(), number)
"""

REACH: Mapping[str, Hostile] = {
    "doors-of-the-system": Hostile(
        _CALLS
        + """
tried('umount', lambda: call({umount2}, b'/proc', 2))
tried('userfaultfd', lambda: call({userfaultfd}, 1))
tried('key', lambda: call({keyctl}, 0, ctypes.c_long(-3), 1))
tried('ring', lambda: call(425, 4, ctypes.create_string_buffer(120)))
tried('handle', lambda: call({name_to_handle_at}, -100, b'/', ctypes.create_string_buffer(200), ctypes.create_string_buffer(8), 0))
tried('bpf', lambda: call({bpf}, 0, ctypes.create_string_buffer(72), 72))
tried('new mount', lambda: call(430, b'tmpfs', 0))
tried('clone in a namespace', lambda: call({clone}, ctypes.c_ulong(0x10000000 | 17), None, None, None, None) or os._exit(0))
tried('clone3', lambda: call(435, ctypes.create_string_buffer(88), 88) or os._exit(0))
tried('personality of 32 bits', lambda: call(0x40000000 + 39))
""",
        EVERYWHERE,
    ),
    "memory-of-others": Hostile(
        """
        me = {os.getpid()}
        def open_memory(pid):
            with open(f'/proc/{pid}/mem', 'rb'):
                return True
        for place in glob.glob('/proc/[0-9]*'):
            if int(place[6:]) not in me:
                tried(place + '/mem', lambda: open_memory(int(place[6:])))
                tried(place + '/fd', lambda: os.listdir(place + '/fd') and True)
                tried(place + '/root', lambda: os.listdir(place + '/root/') and True)
                tried(place + '/cwd', lambda: os.listdir(place + '/cwd/') and True)
        for pid in {class_pids}:
            tried(f'pidfd {pid}', lambda: pid > 1 and os.pidfd_open(pid))
        """,
        ("namespaces",),
    ),
    "limits-of-others": Hostile(
        """
        import resource
        for pid in set({class_pids}) - {1}:
            # nothing is changed where a defence is switched off: the same values again
            tried(f'limits {pid}', lambda: resource.prlimit(pid, resource.RLIMIT_CORE, resource.prlimit(pid, resource.RLIMIT_CORE)))
            tried(f'priority {pid}', lambda: os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid)))
            tried(f'cores {pid}', lambda: os.sched_setaffinity(pid, os.sched_getaffinity(pid)))
        pid = {class_pids}[0]
        tried('scheduler', lambda: os.sched_setscheduler(pid, os.sched_getscheduler(pid), os.sched_getparam(pid)))
        tried('all priorities', lambda: os.setpriority(os.PRIO_USER, 0, 0) if os.getpid() > 1000 else False)
        """,
        EVERYWHERE,
    ),
    "signals-by-the-system": Hostile(
        """
        import fcntl
        # the system signals whom a file belongs to when something comes in: here it would be the class
        for pid in set({class_pids}) - {1}:
            def own():
                here, there = socket.socketpair()
                fcntl.fcntl(here, fcntl.F_SETOWN, pid)
                return fcntl.fcntl(here, fcntl.F_GETOWN) == pid
            tried(f'owner {pid}', own)
            tried(f'kind {pid}', lambda: fcntl.fcntl(socket.socketpair()[0], 10, signal.SIGCONT) if os.getpid() > 1000 else False)
        """,
        EVERYWHERE,
    ),
    "modes-of-files": Hostile(
        """
        for name in ['gradebook.db', 'source/lines/numbers.txt', '.']:
            place = os.path.join('{course}', name)
            def change():
                before = os.stat(place).st_mode
                os.chmod(place, before ^ 0o002)
                return os.stat(place).st_mode != before and os.chmod(place, before) is None
            tried(name, change)
            tried(name + ' attribute', lambda: os.setxattr(place, 'user.mine', b'x') or os.getxattr(place, 'user.mine'))
        def change_open():
            import json.decoder
            opened = os.open(json.decoder.__file__, os.O_RDONLY)
            before = os.fstat(opened)
            os.fchmod(opened, before.st_mode)
            os.utime(opened, ns=(before.st_atime_ns, before.st_mtime_ns))
            return os.fstat(opened).st_ctime_ns != before.st_ctime_ns
        tried('mode of a package', change_open)
        import shutil
        open('mine', 'w').close()
        shutil.copy2('mine', 'copy')
        """,
    ),
    "memory-of-the-system": Hostile(
        _CALLS
        + """
def stays():
    call({shmget}, 0x45445348, 4096, 0o1600)
    return not os.path.exists('/proc/1/cwd/.') and os.getpid() > 1000
tried('shared memory', stays)
tried('queue', lambda: call({mq_open}, b'eds-hostile', 0o100 | 2, 0o600, None) if os.getpid() > 1000 else False)
""",
        EVERYWHERE,
    ),
    "inherited-files": Hostile(
        """
        def outside(number):
            target = os.readlink(f'/proc/self/fd/{number}')
            return '{course}' in target or 'job' in target or target.endswith('/log')
        for number in os.listdir('/proc/self/fd'):
            tried(number, lambda: outside(number))
        """,
        KEPT_APART,
    ),
    "secrets-of-the-host": Hostile(
        """
        for place in ['/etc/shadow', '/etc/passwd-', '/etc/ssh', '/var/log', '/run', '/var/run/docker.sock',
                      '/sys/fs/cgroup', '/sys/kernel/debug', '/proc/kcore', '/proc/1/environ', '/boot', '/srv', '/mnt',
                      '{course}', '{outside}']:
            tried(place, lambda: os.listdir(place) if os.path.isdir(place) else open(place, 'rb').close())
        """,
        KEPT_APART,
    ),
    "control-groups": Hostile(
        """
        for place in ['/sys/fs/cgroup/release_agent', '/sys/fs/cgroup/cgroup.procs', '/proc/sysrq-trigger',
                      '/proc/sys/kernel/modprobe', '/proc/self/oom_score_adj_none', '/proc/sys/vm/overcommit_memory',
                      '/sys/kernel/uevent_helper']:
            tried(place, lambda: os.close(os.open(place, os.O_WRONLY)))
        """,
        KEPT_APART,
    ),
    "program-in-memory": Hostile(
        """
        # allowed: it has no more rights than its maker
        maker = os.memfd_create('program')
        os.write(maker, open('/bin/true', 'rb').read())
        if os.fork() == 0:
            os.execve(maker, ['program'], {})
        os.wait()
        def more():
            status = open('/proc/self/status').read()
            return 'NoNewPrivs:\\t1' not in status
        tried('privileges', more)
        for program in ['/usr/bin/su', '/usr/bin/passwd', '/usr/bin/sudo', '/usr/bin/mount']:
            tried(program, lambda: os.path.exists(program) and subprocess.run([program, '-c', 'id -u'], input='',
                  capture_output=True, text=True, timeout=5).stdout.strip() == '0' and os.getuid() != 0)
        """,
        EVERYWHERE,
    ),
    "typing-into-a-terminal": Hostile(
        """
        import fcntl, termios
        def type_in():
            line = os.open('/dev/tty', os.O_RDWR)
            fcntl.ioctl(line, termios.TIOCSTI, b'x')
        tried('terminal', type_in)
        """,
        EVERYWHERE,
    ),
    "shared-memory": Hostile(
        """
        def shared():
            place = f'/dev/shm/eds-hostile-{os.getpid()}'
            open(place, 'w').close()
            os.unlink(place)
        tried('shared with all', shared)
        """,
        ("landlock",),
    ),
    "links-where-the-grader-reads": Hostile(
        """
        # where nothing is promised, the class shall not suffer
        for place in ['../out', '../ipc0', '../submission'] if '{level}' == 'namespaces' else []:
            tried(place, lambda: os.rename(place, place + '-mine'))
            tried(place + ' link', lambda: os.symlink('/etc/hostname', place + '/result.json'))
            tried('socket gone', lambda: os.unlink(glob.glob('../ipc0/k-*')[0]))
            tried('connection file', lambda: open(glob.glob('../ipc0/*.json')[0], 'r+').close())
        """,
        ("namespaces",),
    ),
    "other-results": Hostile(
        """
        for place in ['{course}/.eds/results', '{course}/.eds', os.path.expanduser('~/.cache'), '/tmp']:
            tried(place, lambda: any(os.scandir(place)) if 'eds' in place else
                  any(name.startswith(('eds-run', 'eds-grading')) for name in os.listdir(place)))
        """,
        KEPT_APART,
    ),
    "messages-that-do-not-end": Hostile(
        """
        from IPython.display import display, publish_display_data
        deep = []
        for _ in range(900):
            deep = [deep]
        publish_display_data({'application/json': deep, 'text/plain': 'x'})
        publish_display_data({'application/json': {'a': [float('nan'), float('inf'), 10**400]}, 'text/plain': 'x'})
        publish_display_data({'text/plain': '\\x1b[31m' * 2000, '../../x': 'y', '': 'z'})
        print('\\ud800 \\x00 \\x1b]0;title\\x07')
        """,
        (),
        points=10.0,
    ),
    "messages-made-by-hand": Hostile(
        """
        shell = get_ipython()
        kernel = shell.kernel
        parent = kernel.get_parent('shell')
        def send(kind, content, **more):
            kernel.session.send(kernel.iopub_socket, kind, content, parent=parent, ident=None, **more)
        for kind in ['stream', 'display_data', 'execute_result', 'error', 'update_display_data', 'comm_open', 'comm_msg',
                     'clear_output', 'status', 'execute_input', 'unknown']:
            for content in [{}, {'name': 7, 'text': ['x']}, {'data': None, 'metadata': 3, 'execution_count': 'x',
                            'transient': {'display_id': [1]}}, {'execution_state': 7, 'code': None, 'wait': 'x'},
                            {'ename': 1, 'evalue': {}, 'traceback': 'x', 'comm_id': {}, 'target_name': 4}]:
                send(kind, content)
        """,
        (),
        points=None,
    ),
    "replies-made-by-hand": Hostile(
        """
        kernel = get_ipython().kernel
        stream = kernel.shell_stream
        if kernel._supports_kernel_subshells:
            stream = kernel.shell_channel_thread.manager.get_subshell_to_shell_channel_socket(None)
        parent, ident = kernel.get_parent('shell'), kernel._parent_ident['shell']
        for content in [{}, {'status': 7}, {'status': 'error'}, {'status': 'error', 'ename': 1, 'evalue': [],
                        'traceback': {}}, {'status': ['ok'], 'user_expressions': 3}]:
            kernel.session.send(stream, 'execute_reply', content, parent, ident=ident)
            kernel.session.send(stream, 'eds_guard_reply', content, parent, ident=ident)
        """,
        (),
    ),
    "a-flood-that-is-no-message": Hostile(
        """
        kernel = get_ipython().kernel
        for _ in range(50_000):
            kernel.iopub_thread.send_multipart([b'nothing'])
        """,
        (),
    ),
    "frames-that-are-no-messages": Hostile(
        """
        kernel = get_ipython().kernel
        session = kernel.session
        def raw(*parts, signed=True):
            parts = [part if isinstance(part, bytes) else json.dumps(part, default=str).encode() for part in parts]
            signature = session.sign(parts) if signed else b'x'
            kernel.iopub_thread.send_multipart([b'<IDS|MSG>', signature, *parts])
        head = {**kernel.get_parent('shell')['header'], 'msg_type': 'stream'}
        raw(head, head, {}, {'name': 'stdout', 'text': 'not signed'}, signed=False)
        raw(head, [], {}, {})
        raw({}, head, {}, {})
        raw(head, head, {}, [1])
        raw({**head, 'msg_type': 7}, head, {}, {})
        raw(head, head, {}, b'{"a": ')
        raw(head, head, {}, b'[' * 100000)
        raw(head, head, {}, b'{"name": "stdout", "text": 1e400, "a": NaN}')
        raw({**head, 'date': 'yesterday'}, head, {}, {'name': 'stdout', 'text': 'x'})
        kernel.iopub_thread.send_multipart([b'nothing'])
        """,
        (),
        points=None,
    ),
    "deep-and-large": Hostile(
        """
        for _ in range(2000):
            os.mkdir('deeper')
            os.chdir('deeper')
        for number in range(10**4):
            with open(f'fill-{number}', 'wb') as file:
                file.write(bytes(2**20))
            time.sleep(0.005)
        """,
        (),
        points=None,
        problem="disk",
    ),
    "names-that-break-lines": Hostile(
        """
        for name in ['a\\nb', 'c\\rd', '\\x1b[31m', '-rf', 'e' * 255, '%s', '..\\\\x']:
            open(name, 'w').close()
        os.makedirs('/'.join(['deep'] * 200))
        os.mkfifo('pipe')
        os.chmod('.', 0)
        """,
        (),
        points=None,
    ),
}

_NUMBERS = {
    "x86_64": {
        "umount2": 166,
        "userfaultfd": 323,
        "keyctl": 250,
        "name_to_handle_at": 303,
        "bpf": 321,
        "clone": 56,
        "shmget": 29,
        "mq_open": 240,
    },
    "aarch64": {
        "umount2": 39,
        "userfaultfd": 282,
        "keyctl": 219,
        "name_to_handle_at": 264,
        "bpf": 280,
        "clone": 220,
        "shmget": 194,
        "mq_open": 180,
    },
}


def numbers(machine: str) -> Mapping[str, int]:
    """Return the numbers of system calls that differ between machines."""
    return _NUMBERS.get(machine, _NUMBERS["x86_64"])
