"""`python -m tests.bench`: each command as a person runs it, timed; exit 1 when one is too slow or fails."""

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from tests.bench.peers import compare
from tests.processes import ROOT, environment, manage


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """A command and the seconds it may take on two cores. `example` names a file it needs."""

    words: tuple[str, ...]
    seconds: float
    example: str = ""

    @property
    def name(self) -> str:
        return " ".join(self.words)


WITHIN = (
    "search_speed",
    "hot_path",
    "page_speed",
    "job_speed",
    "sweep_speed",
    "api_load",
    "ledger_speed",
    "model_speed",
)
WITHOUT_REASONS = ("--explain-time", "0")
TIMINGS = (
    Timing(words=("cheapest", "H100:8", "--residency", "EU"), seconds=1.5),
    Timing(words=("cheapest",), seconds=1.5),
    Timing(words=("export_prices",), seconds=3),
    Timing(
        words=("advise", "examples/small-team.yaml", *WITHOUT_REASONS),
        seconds=5,
        example="examples/small-team.yaml",
    ),
    Timing(
        words=("advise", "examples/eu-chat-and-pretraining.yaml", *WITHOUT_REASONS),
        seconds=60,
        example="examples/eu-chat-and-pretraining.yaml",
    ),
)


def measure(timing: Timing, home: str) -> tuple[float, int]:
    """Seconds and exit code of one run in a fresh process."""
    begin = time.perf_counter()
    code = manage(*timing.words, ADVISOR_HOME=home).returncode
    return time.perf_counter() - begin, code


def is_slow(what: str, home: str) -> bool:
    """Timings inside a server's process, which has read the catalogue before."""
    words = [sys.executable, "-m", f"tests.bench.{what}"]
    return subprocess.run(words, cwd=ROOT, env=environment(ADVISOR_HOME=home), check=False).returncode != 0


def main() -> int:
    slow = 0
    with tempfile.TemporaryDirectory() as home:
        manage("prepare", ADVISOR_HOME=home, SECRET_KEY="only-for-timing-" * 4)
        for timing in TIMINGS:
            if timing.example and not (ROOT / timing.example).is_file():
                print(f"  -        {timing.name}: {timing.example} is not here")
                continue
            seconds, code = measure(timing, home)
            held = code == 0 and seconds <= timing.seconds
            slow += not held
            verdict = "held" if held else "EXIT " + str(code) if code else "TOO SLOW"
            print(f"{seconds:7.2f} s  {timing.name} (at most {timing.seconds:g} s): {verdict}")
        slow += sum(is_slow(what, home) for what in WITHIN)
    for line in compare(ROOT / "examples" / "small-team.yaml"):
        print(line)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
