"""Benchmarks: contenders side by side in one run, told as ratios. ``python -m bench.intake``."""
