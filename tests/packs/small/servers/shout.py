"""A server of the pack's own: says that it runs, as far as these tests want it to."""

print("the server of the pack runs")
