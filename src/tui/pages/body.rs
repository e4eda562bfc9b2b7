//! Bodies laid out to be read: parts of a multipart one after the other, XML indented, everything else as it is.

use crate::text::decode;

/// One part of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// What it is, where that is not plain.
    pub(super) title: Option<String>,
    /// Its lines; as logged, not made safe yet.
    pub(super) lines: Vec<String>,
}

/// Bytes that are laid out.
const MOST: usize = 64 << 10;
/// Parts inside parts deeper than this are shown as they are.
const DEEPEST: usize = 4;

/// The parts of a body with that `Content-Type`.
pub(super) fn parts(kind: &str, body: &[u8]) -> Vec<Part> {
    let mut out = Vec::new();
    if !body.trim_ascii().is_empty() {
        let text = decode(body.get(..MOST).unwrap_or(body));
        add(kind, &text, 0, &mut out);
        if body.len() > MOST {
            out.push(Part { title: Some(format!("... {} more bytes", body.len() - MOST)), lines: Vec::new() });
        }
    }
    out
}

fn add(kind: &str, text: &str, depth: usize, out: &mut Vec<Part>) {
    let is = |what: &str| kind.trim_start().get(..what.len()).is_some_and(|k| k.eq_ignore_ascii_case(what));
    if let Some(boundary) = boundary(kind).filter(|_| is("multipart/") && depth < DEEPEST) {
        // RFC 2046 section 5.1: what stands before the first boundary is for readers that do not know multipart.
        for part in text.split(&format!("--{boundary}")).skip(1).take_while(|p| !p.starts_with("--")).take(100) {
            let part = part.trim_start_matches(['\r', '\n']);
            let (head, body) = split_head(part);
            let inner = head.lines().find_map(|l| value_of(l, "content-type"));
            let inner = inner.unwrap_or("text/plain");
            out.push(Part { title: Some(format!("[part: {inner}]")), lines: Vec::new() });
            add(inner, body, depth + 1, out);
        }
        return;
    }
    let trimmed = text.trim();
    let xml = kind.to_ascii_lowercase().contains("xml") || trimmed.starts_with("<?xml");
    let lines = if xml { indented(trimmed) } else { trimmed.lines().map(|l| l.trim_end().to_owned()).collect() };
    out.push(Part { title: None, lines });
}

fn boundary(kind: &str) -> Option<&str> {
    let at = kind.to_ascii_lowercase().find("boundary=")?;
    let value = kind.get(at + "boundary=".len()..)?.trim_start();
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => value.split([';', ' ']).next()?,
    };
    (!value.is_empty()).then_some(value)
}

fn split_head(part: &str) -> (&str, &str) {
    let windows = part.find("\r\n\r\n").map(|at| (at, at + 4));
    let unix = part.find("\n\n").map(|at| (at, at + 2));
    match [windows, unix].into_iter().flatten().min() {
        Some((end, start)) => (part.get(..end).unwrap_or_default(), part.get(start..).unwrap_or_default()),
        None => ("", part),
    }
}

fn value_of<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (own, value) = line.split_once(':')?;
    own.trim().eq_ignore_ascii_case(name).then(|| value.trim())
}

/// XML with a line for each tag, indented by its depth. Not a parser: what is no XML comes out as it is, in pieces.
fn indented(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut depth = 0usize;
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        let end = tag.find('>').map_or(tag.len(), |at| at + 1);
        let (tag, after) = tag.split_at(end);
        let content = before.trim();
        let closes = tag.starts_with("</");
        if closes {
            depth = depth.saturating_sub(1);
        }
        match out.last_mut() {
            // `<a>text</a>` stays on one line.
            Some(line) if closes && is_opening_of(line, tag) => line.extend([content, tag]),
            _ => {
                if !content.is_empty() {
                    out.push(format!("{}{content}", "  ".repeat(depth.min(40))));
                }
                out.push(format!("{}{tag}", "  ".repeat(depth.min(40))));
            }
        }
        let single = tag.ends_with("/>") || tag.starts_with("<?") || tag.starts_with("<!");
        if !closes && !single {
            depth += 1;
        }
        rest = after;
    }
    if !rest.trim().is_empty() {
        out.push(rest.trim().to_owned());
    }
    out
}

/// Whether a line is nothing but the opening tag of that closing tag.
fn is_opening_of(line: &str, closing: &str) -> bool {
    let name = closing.trim_start_matches("</").trim_end_matches('>').trim();
    let line = line.trim_start();
    let opens = line.strip_prefix('<').and_then(|l| l.strip_prefix(name));
    opens.is_some_and(|rest| rest.starts_with(['>', ' ']) && !line.ends_with("/>") && !line.contains("</"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(kind: &str, body: &str) -> Vec<String> {
        let all = parts(kind, body.as_bytes());
        all.into_iter().flat_map(|p| p.title.into_iter().chain(p.lines)).collect()
    }

    #[test]
    fn bodies_are_laid_out_by_their_type() {
        assert_eq!(
            lines("application/xml", r#"<?xml version="1.0"?><a x="1"><b>t</b><c/>loose<d></d></a>"#),
            [r#"<?xml version="1.0"?>"#, r#"<a x="1">"#, "  <b>t</b>", "  <c/>", "  loose", "  <d></d>", "</a>"]
        );
        assert_eq!(lines("application/sdp", "v=0\r\ns=session\r\n"), ["v=0", "s=session"]);
        let body = "preamble\r\n--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b1\r\nContent-Type: text/xml\r\n\r\n<a><b/></a>\r\n--b1--\r\n";
        let expected = ["[part: application/sdp]", "v=0", "[part: text/xml]", "<a>", "  <b/>", "</a>"];
        assert_eq!(lines(r#"multipart/alternative;boundary="b1""#, body), expected);
        assert_eq!(lines("text/plain", " \r\n"), [""; 0]);
        // Damage is shown, not lost.
        assert_eq!(lines("text/xml", "<a><b"), ["<a>", "  <b"]);
        assert_eq!(lines("multipart/mixed", "--x\r\n"), ["--x"]);
    }
}
