"""Opens the HTML report in headless Chromium: nothing fails, nothing is fetched, tables sort and filter, it fits wide and narrow
windows, and paper says what it leaves out.

Usage: page.py SIPTRAIL FOLDER           the samples
       page.py --measure PAGE.html       how long loading, filtering and sorting take
       page.py --picture SIPTRAIL        takes docs/report.png anew

The browser is driven over its debugging pipe: JSON messages, each closed by a zero byte.
"""

import base64
import hashlib
import json
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

PICTURE = os.path.join("docs", "report.png")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage",
         "--remote-debugging-pipe", "--window-size=1280,900"]


class Browser:
    def __init__(self, folder):
        read, self.to = os.pipe()
        self.back, write = os.pipe()
        command = ["chromium", *FLAGS, "--user-data-dir=" + tempfile.mkdtemp(dir=folder), "about:blank"]

        def wire():
            os.dup2(read, 100)
            os.dup2(write, 101)
            os.dup2(100, 3)
            os.dup2(101, 4)

        quiet = open(os.path.join(folder, "chromium.log"), "w", encoding="utf-8")
        self.process = subprocess.Popen(command, preexec_fn=wire, close_fds=False, stdout=quiet, stderr=quiet)
        os.close(read)
        os.close(write)
        self.number, self.events, self.buffer, self.session = 0, [], b"", None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def message(self, seconds=120):
        end = time.monotonic() + seconds
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.back], [], [], max(0, end - time.monotonic()))
            part = os.read(self.back, 1 << 20) if ready else b""
            if not part:
                raise RuntimeError("Chromium does not answer")
            self.buffer += part
        text, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        call = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            call["sessionId"] = self.session
        os.write(self.to, json.dumps(call).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def open(self, path):
        """Milliseconds until the page and its script are done."""
        started = time.monotonic()
        self.events.clear()
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self.message())
        self.value("document.body.offsetHeight")
        return (time.monotonic() - started) * 1000

    def value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def complaints(self):
        """What went wrong, and what was asked of the network."""
        out = []
        for e in self.events:
            method, p = e.get("method"), e.get("params", {})
            if method == "Runtime.exceptionThrown":
                out.append(f"exception: {p['exceptionDetails'].get('text')}")
            elif method == "Runtime.consoleAPICalled" and p["type"] in ("error", "warning", "assert"):
                out.append(f"console: {p['args']}")
            elif method == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
                out.append(f"log: {p['entry']['text']}")
            elif method == "Network.requestWillBeSent" and not p["request"]["url"].startswith("file:"):
                out.append(f"request: {p['request']['url']}")
        requests = [e for e in self.events if e.get("method") == "Network.requestWillBeSent"]
        if len(requests) > 1:
            out.append(f"more than the page was read: {[e['params']['request']['url'] for e in requests]}")
        return out

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
        except (RuntimeError, OSError):
            pass
        self.process.wait(timeout=20)


# A table by its name, its rows as texts, and ways to do what a reader does.
HELPERS = """
const table = (name) => document.querySelector(`table.data[data-name="${name}"]`);
const rows = (name) => Array.from(table(name).tBodies[0].rows, (r) => Array.from(r.cells, (c) => c.textContent));
const type = (name, text) => {
  const input = Array.from(document.querySelectorAll(".tools input")).find((i) => i.parentElement.textContent.trim() === "Filter " + name);
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
};
const press = (name, column) => table(name).tHead.rows[0].cells[column].querySelector("button").click();
const took = async (what) => {
  const start = performance.now();
  what();
  document.body.offsetHeight;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - start;
};
"""


def written(program, folder):
    page = os.path.join(folder, "report.html")
    subprocess.run([program, "-q", "report", "--format", "html", "-o", page, "samples"], check=True)
    return page


def words(browser):
    """What the page says, as a number: a picture carries that of the page it was taken of. Its version may differ."""
    # Until the script has nothing left to do.
    browser.value("new Promise((done) => requestIdleCallback(() => setTimeout(() => requestIdleCallback(done), 50)))")
    said = " ".join(browser.value("document.body.innerText").split())
    return hashlib.sha256(re.sub(r"siptrail \d+\.\d+\.\d+", "siptrail", said).encode()).hexdigest()


def chunks(png):
    at = 8
    while at < len(png):
        size = int.from_bytes(png[at:at + 4], "big")
        yield png[at + 4:at + 8], png[at + 8:at + 8 + size]
        at += size + 12


def picture(program):
    with tempfile.TemporaryDirectory() as folder:
        browser = Browser(folder)
        try:
            browser.call("Emulation.setScrollbarsHidden", hidden=True)
            browser.call("Emulation.setDeviceMetricsOverride", width=1240, height=900, deviceScaleFactor=1, mobile=False)
            browser.open(written(program, folder))
            png = base64.b64decode(browser.call("Page.captureScreenshot", format="png")["data"])
            said = b"tEXt" + b"Words\0" + words(browser).encode()
            # In front of the last chunk, which is empty.
            text = (len(said) - 4).to_bytes(4, "big") + said + zlib.crc32(said).to_bytes(4, "big")
            with open(PICTURE, "wb") as file:
                file.write(png[:-12] + text + png[-12:])
        finally:
            browser.close()


def fits(browser, width):
    """Neither the page nor a table in it is wider than a window of so many pixels."""
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    browser.value("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    wide = browser.value("""Array.from(document.querySelectorAll('.scroll, html'))
        .map((e) => [e.querySelector('table')?.dataset.name || e.tagName, e.scrollWidth - e.clientWidth]).filter((e) => e[1] > 0)""")
    assert not wide, f"wider than {width} pixels: {wide}"
    browser.call("Emulation.clearDeviceMetricsOverride")


def printed(browser, page, folder):
    """What a page says on paper, and on how many sheets."""
    browser.open(page)
    pdf = os.path.join(folder, "report.pdf")
    with open(pdf, "wb") as file:
        file.write(base64.b64decode(browser.call("Page.printToPDF", preferCSSPageSize=True)["data"]))
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True).stdout
    return text, text.count("\f")


def on_paper(program, folder):
    """Of more missed calls than one table shows at once, paper says how many of how many stand there."""
    logs, page = os.path.join(folder, "many"), os.path.join(folder, "many.html")
    subprocess.run([program, "-q", "synth", "--calls", "1500", "--faults", "PN03=60%", logs], check=True)
    subprocess.run([program, "-q", "report", "--format", "html", "-o", page, logs], check=True)
    report = json.loads(subprocess.run([program, "-q", "report", "--format", "json", logs], check=True, capture_output=True).stdout)
    missed = report["summary"]["missed"]
    assert missed > 200, missed
    browser = Browser(folder)
    try:
        text, sheets = printed(browser, page, folder)
        flat = " ".join(text.split())
        assert f"100 of {missed} shown" in flat, "paper does not say how many rows it leaves out"
        table = text[text.index("100 of"):text.index("Causes and remedies")]
        rows = len(re.findall(r"missed_push_failed|missed_no_push|not_opened|missed_", table))
        assert 100 <= rows <= 101, f"{rows} rows on paper"
        for code in {f for c in report["calls"] for f in c["findings"] if (c["verdict"] or "").startswith(("missed", "not_opened"))}:
            assert code in text, f"no {code} on paper"
        assert sheets < 250, f"{sheets} sheets"
        print(f"  {missed} missed calls on {sheets} sheets: 100 rows, and that there are more")
    finally:
        browser.close()


def check(program, folder):
    page = written(program, folder)
    report = json.loads(subprocess.run([program, "-q", "report", "--format", "json", "samples"], check=True, capture_output=True).stdout)
    missed = [c for c in report["calls"] if (c["verdict"] or "").startswith(("missed", "not_opened"))]
    browser = Browser(folder)
    try:
        browser.open(page)
        shown = [data for kind, data in chunks(open(PICTURE, "rb").read()) if kind == b"tEXt"]
        now = b"Words\0" + words(browser).encode()
        assert now in shown, f"{PICTURE} shows an older page: python3 .ci/page.py --picture {program}"
        browser.value(HELPERS.replace("const ", "var "))
        assert browser.value("rows('missed calls').length") == len(missed)
        assert browser.value("rows('calls').length") == len(report["calls"])

        first = missed[0]["to"]
        browser.value(f"type('missed calls', {json.dumps(first.upper())})")
        found = browser.value("rows('missed calls')")
        assert len(found) == 1 and found[0][1] == first, found
        browser.value("type('missed calls', 'no such word')")
        assert browser.value("rows('missed calls')") == []
        browser.value("type('missed calls', '')")

        for column, name in enumerate(["Time", "Caller", "Called"]):
            browser.value(f"press('calls', {column})")
            rising = [r[column] for r in browser.value("rows('calls')")]
            assert rising == sorted(rising), f"{name} does not sort: {rising}"
            browser.value(f"press('calls', {column})")
            falling = [r[column] for r in browser.value("rows('calls')")]
            assert falling == sorted(rising, reverse=True), f"{name} does not sort: {falling}"
        column = 7
        browser.value(f"press('calls', {column})")
        rang = [r[column] for r in browser.value("rows('calls')")]
        numbers = [int(n) for n in rang if n]
        assert numbers == sorted(numbers) and not any(rang[len(numbers):]), f"numbers sort as text: {rang}"

        # Charts and ladders are pictures with words for who does not see them.
        pictures = browser.value("""Array.from(document.querySelectorAll('svg'), (s) =>
            s.getAttribute('role') + ':' + (s.getAttribute('aria-label') || s.querySelector('title')?.textContent || ''))""")
        assert pictures and all(p.startswith("img:") and len(p) > 8 for p in pictures), pictures
        proofs = browser.value("Array.from(document.querySelectorAll('details.proof'), (d) => { d.open = true; return d.querySelector('pre').offsetHeight; })")
        assert len(proofs) >= len(missed) and all(proofs), f"a proof opens no record: {proofs}"
        for width in (1280, 400):
            fits(browser, width)
        complaints = browser.complaints()
        assert not complaints, "\n".join(complaints)
        print(f"  {len(missed)} missed calls, {len(report['calls'])} calls, {len(pictures)} pictures: sorts, filters, asks for nothing")
    finally:
        browser.close()


def measure(page):
    with tempfile.TemporaryDirectory() as folder:
        browser = Browser(folder)
        try:
            print(f"size {os.path.getsize(page) / 1e6:.1f} MB")
            print(f"load {browser.open(page):.0f} ms")
            browser.value(HELPERS.replace("const ", "var "))
            # Nobody types before the page is seen.
            time.sleep(2)
            print("rows", browser.value("document.querySelector('.count').textContent"))
            for text in ["a", "al", "user1", "contoso 408", "no such word", ""]:
                print(f"filter {text!r} {browser.value(f'took(() => type(`missed calls`, {json.dumps(text)}))'):.0f} ms")
            for column in range(8):
                name = browser.value(f"table('missed calls').tHead.rows[0].cells[{column}].textContent")
                print(f"sort {name} {browser.value(f'took(() => press(`missed calls`, {column}))'):.0f} ms")
            print("complaints", browser.complaints())
        finally:
            browser.close()


if sys.argv[1] == "--measure":
    measure(sys.argv[2])
elif sys.argv[1] == "--picture":
    picture(sys.argv[2])
else:
    check(sys.argv[1], sys.argv[2])
    if shutil.which("pdftotext"):
        on_paper(sys.argv[1], sys.argv[2])
    else:
        print("  not printed: no pdftotext", file=sys.stderr)
