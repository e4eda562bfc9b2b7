//! What a code, a number or a word means, looked up as it stands in a log or a report.
//!
//! | given | found |
//! |---|---|
//! | `PN03`, `nf01` | an entry of the catalogue, or what is never reported |
//! | `1009`, `1009;reason="..."`, `ms-diagnostics: 1009;...` | an ms-diagnostics id |
//! | `480`, `480 Temporarily Unavailable` | a SIP status, then the ms-diagnostics id of that number |
//! | `0xc3e93d6f`, `C3E93D6F`, `0xC3E93C5E(SIPPROXY_E_ROUTING)`, `WSAETIMEDOUT`, `10060`, `-2146893019` | a result code |
//! | `unknown_ca`, `TLS1_ALERT_UNKNOWN_CA`, `48` | a TLS alert |
//! | `14428` | an event id |
//! | `Q.850;cause=34`, `34` | a cause of the telephone network |
//! | `AndroidLync`, a whole `User-Agent` | a client |
//! | `not_opened`, `No-Answer` | a word of the report, once for every place where it is used |

use thiserror::Error;

use super::explanation::{Explanation, Known};
use super::{catalogue, clients, codes, suggest, tables};
use crate::sip::q850_cause;

/// Nothing is known by that name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "nothing known of {what:?}{}; expected a finding (PN03), an ms-diagnostics id (1009), a SIP status (480), a result code (0xc3e93d6f or its name), a TLS alert (unknown_ca), a client (AndroidLync) or a word of the report (not_opened)",
    nearest.as_ref().map_or(String::new(), |n| format!(" (did you mean {n}?)"))
)]
pub struct Unknown {
    /// What was asked for.
    pub what: String,
    /// The nearest name that is known.
    pub nearest: Option<&'static str>,
}

/// All meanings of a code, number or word; never empty.
///
/// # Errors
/// When it is no number and no known name.
pub fn lookup(what: &str) -> Result<Vec<Explanation>, Unknown> {
    if let Some(cause) = gateway_cause(what) {
        return Ok(vec![Explanation::of_gateway(cause)]);
    }
    let text = plain(what);
    // `0xC3E93C5E(SIPPROXY_E_ROUTING)`, `0xc3e93c5e SIPPROXY_E_ROUTING`, `504 Server time-out`
    let (head, name) = text.split_once(['(', ' ']).map_or((text, ""), |(h, n)| (h, n.trim_end_matches(')').trim()));
    let found = if let Some(finding) = catalogue::find(text) {
        vec![Explanation::of_finding(finding)]
    } else if let Some(noise) = catalogue::never_reported().iter().find(|n| n.code.eq_ignore_ascii_case(text)) {
        vec![Explanation::of_noise(noise)]
    } else if let Some(code) = named_code(text).or_else(|| named_code(name)) {
        vec![Explanation::of_code(code)]
    } else if let Some(code) = hex_code(head) {
        vec![of_number_code(code)]
    } else if let Some(code) = failure(head) {
        vec![of_number_code(code)]
    } else if let Some(number) = decimal(head) {
        of_number(number)
    } else {
        let word = text.to_ascii_lowercase().replace(['-', ' '], "_");
        let words = tables::words().iter().filter(|w| w.word == word).map(Explanation::of_word);
        let alerts = codes::tls_alerts().iter().filter(|a| a.name == word || a.windows.eq_ignore_ascii_case(&word));
        words.chain(alerts.map(Explanation::of_alert)).chain(of_clients(text)).collect()
    };
    if found.is_empty() {
        return Err(Unknown { what: what.to_owned(), nearest: suggest::nearest(text) });
    }
    Ok(found)
}

/// Without what a log puts around it: the header's name, the parameters after the id, quotes.
fn plain(what: &str) -> &str {
    let text = match what.split_once(':') {
        Some((header, value)) if header.to_ascii_lowercase().contains("diagnostics") => value,
        _ => what,
    };
    let text = text.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("HRESULT")).map_or(text, |(_, v)| v);
    text.split(';').next().unwrap_or_default().trim_matches(|c: char| c.is_whitespace() || c == '"')
}

fn decimal(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// `0x` and up to eight digits, or eight digits alone. Eight decimal ones may be a number too: they must be known.
fn hex_code(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let number = |t: &str| (t.len() <= 8).then(|| u32::from_str_radix(t, 16).ok()).flatten();
    if digits.is_some_and(|d| !d.starts_with('+')) {
        return digits.and_then(number);
    }
    let code = (text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| number(text)).flatten()?;
    (codes::result_code(code).is_some() || decimal(text).is_none()).then_some(code)
}

/// A code of Windows in decimal, as events and scripts show it: with a sign, or beyond half of 32 bits.
fn failure(text: &str) -> Option<u32> {
    match text.strip_prefix('-') {
        Some(digits) => decimal(digits).and_then(|_| Some(text.parse::<i32>().ok()?.cast_unsigned())),
        None => decimal(text).and_then(|n| u32::try_from(n).ok()),
    }
    .filter(|code| code >> 31 == 1)
}

fn named_code(name: &str) -> Option<&'static codes::ResultCode> {
    codes::result_codes().iter().find(|c| c.name.eq_ignore_ascii_case(name))
}

fn of_number_code(code: u32) -> Explanation {
    let find = codes::result_code;
    // Windows wraps its own errors, Winsock's among them, in 0x8007....
    let inner = (code >> 16 == 0x8007).then_some(code & 0xffff);
    if let Some(known) = find(code).or_else(|| find(inner?)) {
        return Explanation { code: format!("{code:#010x}"), ..Explanation::of_code(known) };
    }
    let more = match (inner, code >> 16) {
        (Some(n), _) => format!(" It wraps the Windows error {n}."),
        (_, 0xc3e9) => " The SIPPROXY_E codes, which the SIP proxy of a server gives, begin like this one.".to_owned(),
        _ if code >> 31 == 1 => " Its first bit marks a failure.".to_owned(),
        _ => String::new(),
    };
    let meaning = format!("Not in the tables; the name beside it in the log is all that is known.{more}");
    Explanation { code: format!("{code:#010x}"), known: Known::Nothing, ..Explanation::new("result_code", meaning) }
}

/// The clients that a token or a whole product string names.
fn of_clients(text: &str) -> Vec<Explanation> {
    if let Some(client) = clients::find(text) {
        return vec![Explanation::of_client(client)];
    }
    let named = text.contains('/').then(|| clients::in_product(text.as_bytes()).take(16));
    named.into_iter().flatten().map(|(client, _)| Explanation::of_client(client)).collect()
}

/// `Reason: Q.850;cause=34;text="..."`, as it stands in a log.
fn gateway_cause(what: &str) -> Option<&'static codes::GatewayCause> {
    let value =
        what.split_once(':').filter(|(name, _)| name.trim().eq_ignore_ascii_case("reason")).map_or(what, |v| v.1);
    codes::gateway_cause(q850_cause(value.as_bytes())?)
}

/// A SIP status, then an ms-diagnostics id, then what else a bare number can be: a code of Windows, an event id, a cause
/// of the telephone network, a TLS alert.
fn of_number(number: u64) -> Vec<Explanation> {
    let small = u32::try_from(number).ok();
    let status = small.filter(|n| (100..700).contains(n)).map(Explanation::of_status);
    let windows = small.and_then(codes::result_code);
    let event = codes::event_ids().iter().find(|e| Some(e.id) == small);
    let cause = small.and_then(codes::gateway_cause);
    let alert = codes::tls_alerts().iter().find(|a| Some(a.alert) == small);
    status
        .into_iter()
        .chain([Explanation::of_id(number)])
        .chain(windows.map(Explanation::of_code))
        .chain(event.map(Explanation::of_event))
        .chain(cause.map(Explanation::of_gateway))
        .chain(alert.map(Explanation::of_alert))
        .collect()
}

#[cfg(test)]
mod tests;
