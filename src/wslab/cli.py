"""The command line."""


def main() -> int:
    """Run `wslab`."""
    return 2
