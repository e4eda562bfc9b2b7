//! What servers and clients say about a failure: the headers of the ms-diagnostics family.

use super::message::Context;
use crate::sip::{Diagnostics, Header, HeaderName};
use crate::text::{contains_ignore_case, decode};
use crate::trace::EventId;

/// One header of the ms-diagnostics family.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// `ms-diagnostics`, `ms-diagnostics-public` or `ms-client-diagnostics`.
    #[serde(with = "crate::knowledge::constant::one")]
    pub header: crate::knowledge::constant::Constant,
    /// Error id.
    pub id: u32,
    /// The text the server gave.
    pub reason: String,
    /// All other parameters.
    pub params: Vec<(String, String)>,
}

impl Diagnostic {
    /// All of them in the message of a record.
    pub(super) fn of(ctx: &Context<'_>, id: EventId) -> Vec<Diagnostic> {
        ctx.event(id).map(|event| Diagnostic::read(ctx.trace.diagnostic_headers(event))).unwrap_or_default()
    }

    fn read<'h>(headers: impl Iterator<Item = Header<'h>>) -> Vec<Diagnostic> {
        let mut out: Vec<Diagnostic> = Vec::new();
        for header in headers {
            let name = match HeaderName::from_token(header.name) {
                HeaderName::MsDiagnostics => "ms-diagnostics",
                HeaderName::MsDiagnosticsPublic => "ms-diagnostics-public",
                HeaderName::MsClientDiagnostics => "ms-client-diagnostics",
                _ => continue,
            };
            let value = header.value();
            let Some(d) = Diagnostics::parse(&value) else { continue };
            let text = |b: &[u8]| decode(b).into_owned();
            let params = d.params.iter().filter(|(n, _)| !n.eq_ignore_ascii_case(b"reason"));
            out.push(Diagnostic {
                header: name,
                id: d.id,
                reason: text(d.get("reason").unwrap_or_default()),
                params: params.map(|(n, v)| (text(n).to_ascii_lowercase(), text(v))).collect(),
            });
        }
        out
    }

    /// Whether the server that made it calls itself an edge.
    pub(super) fn is_from_edge(&self) -> bool {
        self.params.iter().any(|(n, v)| n == "source" && contains_ignore_case(v.as_bytes(), b"edge"))
    }

    /// Every text of it in lower case, for matching.
    pub(crate) fn text(&self) -> String {
        let params = self.params.iter().map(|(n, v)| format!(";{n}={v}"));
        format!("{}{}", self.reason, params.collect::<String>()).to_ascii_lowercase()
    }
}
