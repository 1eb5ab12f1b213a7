"""TorchScript archives: run operation by operation, so that every intermediate value is a record."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from typing import Any

import torch

from cnnviz.core.errors import ModelError
from cnnviz.core.finder import finding_of
from cnnviz.core.model import Model
from cnnviz.core.script import ScriptPart, suspicious
from cnnviz.core.sources.base import Architecture, Asked, Offer
from cnnviz.core.sources.ready import ready_model, sized
from cnnviz.core.torch_files import Archive, open_archive
from cnnviz.core.weights import named_after, opened_model

_CODE_LIMIT = 16 << 20


class TorchScript:
    """``FILE`` that ``torch.jit.save`` wrote."""

    order = 15
    holds_only_weights = False

    def accepts(self, name: str) -> bool:
        """Whether it is an archive with code of TorchScript in it."""
        path = Path(name).expanduser()
        return holds(path, "constants.pkl") and holds(path, "code/")

    def load(self, asked: Asked) -> Model:
        """The network, with the names and weights that it was scripted or traced with."""
        path = Path(asked.name).expanduser()
        with opened_model(path) as file, named_after(path):
            archive = open_archive(file)
            _check(archive)
            file.seek(0)
            module = ScriptPart(_loaded(file))
        kind = module.kind if module.kind != "module" else path.stem
        said = "It is a TorchScript archive: its operations are run one by one, as it has them."
        return ready_model(asked, path, finding_of(sized(module, kind, said)))

    def offers(self) -> list[Offer]:
        """None: files have no names of their own."""
        return []

    def architecture(self, name: str, trust: bool) -> Architecture | None:
        """None."""
        return None


def holds(path: Path, entry: str) -> bool:
    """Whether a file is a zip archive with an entry of that name, or in that folder."""
    try:
        if not path.is_file() or not zipfile.is_zipfile(path):
            return False
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return False
    return any(f"/{entry}" in f"/{name}" for name in names)


def _check(archive: Archive) -> None:
    """Refuses code that reaches beyond the network, before anything of it is loaded."""
    for name in archive.entries:
        if name.startswith("code/") and name.endswith(".py"):
            code = archive.read(name, _CODE_LIMIT).decode("utf-8", "replace")
            if "quantized" in code or "_packed_params" in code:
                raise ModelError(
                    "It is quantised to whole numbers (int8), and such networks cannot be opened: "
                    "open the network from which it was made, before quantisation."
                )
            found = suspicious(code)
            if found:
                raise ModelError(
                    f"It would run {found} outside of the network, which no network needs: it is not opened."
                )


def _loaded(file: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return torch.jit.load(file, map_location="cpu").eval()  # type: ignore[no-untyped-call]
        except (RuntimeError, ValueError, EOFError) as error:
            raise ModelError("It cannot be loaded by the PyTorch that is installed.", str(error)) from error


SOURCE = TorchScript()
