"""Processes that are measured from outside."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import gevent
import psutil

PATIENCE_SECONDS = 30.0


@contextmanager
def module(name: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Runs a module of the tests as a process of its own until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", name, *arguments], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def port_of(process: subprocess.Popen[str]) -> int:
    """The port of a process that says ``ready <port>``."""
    assert process.stdout is not None
    word, _, port = process.stdout.readline().strip().partition(" ")
    assert word == "ready"
    return int(port)


def cores_used(process_id: int, seconds: float) -> float:
    """How many cores a process uses, over so long from now on."""
    process = psutil.Process(process_id)
    before, began = process.cpu_times(), time.perf_counter()
    gevent.sleep(seconds)
    after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    return used / (time.perf_counter() - began)


def resident_mib(process_id: int) -> float:
    """What of a process is in memory."""
    return float(psutil.Process(process_id).memory_info().rss) / 2**20


def metric(url: str, sample: str) -> float:
    """The value of a sample on a page of metrics; 0 if it is not there."""
    with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith(f"{sample} "):
                return float(line.rsplit(" ", 1)[1])
    return 0.0
