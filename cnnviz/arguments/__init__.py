"""What can be asked on the command line: a file for each command, beside those in ``cnnviz/commands`` that do it.

They import next to nothing, so that ``--help`` and a slip of the pen are answered at once.
"""
