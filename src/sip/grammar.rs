//! The small grammars of header values, over slices that are already found and cleaned.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag_no_case, take_till, take_while, take_while1};
use nom::character::complete::char;
use nom::combinator::opt;
use nom::multi::fold_many0;
use nom::sequence::{delimited, preceded};

use super::Method;

type Res<'a, O> = nom::IResult<&'a [u8], O, ()>;

fn is_blank(b: u8) -> bool {
    b.is_ascii_whitespace()
}

fn blanks(input: &[u8]) -> Res<'_, &[u8]> {
    take_while(is_blank)(input)
}

/// A decimal number after optional blanks.
fn number(input: &[u8]) -> Res<'_, u32> {
    let (input, digits) = preceded(blanks, take_while1(|b: u8| b.is_ascii_digit())).parse(input)?;
    let value = std::str::from_utf8(digits).ok().and_then(|d| d.parse().ok());
    value.map_or(Err(nom::Err::Error(())), |n| Ok((input, n)))
}

/// `21319 MESSAGE` (RFC 3261 section 20.16).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CSeq {
    /// Sequence number.
    pub number: u32,
    /// Method.
    pub method: Method,
}

impl CSeq {
    /// Reads a value; `None` when there is no number.
    pub fn parse(value: &[u8]) -> Option<CSeq> {
        let (_, (number, _, method)) =
            (number, blanks, take_while(|b: u8| b.is_ascii_alphanumeric())).parse(value).ok()?;
        Some(CSeq { number, method: Method::from_token(method) })
    }
}

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

/// `;name=value`, the value a token or a quoted string whose closing quote may be missing.
#[derive(Clone, Copy, Debug)]
struct Param<'a> {
    name: &'a [u8],
    value: &'a [u8],
}

fn param(input: &[u8]) -> Res<'_, Param<'_>> {
    let (input, _) = (blanks, char(';'), blanks).parse(input)?;
    let (input, name) = take_while(|b: u8| b.is_ascii_alphanumeric() || b"-_.+".contains(&b))(input)?;
    let (input, value) = opt(preceded((blanks, char('='), blanks), alt((quoted, bare)))).parse(input)?;
    Ok((input, Param { name, value: value.unwrap_or_default() }))
}

/// Walks over all parameters and picks two by name; nothing is stored for the others.
fn params<'a>(input: &'a [u8], first: &[u8], second: &[u8]) -> Res<'a, (&'a [u8], &'a [u8])> {
    let pick = |(mut a, mut b): (&'a [u8], &'a [u8]), p: Param<'a>| {
        if a.is_empty() && p.name.eq_ignore_ascii_case(first) {
            a = p.value;
        } else if b.is_empty() && p.name.eq_ignore_ascii_case(second) {
            b = p.value;
        }
        (a, b)
    };
    fold_many0(param, || (&b""[..], &b""[..]), pick).parse(input)
}

fn quoted(input: &[u8]) -> Res<'_, &[u8]> {
    let (input, text) = preceded(char('"'), take_till(|b| b == b'"')).parse(input)?;
    let (input, _) = opt(char('"')).parse(input)?;
    Ok((input, text.trim_ascii()))
}

fn bare(input: &[u8]) -> Res<'_, &[u8]> {
    take_till(|b| b == b';' || b == b',' || is_blank(b))(input)
}

/// `"display" <sip:user@host>;tag=...;epid=...` (RFC 3261 section 20.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NameAddr<'a> {
    /// Display name without quotes.
    pub display: &'a [u8],
    /// The URI as written, scheme and parameters included.
    pub uri: &'a [u8],
    /// Dialog tag.
    pub tag: &'a [u8],
    /// Microsoft's endpoint id.
    pub epid: &'a [u8],
}

impl<'a> NameAddr<'a> {
    /// Reads a value; never fails, a missing `>` or scheme is accepted.
    pub fn parse(value: &'a [u8]) -> NameAddr<'a> {
        name_addr(value).map(|(_, n)| n).unwrap_or_default()
    }

    /// The address: `user@host` without scheme, port and parameters.
    pub fn address(&self) -> &'a [u8] {
        address(self.uri)
    }
}

/// The address inside a URI: `sip:bob@contoso.com;user=phone` gives `bob@contoso.com`.
pub(crate) fn address(uri: &[u8]) -> &[u8] {
    let uri = uri.trim_ascii();
    let uri = match uri {
        [b'a'..=b'z' | b'A'..=b'Z', ..] => {
            let scheme = [&b"sip:"[..], b"sips:", b"tel:"]
                .into_iter()
                .find(|s| uri.get(..s.len()).is_some_and(|u| u.eq_ignore_ascii_case(s)));
            scheme.map_or(uri, |s| &uri[s.len()..])
        }
        _ => uri,
    };
    let end = uri.iter().position(|b| matches!(b, b';' | b'?' | b'>' | b' ')).unwrap_or(uri.len());
    uri[..end].trim_ascii()
}

fn name_addr(input: &[u8]) -> Res<'_, NameAddr<'_>> {
    let (input, _) = blanks(input)?;
    let (input, display) = opt(quoted).parse(input)?;
    let (input, words) = take_till(|b| b == b'<' || b == b';' || b == b'\n')(input)?;
    let (input, uri) = opt(delimited(char('<'), take_till(|b| b == b'>'), opt(char('>')))).parse(input)?;
    let words = words.trim_ascii();
    let (display, uri) = match (display, uri) {
        (Some(d), Some(u)) => (d, u),
        (None, Some(u)) => (words, u),
        (d, None) => (d.unwrap_or_default(), words),
    };
    // A copy may have a blank or a stray URI parameter between `>` and the header's own parameters.
    let (input, (tag, epid)) = params(input, b"tag", b"epid")?;
    Ok((input, NameAddr { display, uri: uri.trim_ascii(), tag, epid }))
}

/// `1009;reason="...";source="..."` of the ms-diagnostics family (MS-OCER 2.2.1; spellings: FORMAT.md section 8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics<'a> {
    /// The error id.
    pub id: u32,
    /// All parameters in order, names as written.
    pub params: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Diagnostics<'a> {
    /// Reads a value; `None` when it does not start with a number.
    pub fn parse(value: &'a [u8]) -> Option<Diagnostics<'a>> {
        let (rest, id) = number(value).ok()?;
        let mut params = Vec::new();
        let mut rest = rest;
        while params.len() < 64 {
            let Ok((tail, p)) = diagnostic_param(rest) else { break };
            if !p.name.is_empty() {
                params.push((p.name, p.value));
            }
            rest = tail;
        }
        Some(Diagnostics { id, params })
    }

    /// A parameter by name, in any case.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.params.iter().find(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes())).map(|(_, v)| *v)
    }
}

/// Unlike header parameters, an unquoted value may hold blanks and commas.
fn diagnostic_param(input: &[u8]) -> Res<'_, Param<'_>> {
    let (input, _) = (take_till(|b| b == b';'), char(';'), take_while(|b| is_blank(b) || b == b'[')).parse(input)?;
    let (input, name) = take_while(|b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b))(input)?;
    let (input, value) =
        opt(preceded((blanks, char('='), blanks), alt((quoted, take_till(|b| b == b';'))))).parse(input)?;
    Ok((input, Param { name, value: value.unwrap_or_default().trim_ascii() }))
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

    /// value, display, address, tag, epid
    const NAMES: &[(&str, &str, &str, &str, &str)] = &[
        (r#""Bob Example"<sip:bob@contoso.com>;epid=01;tag=ab"#, "Bob Example", "bob@contoso.com", "ab", "01"),
        ("<sip:bob@contoso.com;user=phone>", "", "bob@contoso.com", "", ""),
        ("Bob <SIP:bob@contoso.com>;tag=1", "Bob", "bob@contoso.com", "1", ""),
        ("sip:bob@contoso.com;tag=1", "", "bob@contoso.com", "1", ""),
        ("<sip:bob@contoso.com;tag=1", "", "bob@contoso.com", "", ""),
        ("<>;tag=1", "", "", "1", ""),
    ];

    #[test]
    fn name_addrs() {
        for (value, display, addr, tag, epid) in NAMES {
            let n = NameAddr::parse(value.as_bytes());
            let got = [n.display, n.address(), n.tag, n.epid];
            assert_eq!(got, [display.as_bytes(), addr.as_bytes(), tag.as_bytes(), epid.as_bytes()], "{value}");
        }
    }

    /// value, id, reason, source
    const DIAGNOSTICS: &[(&str, u32, &str, &str)] = &[
        (r#"1009;reason="No match";source="sip.contoso.com""#, 1009, "No match", "sip.contoso.com"),
        (r#"  1034;source="a";reason="b";"#, 1034, "b", "a"),
        (r#"21006; Component="ASMCU";Reason = "x";Source= edge01;request=BENOTIFY"#, 21006, "x", "edge01"),
        (r#"30007;Reason="Push synthetic passed"#, 30007, "Push synthetic passed", ""),
        (r#"0;reason="silent";source="fe";[info="none"]"#, 0, "silent", "fe"),
    ];

    #[test]
    fn diagnostics_in_every_spelling() {
        for (value, id, reason, source) in DIAGNOSTICS {
            let d = Diagnostics::parse(value.as_bytes()).unwrap();
            assert_eq!(d.id, *id);
            assert_eq!(d.get("reason").unwrap_or_default(), reason.as_bytes(), "{value}");
            assert_eq!(d.get("source").unwrap_or_default(), source.as_bytes(), "{value}");
        }
        assert_eq!(Diagnostics::parse(b"x;reason=1"), None);
        assert_eq!(CSeq::parse(b" 7  INVITE"), Some(CSeq { number: 7, method: Method::Invite }));
    }
}
