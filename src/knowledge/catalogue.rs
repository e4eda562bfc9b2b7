//! The catalogue of causes, and what looks like a cause and is none: `catalogue.toml`.

use std::collections::BTreeSet;
use std::sync::{LazyLock, OnceLock};

use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// Explains, no fault.
    Info,
    /// Likely or partly a cause.
    Warning,
    /// A notification or a call is lost because of this.
    Error,
}

impl Severity {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One entry of the catalogue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Finding {
    /// Stable code, `PN01`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// One line.
    pub summary: String,
    /// Why it happens.
    pub cause: String,
    /// What to do, in one line.
    pub remedy: String,
    /// The remedy with its commands apart.
    #[serde(skip)]
    pub steps: Vec<Step>,
    /// What users notice.
    pub noticed: String,
    /// What to look at, in this order, with commands between backticks.
    pub checks: Vec<String>,
    /// Which server's log can prove it.
    pub seen_at: String,
    /// What an engineer sees there.
    pub seen: String,
    /// What is easily taken for it, or the other way round.
    pub false_friends: String,
    /// Where it is documented.
    pub source: Vec<String>,
    /// Alternatives; one that holds is enough.
    #[serde(default, rename = "match")]
    pub matchers: Vec<Matcher>,
}

impl Finding {
    /// An entry of one's own, with what every entry has; the rest is empty.
    pub fn own(code: String, severity: Severity, summary: String, cause: String, remedy: &str) -> Finding {
        Finding {
            code,
            severity,
            summary,
            cause,
            remedy: remedy.replace('`', ""),
            steps: steps(remedy),
            noticed: String::new(),
            checks: Vec::new(),
            seen_at: "any".to_owned(),
            seen: String::new(),
            false_friends: String::new(),
            source: Vec::new(),
            matchers: Vec::new(),
        }
    }
}

impl Matcher {
    /// The text that is sought for it.
    pub fn sought(&self) -> Option<&str> {
        self.text.as_deref().or(self.result_code.as_deref())
    }
}

/// What to look for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Matcher {
    /// `response`, `diagnostic`, `result_code`, `component` or `structure`.
    #[serde(rename = "where")]
    pub place: String,
    /// Id of the ms-diagnostics family.
    pub id: Option<u32>,
    /// Lower-case part of the text.
    pub text: Option<String>,
    /// Eight hex digits.
    pub result_code: Option<String>,
    /// In words, where the code decides.
    pub rule: Option<String>,
}

/// A group of findings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Short name for programs.
    pub name: String,
    /// Its first code; it ends where the next section begins.
    pub first: String,
    /// Heading.
    pub title: String,
}

/// What looks like a fault, is none, and is never reported.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Noise {
    /// Stable code, `NF01`.
    pub code: String,
    /// One line.
    pub what: String,
    /// How it looks in a log.
    #[serde(rename = "match")]
    pub seen: String,
    /// ms-diagnostics ids that it explains away.
    #[serde(default)]
    pub id: Vec<u32>,
    /// Result codes that it explains away, eight hex digits.
    #[serde(default)]
    pub result_code: Vec<String>,
    /// Why it is no fault.
    pub why: String,
    /// Where it is documented.
    pub source: Vec<String>,
}

/// A piece of a remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Words.
    Text(String),
    /// To be typed as it stands.
    Command(String),
}

/// Takes a remedy apart at its backticks.
pub fn steps(remedy: &str) -> Vec<Step> {
    let pieces = remedy.split('`').enumerate().map(|(i, piece)| {
        let between = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '.');
        match i {
            0 => Step::Text(piece.trim().to_owned()),
            _ if i % 2 == 1 => Step::Command(piece.to_owned()),
            _ => Step::Text(piece.trim_start_matches(between).trim_end().to_owned()),
        }
    });
    pieces.filter(|s| *s != Step::Text(String::new())).collect()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    section: Vec<Section>,
    finding: Vec<Finding>,
    noise: Vec<Noise>,
}

/// Entries that a site adds.
static OWN: OnceLock<Vec<Finding>> = OnceLock::new();

/// Adds entries of one's own to the catalogue: once, and before anything asks it. Their codes stand behind all others.
///
/// # Errors
/// One line when it was asked already, or when so many texts cannot be sought at once.
pub fn add(own: Vec<Finding>) -> Result<(), String> {
    let texts: BTreeSet<&str> = own.iter().flat_map(|f| &f.matchers).filter_map(Matcher::sought).collect();
    if texts.len() > MOST_TEXTS {
        return Err(format!("expected at most {MOST_TEXTS} texts of one's own, found {}", texts.len()));
    }
    let late = || "the catalogue was asked before its rules were read".to_owned();
    let codes: Vec<String> = own.iter().map(|f| f.code.clone()).collect();
    OWN.set(own).map_err(|_| late())?;
    if codes.iter().all(|code| find(code).is_some()) { Ok(()) } else { Err(late()) }
}

/// The entries of one's own.
pub(crate) fn own() -> impl Iterator<Item = &'static Finding> {
    OWN.get().into_iter().flatten()
}

/// Those that seek something in a log: what an analysis says of causes depends on them.
pub(crate) fn own_matchers() -> impl Iterator<Item = &'static Finding> {
    own().filter(|f| !f.matchers.is_empty())
}

/// So many texts of one's own can be sought beside those of the catalogue.
pub const MOST_TEXTS: usize = 24;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut all = toml::from_str::<Catalogue>(include_str!("catalogue.toml")).unwrap_or_default();
    for finding in &mut all.finding {
        finding.steps = steps(&finding.remedy);
        finding.remedy.retain(|c| c != '`');
    }
    let mut own = OWN.get().cloned().unwrap_or_default();
    own.sort_by(|a, b| a.code.cmp(&b.code));
    if let Some(first) = own.first() {
        let (name, title) = ("own".to_owned(), "Rules of your own".to_owned());
        all.section.push(Section { name, first: first.code.clone(), title });
    }
    all.finding.extend(own);
    all
});

/// All entries, sorted by code.
pub fn catalogue() -> &'static [Finding] {
    &CATALOGUE.finding
}

/// The groups of entries, in order.
pub fn sections() -> &'static [Section] {
    &CATALOGUE.section
}

/// What is never reported, sorted by code.
pub fn never_reported() -> &'static [Noise] {
    &CATALOGUE.noise
}

/// An entry by its code.
pub fn find(code: &str) -> Option<&'static Finding> {
    catalogue().iter().find(|f| f.code.eq_ignore_ascii_case(code))
}

/// The group an entry belongs to.
pub fn section_of(finding: &Finding) -> Option<&'static Section> {
    sections().iter().rev().find(|s| s.first <= finding.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_complete_sorted_and_fits_a_report() {
        // A catalogue that cannot be read would be an empty one.
        assert!(catalogue().len() >= 47 && catalogue().windows(2).all(|w| w[0].code < w[1].code));
        assert!(catalogue().iter().all(|f| f.code.len() == 4 && f.code.starts_with("PN")));
        for f in catalogue() {
            assert!(f.summary.len() <= 62, "{}: too long for a line of the list", f.code);
            assert!(!f.cause.is_empty() && !f.seen.is_empty() && !f.source.is_empty(), "{}", f.code);
            assert!(!f.noticed.is_empty() && !f.false_friends.is_empty() && !f.checks.is_empty(), "{}", f.code);
            assert!(f.checks.iter().all(|c| c.matches('`').count() % 2 == 0), "{}: {:?}", f.code, f.checks);
            let told = format!("{f:?}").to_lowercase();
            assert!(!told.contains("baltimore"), "{}: a root that has expired", f.code);
            assert!(!f.steps.is_empty() && !f.remedy.contains('`'), "{}: {:?}", f.code, f.steps);
            assert!(["edge", "front_end", "any", "outside the trace"].contains(&f.seen_at.as_str()), "{}", f.code);
            assert_eq!(f.matchers.is_empty(), f.seen_at == "outside the trace", "{}", f.code);
            assert!(
                f.matchers
                    .iter()
                    .all(|m| m.id.is_some() || m.text.is_some() || m.result_code.is_some() || m.rule.is_some())
            );
        }
        for code in ["PN20", "PN23", "PN30", "PN33", "PN35", "PN50"] {
            assert!(find(code).is_some(), "{code} is used in code");
        }
        let holds = |s: &Section| catalogue().iter().any(|f| section_of(f).is_some_and(|of| of.name == s.name));
        assert!(sections().iter().all(holds) && catalogue().iter().all(|f| section_of(f).is_some()));
        assert_eq!(never_reported().len(), 6);
        assert!(never_reported().windows(2).all(|w| w[0].code < w[1].code && !w[0].source.is_empty()));
    }

    #[test]
    fn a_command_stands_alone_and_the_words_around_it_stay_words() {
        let text = |t: &str| Step::Text(t.to_owned());
        let command = |t: &str| Step::Command(t.to_owned());
        assert_eq!(
            steps("First: `A -b c`; then `D | E \"f.g\"`, `H`. Done."),
            [text("First:"), command("A -b c"), text("then"), command("D | E \"f.g\""), command("H"), text("Done.")]
        );
        assert_eq!(steps("No command."), [text("No command.")]);
        assert_eq!(steps(""), []);
    }
}
