"""`python -m transcnn`: the command line."""

from transcnn.cli.main import main

if __name__ == "__main__":
    main()
