//! The way of a message: Via.

use nom::Parser;
use nom::bytes::complete::{tag_no_case, take_till};
use nom::character::complete::char;
use nom::combinator::opt;

use super::{Res, blanks, is_blank, params};

/// One Via entry (RFC 3261 section 20.42).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Via<'a> {
    /// `host[:port]` of the sender; empty where a copy lost it.
    pub sent_by: &'a [u8],
    /// The transaction's branch; empty for old clients that write none.
    pub branch: &'a [u8],
}

/// How many entries of one message are read: more hops than Max-Forwards allows is damage.
const MAX_VIAS: usize = 80;

impl<'a> Via<'a> {
    /// Reads all entries of one header value, which may be comma-joined.
    pub fn parse_all(value: &'a [u8], mut each: impl FnMut(Via<'a>)) {
        let mut rest = value;
        for _ in 0..MAX_VIAS {
            if rest.trim_ascii_start().is_empty() {
                return;
            }
            let Ok((tail, via)) = via(rest) else { return };
            each(via);
            rest = tail;
        }
    }
}

fn via(input: &[u8]) -> Res<'_, Via<'_>> {
    let (input, _) = (blanks, tag_no_case(&b"SIP"[..]), take_till(|b| b == b',' || b == b';' || is_blank(b)), blanks)
        .parse(input)?;
    let (input, sent_by) = take_till(|b| b == b',' || b == b';' || is_blank(b))(input)?;
    let (input, branch) = params(input, b"branch", b"")?;
    let branch = branch.0;
    let (input, _) = take_till(|b| b == b',')(input)?;
    let (input, _) = opt(char(',')).parse(input)?;
    Ok((input, Via { sent_by, branch }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vias_apart_and_joined() {
        let mut vias = Vec::new();
        let joined = b"SIP/2.0/TLS 192.0.2.15:5061;branch=z9hG4bK1.A;ms-internal-info=\"a,b;c\" , SIP / 2.0 / TLS [2001:db8::1]:5;received=1";
        Via::parse_all(joined, |v| vias.push(v));
        Via::parse_all(b"SIP/2.0/TLS;branch=z9hG4bK9", |v| vias.push(v));
        assert_eq!(vias[0], Via { sent_by: b"192.0.2.15:5061", branch: b"z9hG4bK1.A" });
        assert_eq!(vias.len(), 3);
        assert_eq!(vias[2], Via { sent_by: b"", branch: b"z9hG4bK9" });
    }
}
