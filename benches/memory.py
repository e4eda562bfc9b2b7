#!/usr/bin/env python3
"""Makes logs in which nearly every record is a thing of its own, and measures what memory they take.

usage: benches/memory.py FOLDER [MEGABYTES]                       make them, 12 MB each unless given
       benches/memory.py --measure PROGRAM FOLDER [COMMAND...]     peak memory of `-j1 report` or another command, for each

Told is peak memory with mapped pages besides the input and what the program takes for a log of one record, as so many times the
input; and processor time.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

INVITE = "INVITE sip:bob@contoso.com SIP/2.0"
PUSH = {
    "start": "MESSAGE sip:push@push.lync.com SIP/2.0",
    "sender": "<sip:McxUser0123456789abcdef0123456789abcdefbob@contoso.com>;tag=a",
    "to": "<sip:push@push.lync.com>",
    "cseq": "1 MESSAGE",
}


def stamp(n):
    return f"10/15/2013-{9 + n // 3600 % 14:02}:{n // 60 % 60:02}:{n % 60:02}.669.{n:08x}"


def record(n, server="0", call=None, start=INVITE, sender="<sip:a@contoso.com>;tag=a", to="<sip:bob@contoso.com>",
           cseq="1 INVITE", more=""):
    """A record of some 430 bytes."""
    kind = "response" if start.startswith("SIP/2.0") else "request"
    return (
        f"TL_INFO(TF_PROTOCOL) [{server}]0F14.1A2C::{stamp(n)} (SIPStack,A::B:C.cpp(125))$$begin_record\n"
        f"Instance-Id: {n:08X}\nDirection: outgoing\nPeer: 192.0.2.9:5061\nMessage-Type: {kind}\nStart-Line: {start}\n"
        f"From: {sender}\nTo: {to}\nCSeq: {cseq}\nCall-ID: {call or f'c{n}'}\n"
        f"Via: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK{n}\n{more}Content-Length: 0\nMessage-Body: -\n$$end_record\n"
    )


def small(n, start="INVITE sip:b@contoso.com SIP/2.0", cseq="1 INVITE"):
    """A record of some 200 bytes."""
    return (
        f"TL_INFO(TF_PROTOCOL) [0]1.2::{stamp(n)} (S,A)$$begin_record\nStart-Line: {start}\nFrom: <sip:a@b.c>\nTo: <sip:b@b.c>\n"
        f"CSeq: {cseq}\nCall-ID: {n:x}\n\n$$end_record\n"
    )


def behind(text):
    """Behind a record, for a log without any is refused."""
    return lambda n: (small(0) if n == 0 else "") + text(n)


def component(n, name):
    word = "".join(chr(97 + int(digit)) for digit in str(n))
    return f"TL_WARN(TF_COMPONENT) [0]1.2::{stamp(n)} ({name},A::B:C.cpp(1))word{word} failed\n"


MESSAGE = "From: <sip:a@b.c>;tag=1\r\nTo: <sip:b@b.c>\r\nCall-ID: %x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
KINDS = {
    "server": lambda n: record(n, server=f"pool{n}\\srv{n}"),
    "file": record,
    "file of 1 KB": lambda n: record(n, more=f"Subject: {'x' * 600}\n"),
    "user": lambda n: record(n, sender=f"<sip:u{n}@contoso.com>;tag=a{n}", to=f"<sip:v{n}@contoso.com>"),
    "call": record,
    "call, then a push": lambda n: record(n, **PUSH) if n % 2 else record(n),
    "push": lambda n: record(n, **PUSH),
    "one Call-ID": lambda n: record(n, call="c1"),
    "fork": lambda n: record(n, call="c1", to=f"<sip:bob@contoso.com>;tag=t{n}", start="SIP/2.0 180 Ringing"),
    "product": lambda n: record(n, more=f"User-Agent: agent{n}\n"),
    "provider": lambda n: record(n).replace("SIPStack", f"Stack{n}"),
    "reason": lambda n: record(n, start=f"SIP/2.0 480 reason{n}"),
    "ms-diagnostics": lambda n: record(
        n, start="SIP/2.0 504 no", more=f'ms-diagnostics: 1034;reason="r{n}";source="s{n}.contoso.com"\n'),
    "conversation": lambda n: record(n, more=f"Ms-Conversation-ID: conv{n}\nSession-ID: {n:032x}\n"),
    "diagnostic record": behind(lambda n: (
        f"TL_ERROR(TF_DIAG) [0]1.2::{stamp(n)} (S,A)$$begin_record\nSeverity: error\nText: Message was not sent\n"
        f"Result-Code: 0xc3e93c{n % 256:02x}\nSIP-Call-ID: {n:x}\n$$end_record\n")),
    "component": behind(lambda n: component(n, f"C{n}")),
    "component line": behind(lambda n: component(n, "Mcx")),
    "small INVITE": small,
    "small response": lambda n: small(n, start="SIP/2.0 408 Request Timeout"),
    "small push": lambda n: small(n, PUSH["start"], PUSH["cseq"]),
    "small BYE": lambda n: small(n, "BYE sip:b SIP/2.0", "2 BYE"),
    "small OPTIONS": lambda n: small(n, "OPTIONS sip:b SIP/2.0", "1 OPTIONS"),
    "INVITE of 90 bytes": lambda n: (
        f"$$begin_record\nStart-Line: INVITE sip:b SIP/2.0\nCall-ID: {n:x}\nCSeq: 1 INVITE\n\n$$end_record\n"),
    "copied INVITE of 140 bytes": lambda n: "INVITE sip:b@contoso.com SIP/2.0\r\n" + MESSAGE % n,
    "copied response of 130 bytes": lambda n: "SIP/2.0 408 No\r\n" + MESSAGE % n,
    "empty record": behind(lambda n: "$$begin_record\n$$end_record\n"),
    "opener": behind(lambda n: f"TL_INFO(TF_PROTOCOL) [0]1.2::{stamp(n)}$$begin_record\n"),
}


def make(folder, most):
    for kind, text in KINDS.items():
        own = folder / kind.replace(",", "").replace(" ", "-")
        own.mkdir(parents=True, exist_ok=True)
        # Each file of its own takes a block of the disk.
        done, n, limit = 0, 0, most / 2 if kind.startswith("file") else most
        out = open(own / "a.log", "w", newline="")
        while done < limit:
            if kind.startswith("file") and n:
                out.close()
                out = open(own / f"{n}.log", "w", newline="")
            done += out.write(text(n))
            n += 1
        out.close()


def run(program, command, logs):
    """Kilobytes at the peak, and processor time."""
    with open(os.devnull, "wb") as nowhere:
        child = subprocess.Popen([program, "-q", "--no-index", *command, logs], stdout=nowhere, stderr=nowhere)
        _, _, usage = os.wait4(child.pid, 0)
    return usage.ru_maxrss, usage.ru_utime + usage.ru_stime


def measure(program, folder, command):
    with tempfile.TemporaryDirectory() as one:
        pathlib.Path(one, "a.log").write_text(record(0))
        program_takes, _ = run(program, command, one)
    print(f"{' '.join(command)}: the program itself takes {program_takes / 1024:.1f} MiB")
    for logs in sorted(folder.iterdir()):
        size = sum(f.stat().st_size for f in logs.iterdir())
        peak, seconds = run(program, command, logs)
        times = ((peak - program_takes) * 1024 - size) / size
        print(f"{logs.name:30} {size / 1e6:6.1f} MB  {times:5.2f} times the input  {seconds:5.2f} s")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--measure", program, folder, *command]:
            measure(program, pathlib.Path(folder), command or ["-j1", "report"])
        case [folder, *size]:
            make(pathlib.Path(folder), float(size[0] if size else 12) * 1e6)
        case _:
            sys.exit(__doc__)
