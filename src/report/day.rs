//! One user's day: sign-ins, devices, every call, message and push with its verdict, on one strip of time.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::analysis::coverage::Hole;
use crate::analysis::{Analysis, Call, Push, ServerId};
use crate::case::{self, Registration};
use crate::text::page::{self, BAD, DIM, GOOD, HEAD};
use crate::text::{Finder, plural};
use crate::time::Timestamp;
use crate::trace::Trace;

/// A user's day.
#[derive(Debug)]
pub struct Day<'a> {
    trace: &'a Trace,
    analysis: &'a Analysis,
    user: String,
    registrations: Vec<Registration>,
    calls: Vec<&'a Call>,
    pushes: Vec<&'a Push>,
}

/// Rows of each list.
const MOST: usize = 200;
/// So much before the first and behind the last of what a user did is shown, too.
const AROUND_MS: i64 = 300_000;
/// Columns of the names before the strip.
const LEFT: usize = 20;

/// The addresses that hold a text, each once, in any case: the whole address before a part of one, the name before the `@`
/// before any part.
pub fn users(trace: &Trace, analysis: &Analysis, what: &str) -> Vec<String> {
    let registered = case::registered(trace, analysis);
    let named = analysis.calls.iter().flat_map(|c| [&c.from, &c.to]);
    let named = named.chain(analysis.pushes.iter().filter_map(|p| p.user.as_ref()));
    let named = named.chain(&registered).filter(|u| !u.is_empty());
    let mut all: BTreeSet<String> = BTreeSet::new();
    let wanted = what.trim().trim_start_matches("sip:").to_lowercase();
    let Some(finder) = Finder::new(&wanted) else { return Vec::new() };
    for user in named.filter(|u| finder.is_in(u.as_bytes())) {
        all.insert(user.to_lowercase());
    }
    let all: Vec<String> = all.into_iter().collect();
    let whole = |u: &&String| **u == wanted || u.split('@').next() == Some(wanted.as_str());
    let named: Vec<String> = all.iter().filter(whole).cloned().collect();
    if named.is_empty() { all } else { named }
}

impl<'a> Day<'a> {
    /// Of one address.
    pub fn of(trace: &'a Trace, analysis: &'a Analysis, user: &str) -> Day<'a> {
        let is = |address: &str| address.eq_ignore_ascii_case(user);
        Day {
            trace,
            analysis,
            user: user.to_owned(),
            registrations: case::registrations_of(trace, analysis, user),
            calls: analysis.calls.iter().filter(|c| is(&c.from) || is(&c.to)).collect(),
            pushes: analysis.pushes.iter().filter(|p| p.call.is_none() && p.user.as_deref().is_some_and(is)).collect(),
        }
    }

    /// Writes it. Colour is written always; give a writer that strips it where it is not wanted.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write(&self, width: usize, ascii: bool, out: &mut dyn Write) -> io::Result<()> {
        let line = |out: &mut dyn Write, indent: usize, text: &str| page::paragraph(out, width, indent, text);
        write!(out, "{HEAD}")?;
        let span = self.span().map_or(String::new(), |(a, b)| format!(", {}", case::between(a, b)));
        line(out, 0, &format!("{}{span}", self.user))?;
        write!(out, "{HEAD:#}")?;
        self.strip(width, ascii, out)?;
        let (signs, others): (Vec<_>, Vec<_>) = self.registrations.iter().partition(|r| r.method == "REGISTER");
        heading(out, "Sign-ins")?;
        for r in signs.iter().take(MOST) {
            let style = if r.is_failed() { BAD } else { GOOD };
            let client = r.client.as_deref().map_or(String::new(), |c| format!(", {c}"));
            write!(out, "{style}")?;
            line(
                out,
                2,
                &format!(
                    "{}  {}{}{client}",
                    when(r.span.map(|s| s.0)),
                    r.outcome,
                    status(r.status, r.reason.as_deref())
                ),
            )?;
            write!(out, "{style:#}")?;
        }
        none(out, signs.len(), "no REGISTER of this user in these logs")?;
        heading(out, "Devices")?;
        let devices = self.devices();
        for (name, count) in &devices {
            line(out, 2, &format!("{name} ({})", plural(*count as u64, "time")))?;
        }
        none(out, devices.len(), "no record names a client of this user")?;
        heading(out, "Calls and messages")?;
        for call in self.calls.iter().take(MOST) {
            self.call(call, width, out)?;
        }
        none(out, self.calls.len(), "none in these logs")?;
        if !self.pushes.is_empty() {
            heading(out, "Pushes without a call")?;
            for p in self.pushes.iter().take(MOST) {
                let text = format!("{}  {}{}", when(p.sent), p.result.name(), status(p.status, p.reason.as_deref()));
                line(out, 2, &text)?;
            }
            none(out, self.pushes.len(), "")?;
        }
        if !others.is_empty() {
            heading(out, "Subscriptions")?;
            let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
            for r in &others {
                *counts.entry((r.event.as_deref().unwrap_or("(no event named)"), r.outcome)).or_default() += 1;
            }
            for ((event, outcome), n) in counts.iter().take(MOST) {
                line(out, 2, &format!("{event}: {n} {outcome}"))?;
            }
        }
        writeln!(out)?;
        line(out, 0, &self.closing(&signs))
    }

    fn call(&self, call: &Call, width: usize, out: &mut dyn Write) -> io::Result<()> {
        let is_callee = call.to.eq_ignore_ascii_case(&self.user);
        let (way, other) = if is_callee { ("from", &call.from) } else { ("to", &call.to) };
        let what = call.modality.map_or("call", crate::analysis::Modality::name);
        // A call that others missed is nothing that the caller missed.
        let verdict = call.verdict.map_or(call.outcome.name(), |v| v.name());
        let pushes: Vec<String> = call
            .pushes
            .iter()
            .filter_map(|p| self.analysis.pushes.get(*p))
            .map(|p| format!("; push {}{}", p.result.name(), status(p.status, p.reason.as_deref())))
            .collect();
        let causes: Vec<String> = call.findings.iter().map(|c| format!(" [{c}]")).collect();
        let causes = causes.concat();
        let style = if is_callee && call.is_missed() { BAD } else { anstyle::Style::new() };
        write!(out, "{style}")?;
        let text = format!("{}  {what} {way} {other}: {verdict}{}{causes}", when(call.started), pushes.concat());
        page::paragraph(out, width, 2, &text)?;
        write!(out, "{style:#}")
    }

    /// What clients the user had, by name.
    fn devices(&self) -> BTreeMap<String, usize> {
        let mut out: BTreeMap<String, usize> = BTreeMap::new();
        let signed = self.registrations.iter().filter_map(|r| r.client.clone());
        let own = self.calls.iter().filter(|c| c.to.eq_ignore_ascii_case(&self.user));
        let legs = own.flat_map(|c| &c.legs).filter_map(|l| l.client.as_ref()).map(|c| c.name.clone());
        for name in signed.chain(legs).filter(|n| !n.is_empty()) {
            *out.entry(name).or_default() += 1;
        }
        out
    }

    /// From a little before the first of all that is told to a little behind the last.
    fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.told().map(|(first, last)| (first.plus(-AROUND_MS), last.plus(AROUND_MS)))
    }

    /// From the first of all that is told to the last.
    fn told(&self) -> Option<(Timestamp, Timestamp)> {
        let calls = self.calls.iter().flat_map(|c| [c.started, c.ended]);
        let pushes = self.pushes.iter().map(|p| p.sent);
        let signs = self.registrations.iter().flat_map(|r| [r.span.map(|s| s.0), r.span.map(|s| s.1)]);
        let all = || calls.clone().chain(pushes.clone()).chain(signs.clone()).flatten();
        all().min().zip(all().max())
    }

    /// The times for which the log of each server speaks, as far as they touch the day; without the servers whose log says
    /// nothing of it.
    fn speaking(&self) -> BTreeMap<ServerId, Vec<(Timestamp, Timestamp)>> {
        let time = |event| self.analysis.time(self.trace, event);
        let mut out: BTreeMap<ServerId, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
        let Some((from, to)) = self.span() else { return out };
        for s in self.analysis.coverage.stretches() {
            if let Some(times) = time(s.first).zip(time(s.last)).filter(|(a, b)| *b >= from && *a <= to) {
                out.entry(s.server).or_default().push(times);
            }
        }
        out
    }

    /// What happened when, above the times for which the log of each server speaks.
    fn strip(&self, width: usize, ascii: bool, out: &mut dyn Write) -> io::Result<()> {
        let Some((from, to)) = self.span() else { return Ok(()) };
        let room = width.saturating_sub(LEFT + 2).clamp(10, 120);
        let whole = u128::try_from(to.since(from)).unwrap_or(0) + 1;
        let column = |t: Timestamp| {
            let part = u128::try_from(t.since(from).max(0)).unwrap_or(0);
            usize::try_from(part * room as u128 / whole).unwrap_or(0).min(room - 1)
        };
        let row = |out: &mut dyn Write, name: &str, cells: &[char]| {
            let name: String = name.chars().take(LEFT).collect();
            let cells: String = cells.iter().collect();
            page::paragraph(out, usize::MAX, 0, &format!("{name:<LEFT$}  {}", cells.trim_end()))
        };
        let marks = |out: &mut dyn Write, name: &str, times: &mut dyn Iterator<Item = (Option<Timestamp>, char)>| {
            let mut cells = vec![' '; room];
            let mut any = false;
            for (time, sign) in times {
                let Some(cell) = time.map(column).and_then(|at| cells.get_mut(at)) else { continue };
                any = true;
                // What went wrong is not covered by what went well.
                if *cell != 'x' && *cell != '!' {
                    *cell = sign;
                }
            }
            if any { row(out, name, &cells) } else { Ok(()) }
        };
        let signs = self.registrations.iter().filter(|r| r.method == "REGISTER");
        marks(
            out,
            "sign-ins, x refused",
            &mut signs.map(|r| (r.span.map(|s| s.0), if r.is_failed() { 'x' } else { 'o' })),
        )?;
        let missed = |c: &Call| c.is_missed() && c.to.eq_ignore_ascii_case(&self.user);
        marks(out, "calls, ! missed", &mut self.calls.iter().map(|c| (c.started, if missed(c) { '!' } else { 'o' })))?;
        let speaking = self.speaking();
        let (full, empty) = if ascii { ('=', '.') } else { ('━', '·') };
        for (id, server) in (0..).map(ServerId).zip(self.analysis.servers.all()) {
            let Some(own) = speaking.get(&id) else { continue };
            let mut cells = vec![empty; room];
            for (a, b) in own {
                cells.iter_mut().take(column(*b) + 1).skip(column(*a)).for_each(|c| *c = full);
            }
            write!(out, "{DIM}")?;
            row(out, server.name.as_deref().unwrap_or("(no name)"), &cells)?;
            write!(out, "{DIM:#}")?;
        }
        match self.analysis.servers.all().len().saturating_sub(speaking.len()) {
            0 => Ok(()),
            n => writeln!(out, "{DIM}{} more say nothing of this time{DIM:#}", plural(n as u64, "log")),
        }
    }

    /// What the logs do not tell of the day: "no hole" is said only where each log that speaks of it would show one.
    fn holes(&self) -> String {
        let Some(((from, to), (first, last))) = self.span().zip(self.told()) else {
            return "without times nothing tells whether the logs have holes".to_owned();
        };
        let coverage = &self.analysis.coverage;
        let inside = |h: &&Hole| {
            let time = |event| self.analysis.time(self.trace, event);
            time(h.after).zip(time(h.before)).is_some_and(|(a, b)| b >= from && a <= to)
        };
        match coverage.holes().iter().filter(inside).count() {
            0 => {}
            n => return format!("the logs have {} in that time: what was there is not told", plural(n as u64, "hole")),
        }
        let is_filtered = |id: ServerId| {
            let files = self.analysis.servers.get(id).map_or(&[][..], |s| &s.files);
            files.iter().any(|file| coverage.filtered().contains(file))
        };
        let speaking = self.speaking();
        let all = speaking.len();
        match speaking.keys().filter(|id| is_filtered(**id) || !coverage.whole(**id, first, last)).count() {
            _ if all == 0 => "no log tells whether it has holes in that time".to_owned(),
            0 => "the logs have no hole in that time".to_owned(),
            n => {
                let (logs, does) = (plural(all as u64, "log"), if n == 1 { "does" } else { "do" });
                format!("no hole is known, but {n} of {logs} {does} not speak for all of that time")
            }
        }
    }

    /// What the day comes to.
    fn closing(&self, signs: &[&Registration]) -> String {
        let own: Vec<&&Call> = self.calls.iter().filter(|c| c.to.eq_ignore_ascii_case(&self.user)).collect();
        let missed: Vec<&&&Call> = own.iter().filter(|c| c.is_missed()).collect();
        let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
        for code in missed.iter().flat_map(|c| &c.findings).copied() {
            *causes.entry(code).or_default() += 1;
        }
        let causes: Vec<String> = causes.iter().map(|(code, n)| format!("{n} {code}")).collect();
        let causes = if causes.is_empty() { String::new() } else { format!(" ({})", causes.join(", ")) };
        let open = own.iter().filter(|c| c.verdict == Some(crate::analysis::Verdict::Undetermined)).count();
        let open = if open > 0 { format!(", {open} more perhaps") } else { String::new() };
        let failed = signs.iter().filter(|r| r.is_failed()).count();
        let signs = match (signs.len(), failed) {
            (0, _) => "no sign-in is in these logs".to_owned(),
            (n, 0) => format!("{} and none refused", plural(n as u64, "sign-in")),
            (n, failed) => format!("{failed} of {} refused", plural(n as u64, "sign-in")),
        };
        let holes = self.holes();
        let calls = plural(own.len() as u64, "call");
        let made = self.calls.len() - own.len();
        format!("{} got {calls} and made {made}, missed {}{causes}{open}; {signs}; {holes}.", self.user, missed.len())
    }
}

fn heading(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "\n{HEAD}{text}{HEAD:#}")
}

/// What to say of an empty list, and of one that is longer than what is shown.
fn none(out: &mut dyn Write, count: usize, text: &str) -> io::Result<()> {
    match count {
        0 => writeln!(out, "{DIM}  {text}{DIM:#}"),
        n if n > MOST => writeln!(out, "{DIM}  ... and {} more: siptrail list has them all{DIM:#}", n - MOST),
        _ => Ok(()),
    }
}

fn when(time: Option<Timestamp>) -> String {
    time.map_or("(no time in the log)".to_owned(), |t| t.iso().get(..19).unwrap_or_default().replace('T', " "))
}

fn status(status: Option<u16>, reason: Option<&str>) -> String {
    status.map_or(String::new(), |s| format!(" {}", format!("{s} {}", reason.unwrap_or_default()).trim_end()))
}
