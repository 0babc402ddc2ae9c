"""`wslab lesson check`: proves that lessons can be passed, cannot be cheated and explain mistakes."""
