#!/usr/bin/env python3
"""Makes logs of other layouts, and measures how fast they are read.

usage: benches/wrappings.py FOLDER [MEGABYTES]             make them
       benches/wrappings.py --measure PROGRAM FOLDER       read each three times

One log of each layout and so many megabytes (400 unless given): the messages of docs/one-missed-im, each time with Call-IDs of
their own. Captures hold SIP over TCP in segments of 1,400 bytes (stream.pcap, stream.pcapng) and over UDP (datagrams.pcap).

A log is read by a list of its records of which none is printed. Told are wall and processor time, the median of three, in
megabytes a second: between the two (the processor's for two cores) lies what an idle machine with two cores would do.
"""

import pathlib
import re
import resource
import statistics
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
STAMP = re.compile(rb"(?m)^\d\d/\d\d/\d{4}\|[\d:.]+ \S+ INFO  :: ")
PCAP = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
PCAPNG = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28) + struct.pack("<IIHHII", 1, 20, 101, 0, 0, 20)
ENDS = [(b"\xc0\x00\x02\x67", 50425), (b"\xc0\x00\x02\x0d", 5061)]


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


def pidgin(sent, text, number):
    sign = (b">" if sent else b"<") * 10
    line = b"MESSAGE %%s %s SIP(0x55d000aa1010) - 2016-01-02T%02d:%02d:%02d.%06dZ\n" % (
        sign, number // 360000 % 24, number // 6000 % 60, number // 100 % 60, number % 100 * 10000)
    return line % b"START" + text.replace(b"\r\n", b"\n") + b"\n" + line % b"END"


def syslog(sent, text, number):
    escaped = text.replace(b"\r\n", b"#015#012").replace(b"\n", b"#012")
    return b"2017-03-02T08:%02d:%02d.%03d+01:00 gw01 sip: %s\n" % (
        number // 6000 % 60, number // 100 % 60, number % 100 * 10, escaped)


def expressway(sent, text, number):
    words = (b"Sent", b"Dst") if sent else (b"Received", b"Src")
    line = b'2017-03-02T08:10:46+01:00 exp01 tvcs: UTCTime="2017-03-02 07:%02d:%02d,%03d" Module="network.sip" Level="DEBUG":  ' % (
        number // 6000 % 60, number // 100 % 60, number % 100 * 10)
    line += b'Action="%s" Local-ip="192.0.2.60" Local-port="5061" %s-ip="192.0.2.61" %s-port="33001"\n SIPMSG:\n |' % (
        words[0], words[1], words[1])
    return line + text.replace(b"\r\n", b"\n ") + b"|\n"


def audiocodes(sent, text, number):
    words = b"Outgoing SIP Message to" if sent else b"Incoming SIP Message from"
    return (
        b"<133>[S=%d] [SID=b9027c:24:198171]  (N  6891937) ---- %s 192.0.2.70:5061 to SIPInterface #2 (Teams) TLS TO(#138) "
        b"SocketID(204) ---- #012 [Time:19-12@12:45:02.514]\n" % (number, words)
        + b"<133>[S=%d] [SID=b9027c:24:198171]  " % number
        + text.replace(b"\r\n", b"#012").replace(b"\n", b"#012")
        + b" [Time:19-12@12:45:02.515]\n"
    )


def avaya(sent, text, number):
    head, _, body = text.replace(b"\r\n", b"\n").partition(b"\n\n")
    words = b"Message to Send" if sent else b"Message Received"
    return b"01/08/2021-10:%02d:%02d.%03d [0x1A] - --> %s (Dest Address IP:  192.0.2.80:5060):$$begin_record\n" % (
        number // 6000 % 60, number // 100 % 60, number % 100 * 10, words
    ) + b"Direction: %s\nStart-Line: %s\nMessage-Body: %s\n$$end_record\n" % (
        b"outgoing" if sent else b"incoming", head, body)


class Capture:
    """Packets of messages: raw IPv4."""

    def __init__(self, stream, newer):
        self.stream, self.newer, self.number, self.seq = stream, newer, 0, {True: 1, False: 1}

    def __call__(self, sent, text, _):
        step = 1400 if self.stream else len(text)
        return b"".join(self.packet(sent, text[at : at + step]) for at in range(0, len(text), step))

    def packet(self, sent, part):
        (source, port), (target, other) = ENDS if sent else reversed(ENDS)
        if self.stream:
            kind = 6
            own = struct.pack(">HHIIBBHHH", port, other, self.seq[sent] & 0xFFFFFFFF, 0, 0x50, 0x18, 0xFFFF, 0, 0) + part
            self.seq[sent] += len(part)
        else:
            kind, own = 17, struct.pack(">HHHH", port, other, 8 + len(part), 0) + part
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(own), 1, 0, 64, kind, 0) + source + target + own
        self.number += 1
        second, micro = 1_328_745_600 + self.number // 1000, self.number % 1000 * 1000
        if not self.newer:
            return struct.pack("<IIII", second, micro, len(ip), len(ip)) + ip
        ticks, padded = second * 1_000_000 + micro, ip.ljust(-(-len(ip) // 4) * 4, b"\0")
        size = 32 + len(padded)
        head = struct.pack("<IIIIIII", 6, size, 0, ticks >> 32, ticks & 0xFFFFFFFF, len(ip), len(ip))
        return head + padded + struct.pack("<I", size)


def layouts():
    """By file: what stands at its beginning, and how a message is written."""
    return {
        "copied.txt": (b"", lambda sent, text, number: text + b"\r\n\r\n"),
        "pidgin.txt": (b"", pidgin),
        "syslog.log": (b"", syslog),
        "expressway.log": (b"", expressway),
        "audiocodes.log": (b"", audiocodes),
        "avaya.log": (b"", avaya),
        "stream.pcap": (PCAP, Capture(stream=True, newer=False)),
        "stream.pcapng": (PCAPNG, Capture(stream=True, newer=True)),
        "datagrams.pcap": (PCAP, Capture(stream=False, newer=False)),
    }


def make(folder, most):
    folder.mkdir(parents=True, exist_ok=True)
    log = (ROOT / "docs/one-missed-im/erin.UccApilog").read_bytes()
    ids = sorted(set(re.findall(rb"(?m)^Call-ID: *(\S+)", log)))
    told = messages(log)

    def again(text, turn):
        for one in ids:
            text = text.replace(one, b"%08x" % turn + one[8:])
        return text

    with open(folder / "client.UccApilog", "wb") as out:
        turn = 0
        while out.tell() < most:
            turn += 1
            out.write(again(log, turn))
    for name, (first, write) in layouts().items():
        with open(folder / name, "wb") as out:
            out.write(first)
            turn = number = 0
            while out.tell() < most:
                turn += 1
                for sent, text in told:
                    number += 1
                    out.write(write(sent, again(text, turn), number))


def measure(program, folder):
    for log in sorted(folder.iterdir()):
        size, walls, all_used = log.stat().st_size / 1e6, [], []
        for _ in range(3):
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            subprocess.run([program, "-q", "--no-index", "list", "records", "--where", "status:999", log],
                           check=True, stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            walls.append(time.monotonic() - start)
            all_used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        wall, used = statistics.median(walls), statistics.median(all_used)
        print(f"{log.name:18} {size:5.0f} MB  wall {wall:5.2f} s, {size / wall:4.0f} MB/s   "
              f"processor {used:5.2f} s, {2 * size / used:4.0f} MB/s on two cores")


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--measure":
        measure(sys.argv[2], pathlib.Path(sys.argv[3]))
    elif len(sys.argv) in (2, 3) and not sys.argv[1].startswith("-"):
        make(pathlib.Path(sys.argv[1]), int(sys.argv[2] if len(sys.argv) > 2 else 400) * 1_000_000)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
