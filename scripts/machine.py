"""What the machine can do at the moment, to be read beside every speed."""

from __future__ import annotations

import time


def matrix_rate() -> dict[str, float]:
    """Matrix products a second of this machine now, in TFLOP/s, for the model's own shapes."""
    import torch

    rates = {}
    for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        a, b = torch.randn(1024, 576, dtype=dtype), torch.randn(576, 1536, dtype=dtype)
        a @ b
        started = time.perf_counter()
        for _ in range(50):
            a @ b
        seconds = (time.perf_counter() - started) / 50
        rates[name] = round(2 * 1024 * 576 * 1536 / seconds / 1e12, 3)
    return rates
