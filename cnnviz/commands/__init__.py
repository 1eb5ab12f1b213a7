"""The commands, one file each: ``run(options)`` does it and gives the exit code."""
