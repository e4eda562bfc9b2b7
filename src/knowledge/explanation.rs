//! One meaning of a code, number or word, made from an entry of the catalogue or a row of a table.

use serde::Serialize;

use super::catalogue::{self, Finding, Matcher, Noise, Severity, Step};
use super::clients::Client;
use super::codes::{self, EventId, GatewayCause, ResultCode, TlsAlert};
use super::tables;

/// How much is known of what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Known {
    /// It is explained.
    Text,
    /// It exists, but nobody has published what it means.
    Number,
    /// It is in no table; only what follows from the number itself is told.
    Nothing,
}

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// What, in words, in one line with its commands.
    pub what: String,
    /// The commands in it, to be typed as they stand.
    pub commands: Vec<String>,
    /// The same with its commands apart.
    #[serde(skip)]
    pub steps: Vec<Step>,
}

impl Check {
    fn read(text: &str) -> Check {
        let steps = catalogue::steps(text);
        Check { what: text.replace('`', ""), commands: commands(&steps), steps }
    }
}

/// The checks of an entry of the catalogue, in their order.
pub fn checks(finding: &Finding) -> Vec<Check> {
    finding.checks.iter().map(|c| Check::read(c)).collect()
}

fn commands(steps: &[Step]) -> Vec<String> {
    let command = |s: &Step| if let Step::Command(c) = s { Some(c.clone()) } else { None };
    steps.iter().filter_map(command).collect()
}

/// One meaning of what was asked for. What does not apply is `None` or empty.
///
/// This is also the JSON form of `siptrail findings` and `siptrail explain`; every key is always there.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// `finding`, `never_reported`, `sip_status`, `diagnostic`, `result_code`, `tls_alert`, `event`, `gateway_cause`,
    /// `client`, `outcome`, `verdict`, `push_result`, `link`, `leg_outcome`.
    pub kind: &'static str,
    /// `PN03`, `NF01`, `480`, `1009`, `0xc3e93d6f`, `not_opened`.
    pub code: String,
    /// How bad a finding is.
    pub severity: Option<Severity>,
    /// Group of a finding.
    pub section: Option<&'static str>,
    /// Summary of a finding, phrase of a status, name of a result code.
    pub summary: Option<&'static str>,
    /// Who gives an ms-diagnostics id.
    pub component: Option<&'static str>,
    /// How much is known.
    pub known: Known,
    /// What it means; of a finding see `cause`.
    pub meaning: Option<String>,
    /// Whose log shows it: `edge`, `front_end`, `any` or `outside the trace`.
    pub seen_at: Option<&'static str>,
    /// What the log shows.
    pub seen: Option<&'static str>,
    /// Why it happens.
    pub cause: Option<&'static str>,
    /// What users notice.
    pub noticed: Option<&'static str>,
    /// What to look at, in this order.
    pub checks: Vec<Check>,
    /// What to do, in one line.
    pub remedy: Option<String>,
    /// The commands in `remedy`, to be typed as they stand.
    pub commands: Vec<String>,
    /// What is easily taken for it, or the other way round.
    pub false_friends: Option<&'static str>,
    /// Codes of entries that have to do with it.
    pub see: Vec<&'static str>,
    /// How siptrail recognises it; empty where it cannot.
    #[serde(rename = "match")]
    pub matchers: &'static [Matcher],
    /// Addresses where it is documented.
    pub source: Vec<&'static str>,
    /// The remedy with its commands apart.
    #[serde(skip)]
    pub steps: Vec<Step>,
}

fn known_source(source: &'static str) -> Vec<&'static str> {
    if source == "-" { Vec::new() } else { vec![source] }
}

/// Entries of one's own may leave it out.
fn told(text: &'static str) -> Option<&'static str> {
    (!text.is_empty()).then_some(text)
}

impl Explanation {
    pub(super) fn new(kind: &'static str, meaning: String) -> Explanation {
        Explanation {
            kind,
            code: String::new(),
            severity: None,
            section: None,
            summary: None,
            component: None,
            known: Known::Text,
            meaning: (!meaning.is_empty()).then_some(meaning),
            seen_at: None,
            seen: None,
            cause: None,
            noticed: None,
            checks: Vec::new(),
            remedy: None,
            commands: Vec::new(),
            false_friends: None,
            see: Vec::new(),
            matchers: &[],
            source: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn with_steps(mut self, steps: Vec<Step>, remedy: String) -> Explanation {
        self.commands = commands(&steps);
        self.remedy = (!remedy.is_empty()).then_some(remedy);
        self.steps = steps;
        self
    }

    /// An entry of the catalogue.
    pub fn of_finding(f: &'static Finding) -> Explanation {
        Explanation {
            code: f.code.clone(),
            severity: Some(f.severity),
            section: catalogue::section_of(f).map(|s| s.name.as_str()),
            summary: Some(&f.summary),
            seen_at: Some(&f.seen_at),
            seen: told(&f.seen),
            cause: told(&f.cause),
            noticed: told(&f.noticed),
            checks: checks(f),
            false_friends: told(&f.false_friends),
            matchers: &f.matchers,
            source: f.source.iter().map(String::as_str).collect(),
            ..Explanation::new("finding", String::new())
        }
        .with_steps(f.steps.clone(), f.remedy.clone())
    }

    /// What is never reported.
    pub fn of_noise(n: &'static Noise) -> Explanation {
        Explanation {
            code: n.code.clone(),
            summary: Some(&n.what),
            seen: Some(&n.seen),
            cause: Some(&n.why),
            source: n.source.iter().map(String::as_str).collect(),
            ..Explanation::new("never_reported", String::new())
        }
    }

    pub(super) fn of_status(status: u32) -> Explanation {
        let (summary, meaning, source) = if let Some(known) = tables::sip_status(status) {
            (Some(known.phrase), known.meaning.to_owned(), known_source(known.source))
        } else {
            let like = if status < 200 { 183 } else { status / 100 * 100 };
            let meaning = format!("Not a registered status; who does not know it treats it like {like}.");
            (None, meaning, vec!["https://www.rfc-editor.org/rfc/rfc3261#section-8.1.3.2"])
        };
        let known = if summary.is_some() { Known::Text } else { Known::Nothing };
        Explanation { code: status.to_string(), summary, known, source, ..Explanation::new("sip_status", meaning) }
    }

    pub(super) fn of_id(number: u64) -> Explanation {
        let id = u32::try_from(number).ok();
        let code = number.to_string();
        if let Some(d) = id.and_then(tables::diagnostic) {
            let see = related(|m| m.id == id, |n| n.id.iter().any(|i| Some(*i) == id));
            let of = Explanation::new("diagnostic", d.meaning.to_owned());
            return Explanation { code, component: Some(d.component), source: known_source(d.source), see, ..of }
                .with_steps(catalogue::steps(d.remedy), d.remedy.replace('`', ""));
        }
        if let Some(text) = id.and_then(tables::unpublished) {
            let range = id.and_then(tables::range_of);
            return Explanation {
                code,
                component: range.map(|r| r.component),
                known: Known::Number,
                source: range.map(|r| r.source).into_iter().collect(),
                see: vec!["PN33"],
                ..Explanation::new("diagnostic", text.to_owned())
            };
        }
        let listed = id.and_then(tables::known_without_text);
        let range = id.and_then(tables::range_of);
        let what = if listed.is_some() {
            "The id is known to exist, but no text for it has been published."
        } else {
            "Neither the id nor a text for it is known."
        };
        let whose = range.map_or("It lies outside every known range.".to_owned(), |r| {
            format!("Its range, {} to {}: {}.", r.from, r.to, r.component)
        });
        Explanation {
            code,
            component: range.map(|r| r.component),
            known: if listed.is_some() { Known::Number } else { Known::Nothing },
            source: listed.into_iter().chain(range.map(|r| r.source).filter(|s| *s != "-")).collect(),
            ..Explanation::new("diagnostic", format!("{what} {whose}"))
        }
    }

    pub(super) fn of_code(c: &'static ResultCode) -> Explanation {
        let hex = c.code.map(|n| format!("{n:08x}"));
        let names = |text: &str| {
            text.eq_ignore_ascii_case(c.name)
                || hex.as_ref().is_some_and(|h| text.strip_prefix("0x") == Some(h.as_str()))
        };
        let see = related(
            |m| m.result_code.is_some() && m.result_code == hex || m.text.as_deref().is_some_and(names),
            |n| hex.as_ref().is_some_and(|h| n.result_code.contains(h)),
        );
        let alerts = codes::tls_alerts().iter().filter(|a| c.code.is_some() && a.code == c.code);
        let alerts: Vec<String> = alerts.map(|a| format!("{} ({})", a.alert, a.name)).collect();
        let paired = match &alerts[..] {
            [] => String::new(),
            [one] => format!(" Windows also tells it when the other side sends the TLS alert {one}."),
            all => {
                format!(" Windows also tells it when the other side sends one of the TLS alerts {}.", all.join(", "))
            }
        };
        Explanation {
            code: c.code.map_or(c.name.to_owned(), |n| format!("{n:#010x}")),
            summary: Some(c.name),
            source: known_source(c.source),
            see,
            ..Explanation::new("result_code", format!("{}{paired}", c.meaning))
        }
    }

    pub(super) fn of_alert(a: &'static TlsAlert) -> Explanation {
        let paired = match a.code.and_then(codes::result_code) {
            Some(c) => format!(" Windows tells it as {:#010x} ({}).", a.code.unwrap_or(0), c.name),
            None => String::new(),
        };
        let see = a.code.and_then(codes::result_code).map_or(Vec::new(), |c| Explanation::of_code(c).see);
        Explanation {
            code: a.alert.to_string(),
            summary: Some(a.name),
            source: vec![a.source],
            see,
            ..Explanation::new("tls_alert", format!("{}{paired}", a.meaning))
        }
    }

    pub(super) fn of_event(e: &'static EventId) -> Explanation {
        let see = e.see.split_ascii_whitespace().collect();
        let source = known_source(e.source);
        let of = Explanation::new("event", e.meaning.to_owned());
        Explanation { code: e.id.to_string(), summary: Some(e.name), see, source, ..of }
            .with_steps(catalogue::steps(e.remedy), e.remedy.replace('`', ""))
    }

    /// A cause of the telephone network.
    pub(crate) fn of_gateway(c: &'static GatewayCause) -> Explanation {
        let of = Explanation::new("gateway_cause", c.meaning.to_owned());
        Explanation { code: c.cause.to_string(), summary: Some(c.name), source: vec![c.source], ..of }
            .with_steps(catalogue::steps(c.remedy), c.remedy.replace('`', ""))
    }

    pub(super) fn of_client(c: &'static Client) -> Explanation {
        let source = known_source(c.source);
        let code = c.token.trim_end_matches('*').to_owned();
        Explanation { code, summary: Some(c.name), source, ..Explanation::new("client", c.in_words()) }
    }

    pub(super) fn of_word(w: &tables::Word) -> Explanation {
        let see = w.see.split_ascii_whitespace().collect();
        Explanation { code: w.word.to_owned(), see, ..Explanation::new(w.kind, w.meaning.to_owned()) }
    }
}

/// Codes of entries that name what was asked for.
fn related(finding: impl Fn(&Matcher) -> bool, noise: impl Fn(&Noise) -> bool) -> Vec<&'static str> {
    let findings = catalogue::catalogue().iter().filter(|f| f.matchers.iter().any(&finding)).map(|f| f.code.as_str());
    findings.chain(catalogue::never_reported().iter().filter(|n| noise(n)).map(|n| n.code.as_str())).collect()
}
