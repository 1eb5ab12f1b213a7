"""TorchScript's rarer operations, as TorchScript itself computes them, and what is refused."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnviz.core import script
from cnnviz.core.errors import ModelError
from cnnviz.core.script import ScriptPart, suspicious

X = torch.randn(2, 4, 6, 6, generator=torch.Generator().manual_seed(0))


@pytest.fixture(autouse=True)
def _old_ways() -> Iterator[None]:
    """PyTorch says that TorchScript will go one day; people's files stay."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Plain(nn.Module):
    """Values, lists, tuples and conditions between the layers."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = 3.0
        self.up = nn.ConvTranspose2d(4, 4, 2, stride=2)

    def half(self, x: Tensor) -> Tensor:
        return x / 2

    def forward(self, x: Tensor) -> Tensor:
        pair = (x, self.half(x))
        a, b = pair
        if self.training or not x.is_floating_point():
            raise ValueError("only numbers")
        sizes = [s for s in x.shape]  # noqa: C416 - TorchScript has no list() of a shape
        if len(sizes) == 4 and 6 in sizes:
            a, b = b * self.scale, a
        return self.up(a) + F.interpolate(b, scale_factor=2.0) * float(sizes[-1])


class Pools(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        best = F.adaptive_max_pool2d(x, 3)
        most = F.max_pool2d(x, [2, 2], [2, 2], return_indices=False)
        return torch.cat([best, most, F.avg_pool2d(x, 2)], 1)


class Acts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(6)

    def forward(self, x: Tensor) -> Tensor:
        y = F.leaky_relu(F.elu(x), 0.2, inplace=True) + F.gelu(x) + F.silu(x + 1, inplace=True)
        y = y + F.hardswish(x * 2, inplace=True) + F.hardsigmoid(x * 3, inplace=True) + F.relu6(x * 4)
        return self.norm(y + F.hardtanh(x, -0.5, 0.5) + F.dropout(x, 0.5, self.training))


class Whiles(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        n = 0
        while n < 3 and bool(x.sum() < 1e9):
            x, n = x * 2, n + 1
        return x


@pytest.mark.parametrize("kind", [Plain, Pools, Acts, Whiles])
@pytest.mark.parametrize("make", [torch.jit.script, lambda net: torch.jit.trace(net, X, check_trace=False)])
def test_the_same_numbers(kind: Callable[[], nn.Module], make: Callable[[nn.Module], nn.Module]) -> None:
    torch.manual_seed(0)
    scripted = make(kind().eval())
    with torch.no_grad():
        assert torch.allclose(ScriptPart(scripted)(X), scripted(X), atol=1e-5)


def test_one_dimensional_layers() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv1d(4, 4, 3), nn.MaxPool1d(2), nn.ConvTranspose1d(4, 2, 2)).eval()
    row = X[:, :, 0]
    scripted = torch.jit.trace(net, row)
    with torch.no_grad():
        assert torch.allclose(ScriptPart(scripted)(row), net(row), atol=1e-6)


def test_what_a_network_raises_comes_through() -> None:
    class Raises(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            if x.dim() != 4:
                raise ValueError("four axes, please")
            return x

    part = ScriptPart(torch.jit.script(Raises()))
    assert torch.equal(part(X), X)
    with pytest.raises(RuntimeError, match="four axes, please"):
        part(X[0])


def test_a_warning_and_a_printed_line_are_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    class Talks(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            print("hello")
            warnings.warn("careful", stacklevel=2)
            return x + 1

    assert torch.equal(ScriptPart(torch.jit.script(Talks()))(X), X + 1)
    assert capsys.readouterr().out == ""


def test_a_loop_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            while bool(x.sum() == x.sum()):
                x = x + 0
            return x

    monkeypatch.setattr(script, "_STEPS", 20)
    with pytest.raises(ModelError, match="loop that does not end"):
        ScriptPart(torch.jit.script(Endless()))(X)


def test_what_is_not_there_is_said() -> None:
    part = ScriptPart(torch.jit.script(Pools()))
    with pytest.raises(ModelError, match="no method nothing"):
        part(X, method="nothing")
    with pytest.raises(ModelError, match="no attribute nothing"):
        part.value("nothing")


def test_a_function_of_the_networks_own() -> None:
    scripted = torch.jit.script(Own())
    with pytest.raises(ModelError, match="calls a function _twice of its own"):
        ScriptPart(scripted)(X)


def _twice(x: Tensor) -> Tensor:
    return x * 2


class Own(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return _twice(x)


class Stranger(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.jit.wait(torch.jit.fork(torch.relu, x))


def test_operations_that_reach_beyond() -> None:
    with pytest.raises(ModelError, match=r"operation (prim::fork|aten::wait), which is not supported"):
        ScriptPart(torch.jit.script(Stranger()))(X)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("torch.relu(x)", ""),
        ("ops.aten.relu(x)", ""),
        ("torch.save(x)", "torch.save"),
        ("ops.evil.run(x)", "ops.evil.run"),
        ("__torch__.torch.classes.evil.Runner", "torch.classes"),
        ("def __setstate__(self, x):", "def __setstate__"),
    ],
)
def test_code_that_reaches_beyond(code: str, found: str) -> None:
    assert suspicious(code) == found
