"""Start CNNViz: ``python main.py`` does what ``cnnviz`` does."""

import sys

from cnnviz.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
