//! Faults of TLS and certificates: which of the entries that share their evidence is meant.
//!
//! | evidence | on a push | on a call |
//! |---|---|---|
//! | id 1010 | PN05 alone | the entry that its HRESULT names, else PN05 |
//! | untrusted root | PN06 for the clearing house, else PN15 | PN15 |
//! | id 1047 | PN07 | PN16 where the peer cut the connection, else PN07 |
//! | expired, wrong usage | PN17, PN18 | PN17, PN18 |

use std::sync::LazyLock;

use super::evidence::Evidence;
use super::matcher::{HANDSHAKE, RESET};
use super::{Found, find};
use crate::sip::{CLEARING_HOUSE, CLEARING_HOUSE_PROXY};

/// Entries that a code of Windows proves.
pub(super) const BY_CODE: [&str; 3] = ["PN15", "PN17", "PN18"];

/// How an untrusted root is told: the texts of that entry.
static UNTRUSTED: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| find("PN06").into_iter().flat_map(|f| &f.matchers).filter_map(|m| m.text.as_deref()).collect());

/// Of a push. `target` is the server that the fault names, where it names one.
pub(super) fn of_push(evidence: &Evidence, target: Option<&str>, found: &mut Found) {
    if found.codes.contains(&"PN06") {
        let house = |t: &str| t.contains(CLEARING_HOUSE_PROXY) || t.contains(CLEARING_HOUSE);
        let in_message = UNTRUSTED.iter().any(|t| evidence.response_says(t) || evidence.record_says(t));
        let of_house = if in_message {
            target.is_none_or(house)
        } else {
            evidence.a_line_says(&UNTRUSTED, &[CLEARING_HOUSE_PROXY, CLEARING_HOUSE])
        };
        let other = if of_house { "PN05" } else { "PN06" };
        found.codes.retain(|c| *c != other);
    }
    // Two codes for one cause are none the wiser.
    if ["PN05", "PN06", "PN07"].iter().any(|own| found.codes.contains(own)) {
        found.codes.retain(|c| !BY_CODE.contains(c));
    }
}

/// Of a call.
pub(super) fn of_call(evidence: &Evidence, found: &mut Found) {
    // That entry is about the push service.
    found.codes.retain(|c| *c != "PN06");
    if found.codes.iter().any(|c| BY_CODE.contains(c)) {
        found.codes.retain(|c| *c != "PN05");
    }
    let cut = evidence.response_says(RESET);
    if found.codes.contains(&"PN07") && cut {
        found.codes.retain(|c| *c != "PN07");
        found.codes.push("PN16");
    }
    if found.codes.is_empty() && evidence.line_says_all(&[HANDSHAKE, RESET], found) {
        found.codes.push("PN16");
    }
}

/// The server that a fault names in `tls-target`, `PeerServer` or `expected-fqdn`; lower case, without port.
pub(super) fn target(params: &[(String, String)]) -> Option<String> {
    let named = |name: &str| params.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v);
    let value = ["tls-target", "peerserver", "expected-fqdn"].iter().find_map(|n| named(n))?;
    let host = crate::text::host_of(value.trim()).to_ascii_lowercase();
    Some(host).filter(|h| !h.is_empty())
}
