"""The executed operations as a layered graph: blocks that fold, what flows between them, and where everything stands.

``shapes`` is what the window draws and asks for; ``blocks`` makes a tree of the records' paths, ``flow`` says which of
its parts feed which, ``layered`` and ``wrapped`` find places for the parts of one block, and ``layout`` puts blocks
into blocks. None of them needs torch; ``facts`` and ``tiles`` read a trace.
"""
