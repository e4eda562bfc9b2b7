#!/usr/bin/env python3
"""How long until the terminal UI shows something, its first records, and all of a log.

benches/first_screen.py target/release/siptrail tui LOG...   five runs in a pseudo-terminal of 80x24, in milliseconds
"""
import fcntl, os, pty, select, struct, sys, termios, time

SEEN = {"a screen": b"Overview", "first records": b"The first", "all": b" of "}


def run(args):
    start = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
        os.execv(args[0], args)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    text, found = b"", {}
    while "all" not in found and time.perf_counter() - start < 120:
        if select.select([terminal], [], [], 1)[0]:
            text += os.read(terminal, 1 << 16)
        for what, sign in SEEN.items():
            # The line with the counts is there when all is read: "in 3 calls, ... of 2 inputs".
            is_there = sign in text and (what != "all" or b" input" in text)
            if is_there and what not in found:
                found[what] = round((time.perf_counter() - start) * 1000)
    os.write(terminal, b"\x03")
    os.waitpid(pid, 0)
    return found


for _ in range(5):
    print(run(sys.argv[1:]))
