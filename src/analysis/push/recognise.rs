//! For whom a push is that does not say so itself.

use crate::analysis::message::Context;
use crate::sip::{HeaderName, NameAddr, is_house};
use crate::text::{contains_ignore_case, decode};
use crate::trace::EventId;

/// The mobile user of a push whose From is no `McxUser`, as UCWA may write it: whom the server asserts
/// (P-Asserted-Identity, RFC 3325), else From, as long as it is a user and no service.
pub(super) fn asserted_user(ctx: &Context<'_>, m: EventId) -> Option<String> {
    let user = |value: &[u8]| {
        let address = decode(NameAddr::parse(value).address()).into_owned();
        let service = is_house(address.as_bytes()) || contains_ignore_case(value, b"opaque=srvr:");
        let address = address.strip_prefix("sip:").map_or(address.clone(), str::to_owned);
        (address.contains('@') && !address.starts_with("tel:") && !service).then_some(address)
    };
    let event = ctx.event(m)?;
    let asserted = ctx.trace.asserted(event).find_map(|value| value.split(|b| *b == b',').find_map(user));
    asserted.or_else(|| user(&ctx.header(m, HeaderName::From)?))
}
