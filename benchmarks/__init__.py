"""What `make bench` measures: two things in one run, side by side, and their ratio. Nothing is asserted."""
