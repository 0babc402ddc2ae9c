"""The panel of the lab's binary protocol: a builder that shows the bytes, files, answers."""
