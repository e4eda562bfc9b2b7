//! Reading the configuration file. A key that is not known is an error: a mistyped `fail_on` would let a nightly job pass.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use toml::{Table, Value};

use crate::cli::global::Color;
use crate::cli::report::{FailOn, Format};

/// What the file may say; what it does not say is `None`.
#[derive(Debug, Default)]
pub(crate) struct Config {
    pub(crate) color: Option<Color>,
    pub(crate) jobs: Option<u16>,
    pub(crate) quiet: Option<bool>,
    pub(crate) verbose: Option<bool>,
    pub(crate) report: ReportConfig,
}

/// The table `[report]`.
#[derive(Debug, Default)]
pub(crate) struct ReportConfig {
    pub(crate) format: Option<Format>,
    pub(crate) fail_on: Option<FailOn>,
    pub(crate) hops: Option<bool>,
}

/// Keys outside of tables, then those of `[report]`.
const KEYS: [&str; 5] = ["color", "jobs", "quiet", "verbose", "report"];
const REPORT_KEYS: [&str; 3] = ["format", "fail_on", "hops"];

/// Where the file is looked for unless `--config` names one; `None` where there is no home.
pub(crate) fn usual_path() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|v: &OsString| !v.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        folder("APPDATA")
    } else {
        folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")))
    };
    base.map(|base| base.join("siptrail").join("config.toml"))
}

/// Reads the file that was named, or the usual one if it is there.
///
/// # Errors
/// One line: the file, what was expected, what was found.
pub(crate) fn load(named: Option<&Path>) -> Result<Config, String> {
    let Some(path) = named.map(Path::to_path_buf).or_else(usual_path) else { return Ok(Config::default()) };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => return Ok(Config::default()),
        Err(error) => {
            let hint = "siptrail config --init writes one";
            return Err(format!("cannot read the configuration {}: {error}; {hint}", path.display()));
        }
    };
    parse(&text).map_err(|what| format!("configuration {}: {what}", path.display()))
}

fn parse(text: &str) -> Result<Config, String> {
    let table: Table = text.parse().map_err(|e: toml::de::Error| {
        let line = e.span().map_or(1, |span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
        format!("line {line}: expected TOML (key = value), found {}", e.message().replace('\n', ", "))
    })?;
    known("", &table, &KEYS)?;
    let mut out = Config {
        color: word("color", &table)?,
        jobs: jobs(&table)?,
        quiet: yes_or_no("quiet", &table)?,
        verbose: yes_or_no("verbose", &table)?,
        report: ReportConfig::default(),
    };
    match table.get("report") {
        None => {}
        Some(Value::Table(report)) => {
            known(" in [report]", report, &REPORT_KEYS)?;
            out.report = ReportConfig {
                format: word("format", report)?,
                fail_on: word("fail_on", report)?,
                hops: yes_or_no("hops", report)?,
            };
        }
        Some(other) => return Err(unexpected("report", "the table [report]", other)),
    }
    Ok(out)
}

fn known(place: &str, table: &Table, keys: &[&str]) -> Result<(), String> {
    let Some(key) = table.keys().find(|k| !keys.contains(&k.as_str())) else { return Ok(()) };
    let plain = |k: &str| k.to_ascii_lowercase().replace('-', "_");
    let nearest = keys
        .iter()
        .map(|k| (strsim::damerau_levenshtein(&plain(key), k), k))
        .filter(|(mistakes, k)| *mistakes <= k.len().div_ceil(3))
        .min_by_key(|(mistakes, _)| *mistakes);
    let hint = nearest.map_or(format!("expected {}", keys.join(", ")), |(_, k)| format!("did you mean {k:?}?"));
    Err(format!("unknown key {key:?}{place}; {hint}"))
}

fn unexpected(key: &str, expected: &str, found: &Value) -> String {
    format!("{key}: expected {expected}, found {}", found.to_string().replace('\n', " "))
}

fn word<T: ValueEnum>(key: &str, table: &Table) -> Result<Option<T>, String> {
    let Some(value) = table.get(key) else { return Ok(None) };
    let read = value.as_str().and_then(|text| T::from_str(text, false).ok());
    read.map(Some).ok_or_else(|| {
        let words: Vec<String> = T::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value)
            .map(|v| format!("{:?}", v.get_name()))
            .collect();
        unexpected(key, &words.join(" or "), value)
    })
}

fn yes_or_no(key: &str, table: &Table) -> Result<Option<bool>, String> {
    let Some(value) = table.get(key) else { return Ok(None) };
    value.as_bool().map(Some).ok_or_else(|| unexpected(key, "true or false", value))
}

fn jobs(table: &Table) -> Result<Option<u16>, String> {
    let Some(value) = table.get("jobs") else { return Ok(None) };
    let read = value.as_integer().and_then(|n| u16::try_from(n).ok()).filter(|n| (1..=1024).contains(n));
    read.map(Some).ok_or_else(|| unexpected("jobs", "a number from 1 to 1024", value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_the_file_is_told_with_a_hint() {
        for (text, told) in [
            ("colour = \"auto\"", "unknown key \"colour\"; did you mean \"color\"?"),
            ("[report]\nfail-on = \"missed\"", "unknown key \"fail-on\" in [report]; did you mean \"fail_on\"?"),
            ("xyz = 1", "unknown key \"xyz\"; expected color, jobs, quiet, verbose, report"),
            ("color = \"red\"", "color: expected \"auto\" or \"always\" or \"never\", found \"red\""),
            ("jobs = 0", "jobs: expected a number from 1 to 1024, found 0"),
            ("quiet = 1", "quiet: expected true or false, found 1"),
            ("report = 1", "report: expected the table [report], found 1"),
        ] {
            assert_eq!(parse(text).err().as_deref(), Some(told));
        }
        assert!(parse("color\n").is_err_and(|e| e.starts_with("line 1: expected TOML")));
    }

    #[test]
    fn the_template_names_every_key_and_sets_none() {
        let template = include_str!("template.toml");
        let config = parse(template).unwrap();
        assert!(config.color.is_none() && config.report.fail_on.is_none());
        let set: String = template
            .lines()
            .filter(|l| !l.starts_with("# "))
            .map(|l| l.trim_start_matches('#').to_owned() + "\n")
            .collect();
        let config = parse(&set).unwrap();
        assert_eq!(config.report.fail_on, Some(FailOn::Never));
        assert!(KEYS.iter().chain(&REPORT_KEYS).all(|k| set.contains(k)));
    }
}
