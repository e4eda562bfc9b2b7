//! Which MESSAGEs are pushes, and for whom.

use crate::analysis::message::{Context, Msg};
use crate::sip::{Diagnostics, HeaderName, NameAddr, StartLine};
use crate::text::{contains_ignore_case, decode};
use crate::trace::EventId;

/// Recognised by any one sign, the surest first (PUSH.md section 4). The signs that instant messages of a
/// mobile user share only count outside a dialog.
pub(in crate::analysis) fn is_push(ctx: &Context<'_>, m: &Msg<'_>) -> bool {
    let Some(message) = ctx.message(m.id) else { return false };
    let inside_dialog = m.is_request() && m.to_tag != 0;
    if let StartLine::Request { uri, .. } = message.start_line()
        && is_house(uri)
    {
        return true;
    }
    message.headers().any(|h| match HeaderName::from_token(h.name) {
        HeaderName::ContentType => contains_ignore_case(h.raw, b"lync.pushnotification+xml"),
        HeaderName::Server => contains_ignore_case(h.raw, b"pnchapplication"),
        HeaderName::To => is_house(h.raw),
        // Its answer tells it too, where nothing else of the MESSAGE is known.
        HeaderName::MsDiagnosticsPublic => {
            !m.is_request() && Diagnostics::parse(&h.value()).is_some_and(|d| HOUSE_IDS.contains(&d.id))
        }
        HeaderName::From => !inside_dialog && mcx_user(&decode(NameAddr::parse(&h.value()).address())).is_some(),
        HeaderName::Contact => {
            !inside_dialog && m.is_request() && contains_ignore_case(h.raw, b"opaque=srvr:mcxexternal")
        }
        HeaderName::UserAgent => !inside_dialog && m.is_request() && contains_ignore_case(h.raw, b"mcxservice"),
        _ => false,
    })
}

/// Ids of the clearing house (PUSH.md section 5).
const HOUSE_IDS: std::ops::Range<u32> = 30_000..31_000;

/// Whether an address is at the clearing house, with or without a user before the host.
fn is_house(address: &[u8]) -> bool {
    contains_ignore_case(address, b"@push.lync.com") || contains_ignore_case(address, b"sip:push.lync.com")
}

/// The mobile user of a push whose From is no `McxUser`, as UCWA may write it: whom the server asserts
/// (P-Asserted-Identity, RFC 3325), else From, as long as it is a user and no service.
pub(super) fn asserted_user(ctx: &Context<'_>, m: EventId) -> Option<String> {
    let message = ctx.message(m)?;
    let user = |value: &[u8]| {
        let address = decode(NameAddr::parse(value).address()).into_owned();
        let service = is_house(address.as_bytes()) || contains_ignore_case(value, b"opaque=srvr:");
        let address = address.strip_prefix("sip:").map_or(address.clone(), str::to_owned);
        (address.contains('@') && !address.starts_with("tel:") && !service).then_some(address)
    };
    let asserted = message.headers().filter(|h| h.name.eq_ignore_ascii_case(b"p-asserted-identity"));
    let asserted = asserted.map(|h| h.value()).find_map(|value| value.split(|b| *b == b',').find_map(user));
    asserted.or_else(|| user(&message.header(HeaderName::From)?.value()))
}

/// `McxUser<32 hex><address>`: the mobility service's id and the mobile user.
pub(super) fn mcx_user(address: &str) -> Option<(String, String)> {
    let head = address.get(..7)?;
    if !head.eq_ignore_ascii_case("mcxuser") {
        return None;
    }
    let (id, user) = (address.get(7..39)?, address.get(39..)?);
    let user = user.strip_prefix("sip:").unwrap_or(user);
    (id.bytes().all(|b| b.is_ascii_hexdigit()) && user.contains('@')).then(|| (id.to_owned(), user.to_owned()))
}
