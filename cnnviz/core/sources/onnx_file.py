"""ONNX files: every operation runs in torch, so that all intermediate values are records and weights are seen."""

from __future__ import annotations

from pathlib import Path

from cnnviz.core.errors import ModelError
from cnnviz.core.finder import finding_of
from cnnviz.core.model import Model
from cnnviz.core.onnx.network import OnnxNetwork
from cnnviz.core.onnx.proto import read_graph
from cnnviz.core.sources.base import Architecture, Asked, Offer
from cnnviz.core.sources.ready import ready_model, sized
from cnnviz.core.weights import named_after, opened_model


class Onnx:
    """``FILE.onnx``."""

    order = 16
    holds_only_weights = False

    def accepts(self, name: str) -> bool:
        """Whether it is written like one."""
        return name.lower().endswith(".onnx")

    def load(self, asked: Asked) -> Model:
        """The network, with the names that its exporter gave."""
        path = Path(asked.name).expanduser()
        with opened_model(path) as file, named_after(path):
            content = file.read()
            if not content:
                raise ModelError("It is empty.")
            if content.startswith(b"version https://git-lfs"):
                raise ModelError("It is only a pointer to the model (Git LFS): fetch it with git lfs pull.")
            module = OnnxNetwork(read_graph(memoryview(content), path.parent))
            shape = module.shape[1:]
            guesses = sized(module, path.stem, "It is an ONNX file: its operations are run one by one.", shape)
            if not guesses:
                raise ModelError(f"It takes an input of the shape {module.shape}, not pictures: it cannot be shown.")
        return ready_model(asked, path, finding_of(guesses))

    def offers(self) -> list[Offer]:
        """None: files have no names of their own."""
        return []

    def architecture(self, name: str, trust: bool) -> Architecture | None:
        """None."""
        return None


SOURCE = Onnx()
