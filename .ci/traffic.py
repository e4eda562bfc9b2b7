"""Real traffic on loopback: SIPp calls SIPp, dumpcap listens, and siptrail, tshark and SIPp's own counters must agree.

Three captures: UDP with lost messages sent again, TCP on one connection, and UDP with refused, unanswered and cancelled
calls. Usage: traffic.py SIPTRAIL FOLDER
"""

import csv
import json
import os
import subprocess
import sys
import time

PROGRAM, FOLDER = os.path.abspath(sys.argv[1]), sys.argv[2]
TSHARK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tshark.py")
CALLS = 40
# Columns of SIPp's statistics: since the start.
COUNTERS = {"TotalCallCreated": "TotalCallCreated", "SuccessfulCall": "SuccessfulCall(C)", "FailedCall": "FailedCall(C)"}

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="{name}">
"""
INVITE = """<send retrans="500"><![CDATA[
INVITE sip:{user}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:alice@contoso.com>;tag=[pid]c[call_number]
To: <sip:{user}@contoso.com>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:alice@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 0 0 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio 6000 RTP/AVP 0
]]></send>
"""
INSIDE = """<send {retrans}><![CDATA[
{method} {target} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch}
From: <sip:alice@contoso.com>;tag=[pid]c[call_number]
To: <sip:{user}@contoso.com>[peer_tag_param]
Call-ID: [call_id]
CSeq: {cseq} {method}
Max-Forwards: 70
Content-Length: 0

]]></send>
"""
ANSWER = """<send {retrans}><![CDATA[
SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:]{tag}
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:callee@[local_ip]:[local_port];transport=[transport]>
Content-Length: 0

]]></send>
"""


def inside(method, user, cseq, retrans=True, target="[next_url]", branch="[branch]"):
    word = 'retrans="500"' if retrans else ""
    return INSIDE.format(retrans=word, method=method, user=user, cseq=cseq, target=target, branch=branch)


def answer(status, retrans=False, tag=";tag=[pid]s[call_number]"):
    return ANSWER.format(status=status, retrans='retrans="500"' if retrans else "", tag=tag)


def recv(what, optional=False, more=""):
    kind = "request" if what.isalpha() else "response"
    word = 'optional="true"' if optional else ""
    return f'<recv {kind}="{what}" {word} rrs="true" {more}/>\n'


RINGING = recv("100", True) + recv("180", True)
ANSWERED = (
    INVITE.format(user="bob") + RINGING + recv("200", more='rtd="true"') + inside("ACK", "bob", 1, False) + '<pause milliseconds="50"/>\n'
    + inside("BYE", "bob", 2) + recv("200"),
    recv("INVITE") + answer("180 Ringing") + '<pause milliseconds="30"/>\n' + answer("200 OK", True) + recv("ACK") + recv("BYE") + answer("200 OK", tag="")
    + '<pause milliseconds="1000"/>\n',
)
# The same branch as its INVITE, three and two messages before (RFC 3261, 17.1.1.3 and 9.1).
REFUSED = lambda status: (
    INVITE.format(user="carol") + RINGING + recv(status[:3]) + inside("ACK", "carol", 1, False, "sip:carol@[remote_ip]:[remote_port]", "[branch-4]"),
    recv("INVITE") + answer("180 Ringing") + '<pause milliseconds="30"/>\n' + answer(status, True) + recv("ACK"),
)
CANCELLED = (
    INVITE.format(user="dave") + recv("100", True) + recv("180") + '<pause milliseconds="50"/>\n'
    + inside("CANCEL", "dave", 1, True, "sip:dave@[remote_ip]:[remote_port]", "[branch-4]") + recv("200") + recv("487")
    + inside("ACK", "dave", 1, False, "sip:dave@[remote_ip]:[remote_port]", "[branch-7]"),
    recv("INVITE") + answer("180 Ringing") + recv("CANCEL") + answer("200 OK", tag="")
    + ANSWER.format(status="487 Request Terminated", retrans='retrans="500"', tag=";tag=[pid]s[call_number]").replace("[last_CSeq:]", "CSeq: 1 INVITE") + recv("ACK"),
)


def play(name, sides, transport, lost, port):
    """Plays CALLS calls and gives SIPp's last line of counters of the caller's side."""
    paths = []
    for side, body in zip(("caller", "callee"), sides):
        path = os.path.join(FOLDER, f"{name}-{side}.xml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(HEAD.format(name=f"{name} {side}") + body + "</scenario>\n")
        paths.append(path)
    counters = os.path.join(FOLDER, f"{name}.csv")
    loss = ["-lost", str(lost)] if lost else []
    common = ["-t", transport, "-i", "127.0.0.1", "-nostdin", "-timeout", "60s", *loss]
    callee = subprocess.Popen(["sipp", "-sf", paths[1], *common, "-p", str(port)], cwd=FOLDER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    caller = subprocess.run(
        ["sipp", "-sf", paths[0], *common, "-p", str(port + 1), "-m", str(CALLS), "-r", "20", "-trace_stat", "-stf", counters, "-fd", "1", f"127.0.0.1:{port}"],
        cwd=FOLDER, capture_output=True, text=True)
    time.sleep(1.0)
    callee.kill()
    callee.wait()
    with open(counters, encoding="utf-8") as file:
        last = list(csv.DictReader(file, delimiter=";"))[-1]
    counted = {key: int(last[name]) for key, name in COUNTERS.items()}
    assert counted["TotalCallCreated"] == CALLS, f"{name}: {counted}\n{caller.stdout[-2000:]}"
    return counted


def listen(path, ports):
    words = " or ".join(f"port {port}" for port in ports)
    listener = subprocess.Popen(["dumpcap", "-q", "-i", "lo", "-f", words, "-w", path], stderr=subprocess.PIPE, text=True)
    for line in listener.stderr:
        if line.startswith("File:"):
            break
    time.sleep(0.5)
    return listener


def ours(*arguments):
    return json.loads(subprocess.run([PROGRAM, "-q", *arguments], check=True, capture_output=True, text=True).stdout)


def rate(rates, name):
    return next(r for r in rates["all"]["rates"] if r["name"] == name)


def check(name, plays, port):
    """Plays one after the other into one capture; then all must agree."""
    path = os.path.join(FOLDER, f"{name}.pcapng")
    listener = listen(path, range(port, port + 2 * len(plays)))
    counted = []
    try:
        for i, (part, sides, transport, lost) in enumerate(plays):
            counted.append((part, play(f"{name}-{part}", sides, transport, lost, port + 2 * i)))
        time.sleep(0.5)
    finally:
        listener.terminate()
        listener.wait()
    subprocess.run([sys.executable, TSHARK, "--only", PROGRAM, FOLDER, path], check=True)

    calls = ours("list", "calls", "--format", "json", path)
    outcomes = {}
    for call in calls:
        outcomes[call["outcome"]] = outcomes.get(call["outcome"], 0) + 1
    wanted = {}
    for part, counters in counted:
        outcome = {"answered": "answered", "busy": "busy", "cancelled": "cancelled", "fault": "server_error"}[part]
        wanted[outcome] = wanted.get(outcome, 0) + counters["SuccessfulCall"]
        wanted["failed in SIPp"] = wanted.get("failed in SIPp", 0) + counters["FailedCall"]
    failed = wanted.pop("failed in SIPp")
    # A call that SIPp gave up may have any outcome; without loss there is none.
    assert failed == 0 or any(lost for *_, lost in plays), f"{name}: SIPp failed {failed} calls"
    for outcome, count in wanted.items():
        assert count <= outcomes.get(outcome, 0) <= count + failed, f"{name}: SIPp counts {wanted} and {failed} failed, siptrail {outcomes}"
    assert sum(outcomes.values()) == CALLS * len(plays), f"{name}: {outcomes}"

    rates = ours("rates", "--format", "json", path)
    assert rates["all"]["calls"] == CALLS * len(plays), rates["all"]["calls"]
    # RFC 6076: sessions set up of INVITEs, and those that fail for a fault of the way; ASR is of all attempts.
    for ratio, part in (("asr", "answered"), ("ser", "answered"), ("isa", "server_error")):
        found, sure = rate(rates, ratio), wanted.get(part, 0)
        assert sure <= found["part"] <= sure + failed and found["of"] + found["unknown"] == CALLS * len(plays), f"{name}: {ratio} {found}, SIPp {wanted}"
    print(f"  {name}: SIPp {wanted}, {failed} given up; siptrail {outcomes}; ASR, SER and ISA as counted")


check("loss", [("answered", ANSWERED, "u1", 5)], 15060)
check("tcp", [("answered", ANSWERED, "t1", 0)], 15160)
check("mixed", [
    ("answered", ANSWERED, "u1", 0),
    ("busy", REFUSED("486 Busy Here"), "u1", 0),
    ("fault", REFUSED("500 Server Internal Error"), "u1", 0),
    ("cancelled", CANCELLED, "u1", 0),
], 15260)
