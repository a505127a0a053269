"""The jars of Apache Kafka: a committed list of coordinates and sums, fetched once and checked.

jgo fetches; it is not trusted to check. It warns about a wrong sum and goes on, and a download
that was cut off stays under its final name. So every start compares each jar with `jars.lock`.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from deploy.local.home import StackError, locked_file

LOCK_LIST = Path(__file__).with_name("jars.lock")

KAFKA = "org.apache.kafka:kafka_2.13:4.4.0"
"""Taken with everything it needs."""

ALONE = ("org.apache.kafka:kafka-tools:4.4.0", "org.slf4j:slf4j-simple:1.7.36")
"""Taken without their dependencies: of kafka-tools only the commands that need nothing more
(kafka-consumer-groups, the console producer), and the logging that Kafka's own list leaves out."""

THREADS = 8
FETCH_ATTEMPTS = 2
FETCH_TIMEOUT_SECONDS = 30
CACHE_WAIT_SECONDS = 300.0


@dataclass(frozen=True)
class Jar:
    """One jar: where it comes from and what it must be."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def coordinate(self) -> str:
        """Its name in Maven's words."""
        return f"{self.group}:{self.artifact}:{self.version}"

    def path(self, cache: Path) -> Path:
        """Where it lies in a cache."""
        folder = cache.joinpath(*self.group.split("."), self.artifact, self.version)
        return folder / f"{self.artifact}-{self.version}.jar"

    def is_good(self, cache: Path) -> bool:
        """Whether it is there, whole and unchanged."""
        path = self.path(cache)
        return path.exists() and sum_of(path) == self.sha256


def cache_folder() -> Path:
    """`$CROSSDOCK_CACHE/jars`, by default below the user's cache folder."""
    told = os.environ.get("CROSSDOCK_CACHE")
    if told:
        return Path(told).expanduser().resolve() / "jars"
    caches = os.environ.get("XDG_CACHE_HOME")
    return (Path(caches) if caches else Path.home() / ".cache") / "crossdock" / "jars"


def class_path(say: Callable[[str], None]) -> str:
    """The class path of Kafka, every jar present and checked; StackError when that cannot be."""
    jars, cache = read_lock(), cache_folder()
    with ThreadPoolExecutor(THREADS) as pool:
        if not all(pool.map(Jar.is_good, jars, repeat(cache))):
            _complete(jars, cache, say)
    return os.pathsep.join(str(jar.path(cache)) for jar in jars)


def read_lock(path: Path = LOCK_LIST) -> list[Jar]:
    """The committed list; its lines are `group:artifact:version sha256`."""
    jars: list[Jar] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            coordinate, sha256 = line.split()
            jars.append(Jar(*coordinate.split(":"), sha256=sha256))
    return jars


def renew_lock(path: Path = LOCK_LIST) -> int:
    """Resolve KAFKA and ALONE anew and write the list with the sums of what came; its length."""
    import jgo

    found = {f"{it.groupId}:{it.artifactId}:{it.version}" for it in jgo.resolve(KAFKA)}
    coordinates = sorted(found | set(ALONE))
    cache = _writable(cache_folder())
    with ThreadPoolExecutor(THREADS) as pool:
        sums = list(pool.map(_fetch_and_sum, coordinates, repeat(cache)))
    lines = [f"{coordinate} {sha256}" for coordinate, sha256 in zip(coordinates, sums, strict=True)]
    heading = "# Made by `python -m deploy.local lock`; see README.md beside this file.\n"
    path.write_text(heading + "\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def sum_of(path: Path) -> str:
    """The SHA-256 sum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _complete(jars: Sequence[Jar], cache: Path, say: Callable[[str], None]) -> None:
    """Fetch what is missing or wrong, alone on this cache."""
    _writable(cache)
    with locked_file(cache / ".lock", time.monotonic() + CACHE_WAIT_SECONDS):
        wanted = [jar for jar in jars if not jar.is_good(cache)]
        if not wanted:
            return
        say(f"Fetching {len(wanted)} jars of Apache Kafka into {cache}")
        pool = ThreadPoolExecutor(THREADS)
        try:
            list(pool.map(_fetch_checked, wanted, repeat(cache)))
        finally:
            pool.shutdown(cancel_futures=True)


def _fetch_checked(jar: Jar, cache: Path) -> None:
    found = ""
    for _ in range(FETCH_ATTEMPTS):
        jar.path(cache).unlink(missing_ok=True)
        found = _fetch_and_sum(jar.coordinate, cache)
        if found == jar.sha256:
            return
    jar.path(cache).unlink(missing_ok=True)
    raise StackError(
        f"the jar {jar.coordinate} came with the SHA-256 sum {found}, jars.lock says {jar.sha256}. "
        "Something between here and Maven Central changes it (a mirror, a proxy): have that looked "
        "at before you go on."
    )


def _fetch_and_sum(coordinate: str, cache: Path) -> str:
    return sum_of(_fetch(coordinate, cache))


def _fetch(coordinate: str, cache: Path) -> Path:
    import requests
    from jgo.maven import MavenContext

    group, artifact, version = coordinate.split(":")
    context = MavenContext(repo_cache=cache, timeout=FETCH_TIMEOUT_SECONDS)
    try:
        found = context.project(group, artifact).at_version(version).artifact().resolve()
    except (OSError, RuntimeError, requests.RequestException) as problem:
        raise StackError(
            f"cannot fetch {coordinate} from Maven Central: {type(problem).__name__}. The first "
            "start needs the network (behind a proxy: HTTPS_PROXY, and REQUESTS_CA_BUNDLE for its "
            f"certificate); later starts do not. Or copy a filled cache to {cache}."
        ) from problem
    return Path(found)


def _writable(cache: Path) -> Path:
    try:
        cache.mkdir(parents=True, exist_ok=True)
        (cache / ".lock").touch()
    except OSError as problem:
        raise StackError(
            f"cannot write to the jar cache {cache}: {problem.strerror or problem}. "
            "Set CROSSDOCK_CACHE to a folder that this user may create and write."
        ) from problem
    return cache
