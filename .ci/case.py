"""Opens case files in what they are made for: tshark the capture, a Markdown renderer the ticket, sha256sum the hashes, siptrail
all of it.

Usage: case.py SIPTRAIL FOLDER, with markdown-it-py
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile

from markdown_it import MarkdownIt

PROGRAM, FOLDER = os.path.abspath(sys.argv[1]), sys.argv[2]


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def ticket(text, about):
    """A renderer makes of it what was meant: sections, a list, fences that end, no markup of a log."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    heads = [tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "heading_open" and t.tag == "h2"]
    for head in ("Ladder", "The records that prove it", "The logs"):
        assert head in heads, f"no {head!r} among {heads}"
    kinds = [t.info for t in tokens if t.type == "fence"]
    assert "mermaid" in kinds and "text" in kinds, kinds
    assert all(t.info in ("mermaid", "text") for t in tokens if t.type == "fence"), kinds
    html = [t for t in tokens if t.type in ("html_block",) and t.content.strip() != "<!-- -->"]
    inline = [c for t in tokens if t.type == "inline" for c in t.children if c.type == "html_inline" and c.content != "<!-- -->"]
    assert not html and not inline, f"markup of a log: {html} {inline}"
    plain = " ".join(c.content for t in tokens if t.type == "inline" for c in t.children if c.content)
    assert about["cause"] in plain, f"no {about['cause']} in {plain}"


def case(user, logs):
    path = os.path.join(FOLDER, f"{user}.zip")
    subprocess.run([PROGRAM, "-q", "case", user, logs, "-o", path], check=True)
    folder = path + ".d"
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        file.extractall(folder)
    with open(os.path.join(folder, "case.json"), encoding="utf-8") as file:
        about = json.load(file)
    with open(os.path.join(folder, "ticket.md"), encoding="utf-8") as file:
        ticket(file.read(), about)
    subprocess.run(["sha256sum", "--check", "--quiet", os.path.join(folder, "logs.sha256")], check=True)
    shown = 0
    if shutil.which("tshark"):
        ids = run("tshark", "-r", os.path.join(folder, "story.pcapng"), "-Y", "sip", "-T", "fields", "-e", "sip.Call-ID").split()
        report = json.loads(run(PROGRAM, "-q", "report", "--format", "json", logs))
        call = next(c for c in report["calls"] if c["call_id"] == about["call_id"])
        assert set(ids) == {about["call_id"], *call["pushes"]}, f"{user}: {set(ids)}"
        shown = len(ids)
        problems = run("tshark", "-r", os.path.join(folder, "story.pcapng"), "-Y", "_ws.malformed")
        assert not problems, problems
    # Opened again it tells the same call, as missed as before.
    again = json.loads(run(PROGRAM, "-q", "report", "--format", "json", path))
    assert [c["call_id"] for c in again["calls"]] == [about["call_id"]], again["calls"]
    assert again["calls"][0]["verdict"] == about["verdict"]
    print(f"  {user}: a ticket that renders, {shown} messages for tshark, opened again as {about['verdict']}")


for user, logs in [("frank", "samples/push-failed-at-edge"), ("leon", "samples/federation-clocks-apart"), ("dave@contoso.com", "samples/push-not-opened")]:
    case(user, logs)
