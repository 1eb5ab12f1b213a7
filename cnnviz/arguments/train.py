"""What ``cnnviz train`` can be asked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from cnnviz.arguments.kinds import count, device, index, rate, share
from cnnviz.arguments.shared import parser_for

ABOUT = "let a network learn a data set, or a trained one new classes"


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words after the command."""
    parser = parser_for("train", ABOUT)
    parser.add_argument(
        "data", metavar="DATA", help="mnist, cifar10, caltech101 …, an NPZ file, or a folder of folders"
    )
    parser.add_argument("--model", required=True, metavar="NAME", help="an architecture or a plan; or see --transfer")
    parser.add_argument("--data", dest="where", metavar="PATH", help="where the copy of a data set with a name lies")
    parser.add_argument("--download", action="store_true", help="fetch a data set with a name")
    parser.add_argument(
        "--limit", type=count, metavar="N", help="learn from at most so many pictures of each class; others measure"
    )
    parser.add_argument(
        "--out",
        metavar="FILE.safetensors",
        help="the result, or a FILE.pt for plain torch (default: named after network and data)",
    )
    parser.add_argument("--resume", action="store_true", help="go on after the last epoch that was written")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    group = parser.add_argument_group("how")
    group.add_argument("--epochs", type=count, default=3, metavar="N", help="default: 3")
    group.add_argument("--batch-size", type=count, default=64, metavar="N", help="default: 64")
    group.add_argument("--lr", type=rate, metavar="RATE", help="highest learning rate (default: usual for the network)")
    group.add_argument("--optimiser", choices=("sgd", "adamw"), default="sgd", help="default: sgd")
    group.add_argument("--schedule", choices=("cycle", "constant"), default="cycle", help="default: cycle")
    group.add_argument("--decay", type=share, default=5e-4, metavar="D", help="weight decay (default: 0.0005)")
    group.add_argument("--smoothing", type=share, default=0.0, metavar="S", help="label smoothing (default: 0)")
    group.add_argument(
        "--augment", default="none", metavar="NAME", help="none, shift, flip, turn, photo (default: none)"
    )
    group.add_argument("--validation", type=share, default=0.1, metavar="SHARE", help="default: 0.1 of the pictures")
    group.add_argument("--patience", type=index, default=0, metavar="N", help="stop after N epochs that were no better")
    group.add_argument("--seed", type=index, default=0, metavar="N", help="the same seed, the same result (default: 0)")
    group.add_argument("--full-precision", action="store_true", help="no half precision on a GPU")
    group.add_argument("--tensorboard", metavar="DIR", help="write an event file for TensorBoard, too")
    group.add_argument("--device", type=device, default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    group = parser.add_argument_group("transfer learning")
    group.add_argument("--transfer", action="store_true", help="start from a trained model: a bundled name, a file …")
    group.add_argument("--unfreeze", type=index, metavar="N", help="let N layers before the new last one learn, too")
    group.add_argument("--compare", action="store_true", help="train the same network from nothing, too")
    group.add_argument("--arch", metavar="NAME", help="architecture of a file that holds only weights")
    group.add_argument("--trust", action="store_true", help="allow code that comes with the model to run")
    return parser.parse_intermixed_args(words)
