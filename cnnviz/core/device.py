"""Where a network runs: the best device found, or the one that was asked for."""

from __future__ import annotations

import copy

import torch
from torch import nn

from cnnviz.core.errors import CnnvizError


def best() -> torch.device:
    """The fastest device here: the first CUDA GPU, else Apple's GPU, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda", torch.cuda.current_device())
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def devices() -> tuple[tuple[str, str], ...]:
    """What a pass can run on here: the name that `choose` takes, and words for people."""
    found = [("auto", "Best device"), ("cpu", "CPU")]
    found += [(f"cuda:{i}", describe(torch.device("cuda", i))) for i in range(torch.cuda.device_count())]
    return (*found, ("mps", "Apple GPU")) if torch.backends.mps.is_available() else tuple(found)


def memory(device: torch.device) -> str:
    """How much memory of a GPU is taken, in words; empty for the CPU."""
    if device.type != "cuda":
        return ""
    free, total = torch.cuda.mem_get_info(device)  # pragma: no cover - needs a GPU
    return f"{(total - free) / 2**30:.1f} of {total / 2**30:.0f} GiB of its memory are taken"  # pragma: no cover


def choose(name: str = "auto") -> torch.device:
    """The device of that name, checked.

    Parameters
    ----------
    name
        ``auto`` (the best one), ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.

    Raises
    ------
    CnnvizError
        When there is no such device on this machine.
    """
    if name == "auto":
        return best()
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise CnnvizError(_no_such(name), str(error)) from error
    if device.type == "cpu":
        return torch.device("cpu")
    if device.type == "mps" and torch.backends.mps.is_available():
        return torch.device("mps")
    if device.type == "cuda" and torch.cuda.is_available():
        index = torch.cuda.current_device() if device.index is None else device.index
        if index < torch.cuda.device_count():
            return torch.device("cuda", index)
    raise CnnvizError(_no_such(name))


def describe(device: torch.device) -> str:
    """The device in words: ``"CPU"``, ``"NVIDIA H100 (cuda:0)"``, ``"Apple GPU"``."""
    if device.type == "cpu":
        return "CPU"
    if device.type == "mps":
        return "Apple GPU"
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} ({device})"
    return str(device)


def synchronize(device: torch.device) -> None:
    """Wait until a device has done what it was given, so that a clock tells the truth."""
    if device.type not in ("cpu", "meta"):  # pragma: no cover - needs a GPU
        torch.accelerator.synchronize(device)


def on_cpu(module: nn.Module) -> nn.Module:
    """A copy of a network on the CPU, made without more memory on its own device."""
    tensors = (*module.parameters(), *module.buffers())
    moved = {id(tensor): tensor.detach().cpu().clone() for tensor in tensors}
    for tensor in tensors:
        if isinstance(tensor, nn.Parameter):
            moved[id(tensor)] = nn.Parameter(moved[id(tensor)], tensor.requires_grad)
    return copy.deepcopy(module, moved)


def _no_such(name: str) -> str:
    here = ["auto", "cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        here.append("mps")
    return f"There is no device “{name}” here; choose one of {', '.join(here)}."
