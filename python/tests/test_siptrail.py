"""The package that is installed, else the folder beside this with ``SIPTRAIL`` naming the program.

python -m unittest discover -s python/tests
"""

import json
import os
import pathlib
import sys
import tempfile
import unittest
from collections.abc import Callable
from typing import Any, cast
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "python"))

import siptrail  # noqa: E402
import siptrail.spark  # noqa: E402
from siptrail import _store  # noqa: E402

SAMPLE = ROOT / "samples" / "silent-mobile-leg.log"


class Report(unittest.TestCase):
    def test_the_sample_has_one_missed_call(self) -> None:
        self.assertEqual(siptrail.report(SAMPLE)["summary"]["missed"], 1)

    def test_a_file_that_is_not_there_is_named(self) -> None:
        with self.assertRaisesRegex(siptrail.Failed, "nowhere.log"):
            siptrail.report("nowhere.log")


class Tasks(unittest.TestCase):
    def job(self, job: str) -> bytes:
        """All tasks as Spark runs them, one after the other."""
        logs = str(ROOT / "samples")
        with _store.local(job) as here:
            counts = json.loads(siptrail.run(["job", "plan", logs, "-o", here.folder, "--buckets", "3"]))
            here.up("plan")
        for step in siptrail.spark.STEPS:
            for number in reversed(range(counts[step])):
                told = json.loads(siptrail.spark.task(job, step, number))
                self.assertEqual((told["step"], told["task"]), (step, number))
        with _store.local(job) as here:
            here.down("plan")
            here.down("merge/0")
            return siptrail.run(["report", "-q", "--format", "json", here.folder])

    def test_a_folder_gives_the_report_of_one_run(self) -> None:
        single = siptrail.run(["report", "-q", "--format", "json", str(ROOT / "samples")])
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.job(os.path.join(folder, "job")), single)

    def test_so_does_an_object_store(self) -> None:
        single = siptrail.run(["report", "-q", "--format", "json", str(ROOT / "samples")])
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.job(f"file://{folder}/job"), single)

    def test_a_folder_may_be_named_from_where_one_is(self) -> None:
        # Workers of Spark have folders of their own: what reaches them must hold there.
        asked: list[str] = []

        def task(job: str, step: str, number: int, path: str | None = None) -> str:
            asked.append(job)
            raise siptrail.Failed("siptrail: stop here")

        with tempfile.TemporaryDirectory() as folder, mock.patch.object(siptrail.spark, "task", task):
            given = os.path.relpath(os.path.join(folder, "job"))
            with self.assertRaisesRegex(siptrail.Failed, "^siptrail: stop here$"):
                siptrail.spark.write(cast(Any, Engine()), ROOT / "samples", given)
            self.assertEqual(asked, [os.path.join(folder, "job")])


class Engine:
    """What is asked of a Spark session, here without one: errors of tasks come back as Spark tells them."""

    def range(self, begin: int, end: int, step: int, partitions: int) -> "Engine":
        self.numbers = list(range(begin, end, step))
        return self

    def mapInArrow(self, function: Callable[..., Any], schema: str) -> "Engine":
        self.function = function
        return self

    def collect(self) -> list[Any]:
        import pyarrow

        batches = [pyarrow.RecordBatch.from_pydict({"id": self.numbers})]
        try:
            return [(cell,) for batch in self.function(batches) for cell in batch.column(0).to_pylist()]
        except siptrail.Failed as error:
            raise RuntimeError(f"Traceback:\n  File x, line 1\nsiptrail._program.Failed: {error}\n\n\tat org.apache") from None


class Tables(unittest.TestCase):
    def test_calls_pushes_and_findings_are_tables(self) -> None:
        tables = siptrail.tables(ROOT / "samples")
        summary = siptrail.report(ROOT / "samples")["summary"]
        self.assertEqual(set(tables), {"calls", "pushes", "findings"})
        self.assertEqual(tables["calls"].num_rows, summary["calls"])
        self.assertEqual(tables["pushes"].num_rows, summary["pushes"])
        self.assertIn("verdict", tables["calls"].column_names)


if __name__ == "__main__":
    unittest.main()
