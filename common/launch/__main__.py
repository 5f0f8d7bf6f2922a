"""``python -m common.launch``: run the demonstration, the checks, or the embedded database alone."""

import argparse
import os
import sys
from pathlib import Path

from common.launch import checks, demo, embedded
from common.launch.console import say

VAR_DIR = Path(os.environ.get("ONESTOP_VAR_DIR") or Path(__file__).resolve().parents[2] / "var").absolute()


def main(arguments: list[str]) -> int:
    """Run one command and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m common.launch")
    parser.add_argument(
        "command",
        nargs="?",
        default="run",
        choices=["run", "test", "lint", "start-database", "stop-database", "clean"],
    )
    command = parser.parse_args(arguments).command
    if command == "run":
        return demo.run(VAR_DIR)
    if command in ("test", "lint"):
        return checks.main(command, VAR_DIR)
    return _database(command)


def _database(command: str) -> int:
    try:
        if command == "start-database":
            say(embedded.ensure_running(VAR_DIR))
        elif command == "stop-database":
            embedded.stop(VAR_DIR)
        else:
            embedded.remove(VAR_DIR)
    except embedded.DatabaseStartError as error:
        say(f"OneStop: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
