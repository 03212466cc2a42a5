"""Where tuning computes, and in which precision."""

from __future__ import annotations

import os
from typing import Any

import torch


def choose_device() -> torch.device:
    """This process's own GPU where there is one, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")) % torch.cuda.device_count())
    return torch.device("cpu")


def autocast(device: torch.device) -> Any:
    """bfloat16 where the device computes it natively; elsewhere it would only be slower."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=_native_bf16(device))


def _native_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    checks = (
        getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )
    return any(check() for check in checks if check is not None)
