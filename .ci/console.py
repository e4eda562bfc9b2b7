"""The terminal UI built for Windows, in Wine's console on a pseudo-terminal: it starts, hears keys and ends, and the terminal is
as it was. Usage: console.py WINE SIPTRAIL.EXE

What Wine's console draws is no screen of Windows: cells come out of place. So words are looked for, not screens."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

WINE, PROGRAM = sys.argv[1:]
PATIENCE = 60
ESCAPES = re.compile(rb"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[=>()][0-9A-B]?)")
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
before = termios.tcgetattr(slave)
child = subprocess.Popen([WINE, PROGRAM, "tui", "samples"], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                         preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), env={**os.environ, "TERM": "xterm-256color"})
seen = b""


def read():
    """What came within a moment."""
    global seen
    if select.select([master], [], [], 0.2)[0]:
        seen += os.read(master, 65536)


def fail(why):
    child.kill()
    sys.exit(f"{why}; last came: {ESCAPES.sub(b' ', seen)[-2000:].decode('utf-8', 'replace')}")


def press(keys, word):
    """Keys, and what is to come because of them."""
    global seen
    seen, end = b"", time.monotonic() + PATIENCE
    os.write(master, keys)
    while word.encode() not in ESCAPES.sub(b"", seen):
        read()
        if child.poll() is not None or time.monotonic() > end:
            fail(f"after {keys!r} there is no {word!r}")
    print(f"  {keys.decode()!r}: {word}")


press(b"", "calls missed")
for keys, word in ((b"3", "answered_by_mobile"), (b"?", "back")):
    press(keys, word)
os.write(master, b"qq")
end = time.monotonic() + PATIENCE
while child.poll() is None:
    read()
    if time.monotonic() > end:
        fail("it does not end")
if child.returncode != 0:
    fail(f"it ended with {child.returncode}")
if termios.tcgetattr(slave) != before:
    sys.exit("the terminal is not as it was")
print("  it ended, and the terminal is as it was")
