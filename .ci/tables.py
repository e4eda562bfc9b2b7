"""Runs the example queries on the tables of the samples, and counts the same from the JSON lists.

Usage: tables.py SIPTRAIL FOLDER, with a siptrail that was built with --features parquet
"""

import json
import os
import subprocess
import sys

import duckdb

PROGRAM, FOLDER = os.path.abspath(sys.argv[1]), sys.argv[2]
QUERIES = os.path.abspath("queries")


def run(*command):
    return subprocess.run([PROGRAM, "-q", *command], check=True, capture_output=True, text=True).stdout


tables = os.path.join(FOLDER, "tables")
run("export", "--as", "parquet", "-o", tables, "samples")
names = ["records", "messages", "calls", "pushes"]
lists = {name: json.loads(run("list", name, "--format", "json", "samples")) for name in names}
lists["findings"] = json.loads(run("report", "--format", "json", "samples"))["findings"]
os.chdir(tables)
for name, rows in lists.items():
    relation = duckdb.sql(f"SELECT * FROM '{name}.parquet'")
    count = len(relation.fetchall())
    assert count == len(rows), f"{name}: {count} rows in the table, {len(rows)} in the list"
    if name == "findings":
        continue
    assert relation.columns == list(rows[0]), f"{name}: columns {relation.columns}, keys {list(rows[0])}"
    # All values, not only their number: times as the lists write them.
    for row, values in zip(rows, relation.fetchall()):
        for key, value in zip(relation.columns, values):
            value = value.isoformat(timespec="milliseconds") if hasattr(value, "isoformat") else value
            assert value == row[key], f"{name}: {key} is {value!r} in the table, {row[key]!r} in the list"
print("  " + ", ".join(f"{len(rows)} {name}" for name, rows in lists.items()) + ": every value as in the lists")

calls, pushes, messages = lists["calls"], lists["pushes"], lists["messages"]
missed = [c for c in calls if c["missed"]]
first = min(missed, key=lambda c: (c["started"], c["call_id"]))
ids = {first["call_id"]} | {p["call_id"] for p in pushes if p["call"] == first["call_id"]}
sent = {(m["call_id"], m["cseq"]): m for m in reversed(sorted((m for m in messages if m["method"] == "MESSAGE" and m["request"]), key=lambda m: m["time"] or "9"))}
real = [p for p in pushes if not p["synthetic"] and (p["call_id"], p["cseq"]) in sent]
expected = {
    "missed-by-cause": len({f for c in missed for f in c["findings"] or ["none"]}),
    "missed-by-hour": len({c["started"][:13] for c in calls if c["mobile"]}),
    "push-latency-by-server": len({sent[p["call_id"], p["cseq"]]["server"] for p in real}),
    "answered-elsewhere": sum(c["verdict"] == "answered_elsewhere" for c in calls),
    "messages-of-one-missed-call": sum(m["call_id"] in ids for m in messages),
}
files = sorted(f[:-4] for f in os.listdir(QUERIES) if f.endswith(".sql"))
assert files == sorted(expected), f"queries {files}, expected answers to {sorted(expected)}"
for name in files:
    rows = duckdb.sql(open(os.path.join(QUERIES, name + ".sql"), encoding="utf-8").read()).fetchall()
    assert len(rows) == expected[name] > 0, f"{name}: {len(rows)} rows, expected {expected[name]}"
    if name == "missed-by-hour":
        assert sum(r[2] for r in rows) == len(missed), rows
    print(f"  {name}: {len(rows)} rows")
