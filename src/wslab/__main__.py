"""Makes `python -m wslab` the same as `wslab`."""

from wslab.cli import entry

if __name__ == "__main__":
    entry()
