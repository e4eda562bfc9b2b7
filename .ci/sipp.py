"""Plays the SIPp scenarios of sample calls against a peer that answers as the log says. Usage: sipp.py SIPTRAIL FOLDER"""

import os
import re
import socket
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

PROGRAM, FOLDER = sys.argv[1], sys.argv[2]
# A refused call, one that is cancelled, one answered with messages in the dialog, one that the far end hangs up,
# one after a challenge, and a push. Call-IDs of samples.
CALLS = ["b45230e872a37c90", "c58b24a6c166f4f8", "99d665030673e33a", "48c83f9bfea4b8ad", "c4be3171e0c068c7", "d68bd9b8f0eab689"]
LONGEST_PAUSE = 300


def scenario(call_id):
    path = os.path.join(FOLDER, call_id + ".xml")
    subprocess.run([PROGRAM, "-q", "export", "--as", "sipp", "--where", f"call-id:{call_id}", "-o", path, "samples"], check=True)
    text = open(path, encoding="utf-8").read()
    # Nobody waits a minute for a test: what a pause does is the same when it is short.
    text = re.sub(r'milliseconds="(\d+)"', lambda m: f'milliseconds="{min(int(m[1]), LONGEST_PAUSE)}"', text)
    open(path, "w", encoding="utf-8").write(text)
    return path, list(ElementTree.fromstring(text.encode()))


def parts(message):
    head, _, body = message.partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    return start, headers, body


class Peer:
    """The other side of a scenario: waits for what SIPp sends, sends what it waits for."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(10)
        self.port = self.socket.getsockname()[1]
        self.requests, self.answered = [], set()
        self.client = None

    def send(self, lines):
        self.socket.sendto("\r\n".join(lines + ["Content-Length: 0", "", ""]).encode(), self.client)

    def receive(self, expected):
        while True:
            data, self.client = self.socket.recvfrom(65535)
            start, headers, body = message = parts(data.decode())
            # SIPp sends again what was not answered soon enough.
            if start.split()[0] == expected.split()[0] and message not in self.requests:
                break
        length = len(body.encode())
        assert headers["content-length"] == [str(length)], f"{start}: {headers['content-length']} for {length} bytes"
        assert "[" not in start, start
        if not start.startswith("SIP/2.0"):
            self.check(start, headers)
            self.requests.append(message)

    def check(self, start, headers):
        method = start.split()[0]
        assert headers["cseq"][0].split()[1] == method, headers["cseq"]
        via = headers["via"][0]
        invite = next((h for s, h, _ in reversed(self.requests) if s.startswith("INVITE")), None)
        if method == "CANCEL" or (method == "ACK" and self.last_final >= 300):
            assert via == invite["via"][0], f"{method} has the branch {via}, its INVITE {invite['via'][0]}"
        if method in ("ACK", "CANCEL"):
            assert headers["cseq"][0].split()[0] == invite["cseq"][0].split()[0], f"{method} {headers['cseq']}"
        if method in ("ACK", "BYE") and self.last_final < 300 or method == "BYE":
            assert "127.0.0.1" in start, f"{start}: not the target of the dialog"
            assert "tag=peer" in headers["to"][0], headers["to"]

    last_final = 0

    def respond(self, status):
        """To the CANCEL when it waits for 200, else to the latest request that waits."""
        waiting = [i for i, (s, _, _) in enumerate(self.requests) if i not in self.answered and not s.startswith("ACK")]
        at = waiting[-1]
        if self.requests[at][0].startswith("CANCEL") and status != 200:
            at = next(i for i in reversed(waiting) if self.requests[i][0].startswith("INVITE"))
        start, headers, _ = self.requests[at]
        if status >= 200:
            self.answered.add(at)
            if start.startswith("INVITE"):
                self.last_final = status
        lines = [f"SIP/2.0 {status} As logged"]
        for name in ["Via", "From", "Call-ID", "CSeq"]:
            lines += [f"{name}: {value}" for value in headers[name.lower()]]
        to = headers["to"][0]
        lines += [f"To: {to if ';tag=' in to or status == 100 else to + ';tag=peer'}"]
        lines += [f"Contact: <sip:peer@127.0.0.1:{self.port};transport=UDP>"]
        self.send(lines)

    def request(self, method):
        _, headers, _ = next(r for r in self.requests if r[0].startswith("INVITE"))
        target = re.search(r"<(.*)>", headers["contact"][0])[1]
        self.send([
            f"{method} {target} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bKpeer{method}",
            f"From: {headers['to'][0]};tag=peer",
            f"To: {headers['from'][0]}",
            f"Call-ID: {headers['call-id'][0]}",
            f"CSeq: 1 {method}",
            "Max-Forwards: 70",
        ])


def play(call_id):
    path, elements = scenario(call_id)
    peer = Peer()
    command = ["sipp", "-sf", path, "-m", "1", "-s", "callee", "-i", "127.0.0.1", "-nostdin", "-timeout", "20s", f"127.0.0.1:{peer.port}"]
    sipp = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=FOLDER)
    told = []
    try:
        for element in elements:
            if element.tag == "send":
                peer.receive(element.text.strip())
                told.append(element.text.split(None, 2)[0])
            elif element.tag == "recv" and element.get("request"):
                peer.request(element.get("request"))
                told.append("<" + element.get("request"))
            elif element.tag == "recv":
                peer.respond(int(element.get("response")))
                told.append(element.get("response"))
        output, _ = sipp.communicate(timeout=20)
    except Exception:
        sipp.kill()
        print(sipp.communicate()[0][-2000:], file=sys.stderr)
        raise
    assert sipp.returncode == 0, f"{call_id}: sipp ended with {sipp.returncode} after {told}\n{output[-3000:]}"
    print(f"  {call_id}: {' '.join(told)}")


for call in CALLS:
    play(call)
print(f"  {len(CALLS)} scenarios played, each call successful")
