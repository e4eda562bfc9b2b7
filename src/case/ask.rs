//! Which log would tell more, and the command that gets it.
//!
//! `Search-CsClsLogging` of the Centralized Logging Service (Lync Server 2013 and later) takes pools or computers, components,
//! start and end. Source: <https://learn.microsoft.com/powershell/module/skypeforbusiness/search-csclslogging>.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::rank::{rank, says_why};
use crate::analysis::{Analysis, Blind, Call, Push, PushResult, Role, ServerId, Verdict};
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
    /// The name is that of a pool; else that of one computer.
    pub is_pool: bool,
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
        let whose = if self.is_pool || self.pool.is_none() { "Pools" } else { "Computers" };
        let mut out =
            vec!["Search-CsClsLogging".to_owned(), format!(" -{whose} \"{pool}\""), format!(" -Components {parts}")];
        if let Some((from, to)) = self.span {
            out.push(format!(" -StartTime \"{}\"", second(from)));
            out.push(format!(" -EndTime \"{}\"", second(to.plus(999))));
        }
        // Two searches of one pool must not write over each other.
        let since = self.span.map_or(String::new(), |(from, _)| {
            "-".to_owned() + &second(from).replace(['-', ':'], "").replace(' ', "-")
        });
        let file = self.pool.as_deref().unwrap_or("front-end");
        out.push(format!(" -OutputFilePath \"{file}{since}.log\""));
        out
    }
}

/// The logs that a call with its pushes, or a push, waits for: its verdict is open, or its cause stands elsewhere.
pub fn asks_of(trace: &Trace, analysis: &Analysis, call: Option<&Call>, pushes: &[&Push]) -> Vec<Ask> {
    together(Asking::new(trace, analysis).of(call, pushes))
}

/// All that the logs leave open, as few commands as they can be got with.
pub fn asks(trace: &Trace, analysis: &Analysis) -> Vec<Ask> {
    let at = Asking::new(trace, analysis);
    let mut out = Vec::new();
    for call in &analysis.calls {
        if call.verdict == Some(Verdict::Undetermined) || !call.pushes.is_empty() && call.is_missed() {
            let pushes: Vec<&Push> = call.pushes.iter().filter_map(|p| analysis.pushes.get(*p)).collect();
            out.extend(at.of(Some(call), &pushes));
        }
    }
    let alone = analysis.pushes.iter().filter(|p| p.call.is_none() && !p.synthetic);
    for push in alone.filter(|p| p.result.is_lost() || p.result == PushResult::Undetermined) {
        out.extend(at.of(None, &[push]));
    }
    together(out)
}

fn around(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<(Timestamp, Timestamp)> {
    from.map(|from| (from.plus(-BEFORE_MS), to.unwrap_or(from).max(from).plus(BEHIND_MS)))
}

struct Asking<'a> {
    trace: &'a Trace,
    analysis: &'a Analysis,
    /// The pools that were looked for already.
    pools: RefCell<BTreeMap<ServerId, Option<String>>>,
}

impl<'a> Asking<'a> {
    fn new(trace: &'a Trace, analysis: &'a Analysis) -> Asking<'a> {
        Asking { trace, analysis, pools: RefCell::default() }
    }

    /// What a call with its pushes, or a push, waits for, one by one.
    fn of(&self, call: Option<&Call>, pushes: &[&Push]) -> Vec<Ask> {
        let mut out = Vec::new();
        if let Some(call) = call.filter(|c| c.verdict == Some(Verdict::Undetermined)) {
            let span = around(call.started, call.ended);
            let blind = call.blind;
            out.extend(blind.map_or(Vec::new(), |b| self.blind(&b, span, Some(call))));
        }
        for push in pushes {
            let span = around(push.sent, push.answered);
            if call.is_none() {
                out.extend(push.blind.map_or(Vec::new(), |b| self.blind(&b, span, None)));
            }
            if push.result.is_lost() && !push.superseded {
                out.extend(self.elsewhere(push, span));
            }
        }
        out
    }

    fn blind(&self, blind: &Blind, span: Option<(Timestamp, Timestamp)>, call: Option<&Call>) -> Vec<Ask> {
        let logged = |id| self.trace.event(id).and_then(crate::trace::Event::time);
        match blind {
            Blind::Ends(server, last) => {
                let from = logged(*last);
                let until = span.map(|(_, until)| until.plus(self.ahead(*server)));
                let span = from.map(|from| (from, until.filter(|u| *u > from).unwrap_or(from.plus(BEHIND_MS))));
                self.of_server(*server, span, "its log ends too early")
            }
            Blind::Hole(hole) => {
                let span = logged(hole.after).zip(logged(hole.before)).filter(|(a, b)| a <= b);
                self.of_server(hole.server, span, "its log has a hole there")
            }
            Blind::StartMissing => {
                let server = call.and_then(Call::begun_before);
                let early =
                    |id| span.map(|(from, to)| (from.plus(self.ahead(id) - BEHIND_MS), to.plus(self.ahead(id))));
                server.map_or(Vec::new(), |id| self.of_server(id, early(id), "its log begins inside the call"))
            }
            Blind::OnlyEdge => {
                vec![Ask::new(Named::Unknown, Role::FrontEnd, span, "it would send the push, and has no log here")]
            }
            Blind::ServerMissing => {
                let mobile = call.into_iter().flat_map(|c| &c.legs).filter(|l| l.mobile);
                let hosts = mobile.filter_map(|l| l.target.as_deref()).map(host_of);
                let host = hosts.into_iter().find(|h| self.is_unlogged(h)).and_then(plain);
                // A phone is called at the machine whose mobility service it uses.
                let host = host.map_or(Named::Unknown, Named::Computer);
                vec![Ask::new(host, Role::FrontEnd, span, "the phone is behind it, and it has no log here")]
            }
            _ => Vec::new(),
        }
    }

    /// A push that was lost where no log tells why: the next server of the house that it went to.
    fn elsewhere(&self, push: &Push, span: Option<(Timestamp, Timestamp)>) -> Option<Ask> {
        let known = push.findings.iter().filter_map(|c| catalogue::find(c)).any(|f| rank(f) < 3 && says_why(&f.code));
        let sent =
            push.sightings.iter().rev().filter(|h| h.direction == Direction::Outgoing).find_map(|h| h.peer.as_deref());
        let host = sent.map(host_of).filter(|h| !known && self.is_unlogged(h)).and_then(plain)?;
        // Servers know the next by its pool; an Edge that stands alone is one by itself.
        Some(Ask::new(Named::Pool(host), Role::Edge, span, "the push went to it, and it has no log here"))
    }

    /// A host of the house of which no log is here.
    fn is_unlogged(&self, host: &str) -> bool {
        let servers = &self.analysis.servers;
        servers.find(host).is_none() && servers.is_own_host(host)
    }

    /// What is asked of a server, where the service collects its log: that of a client or a gateway it does not.
    fn of_server(&self, id: ServerId, span: Option<(Timestamp, Timestamp)>, why: &str) -> Vec<Ask> {
        let server = self.analysis.servers.get(id);
        let role = server.map_or(Role::Unknown, |s| s.role);
        if matches!(role, Role::Client | Role::Gateway | Role::Capture) {
            return Vec::new();
        }
        let machine = || server.and_then(|s| s.name.as_deref()).and_then(plain);
        let name = self.pool(id).map(Named::Pool).or_else(|| machine().map(Named::Computer));
        vec![Ask::new(name.unwrap_or(Named::Unknown), role, span, why)]
    }

    /// The pool that the prefixes of a server name (`pool\machine`).
    fn pool(&self, id: ServerId) -> Option<String> {
        if let Some(known) = self.pools.borrow().get(&id) {
            return known.clone();
        }
        let pool = self.find_pool(id);
        self.pools.borrow_mut().insert(id, pool.clone());
        pool
    }

    fn find_pool(&self, id: ServerId) -> Option<String> {
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

/// Whose log is asked for.
enum Named {
    Pool(String),
    Computer(String),
    Unknown,
}

impl Ask {
    fn new(whose: Named, role: Role, span: Option<(Timestamp, Timestamp)>, why: &str) -> Ask {
        let is_pool = matches!(whose, Named::Pool(_));
        let pool = match whose {
            Named::Pool(name) | Named::Computer(name) => Some(name),
            Named::Unknown => None,
        };
        let name = pool.as_deref().unwrap_or(if role == Role::FrontEnd { "the Front End" } else { "a server" });
        Ask { role, span, why: format!("{name}: {why}"), cases: 1, pool, is_pool }
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

/// Those of one server, and of one role there for roles log different components, whose times are near each other as one.
fn together(mut all: Vec<Ask>) -> Vec<Ask> {
    type Key<'a> = (&'a Option<String>, bool, Role);
    fn key(ask: &Ask) -> Key<'_> {
        (&ask.pool, ask.is_pool, ask.role)
    }
    all.sort_by(|a, b| (key(a), a.span, &a.why).cmp(&(key(b), b.span, &b.why)));
    let mut out: Vec<Ask> = Vec::new();
    for ask in all {
        match out.last_mut() {
            Some(last) if key(last) == key(&ask) && near(last.span, ask.span) => {
                last.cases += ask.cases;
                last.span = last.span.zip(ask.span).map(|(a, b)| (a.0.min(b.0), a.1.max(b.1)));
            }
            _ => out.push(ask),
        }
    }
    out
}

/// Whether one search finds both; what has no time is somewhere in all of the log.
fn near(a: Option<(Timestamp, Timestamp)>, b: Option<(Timestamp, Timestamp)>) -> bool {
    a.zip(b).map_or(a.is_none() && b.is_none(), |(a, b)| b.0.since(a.1) <= TOGETHER_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> (Timestamp, Timestamp) {
        (Timestamp(ms), Timestamp(ms + 1_000))
    }

    #[test]
    fn what_is_near_is_asked_for_at_once_and_names_of_a_log_are_no_commands() {
        let of = |pool: &str, role, span| Ask::new(Named::Pool(plain(pool).unwrap()), role, span, "x");
        let ask = |pool: &str, from| of(pool, Role::FrontEnd, Some(at(from)));
        let all = together(vec![ask("b", 0), ask("a", 5_000_000), ask("a", 20_000), ask("a", 0)]);
        let told: Vec<_> = all.iter().map(|a| (a.pool.as_deref().unwrap(), a.span.unwrap().1.0, a.cases)).collect();
        assert_eq!(told, [("a", 21_000, 2), ("a", 5_001_000, 1), ("b", 1_000, 1)]);
        // Another role logs other components, and what has no time is not found by a search between two.
        let apart = [ask("a", 0), of("a", Role::Edge, Some(at(0))), of("a", Role::FrontEnd, None)];
        assert_eq!(together(apart.to_vec()).len(), 3);
        let one = Ask::new(Named::Computer("fe01".to_owned()), Role::FrontEnd, None, "x");
        assert_eq!(one.command().split(" -Components").next(), Some("Search-CsClsLogging -Computers \"fe01\""));
        for hostile in ["a\"; Remove-Item x", "$(x)", "a b", "", "`n"] {
            assert_eq!(plain(hostile), None, "{hostile}");
        }
        let command = ask("fe01.contoso.com", 1_381_827_600_000).command();
        let expected = "Search-CsClsLogging -Pools \"fe01.contoso.com\" -Components \"SIPStack\",\"UserServices\" \
                        -StartTime \"2013-10-15 09:00:00\" -EndTime \"2013-10-15 09:00:01\" -OutputFilePath \"fe01.contoso.com-20131015-090000.log\"";
        assert_eq!(command, expected);
        let lines = ask("fe01.contoso.com", 1_381_827_600_000).lines(78);
        assert!(lines.len() > 1 && lines.iter().all(|l| l.chars().count() <= 78), "{lines:?}");
        assert_eq!(lines.concat().replace(" `", "").replace("  -", " -"), expected);
    }
}
