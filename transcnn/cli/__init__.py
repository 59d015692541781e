"""The command line: one file a command, each parses, calls and prints.

Exit codes: 0 done, 1 a check failed, 2 bad usage or input, with one sentence on stderr.
"""
