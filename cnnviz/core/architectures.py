"""The architectures that CNNViz brings along, by name.

All are plain ``nn.Sequential`` chains: what a reader sees in this file is what runs, in this order.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import nn


def lenet5(num_classes: int = 10) -> nn.Sequential:
    """LeNet-5 as it is taught today: ReLU and max pooling instead of tanh and trained averages.

    Input (N, 1, 28, 28); output (N, num_classes) logits; 61,706 parameters for 10 classes.
    After LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, 1998.
    """
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),  # (6, 28, 28)
        nn.ReLU(),
        nn.MaxPool2d(2),  # (6, 14, 14)
        nn.Conv2d(6, 16, 5),  # (16, 10, 10)
        nn.ReLU(),
        nn.MaxPool2d(2),  # (16, 5, 5)
        nn.Flatten(),  # (400,)
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, num_classes),
    )


def vgg_small(num_classes: int = 10) -> nn.Sequential:
    """A VGG for 32 x 32 colour pictures: pairs of 3 x 3 convolutions, halved by max pooling.

    Input (N, 3, 32, 32); output (N, num_classes) logits; fewer than 600,000 parameters.
    After Simonyan, Zisserman: Very deep convolutional networks for large-scale image recognition, 2015,
    with batch normalisation and one global average instead of the large dense layers.
    """
    modules: list[nn.Module] = []
    channels = 3
    for width, pooled in ((32, False), (32, True), (64, False), (64, True), (128, False), (128, True), (128, False)):
        modules += [nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        channels = width
        if pooled:
            modules.append(nn.MaxPool2d(2))
    return nn.Sequential(*modules, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, num_classes))


def mlp(num_classes: int = 10) -> nn.Sequential:
    """A multilayer perceptron, to compare with: as many parameters as LeNet-5, but for 1 %, and no convolution.

    Input (N, 1, 28, 28); output (N, num_classes) logits; 61,225 parameters for 10 classes.
    """
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 77), nn.ReLU(), nn.Linear(77, num_classes))


ARCHITECTURES: dict[str, Callable[..., nn.Module]] = {"lenet5": lenet5, "vgg-small": vgg_small, "mlp": mlp}
