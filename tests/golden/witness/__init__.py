"""PyTorch as the outside witness: what the fixtures of this folder are computed with."""
