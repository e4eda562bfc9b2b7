#!/usr/bin/env python3
"""Makes logs of other layouts, to measure how fast they are read.

usage: benches/wrappings.py FOLDER [MEGABYTES]

One log of a client (client.UccApilog), copied messages (copied.txt) and a capture (stream.pcap, SIP over TCP) of so many
megabytes each (400 unless given): the messages of docs/one-missed-im, each time with Call-IDs of their own. Then

  time siptrail --no-index list records --where 'status = 999' FOLDER/client.UccApilog
"""

import pathlib
import re
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
STAMP = re.compile(rb"(?m)^\d\d/\d\d/\d{4}\|[\d:.]+ \S+ INFO  :: ")


def messages(log):
    """The SIP messages of a client's log, and whether each was sent."""
    sent, out = False, []
    for part in STAMP.split(log):
        if part.startswith((b"Sending Packet", b"Data Received")):
            sent = part.startswith(b"Sending")
        elif not part.startswith(b"End of") and b"SIP/2.0" in part.split(b"\n", 1)[0]:
            head, _, body = part.replace(b"\r\n", b"\n").partition(b"\n\n")
            length = int(re.search(rb"(?im)^Content-Length: *(\d+)", head)[1])
            body = body.replace(b"\n", b"\r\n")[:length].ljust(length)
            out.append((sent, head.replace(b"\n", b"\r\n") + b"\r\n\r\n" + body))
    return out


def segment(number, sent, seq, text):
    """A packet of a capture: raw IPv4, TCP."""
    ends = [(b"\xc0\x00\x02\x67", 50425), (b"\xc0\x00\x02\x0d", 5061)]
    (source, port), (target, other) = ends if sent else reversed(ends)
    tcp = struct.pack(">HHIIBBHHH", port, other, seq & 0xFFFFFFFF, 0, 0x50, 0x18, 0xFFFF, 0, 0) + text
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0) + source + target + tcp
    return struct.pack("<IIII", 1_328_745_600 + number // 1000, number % 1000 * 1000, len(ip), len(ip)) + ip


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    most = int(sys.argv[2] if len(sys.argv) > 2 else 400) * 1_000_000
    folder.mkdir(parents=True, exist_ok=True)
    log = (ROOT / "docs/one-missed-im/erin.UccApilog").read_bytes()
    ids = sorted(set(re.findall(rb"(?m)^Call-ID: *(\S+)", log)))
    told = messages(log)

    def again(text, turn):
        for one in ids:
            text = text.replace(one, b"%08x" % turn + one[8:])
        return text

    with (
        open(folder / "client.UccApilog", "wb") as client,
        open(folder / "copied.txt", "wb") as copied,
        open(folder / "stream.pcap", "wb") as capture,
    ):
        capture.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        turn, number, seq = 0, 0, {True: 1, False: 1}
        while min(client.tell(), copied.tell(), capture.tell()) < most:
            turn += 1
            if client.tell() < most:
                client.write(again(log, turn))
            for sent, text in told:
                text = again(text, turn)
                if copied.tell() < most:
                    copied.write(text + b"\r\n\r\n")
                for at in range(0, len(text) if capture.tell() < most else 0, 1400):
                    part = text[at : at + 1400]
                    capture.write(segment(number, sent, seq[sent], part))
                    seq[sent] += len(part)
                    number += 1


if __name__ == "__main__":
    main()
