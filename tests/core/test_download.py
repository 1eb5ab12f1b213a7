"""Downloads from a real server on this computer: progress, cancel, resume, the check, and what can go wrong."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cnnviz.core.cancel import Cancelled
from cnnviz.core.download import Progress, download
from cnnviz.core.errors import ModelError

CONTENT = bytes(range(256)) * 8192  # 2 MiB
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    asked: list[str | None]
    resumes = True
    cut = 0


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if self.path != "/file.pth":
            self.send_error(404)
            return
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.server.resumes else 0
        if start >= len(CONTENT):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        self.wfile.write(CONTENT[start : self.server.cut or None])

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def url(server: Server, name: str = "file.pth") -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/{name}"


def test_a_file_comes_whole_with_progress(server: Server, tmp_path: Path) -> None:
    seen: list[Progress] = []
    target = tmp_path / "cache" / "file.pth"
    assert download(url(server), target, sha256=SHA256[:8], progress=seen.append) == target
    assert target.read_bytes() == CONTENT
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert (seen[-1].done, seen[-1].total) == (len(CONTENT), len(CONTENT))
    assert seen[0].speed > 0
    assert seen[-1].seconds_left == 0
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("resumes", [True, False])
def test_what_was_cancelled_goes_on_where_it_was(server: Server, tmp_path: Path, resumes: bool) -> None:
    server.resumes = resumes
    target, seen = tmp_path / "file.pth", []
    with pytest.raises(Cancelled):
        download(url(server), target, progress=seen.append, wanted=lambda: len(seen) < 3)
    assert not target.exists()
    kept = (tmp_path / "file.pth.part").stat().st_size
    assert 0 < kept < len(CONTENT)
    download(url(server), target, sha256=SHA256)
    assert target.read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={kept}-"]


def test_a_whole_file_that_was_not_put_in_place_is_only_checked(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file.pth.part").write_bytes(CONTENT)
    assert download(url(server), tmp_path / "file.pth", sha256=SHA256).read_bytes() == CONTENT


def test_another_file_than_was_promised_is_thrown_away(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="as it was published"):
        download(url(server), tmp_path / "file.pth", sha256="00000000")
    assert not list(tmp_path.iterdir())


def test_what_goes_wrong_is_a_sentence(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the server says 404"):
        download(url(server, "gone.pth"), tmp_path / "gone.pth")
    server.cut = 1 << 20
    with pytest.raises(ModelError, match="no connection to"):
        download(url(server), tmp_path / "file.pth")
    server.cut = 0
    download(url(server), tmp_path / "file.pth", sha256=SHA256)  # the rest
    assert server.asked[-1] == f"bytes={1 << 20}-"


def test_without_a_connection(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no connection to"):
        download("http://127.0.0.1:9/file.pth", tmp_path / "file.pth")


def test_a_full_disk_is_said_at_once(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 0))
    with pytest.raises(ModelError, match="is full"):
        download(url(server), tmp_path / "file.pth")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_up_meanwhile(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file.pth.part").symlink_to("/dev/full")
    with pytest.raises(ModelError, match=r"is full|cannot be saved"):
        download(url(server), tmp_path / "file.pth")
