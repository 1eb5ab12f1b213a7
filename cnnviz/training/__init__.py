"""Training: data sets, networks to train, a plain loop that can be watched, transfer learning, nearest neighbours.

>>> from cnnviz.training import Settings, open_data, train, untrained
>>> for event in train(open_data("mnist", "mnist.npz"), untrained("lenet5"), Settings(epochs=3)):
...     print(event)
"""

from cnnviz.training.chain import Chain
from cnnviz.training.control import Control
from cnnviz.training.data import open_data
from cnnviz.training.events import Checked, EpochEnded, Event, Finished, Noted, Progressed, Snapped, Started, Stepped
from cnnviz.training.network import Network, from_nothing, trained, untrained
from cnnviz.training.pictures import DataSet, Pictures
from cnnviz.training.result import Trained
from cnnviz.training.settings import Settings
from cnnviz.training.train import train

__all__ = [
    "Chain",
    "Checked",
    "Control",
    "DataSet",
    "EpochEnded",
    "Event",
    "Finished",
    "Network",
    "Noted",
    "Pictures",
    "Progressed",
    "Settings",
    "Snapped",
    "Started",
    "Stepped",
    "Trained",
    "from_nothing",
    "open_data",
    "train",
    "trained",
    "untrained",
]
