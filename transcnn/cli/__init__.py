"""The command line: each command is a file that parses, calls the library and prints.

Exit codes: 0 done; 2 bad usage or input, with one sentence on stderr; 130 stopped by Ctrl-C.
"""
