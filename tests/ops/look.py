"""Dashboards and alerts on real data: a demonstration of two workers, scraped by a Prometheus.

``make dashboards``. Exits with 1 if a panel's query is wrong or has no answer, or an alert fires.
Where a value is no number yet (a share of no calls) the panel says so, and so does this.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gevent
import yaml

from callcore.adapters.prom.boards import __main__ as boards
from tests.live.ports import free_port
from tests.ops import known
from tests.system.daemon import Daemon, until
from tests.system.workers import Workers

WORKERS = ("1", "2")
CHOSEN = {
    "$__rate_interval": "1m",
    "$site": "demonstration",
    "$queue": ".*",
    "$node": ".*",
    "$instance": ".*",
}
SCRAPE_SECONDS = 5
START_SECONDS = 120.0


def main() -> int:
    """Looks, says what was seen, and tells by its status whether all is well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=180, help="how long to scrape before")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        daemon = Daemon(
            base,
            *("--workers", str(len(WORKERS)), "--http-port", "0"),
            *("--data-directory", str(base / "data")),
        )
        try:
            workers = Workers(daemon)
            targets = [_address(workers, each) for each in WORKERS]
            with prometheus(base, targets) as url:
                print(f"scraping {' and '.join(targets)} for {seconds} s")  # noqa: T201 - a tool
                gevent.sleep(seconds)
                return tell(url)
        finally:
            daemon.end()


def _address(workers: Workers, name: str) -> str:
    """Where a worker has its page, once it runs; a first start makes a database."""
    url: str = until(lambda: workers.url(name), f"worker {name}", START_SECONDS)
    return urllib.parse.urlsplit(url).netloc


@contextmanager
def prometheus(base: Path, targets: list[str]) -> Iterator[str]:
    """A Prometheus with our rules and the sample configuration, but for its targets; its URL."""
    content = yaml.safe_load((known.OPS / "prometheus" / "prometheus.yml").read_text())
    content["global"] = dict.fromkeys(content["global"], f"{SCRAPE_SECONDS}s")
    content["rule_files"] = [str(known.RULES)]
    content["scrape_configs"][0]["static_configs"] = [
        {"targets": targets, "labels": {"site": CHOSEN["$site"]}}
    ]
    file, port = base / "prometheus.yml", free_port()
    file.write_text(yaml.safe_dump(content))
    process = subprocess.Popen(
        [
            os.environ.get("CALLCORE_PROMETHEUS", "prometheus"),
            f"--config.file={file}",
            f"--storage.tsdb.path={base / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
        ]
    )
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: _is_ready(url), "Prometheus")
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=2):
            return True
    except OSError:
        return False


def ask(url: str, page: str, **words: str) -> Any:
    """What Prometheus says, or its complaint as an exception's text."""
    try:
        with urllib.request.urlopen(
            f"{url}/api/v1/{page}?{urllib.parse.urlencode(words)}"
        ) as found:
            return json.load(found)["data"]
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{words}: {json.load(error)['error']}") from error


def tell(url: str) -> int:
    """One line a query; 1 if one has no answer, a rule is not well, or an alert fires."""
    empty_count = 0
    for board in boards.BOARDS:
        for panel in board.panels:
            for query in panel.queries:
                text = query.promql
                for word, value in CHOSEN.items():
                    text = text.replace(word, value)
                found = ask(url, "query", query=text)["result"]
                values = [float(each["value"][1]) for each in found]
                empty_count += not values
                print(f"{board.name:7}{panel.title[:50]:52}{_in_words(values, panel.empty)}")  # noqa: T201 - a tool
    groups = ask(url, "rules")["groups"]
    sick = [
        f"{rule['name']}: {rule['lastError']}"
        for group in groups
        for rule in group["rules"]
        if rule["health"] != "ok"
    ]
    firing = [
        f"{each['labels']['alertname']}: {each['annotations']['summary']}"
        for each in ask(url, "alerts")["alerts"]
        if each["state"] == "firing"
    ]
    print(f"queries without an answer: {empty_count}; rules: {sick or 'well'}; alerts: {firing}")  # noqa: T201 - a tool
    return 1 if empty_count or sick or firing else 0


def _in_words(values: list[float], empty: str) -> str:
    if not values:
        return "NO ANSWER"
    shown = [empty if math.isnan(value) else f"{value:.4g}" for value in values[:6]]
    return f"{len(values):3} series: {', '.join(shown)}"


if __name__ == "__main__":
    sys.exit(main())
