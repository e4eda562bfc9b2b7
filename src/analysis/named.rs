//! Which clients name themselves in a dialog: what decides over the port of their mobility service.

use hashbrown::HashMap;

use super::message::Msg;
use crate::knowledge::Product;

/// By the tag of a side, what one of its messages calls it: a phone, else a client on a desk. Services that speak for
/// others name nobody.
pub(super) fn named<'m>(messages: impl Iterator<Item = &'m Msg<'m>>) -> HashMap<u64, &'m [u8]> {
    let mut out: HashMap<u64, (bool, &'m [u8])> = HashMap::new();
    for m in messages {
        let tag = if m.is_request() { m.from_tag } else { m.to_tag };
        let Some((phone, product)) = m.product.filter(|_| tag != 0).and_then(|p| Some((Product::client(p)?, p))) else {
            continue;
        };
        let known = out.entry(tag).or_insert((phone, product));
        if phone && !known.0 {
            *known = (phone, product);
        }
    }
    out.into_iter().map(|(tag, (_, product))| (tag, product)).collect()
}
