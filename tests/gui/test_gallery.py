"""The gallery: table and chart in step, what is not here is downloaded, and what goes wrong is a sentence."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid
from torchvision import models

from cnnviz.gui.gallery_jobs import FAMILIES, IMAGENET, family_of
from cnnviz.gui.model_dialog import ModelDialog
from cnnviz.gui.theme import theme

SQUEEZENET = "squeezenet1_1:IMAGENET1K_V1"


class Server(ThreadingHTTPServer):
    content = b""
    asked: list[str | None]
    held: threading.Event
    """While it is clear, half of the file is sent and no more."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        content, wanted = self.server.content, self.headers.get("Range")
        self.server.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        middle = max(start, len(content) // 2)
        self.wfile.write(content[start:middle])
        self.server.held.wait(20)
        try:
            self.wfile.write(content[middle:])
        except OSError:
            return  # the other side has gone

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """SqueezeNet's weights on a server of this computer, and a cache of torchvision without them."""
    torch.manual_seed(0)
    buffer = io.BytesIO()
    torch.save(models.squeezenet1_1(weights=None).state_dict(), buffer)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    with Server(("127.0.0.1", 0), Handler) as server:
        server.content, server.asked, server.held = buffer.getvalue(), [], threading.Event()
        server.held.set()
        digest = hashlib.sha256(server.content).hexdigest()[:8]
        url = f"http://127.0.0.1:{server.server_address[1]}/squeezenet1_1-{digest}.pth"
        monkeypatch.setattr(models.SqueezeNet1_1_Weights.IMAGENET1K_V1.value, "url", url)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.held.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def dialog(opened) -> Iterator[ModelDialog]:
    opened.window.commands["open-model"].trigger()
    opened.settle()
    dialog = opened.window.findChild(ModelDialog)
    yield dialog
    if isValid(dialog):
        dialog.close()


def pick(dialog: ModelDialog, name: str) -> None:
    dialog.chart.picked.emit(name)
    assert dialog.current is not None
    assert dialog.current.name == name


def test_all_networks_are_listed_sorted_and_found(dialog, qtbot):
    rows = dialog._shown.rows
    assert len(rows) > 100
    assert [row.top1 for row in rows] == sorted((row.top1 for row in rows), reverse=True)
    lenet = next(row for row in rows if row.name == "lenet5-mnist")
    assert (lenet.parameters, lenet.size, lenet.here) == (61_706, (28, 28), True)
    # by hand: 28²·6·25 + 10²·16·150 + 400·120 + 120·84 + 84·10
    assert lenet.gflops * 1e9 == 784 * 150 + 100 * 2400 + 48_000 + 10_080 + 840
    qtbot.keyClicks(dialog.search, "resnet 2016")
    assert {row.title.split("5")[0].split("1")[0] for row in dialog._shown.rows} <= {"Wide ResNet", "ResNeXt", "ResNet"}
    assert all(row.year == 2016 for row in dialog._shown.rows)
    header = dialog.table.horizontalHeader()
    parameters = next(i for i in range(header.count()) if dialog._model.headerData(i, Qt.Horizontal) == "Parameters")
    dialog.table.sortByColumn(parameters, Qt.SortOrder.AscendingOrder)
    found = [row.parameters for row in dialog._shown.rows]
    assert found == sorted(found)
    assert len(found) > 3


def test_every_network_of_torchvision_has_a_family():
    names = models.list_models(module=models)
    assert {family_of(name) for name in names} == set(FAMILIES) - {"Other"}


def test_table_and_chart_are_in_step(opened, dialog, qtbot):
    pick(dialog, "resnet50:IMAGENET1K_V2")
    assert "25,557,032 parameters" in dialog.detail.text()
    assert "80.858 % top-1, 95.434 % top-5" in dialog.detail.text()
    assert "ResNet50" in dialog.chart.accessibleDescription()
    assert dialog.open_button.text() == "Download and open · 103 MB"
    at = dialog.chart.disc_of("alexnet:IMAGENET1K_V1")
    qtbot.mouseClick(dialog.chart, Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert dialog.current.name == "alexnet:IMAGENET1K_V1"
    qtbot.keyClick(dialog.chart, Qt.Key.Key_Up)  # the next in accuracy
    better = sorted((row.top1, row.name) for row in dialog._model.rows if row.data == IMAGENET)
    assert dialog.current.name == better[1][1]
    before = dialog.chart.disc_of("alexnet:IMAGENET1K_V1")
    qtbot.mouseClick(dialog.findChild(type(dialog.browse), "choice-parameters"), Qt.MouseButton.LeftButton)
    assert dialog.chart.disc_of("alexnet:IMAGENET1K_V1").x() != before.x()
    qtbot.keyClicks(dialog.search, "vgg")
    qtbot.keyClick(dialog.search, Qt.Key.Key_Down)
    assert dialog.current.family == "VGG, AlexNet"
    assert dialog.chart.disc_of("lenet5-mnist") is None  # measured on other pictures
    outside = dialog.current.name
    qtbot.mouseClick(dialog.chart, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert dialog.current.name == outside


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 720), (2560, 1440)])
def test_the_legend_fits_and_everything_is_painted(opened, dialog, mode, size):
    theme.set_mode(mode)
    dialog.resize(*size)
    QApplication.processEvents()
    chart = dialog.chart
    picture = chart.grab().toImage()
    assert all(chart.rect().contains(at.toPoint()) for _, at in chart._legend)
    assert len(chart._legend) == len(FAMILIES) - 1
    assert all(chart.rect().contains(disc.at.toPoint()) for disc in chart._discs)
    ground = picture.pixelColor(chart.disc_of("resnet18:IMAGENET1K_V1").toPoint())
    assert ground != theme.color("panel")


def test_random_weights_open_at_once(opened, dialog, qtbot):
    pick(dialog, SQUEEZENET)
    qtbot.mouseClick(dialog.random, Qt.MouseButton.LeftButton)
    opened.settle()
    assert opened.controller.response.model.name == "squeezenet1_1:random"


def test_what_is_not_here_is_downloaded_with_progress_and_opens(opened, server, dialog, qtbot):
    told = []
    opened.controller.opening.reported.connect(told.append)
    pick(dialog, SQUEEZENET)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    opened.settle()
    assert opened.controller.response.model.name == SQUEEZENET
    assert opened.window.errors.messages == ()
    assert told[0].job.title == "Downloading SqueezeNet1.1"


def test_a_cancelled_download_goes_on_where_it_was(opened, server, dialog, qtbot, tmp_path):
    server.held.clear()
    opening, status = opened.controller.opening, opened.window.status
    with qtbot.waitSignal(opening.reported, check_params_cb=lambda report: " of 5.0 MB · " in report.note):
        pick(dialog, SQUEEZENET)
        dialog.accept_choice()
    job = next(iter(status._jobs))
    assert "/s" in status._jobs[job]._counts.text()
    with qtbot.waitSignal(opening.reported, timeout=500, check_params_cb=lambda report: report.ended):
        status._jobs[job].cancel.click()
    opened.settle()
    assert opened.request.model.name == "lenet5-mnist"
    server.held.set()
    opening.download(SQUEEZENET, "SqueezeNet1.1")
    opening.download(SQUEEZENET, "SqueezeNet1.1")  # again: it is under way
    opened.settle()
    assert not opened.window.errors.messages
    assert opened.controller.response.model.name == SQUEEZENET
    assert len(server.asked) == 2
    assert server.asked[1] is not None
    assert (tmp_path / "torch" / "hub" / "checkpoints").is_dir()


def test_without_a_connection_there_is_a_sentence(opened, server, dialog, monkeypatch):
    weights = models.SqueezeNet1_1_Weights.IMAGENET1K_V1.value
    monkeypatch.setattr(weights, "url", "http://127.0.0.1:9/squeezenet1_1-00000000.pth")
    pick(dialog, SQUEEZENET)
    dialog.accept_choice()
    opened.settle()
    (message,) = opened.window.errors.messages
    assert "no connection to 127.0.0.1:9" in message.sentence
    assert opened.window.isVisible()
    assert opened.controller.response.model.name == "lenet5-mnist"


def test_a_name_that_is_not_listed_can_be_written(opened, dialog, qtbot):
    qtbot.keyClicks(dialog.search, "lenet5:random")
    assert dialog.open_button.text() == "Open “lenet5:random”"
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    opened.settle()
    assert opened.controller.response.model.name == "lenet5:random"


def test_everything_has_a_name(dialog):
    for widget in (dialog.search, dialog.table, dialog.chart, dialog.file, dialog.arch, dialog.detail):
        assert widget.objectName()
        assert widget.accessibleName()
