//! Which log would tell more, and the command that gets it.
//!
//! `Search-CsClsLogging` of the Centralized Logging Service (Lync Server 2013 and later) takes pools, components, start and
//! end. Source: <https://learn.microsoft.com/powershell/module/skypeforbusiness/search-csclslogging>.

use std::collections::BTreeMap;

use super::rank::rank;
use crate::analysis::{Analysis, Blind, Call, Push, Role, ServerId, Verdict};
use crate::knowledge::catalogue;
use crate::record::Direction;
use crate::text::{decode, host_of, plural};
use crate::time::Timestamp;
use crate::trace::Trace;

/// A log that would tell more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ask {
    /// The pool, or the server where its pool is not known; `None` where nothing names it.
    pub pool: Option<String>,
    /// What it is, for the case that nothing names it.
    pub role: Role,
    /// From when to when, on the clock of that server as far as it is known.
    pub span: Option<(Timestamp, Timestamp)>,
    /// What it would tell.
    pub why: String,
    /// How many calls and pushes wait for it.
    pub cases: usize,
}

/// A call is told from a little before its INVITE,
const BEFORE_MS: i64 = 60_000;
/// to a little after the proxy must have given up (Timer C, RFC 3261 section 16.6 item 11).
const BEHIND_MS: i64 = 240_000;
/// Times of one server that are not further apart are asked for at once.
const TOGETHER_MS: i64 = 600_000;
/// Records that are looked at for the name of a pool.
const RECORDS: usize = 1_000;

impl Ask {
    /// What traces of that server are asked for.
    pub fn components(&self) -> &'static [&'static str] {
        if matches!(self.role, Role::FrontEnd) { &["SIPStack", "UserServices"] } else { &["SIPStack"] }
    }

    /// The command, to be typed in the management shell as it stands; what nothing names stands in angle brackets.
    pub fn command(&self) -> String {
        self.words().concat()
    }

    /// The same in lines that fit a page: a backtick at the end of a line says that it goes on, so it can be typed so, too.
    pub fn lines(&self, width: usize) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for word in self.words() {
            match out.last_mut() {
                Some(line) if line.chars().count() + word.chars().count() + 2 <= width => line.push_str(&word),
                _ => out.push(if out.is_empty() { word } else { format!(" {word}") }),
            }
        }
        let last = out.len().saturating_sub(1);
        out.iter_mut().take(last).for_each(|line| line.push_str(" `"));
        out
    }

    /// The command and its parameters, each with the blank ahead of it.
    fn words(&self) -> Vec<String> {
        let pool = self.pool.clone().unwrap_or_else(|| match self.role {
            Role::FrontEnd => "<pool of the Front End>".to_owned(),
            _ => "<pool>".to_owned(),
        });
        let parts = self.components().iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(",");
        let second = |t: Timestamp| t.iso().get(..19).unwrap_or_default().replace('T', " ");
        let mut out =
            vec!["Search-CsClsLogging".to_owned(), format!(" -Pools \"{pool}\""), format!(" -Components {parts}")];
        if let Some((from, to)) = self.span {
            out.push(format!(" -StartTime \"{}\"", second(from)));
            out.push(format!(" -EndTime \"{}\"", second(to.plus(999))));
        }
        let file = self.pool.as_deref().unwrap_or("front-end");
        out.push(format!(" -OutputFilePath \"{file}.log\""));
        out
    }
}

/// The logs that a call with its pushes, or a push, waits for: its verdict is open, or its cause stands elsewhere.
pub fn asks_of(trace: &Trace, analysis: &Analysis, call: Option<&Call>, pushes: &[&Push]) -> Vec<Ask> {
    let at = Asking { trace, analysis };
    let mut out = Vec::new();
    if let Some(call) = call.filter(|c| c.verdict == Some(Verdict::Undetermined)) {
        let span = around(call.started, call.ended);
        let blind = call.blind;
        out.extend(blind.map_or(Vec::new(), |b| at.blind(&b, span, Some(call))));
    }
    for push in pushes {
        let span = around(push.sent, push.answered);
        if call.is_none() {
            out.extend(push.blind.map_or(Vec::new(), |b| at.blind(&b, span, None)));
        }
        if push.result.is_lost() && !push.superseded {
            out.extend(at.elsewhere(push, span));
        }
    }
    together(out)
}

/// All that the logs leave open, as few commands as they can be got with.
pub fn asks(trace: &Trace, analysis: &Analysis) -> Vec<Ask> {
    let mut out = Vec::new();
    for call in &analysis.calls {
        if call.verdict == Some(Verdict::Undetermined) || !call.pushes.is_empty() && call.is_missed() {
            let pushes: Vec<&Push> = call.pushes.iter().filter_map(|p| analysis.pushes.get(*p)).collect();
            out.extend(asks_of(trace, analysis, Some(call), &pushes));
        }
    }
    for push in analysis.pushes.iter().filter(|p| p.call.is_none() && !p.synthetic && p.result.is_lost()) {
        out.extend(asks_of(trace, analysis, None, &[push]));
    }
    together(out)
}

fn around(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<(Timestamp, Timestamp)> {
    from.map(|from| (from.plus(-BEFORE_MS), to.unwrap_or(from).max(from).plus(BEHIND_MS)))
}

struct Asking<'a> {
    trace: &'a Trace,
    analysis: &'a Analysis,
}

impl Asking<'_> {
    fn blind(&self, blind: &Blind, span: Option<(Timestamp, Timestamp)>, call: Option<&Call>) -> Vec<Ask> {
        let logged = |id| self.trace.event(id).and_then(crate::trace::Event::time);
        match blind {
            Blind::Ends(server, last) => {
                let from = logged(*last);
                let until = span.map(|(_, until)| until.plus(self.ahead(*server)));
                let span = from.map(|from| (from, until.filter(|u| *u > from).unwrap_or(from.plus(BEHIND_MS))));
                vec![self.of_server(*server, span, "its log ends too early")]
            }
            Blind::Hole(hole) => {
                let span = logged(hole.after).zip(logged(hole.before)).filter(|(a, b)| a <= b);
                vec![self.of_server(hole.server, span, "its log has a hole there")]
            }
            Blind::StartMissing => {
                let server = call.and_then(|c| c.clocks.first()).map(|c| c.server);
                let early =
                    |id| span.map(|(from, to)| (from.plus(self.ahead(id) - BEHIND_MS), to.plus(self.ahead(id))));
                server.map(|id| self.of_server(id, early(id), "its log begins inside the call")).into_iter().collect()
            }
            Blind::OnlyEdge => {
                vec![Ask::new(None, Role::FrontEnd, span, "it would send the push, and has no log here")]
            }
            Blind::ServerMissing => {
                let mobile = call.into_iter().flat_map(|c| &c.legs).filter(|l| l.mobile);
                let hosts = mobile.filter_map(|l| l.target.as_deref()).map(host_of);
                let host = hosts.into_iter().find(|h| self.is_unlogged(h)).and_then(plain);
                vec![Ask::new(host, Role::FrontEnd, span, "the phone is behind it, and it has no log here")]
            }
            _ => Vec::new(),
        }
    }

    /// A push that was lost where no log tells why: the next server of the house that it went to.
    fn elsewhere(&self, push: &Push, span: Option<(Timestamp, Timestamp)>) -> Option<Ask> {
        let known = push.findings.iter().filter_map(|c| catalogue::find(c)).any(|f| rank(f) < 3);
        let sent =
            push.sightings.iter().rev().filter(|h| h.direction == Direction::Outgoing).find_map(|h| h.peer.as_deref());
        let host = sent.map(host_of).filter(|h| !known && self.is_unlogged(h)).and_then(plain)?;
        Some(Ask::new(Some(host), Role::Edge, span, "the push went to it, and it has no log here"))
    }

    /// A host of the house of which no log is here.
    fn is_unlogged(&self, host: &str) -> bool {
        let servers = &self.analysis.servers;
        servers.find(host).is_none() && servers.is_own_host(host)
    }

    fn of_server(&self, id: ServerId, span: Option<(Timestamp, Timestamp)>, why: &str) -> Ask {
        let server = self.analysis.servers.get(id);
        let name = self.pool(id).or_else(|| server.and_then(|s| s.name.as_deref()).and_then(plain));
        Ask::new(name, server.map_or(Role::Unknown, |s| s.role), span, why)
    }

    /// The pool that the prefixes of a server name (`pool\machine`).
    fn pool(&self, id: ServerId) -> Option<String> {
        let file = self.analysis.servers.get(id)?.files.first()?;
        let own = self.trace.ids_of(*file).take(RECORDS).filter_map(|id| self.trace.event(id));
        let of_server = own.filter(|e| self.analysis.servers.of(e) == id);
        let names = of_server.filter_map(|e| Some(decode(self.trace.symbol(e.server()?))));
        names.into_iter().find_map(|name| plain(name.split_once('\\')?.0))
    }

    /// By how much the clock of a server is ahead of the times of the report.
    fn ahead(&self, id: ServerId) -> i64 {
        self.analysis.clocks.get(id).map_or(0, |c| c.offset_ms)
    }
}

impl Ask {
    fn new(pool: Option<String>, role: Role, span: Option<(Timestamp, Timestamp)>, why: &str) -> Ask {
        let name = pool.as_deref().unwrap_or("the Front End");
        Ask { role, span, why: format!("{name}: {why}"), cases: 1, pool }
    }

    /// What it is for, with how many wait for it.
    pub fn reason(&self) -> String {
        if self.cases > 1 { format!("{} ({})", self.why, plural(self.cases as u64, "case")) } else { self.why.clone() }
    }
}

/// A name of the log that may stand in a command: a shell must find nothing to carry out in it.
fn plain(name: &str) -> Option<String> {
    let is = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    (!name.is_empty() && name.len() < 256 && name.chars().all(is)).then(|| name.to_owned())
}

/// Those of one server whose times are near each other as one.
fn together(mut all: Vec<Ask>) -> Vec<Ask> {
    all.sort_by(|a, b| (&a.pool, a.span, &a.why).cmp(&(&b.pool, b.span, &b.why)));
    let mut out: BTreeMap<Option<String>, Vec<Ask>> = BTreeMap::new();
    for ask in all {
        let own = out.entry(ask.pool.clone()).or_default();
        match own.last_mut() {
            Some(last) if near(last.span, ask.span) => {
                last.cases += ask.cases;
                last.span =
                    last.span.zip(ask.span).map(|(a, b)| (a.0.min(b.0), a.1.max(b.1))).or(last.span).or(ask.span);
            }
            _ => own.push(ask),
        }
    }
    out.into_values().flatten().collect()
}

fn near(a: Option<(Timestamp, Timestamp)>, b: Option<(Timestamp, Timestamp)>) -> bool {
    a.zip(b).is_none_or(|(a, b)| b.0.since(a.1) <= TOGETHER_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> (Timestamp, Timestamp) {
        (Timestamp(ms), Timestamp(ms + 1_000))
    }

    #[test]
    fn what_is_near_is_asked_for_at_once_and_names_of_a_log_are_no_commands() {
        let ask = |pool: &str, from| Ask::new(plain(pool), Role::FrontEnd, Some(at(from)), "x");
        let all = together(vec![ask("b", 0), ask("a", 5_000_000), ask("a", 20_000), ask("a", 0)]);
        let told: Vec<_> = all.iter().map(|a| (a.pool.as_deref().unwrap(), a.span.unwrap().1.0, a.cases)).collect();
        assert_eq!(told, [("a", 21_000, 2), ("a", 5_001_000, 1), ("b", 1_000, 1)]);
        for hostile in ["a\"; Remove-Item x", "$(x)", "a b", "", "`n"] {
            assert_eq!(plain(hostile), None, "{hostile}");
        }
        let command = ask("fe01.contoso.com", 1_381_827_600_000).command();
        let expected = "Search-CsClsLogging -Pools \"fe01.contoso.com\" -Components \"SIPStack\",\"UserServices\" \
                        -StartTime \"2013-10-15 09:00:00\" -EndTime \"2013-10-15 09:00:01\" -OutputFilePath \"fe01.contoso.com.log\"";
        assert_eq!(command, expected);
        let lines = ask("fe01.contoso.com", 1_381_827_600_000).lines(78);
        assert!(lines.len() > 1 && lines.iter().all(|l| l.chars().count() <= 78), "{lines:?}");
        assert_eq!(lines.concat().replace(" `", "").replace("  -", " -"), expected);
    }
}
