//! Walks over a long text in several stretches at a time.
//!
//! A stretch begins where a message seems to begin. It stands if the walk over the one before it came to that very place, with
//! nothing in mind; else that walk goes on over it. So the outcome is that of one walk, whatever the text quotes.

use std::ops::Range;

use memchr::memmem;
use rayon::prelude::*;

use super::grammar::begins_message;
use super::layout::{self, What};
use super::server::{Records, line_end};
use super::walk::{How, Walk};
use crate::input::Rewrite;

/// How long a stretch is, roughly.
const STRETCH: usize = if cfg!(debug_assertions) { 16 << 10 } else { 1 << 20 };
/// Stretches that are walked over at a time.
const AT_ONCE: usize = 16;
/// So far a place is sought at which a message seems to begin.
const LOOK: usize = STRETCH / 4;

/// Reads the whole text. Tells whether anything was written otherwise than it stands there.
pub(super) fn walk(text: &[u8], how: How, out: Rewrite) -> (Rewrite, bool) {
    // A byte order mark is of no line.
    let start = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    // Where a record ends is known to who has read from its beginning.
    if text.len() < 2 * STRETCH || memmem::find(text, b"$$").is_some() {
        let mut walk = Walk::new(Records::of(text), start, how, out);
        walk.run(text.len());
        return walk.written();
    }
    let mut joined = Joined { last: None, lines: 0, anew: false, out };
    let mut walked = Vec::new();
    let mut at = start;
    while at < text.len() || !walked.is_empty() {
        let mut next = Vec::new();
        while at < text.len() && next.len() < AT_ONCE {
            let end = cut(text, at, how);
            next.push(at..end);
            at = end;
        }
        // While some are walked over, those before them are added to the new text.
        let (walks, ()) = rayon::join(
            || next.into_par_iter().map(|stretch| walk_over(text, stretch, how)).collect(),
            || walked.into_iter().for_each(|(walk, stretch)| joined.add(walk, &stretch)),
        );
        walked = walks;
        if joined.out.is_full() {
            break;
        }
    }
    joined.finish()
}

fn walk_over(text: &[u8], stretch: Range<usize>, how: How) -> (Walk<'_>, Range<usize>) {
    // What stands around a message takes some room, too.
    let out = Rewrite::part(stretch.len() + stretch.len() / 4);
    let mut walk = Walk::new(Records::none(text), stretch.start, how, out);
    walk.run(stretch.end);
    (walk, stretch)
}

/// Where a stretch ends that begins at a place: ahead of a line that announces a message, or else of one that begins one.
fn cut(text: &[u8], from: usize, how: How) -> usize {
    let most = from.saturating_add(STRETCH);
    let mut at = line_end(text, most) + 1;
    let stop = at.saturating_add(LOOK).min(text.len());
    let mut second = None;
    while at < stop {
        let end = line_end(text, at);
        match layout::head(text.get(at..end).unwrap_or_default(), how.wanted).map(|head| head.what) {
            Some(What::Announced | What::Follows(_)) => return at,
            Some(What::Escaped(_)) => second = second.or(Some(at)),
            Some(What::Text(_) | What::End) => {}
            None => second = second.or_else(|| text.get(at..).and_then(begins_message).map(|_| at)),
        }
        at = end + 1;
    }
    // Without any the stretch will not stand, and costs no more than a second walk over it.
    second.unwrap_or(stop).min(text.len())
}

/// The new text, put together.
struct Joined<'t> {
    /// The walk that what comes next must fit to.
    last: Option<Walk<'t>>,
    /// Lines ahead of where that began.
    lines: u64,
    anew: bool,
    out: Rewrite,
}

impl<'t> Joined<'t> {
    fn add(&mut self, next: Walk<'t>, stretch: &Range<usize>) {
        match &mut self.last {
            Some(last) if last.done().0 != stretch.start || !last.is_between() => {
                // What it has written is not kept in memory for good.
                let (part, _) = last.written();
                self.out.add(part, self.lines);
                last.run(stretch.end);
            }
            _ => {
                let lines = self.end();
                self.last = Some(next);
                self.lines += lines;
            }
        }
    }

    /// Ends the last walk and tells how many lines it has.
    fn end(&mut self) -> u64 {
        let Some(mut last) = self.last.take() else { return 0 };
        let (part, anew) = last.written();
        self.out.add(part, self.lines);
        self.anew |= anew;
        last.done().1
    }

    fn finish(mut self) -> (Rewrite, bool) {
        self.end();
        (self.out, self.anew)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Input;
    use proptest::prelude::*;

    const SIP: &str = "NOTIFY sip:a@contoso.com SIP/2.0\nVia: SIP/2.0/TLS 192.0.2.1\nCall-ID: x\nCSeq: 1 NOTIFY\n";

    /// What may stand in a text; some of it leads a walk that begins there astray.
    fn pieces() -> Vec<String> {
        let stamp = "01/15/2012|11:30:10.163 1F4:2AC INFO  :: ";
        let body = format!("{stamp}quoted\n{SIP}\n").repeat(60);
        let quoting =
            SIP.to_owned() + &format!("Content-Length: {}\n\n{body}", body.len() + body.matches('\n').count());
        let escaped = SIP.replace('\n', "#015#012");
        vec![
            format!("{stamp}Sending Packet -192.0.2.10:5061 (From Local Address: 192.0.2.40:51234) 812 bytes:\n"),
            format!("{stamp}{SIP}Content-Length: 5\n\nhello\n"),
            format!("{stamp}nothing to see\n"),
            format!("MESSAGE START <<<<<<<<<< SIP(0x55d0) - 2016-01-02T03:04:05.678901Z\n{SIP}\n"),
            "MESSAGE END <<<<<<<<<< SIP(0x55d0) - 2016-01-02T03:04:05.678901Z\n".to_owned(),
            format!("2017-03-02T08:10:47.240+01:00 gw01 sip: {escaped}\n"),
            "---- Incoming SIP Message from 192.0.2.70:5061 to SIPInterface #2 ---- #012 [Time:19-12@12:45:02.514]\n"
                .to_owned(),
            format!("{SIP}\n"),
            quoting,
            "TL_INFO(TF_COMPONENT) [0]0F14.1A2C::01/15/2012-09:01:45.669.000d0b31 (a,b.cpp(1))\n".to_owned(),
            "Message-Body: of no record\n".to_owned(),
            "prose, and no message\n".repeat(40),
            "\n\n".to_owned(),
        ]
    }

    /// Offset and line in the original.
    type Place = (u64, Option<u64>);

    /// The new text, and of each of its lines where it comes from.
    fn read(text: &[u8], walk: impl Fn(How, Rewrite) -> (Rewrite, bool)) -> (Vec<u8>, Vec<Place>, bool) {
        let input = Input::from_bytes("a.log", text.to_vec());
        let (out, anew) = walk(How { wanted: None, named: true }, Rewrite::of(&input));
        let input = out.finish(input);
        let bytes = input.bytes().to_vec();
        let lines = memmem::find_iter(&bytes, b"\n").map(|at| at as u64);
        let places = lines.map(|at| (input.original_offset(at), input.original_line(at))).collect();
        (bytes, places, anew)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// In stretches a text becomes what it becomes in one walk.
        #[test]
        fn stretches_are_one_walk(mark: bool, chosen in prop::collection::vec((0usize..13, 1usize..9), 1..60)) {
            let pieces = pieces();
            let mark = if mark { "\u{feff}" } else { "" };
            let text = mark.to_owned() + &chosen.iter().map(|(i, n)| pieces[*i].repeat(*n)).collect::<String>();
            let text = text.as_bytes();
            let whole = read(text, |how, out| {
                let mut walk = Walk::new(Records::of(text), mark.len(), how, out);
                walk.run(text.len());
                walk.written()
            });
            let stretched = read(text, |how, out| super::walk(text, how, out));
            prop_assert!(whole.0 == stretched.0, "another text");
            prop_assert_eq!(whole, stretched);
        }
    }
}
