//! Tags one behind the other: most came before, with other tags around them.

use super::fields::is_name;
use super::line::{Kind, Worker};
use super::sections::{Section, State};
use super::shapes::may_hold_dump;

/// A tag by itself, and what stands behind it.
const TAG: State = State { place: Section::Tags(true), content: Section::Tags(true) };

/// Replaces what is to be replaced in a line of tags, whose text starts at `value`.
pub(super) fn replace(worker: &mut Worker<'_>, line: &mut [u8], value: usize) {
    let cuts = cuts(line);
    let Some(first) = cuts.first().copied().filter(|first| value < *first) else {
        return worker.replace(line, value, Kind::Tags);
    };
    let (head, mut rest) = line.split_at_mut(first);
    worker.replace(head, value, Kind::Tags);
    for pair in cuts.windows(2) {
        let (tag, behind) = rest.split_at_mut(pair[1] - pair[0]);
        alone(worker, tag);
        rest = behind;
    }
    alone(worker, rest);
}

fn alone(worker: &mut Worker<'_>, tag: &mut [u8]) {
    if worker.recall(tag, TAG).is_some() {
        return;
    }
    let old = tag.to_vec();
    let before = worker.replaced;
    worker.replace(tag, 0, Kind::Tags);
    worker.remember(&old, tag, (TAG, TAG), before);
}

/// Where a line can be cut between two tags, so that nothing in front of a place hangs on what is behind it, nor the other
/// way. Of what a rule may look for across a tag there is nothing: quotes are closed, and no sign opens what ends elsewhere.
fn cuts(text: &[u8]) -> Vec<usize> {
    let mut out = Vec::new();
    let content = text.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"));
    if content || may_hold_dump(text) {
        return out;
    }
    let (mut open, mut inside, mut last) = (false, false, None);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'\'' | b'&' | b'[' | b'(' | b'{' | b'%' | b'\n' | 0 | 0x80.. => return Vec::new(),
            b'"' if matches!(text.get(at + 1), Some(b':' | b'@')) => return Vec::new(),
            b'"' => {
                inside = !inside;
                last = Some(at);
            }
            b'>' => open = false,
            // Two that begin, and none ends in between.
            b'<' if open => return Vec::new(),
            b'<' if !text[..at].ends_with(b">") => open = true,
            b'<' => {
                // A quote that closes may be taken for one that opens a value.
                if inside || last.is_some_and(|last| seems_to_open(&text[..last])) {
                    return Vec::new();
                }
                out.push(at);
                (open, last) = (true, None);
            }
            _ => {}
        }
    }
    out
}

/// Whether a quote behind a text may be the beginning of a value: `nonce="abc="`, `role="user"`.
fn seems_to_open(text: &[u8]) -> bool {
    let word = text.len() - text.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
    text.trim_ascii_end().ends_with(b"=") || text.ends_with(b" ") || is_name(&text[word..])
}

#[cfg(test)]
mod tests {
    use super::super::words::Seen;
    use super::super::{Key, Rewriter};
    use super::*;

    /// Tags become what they become in a line that nobody cuts.
    #[test]
    fn tags_by_themselves_become_what_they_become_together() {
        let tags = [
            "<category name=\"state\" instance=\"3782335238\" publishTime=\"2013-10-14T09:00:11.503\">",
            "<state xsi:type=\"aggregateState\" xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\">",
            "<availability>8000</availability>",
            "<user role=\"user\">",
            "<x nonce=\"cn=\">",
            "<name>Kim Lee</name>",
            "<displayName>Ready</displayName>",
            "</displayName>",
            "<c uri=\"sip:kim@contoso.com;opaque=user:epid:aBc\"/>",
            "<d>sip:fe01 room 4711",
            "<e>198.51.100.7:5061 10-1-2-3</e>",
            "<f user=\"Waiting\">kim@",
            "<g cn=ready>",
            "<h>C:\\Users\\kim</h>",
            "<i>5a 61 6e 7a 20 61 6d 20 53",
            "<k>caller: ready",
            "<l>ext=4711>",
            "<m ext=\"room\">",
            "<n>4255550142",
        ];
        let mut cut = 0;
        let record = |body: &str| {
            format!(
                "TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:00:01.669.00000001 (SIPStack,A::B:C.cpp(125))$$begin_record\n\
                 Content-Type: application/pidf+xml\nMessage-Body: {body}\n$$end_record\n"
            )
        };
        let mut texts = [String::new(), String::new()];
        for first in tags {
            for second in tags {
                for third in tags {
                    let line = format!("{first}{second}{third}");
                    cut += usize::from(!cuts(line.as_bytes()).is_empty());
                    // The apostrophes keep it whole.
                    for (text, front) in texts.iter_mut().zip(["", "<z z='z'/>"]) {
                        text.extend([record(&format!("{front}{line}")), record(&format!("<r>\n{front}{line}"))]);
                    }
                }
            }
        }
        let seen = Seen::of(texts.iter().map(String::as_bytes));
        let rewriter = Rewriter::new(&seen, &Key::new(*b"a key for tests only"), &[]);
        let copies = texts.map(|text| {
            let mut out = Vec::new();
            rewriter.rewrite(text.as_bytes(), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        });
        for (one, other) in copies[0].lines().zip(copies[1].lines()) {
            assert!(other.ends_with(one.strip_prefix("Message-Body: ").unwrap_or(one)), "{one}\n{other}");
        }
        assert!(cut > 1000, "{cut}");
    }
}
