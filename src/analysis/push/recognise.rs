//! Which MESSAGEs are pushes, and for whom.

use crate::analysis::message::{Context, Msg};
use crate::sip::{HeaderName, NameAddr, StartLine};
use crate::text::{contains_ignore_case, decode};

/// Recognised by any one sign, the surest first (PUSH.md section 4). The signs that instant messages of a
/// mobile user share only count outside a dialog.
pub(in crate::analysis) fn is_push(ctx: &Context<'_>, m: &Msg<'_>) -> bool {
    let Some(message) = ctx.message(m.id) else { return false };
    let inside_dialog = m.is_request() && m.to_tag != 0;
    if let StartLine::Request { uri, .. } = message.start_line()
        && contains_ignore_case(uri, b"@push.lync.com")
    {
        return true;
    }
    message.headers().any(|h| match HeaderName::from_token(h.name) {
        HeaderName::ContentType => contains_ignore_case(h.raw, b"lync.pushnotification+xml"),
        HeaderName::Server => contains_ignore_case(h.raw, b"pnchapplication"),
        HeaderName::To => contains_ignore_case(h.raw, b"@push.lync.com"),
        HeaderName::From => !inside_dialog && mcx_user(&decode(NameAddr::parse(&h.value()).address())).is_some(),
        HeaderName::Contact => {
            !inside_dialog && m.is_request() && contains_ignore_case(h.raw, b"opaque=srvr:mcxexternal")
        }
        HeaderName::UserAgent => !inside_dialog && m.is_request() && contains_ignore_case(h.raw, b"mcxservice"),
        _ => false,
    })
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
