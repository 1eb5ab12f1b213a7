"""Data sets from a real server on this computer, by the tables of torchvision's own classes."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image
from torchvision import datasets

from cnnviz.core.cancel import Cancelled
from cnnviz.core.download import Progress
from cnnviz.training import fetching, open_data
from cnnviz.training.data import kept
from cnnviz.training.fetching import Published, fetch, published
from cnnviz.training.pictures import DataError


class Server(ThreadingHTTPServer):
    files: dict[str, bytes]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        content = self.server.files.get(self.path.lstrip("/"))
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.files = {}
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def idx(array: np.ndarray) -> bytes:
    shape = struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(b"\0\0\x08" + bytes([array.ndim]) + shape + array.tobytes())


@pytest.fixture
def mnist(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Four small files in the place of MNIST's, at the second of two addresses."""
    x, y = np.zeros((4, 28, 28), np.uint8), np.arange(4, dtype=np.uint8)
    names = [name for name, _ in datasets.MNIST.resources]
    server.files = {name: idx(y if "labels" in name else x) for name in names}
    table = [(name, hashlib.md5(server.files[name]).hexdigest()) for name in names]
    here = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setattr(datasets.MNIST, "mirrors", [here + "gone/", here])
    monkeypatch.setattr(datasets.MNIST, "resources", table)
    return server


def test_mnist_is_fetched_checked_and_opened(mnist: Server):
    told: list[Progress] = []
    folder = fetch("mnist", told.append)
    assert folder == kept("mnist")
    assert told[-1].done == told[-1].total
    assert len(open_data("mnist").train) == 4
    mnist.files.clear()
    assert fetch("mnist") == folder  # not again


def test_what_is_not_as_published_is_not_kept(mnist: Server):
    name = next(iter(mnist.files))
    mnist.files[name] += b"more"
    with pytest.raises(DataError, match=f"What was downloaded is not {name} as it was published"):
        fetch("mnist")
    assert not kept("mnist").exists()


def test_no_connection_and_no_longer_wanted(mnist: Server):
    with pytest.raises(Cancelled):
        fetch("mnist", wanted=lambda: False)
    mnist.files.clear()
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz cannot be downloaded: the server says 404"):
        fetch("mnist")


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10", "cifar100", "caltech101"])
def test_every_known_data_set_is_published_somewhere(name: str):
    for file in published(name):
        assert file.urls[0].startswith("http")
        assert len(file.md5) == 32


def test_archives_in_archives_are_unpacked(server: Server, monkeypatch: pytest.MonkeyPatch):
    """Caltech 101 is a ZIP with a packed TAR in it, and folders of pictures in that."""
    picture, inner, outer = io.BytesIO(), io.BytesIO(), io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    with tarfile.open(fileobj=inner, mode="w:gz") as packed:
        for label in ("ant", "cup"):
            entry = tarfile.TarInfo(f"101_ObjectCategories/{label}/1.png")
            entry.size = len(picture.getvalue())
            packed.addfile(entry, io.BytesIO(picture.getvalue()))
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("caltech-101/101_ObjectCategories.tar.gz", inner.getvalue())
    server.files = {"c.zip": outer.getvalue()}
    url = f"http://127.0.0.1:{server.server_port}/c.zip"
    file = Published((url,), "c.zip", hashlib.md5(outer.getvalue()).hexdigest())
    monkeypatch.setattr(fetching, "published", lambda _: (file,))
    fetch("caltech101")
    found = open_data("caltech101")
    assert (found.name, found.labels, len(found.train)) == ("Caltech 101", ("ant", "cup"), 2)
