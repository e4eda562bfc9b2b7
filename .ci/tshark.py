"""Compares what tshark reads in a capture with what siptrail lists. Usage: tshark.py SIPTRAIL FOLDER, or tshark.py --only SIPTRAIL FOLDER CAPTURE... for captures that others made."""

import json
import os
import subprocess
import sys

ONLY = sys.argv[1] == "--only"
PROGRAM, FOLDER, *CAPTURES = sys.argv[2:] if ONLY else sys.argv[1:]
SAMPLES = ["push-opened", "push-not-opened", "push-failed-at-edge", "federation-clocks-apart", "desktop-calls.log",
           "answered-elsewhere.log", "cls-two-servers.log", "edge-only.log", "r2-audio-call.log.gz"]


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def listed(sample):
    """(time, Call-ID, CSeq, method or status) of each message once.

    Two servers log a message that goes from one to the other; the capture has it once. So of the copies that one
    server sent and another received, the received ones are left out where the sender's is there: told from the list
    alone, by the pair of servers and the Via of the record.
    """
    rows = json.loads(run(PROGRAM, "-q", "list", "messages", "--format", "json", "--columns",
                          "time,server,direction,method,status,cseq,call-id,header.via,header.to", sample))
    seen = {}
    out = []
    for row in sorted(rows, key=lambda r: r["time"]):
        word = str(row["status"] or row["method"])
        # What servers add to a Via entry on receiving is not part of its identity.
        via = tuple(v.split(";ms-received")[0].split(";received")[0] for v in row["header.via"])
        key = (row["call_id"], row["cseq"], row["method"], word, via, tuple(row["header.to"]))
        copies = seen.setdefault(key, [])
        other = next((c for c in copies if c["server"] != row["server"] and c["direction"] != row["direction"] and not c["pair"]), None)
        if other:
            other["pair"] = row["pair"] = True
        else:
            out.append((row["call_id"], row["cseq"], row["method"], word))
            row["pair"] = False
        copies.append(row)
    return out


def captured(path):
    fields = ["frame.time_epoch", "sip.Call-ID", "sip.CSeq.seq", "sip.CSeq.method", "sip.Method", "sip.Status-Code"]
    arguments = [a for f in fields for a in ("-e", f)]
    # Any TCP port: made up and real ones are in no list of tshark.
    lines = run("tshark", "-r", path, "-Y", "sip", "-o", "tcp.try_heuristic_first:TRUE", "-T", "fields", "-E", "occurrence=a", *arguments)
    out = []
    for line in lines.splitlines():
        time, *values = line.split("\t")
        values = [v.split(",") for v in values]
        ids, numbers, methods, requests, statuses = values
        for i, call in enumerate(ids):
            word = next(v for v in (requests, statuses) if v != [""])
            out.append((call, int(numbers[i]), methods[i], word[i if len(word) > i else 0]))
    return out


def read_back(path):
    """The messages that siptrail reads in a capture, in the order of its packets."""
    rows = json.loads(run(PROGRAM, "-q", "list", "messages", "--format", "json", "--columns", "line,call-id,cseq,method,status", path))
    return [(r["call_id"], r["cseq"], r["method"], str(r["status"] or r["method"])) for r in sorted(rows, key=lambda r: r["line"])]


# Both must read the same messages in the same order.
for path in CAPTURES:
    ours, theirs = read_back(path), captured(path)
    assert ours == theirs, f"{path}: only siptrail {set(ours) - set(theirs)}, only tshark {set(theirs) - set(ours)}, {len(ours)} and {len(theirs)}"
    print(f"  {path}: {len(ours)} messages")

for sample in [] if ONLY else SAMPLES:
    sample = os.path.join("samples", sample)
    path = os.path.join(FOLDER, "capture.pcapng")
    run(PROGRAM, "-q", "export", "--as", "pcapng", "-o", path, sample)
    ours, theirs = listed(sample), captured(path)
    assert sorted(ours) == sorted(theirs), f"{sample}: only listed {set(ours) - set(theirs)}, only captured {set(theirs) - set(ours)}, {len(ours)} and {len(theirs)}"
    for call in {m[0] for m in ours}:
        a, b = [m for m in ours if m[0] == call], [m for m in theirs if m[0] == call]
        assert a == b, f"{sample}: order in {call}\n listed   {a}\n captured {b}"
    assert read_back(path) == theirs, f"{sample}: what siptrail reads in its own capture"
    comments = run("tshark", "-r", path, "-T", "fields", "-e", "frame.comment", "-Y", "frame.comment").split("\n")
    diagnostics = json.loads(run(PROGRAM, "-q", "list", "records", "--format", "json", "--where", "kind:diagnostic -copy", sample))
    told = [d for d in diagnostics if d["call_id"]]
    for d in told:
        place = f"{d['file']}:{d['line']}:"
        assert any(place in c for c in comments), f"{sample}: no comment of {place}"
    assert "malformed" not in run("tshark", "-r", path, "-Y", "_ws.malformed", "-V").lower(), f"{sample}: malformed packets"
    print(f"  {sample}: {len(ours)} messages, {len(told)} comments")
