"""Several people at the same moment, each on a connection of their own."""

import threading
from collections.abc import Callable

from django.db import connection

from common.errors import DomainError


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts in threads that start together; returns each result, or the code of its refusal."""
    start = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)
    faults: list[Exception] = []

    def run(index: int) -> None:
        start.wait()
        try:
            results[index] = acts[index]()
        except DomainError as error:
            results[index] = error.code
        except Exception as fault:  # a race that did not take place proves nothing
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return results
