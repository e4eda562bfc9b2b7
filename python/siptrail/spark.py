"""The analysis on a Spark cluster: Spark schedules tasks and repeats those that were lost, and nothing else.

``spark-submit $(python -m siptrail.spark --path) LOGS --job JOB -o report.json`` does the same without a notebook.
One row is one task, and no data goes through Spark, so that classic Spark and Spark Connect are the same to it.
Of a job at a URL every task copies the files of the steps before it: keep big jobs on a file system that all machines see.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if __package__ in (None, ""):  # run by spark-submit as a file
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from siptrail import _store
from siptrail._program import Failed, Path, paths, program, run

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import SparkSession

#: The steps, in their order.
STEPS = ("map", "survey", "reduce", "link", "judge", "merge")


def report(
    spark: SparkSession, logs: Path | Iterable[Path], job: str, *, buckets: int | None = None, path: str | None = None
) -> dict[str, Any]:
    """The JSON report of logs, made by the machines of a cluster.

    Every machine must see the logs, and the folder ``job``, under the same path, and so must the one that calls this: it
    plans and writes the report. ``job`` may also be the URL of an object store. ``path`` is the program on every machine;
    unless given, that of this package there. A job that was begun goes on where it stopped. Raises
    :class:`siptrail.Failed` with the line of the program when a task ends with an error.
    """
    return _read(write(spark, logs, job, buckets=buckets, path=path))


def write(
    spark: SparkSession, logs: Path | Iterable[Path], job: str, *, buckets: int | None = None, path: str | None = None
) -> bytes:
    """The same as the bytes that ``siptrail report --format json`` writes."""
    # The machines of a cluster work in folders of their own.
    job = job if _store.is_url(job) else os.path.abspath(job)
    with _store.local(job) as here:
        more = [] if buckets is None else ["--buckets", str(buckets)]
        here.down("plan")
        planned = run(["job", "plan", *paths(logs), "-o", here.folder, *more], path=path)
        counts: dict[str, int] = _read(planned)
        here.up("plan")
        for step in STEPS:
            _step(spark, job, step, counts[step], path)
        here.down("merge/0")
        here.down("plan")
        return run(["report", "--quiet", "--format", "json", here.folder], path=path)


def _step(spark: SparkSession, job: str, step: str, count: int, path: str | None) -> list[dict[str, Any]]:
    """Does all tasks of a step: one row a task, one partition a row."""

    def tasks(batches: Iterable[pyarrow.RecordBatch]) -> Iterable[pyarrow.RecordBatch]:
        import pyarrow

        for batch in batches:
            done = [task(job, step, number, path) for number in batch.column(0).to_pylist()]
            yield pyarrow.RecordBatch.from_pydict({"totals": done})

    try:
        rows = spark.range(0, count, 1, count).mapInArrow(tasks, "totals string").collect()
    except Exception as error:
        # Spark tells what a task raised as a text, with the calls that led there.
        said = re.findall(r"^siptrail\._program\.Failed: (.+(?:\nsiptrail: .+)*)", str(error), re.MULTILINE)
        if not said:
            raise
        raise Failed(said[-1]) from error
    totals = [_read(row[0]) for row in rows]
    # An engine that loses a row, or gives one twice, must not pass for one that did its work.
    if sorted(t["task"] for t in totals) != list(range(count)):
        raise Failed(f"{step}: expected {count} tasks, the engine told of {len(totals)}")
    return totals


def task(job: str, step: str, number: int, path: str | None = None) -> str:
    """Does one task on this machine; its totals as JSON."""
    with _store.local(job) as here:
        here.down("plan")
        for earlier in STEPS[: STEPS.index(step)]:
            here.down(earlier)
        here.down(f"{step}/{number}")
        told = run(["job", "run", here.folder, step, str(number)], path=path or program())
        here.up(f"{step}/{number}")
    return told.decode()


def _read(text: bytes | str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(text)
    return read


def main() -> int:
    """What spark-submit runs."""
    parser = argparse.ArgumentParser(prog="siptrail.spark", description="The report of logs, made by a Spark cluster.")
    parser.add_argument("logs", nargs="*", help="files, folders or archives, as every machine sees them")
    parser.add_argument("--job", help="folder of the job, as every machine sees it, or the URL of an object store")
    parser.add_argument("-o", "--output", help="where the JSON report goes; standard output unless given")
    parser.add_argument("--buckets", type=int, help="tasks of reduce; by the size of the logs unless given")
    parser.add_argument("--program", help="the program on every machine; that of this package unless given")
    parser.add_argument("--path", action="store_true", help="print the path of this file, for spark-submit")
    given = parser.parse_args()
    if given.path:
        print(os.path.abspath(__file__))
        return 0
    if not given.logs or not given.job:
        parser.error("expected logs and --job")
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("siptrail").getOrCreate()
    try:
        text = write(spark, given.logs, given.job, buckets=given.buckets, path=given.program)
    except Failed as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        spark.stop()
    if given.output:
        with open(given.output, "wb") as out:
            out.write(text)
    else:
        sys.stdout.buffer.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
