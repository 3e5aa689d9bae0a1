"""Fetching: from a folder, over HTTP, and everything that may go wrong on the way."""

import contextlib
import errno
import hashlib
import http.server
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from eds_datasets import fetch as fetch_module
from eds_datasets.errors import EdsError, UsageError
from eds_datasets.fetch import CorruptedFileError, NotMirroredError, cached, fetch, file_problem
from eds_datasets.progress import ByteBar
from eds_datasets.registry import RegistryEntry
from rich.console import Console

CONTENT = bytes(range(256)) * 1200  # 300 kB, several chunks of pooch
KEY = "test/values.bin"


def registered(url="http://127.0.0.1:9/values.bin", content=CONTENT, algorithm="sha256"):
    digest = hashlib.new(algorithm, content).hexdigest()
    return RegistryEntry(
        key=KEY,
        url=url,
        hash=f"{algorithm}:{digest}",
        size=len(content),
        version="1",
        licence="MIT",
        citation="none",
        dataset="test",
        mirrored=True,
    )


@pytest.fixture
def known(own_cache, monkeypatch):
    """Register one file of this test, without a mirror; nobody listens at its address."""
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    one = registered()
    monkeypatch.setattr(fetch_module, "entry", lambda key: one)
    return one


@pytest.fixture
def folder(known, tmp_path, monkeypatch):
    """Set a folder as the mirror, and return the path of the file in it."""
    path = tmp_path / "mirror" / KEY
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    monkeypatch.setenv("EDS_DATA_MIRROR", str(tmp_path / "mirror"))
    return path


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with the server's content, cut or slowed down as the test wants it."""

    def do_GET(self):
        server = self.server
        server.paths.append(self.path)
        if server.content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(server.content)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            for start in range(0, server.cut or len(server.content), 30_000):
                self.wfile.write(server.content[start : start + 30_000])
                time.sleep(server.pause)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(known, monkeypatch):
    """Serve CONTENT on the loopback interface, and set it as the mirror."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.content, running.cut, running.pause, running.paths = CONTENT, None, 0.0, []
        running.address = f"http://127.0.0.1:{running.server_port}"
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        monkeypatch.setenv("EDS_DATA_MIRROR", running.address + "/")
        yield running
        running.shutdown()
        thread.join()


def files_below(path):
    return [found for found in path.rglob("*") if found.is_file()]


def test_a_file_comes_over_http_and_is_asked_for_once(server, own_cache):
    path = fetch(KEY)
    assert path == own_cache / KEY
    assert path.read_bytes() == CONTENT
    assert fetch(KEY) == path
    assert server.paths == [f"/{KEY}"]


def test_without_a_mirror_the_original_address_is_asked(server, own_cache, monkeypatch):
    monkeypatch.delenv("EDS_DATA_MIRROR")
    monkeypatch.setattr(fetch_module, "entry", lambda key: registered(f"{server.address}/far/away.bin"))
    assert fetch(KEY).read_bytes() == CONTENT
    assert server.paths == ["/far/away.bin"]


def test_a_mirror_folder_is_read_where_it_is_unless_a_copy_is_wanted(folder, own_cache):
    assert fetch(KEY) == folder
    assert files_below(own_cache) == []
    assert fetch(KEY, copy=True) == own_cache / KEY
    assert cached(KEY) == own_cache / KEY


def test_md5_verifies_where_it_is_the_only_known_hash(server, monkeypatch):
    monkeypatch.setattr(fetch_module, "entry", lambda key: registered(algorithm="md5"))
    assert fetch(KEY).read_bytes() == CONTENT


def test_others_may_read_the_cache(server):
    path = fetch(KEY)
    assert path.stat().st_mode & 0o666 == path.parent.stat().st_mode & 0o666


def test_a_flipped_byte_over_http_is_refused_with_expected_and_got(server, known, own_cache):
    server.content = CONTENT[:-1] + b"\x00"
    got = hashlib.sha256(server.content).hexdigest()
    with pytest.raises(CorruptedFileError, match=f"expected sha256 {known.hash[7:]}, got {got}"):
        fetch(KEY)
    assert files_below(own_cache) == []


def test_a_flipped_byte_in_a_folder_is_refused_and_never_read(folder, own_cache):
    folder.write_bytes(b"\x01" + CONTENT[1:])
    assert cached(KEY) is None
    with pytest.raises(CorruptedFileError, match="expected sha256"):
        fetch(KEY)
    assert files_below(own_cache) == []


def test_a_short_file_is_refused_with_both_lengths(folder, own_cache):
    folder.write_bytes(CONTENT[:1000])
    with pytest.raises(CorruptedFileError, match="expected 307,200 bytes, got 1,000"):
        fetch(KEY)
    assert files_below(own_cache) == []


def test_a_corrupted_file_in_the_cache_is_replaced(server, own_cache):
    fetch(KEY).write_bytes(b"rubbish")
    assert cached(KEY) is None
    assert fetch(KEY).read_bytes() == CONTENT


def test_a_cut_connection_leaves_nothing_behind_and_the_next_try_succeeds(server, own_cache):
    server.cut = 90_000
    with pytest.raises(EdsError, match=rf"cannot fetch {KEY} from http://127.*IncompleteRead"):
        fetch(KEY)
    assert files_below(own_cache) == []
    server.cut = None
    assert fetch(KEY).read_bytes() == CONTENT


def test_a_file_that_the_mirror_lacks_is_named_with_its_original_address(server, known):
    server.content = None
    with pytest.raises(NotMirroredError, match=rf"holds no {KEY}") as caught:
        fetch(KEY)
    assert known.url in caught.value.tip


def test_a_folder_that_lacks_the_file_says_so(folder):
    folder.unlink()
    with pytest.raises(NotMirroredError, match=rf"holds no {KEY}"):
        fetch(KEY)


def test_a_mirror_that_is_no_folder_is_named(known, tmp_path, monkeypatch):
    monkeypatch.setenv("EDS_DATA_MIRROR", str(tmp_path / "nowhere"))
    with pytest.raises(EdsError, match="nowhere is no folder"):
        fetch(KEY)


def test_without_network_the_error_names_the_command(known, own_cache):
    with pytest.raises(EdsError, match=r"cannot fetch test/values\.bin.*refused") as caught:
        fetch(KEY)
    assert "`eds data fetch test`" in caught.value.tip
    assert files_below(own_cache) == []


def test_a_cache_that_cannot_be_written_is_named(folder, own_cache, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    # as root every folder can be written, so the system call itself has to refuse
    monkeypatch.setattr("tempfile._os.open", refuse)
    with pytest.raises(EdsError, match=f"cannot write {KEY} into {own_cache}.*Permission denied") as caught:
        fetch(KEY, copy=True)
    assert "EDS_DATA_DIR" in caught.value.tip


@pytest.fixture
def tiny_disk(tmp_path):
    """Mount a file system of 64 kB."""
    point = tmp_path / "tiny"
    point.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", str(point)]
    if mount is None or subprocess.run([mount, *options], capture_output=True).returncode != 0:
        pytest.skip("mounting a tmpfs needs rights that this machine does not give")
    yield point
    subprocess.run(["umount", str(point)], check=True)


@pytest.mark.parametrize("source", ["server", "folder"])
def test_a_full_disk_is_one_clear_error_and_leaves_nothing_behind(source, tiny_disk, request, monkeypatch):
    request.getfixturevalue(source)
    monkeypatch.setenv("EDS_DATA_DIR", str(tiny_disk))
    with pytest.raises(EdsError, match=rf"no room for {KEY} \(307,200 bytes\) in {tiny_disk}"):
        fetch(KEY, copy=True)
    assert files_below(tiny_disk) == []


FETCH_IN_A_PROCESS = textwrap.dedent("""
    import sys
    from eds_datasets import fetch
    from eds_datasets.registry import RegistryEntry
    known = RegistryEntry(key=sys.argv[1], url="", hash=sys.argv[2], size=int(sys.argv[3]), version="1",
                          licence="MIT", citation="none", dataset="test", mirrored=True)
    fetch.entry = lambda key: known
    print(fetch.fetch(known.key))
""")


def start_fetch(known):
    command = [sys.executable, "-c", FETCH_IN_A_PROCESS, KEY, known.hash, str(known.size)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_two_fetches_at_once_both_succeed_and_leave_one_file(server, known, own_cache):
    server.pause = 0.1
    running = [start_fetch(known) for _ in range(2)]
    for process in running:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert out.strip() == str(own_cache / KEY)
    assert len(server.paths) == 2, "the second came too late to be a race"
    assert files_below(own_cache) == [own_cache / KEY]
    assert (own_cache / KEY).read_bytes() == CONTENT


def test_a_fetch_that_is_killed_leaves_no_file_under_the_key(server, known, own_cache):
    server.pause = 0.3
    process = start_fetch(known)
    wait_until(lambda: any(path.stat().st_size > 0 for path in files_below(own_cache)))
    process.kill()
    process.communicate()
    assert not (own_cache / KEY).exists()
    assert cached(KEY) is None
    server.pause = 0.0
    assert fetch(KEY).read_bytes() == CONTENT


def test_a_fetch_that_is_interrupted_from_the_keyboard_leaves_nothing(server, known, own_cache):
    server.pause = 0.3
    process = start_fetch(known)
    wait_until(lambda: any(path.stat().st_size > 0 for path in files_below(own_cache)))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode != 0
    assert files_below(own_cache) == []


def bar_on_a_terminal(total):
    screen = io.StringIO()
    return ByteBar("all files", total, Console(file=screen, force_terminal=True, width=100)), screen


@pytest.mark.parametrize("source", ["server", "folder"])
def test_a_progress_bar_ends_at_the_size_of_the_file(source, request):
    request.getfixturevalue(source)
    bar, screen = bar_on_a_terminal(2 * len(CONTENT))
    with bar:
        fetch(KEY, progressbar=bar, copy=True)
    assert bar.done == len(CONTENT)
    assert re.search(r"307\.2/614\.4 kB", screen.getvalue())


def test_a_progress_bar_stops_when_the_fetch_fails(server, capsys):
    server.content = CONTENT[:5]
    before = threading.active_count()
    with pytest.raises(CorruptedFileError):
        fetch(KEY, progressbar=True)
    assert threading.active_count() <= before + 1  # the server's own thread may linger
    assert capsys.readouterr().err == "", "a bar belongs on a terminal only"


def test_a_key_that_does_not_exist_is_a_usage_error(own_cache):
    with pytest.raises(UsageError, match="no file 'moon/rock'"):
        fetch("moon/rock")


def test_what_is_wrong_with_a_copy_is_said_or_none(known, tmp_path):
    path = tmp_path / "copy"
    path.write_bytes(CONTENT)
    assert file_problem(path, known) is None


def test_the_cache_is_where_the_environment_says_or_in_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("EDS_DATA_DIR", str(tmp_path))
    assert fetch_module.data_dir() == tmp_path
    monkeypatch.delenv("EDS_DATA_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert fetch_module.data_dir().name == "earth-data-science"
