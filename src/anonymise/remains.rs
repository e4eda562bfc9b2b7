//! A second reading, which knows nothing of the first: words of the copy that stand in the original too.
//!
//! It has no list of names and no grammar of addresses. Whatever word of the copy is one of the original, is not of the
//! vocabulary of a trace, and is rare, may be somebody's name: it is told with its place, for a person to judge. Where
//! the frame puts numbers of its own (times, correlation, lengths) it does not look.

use std::sync::atomic::{AtomicUsize, Ordering};

use hashbrown::HashMap;
use rayon::prelude::*;

use super::vocabulary::is_known;
use super::words::{Seen, dotted, hash, split, words};
use crate::record::prefix;

/// A word of a copy that is one of the original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// The word as it stands at its first place.
    pub word: Vec<u8>,
    /// Line of its first place, counted from 1.
    pub line: usize,
    /// How often it stands in this text.
    pub count: u64,
}

/// Words in more than this part of the lines are the log's own.
const COMMON: u64 = 20;
/// Fewer places than this are rare in any log.
const RARE: u64 = 50;
/// Shorter words are told by chance: there are so few.
const SHORTEST: usize = 3;
/// So many digits are a number of a telephone, a device or a session.
const LONG_NUMBER: usize = 7;
/// Different words told of a piece of the text; more than anybody looks at.
const MOST: usize = 10_000;

/// Reads a copy against the words of the originals; the words stand in the order of their first places.
pub fn remains(seen: &Seen, copy: &[u8]) -> Vec<Remaining> {
    let pieces = split(copy);
    let lines = AtomicUsize::new(0);
    let found: Vec<(usize, HashMap<Vec<u8>, Remaining>)> = pieces
        .par_iter()
        .map(|piece| {
            let mut found = HashMap::new();
            let mut number = 0;
            let mut at = 0;
            while at < piece.len() {
                let (end, next) = crate::text::line_end(piece, at);
                look(seen, &piece[at..end], number, &mut found);
                (at, number) = (next, number + 1);
            }
            lines.fetch_add(number, Ordering::Relaxed);
            (number, found)
        })
        .collect();
    let mut all: HashMap<Vec<u8>, Remaining> = HashMap::new();
    let mut first = 1;
    for (count, found) in found {
        #[expect(clippy::iter_over_hash_type, reason = "sorted below")]
        for (word, one) in found {
            let known =
                all.entry(word).or_insert_with(|| Remaining { line: first + one.line, count: 0, ..one.clone() });
            known.count += one.count;
        }
        first += count;
    }
    let common = (lines.into_inner() as u64 / COMMON).max(RARE);
    let mut out: Vec<Remaining> = all.into_values().filter(|r| r.count <= common).collect();
    out.sort_unstable_by(|a, b| a.line.cmp(&b.line).then_with(|| a.word.cmp(&b.word)));
    out
}

fn look(seen: &Seen, line: &[u8], number: usize, found: &mut HashMap<Vec<u8>, Remaining>) {
    let from = if line.starts_with(b"TL_") { line.len() - prefix::said(line).text.len() } else { 0 };
    let counts = counts(line);
    let Some(text) = line.get(from..) else { return };
    let addresses = dotted(text).filter(|r| !text[r.clone()].starts_with(b"127.") && &text[r.clone()] != b"0.0.0.0");
    for range in addresses.collect::<Vec<_>>() {
        if seen.has(hash(&text[range.clone()])) {
            tell(&text[range], number, found);
        }
    }
    for range in words(text) {
        let word = &text[range];
        if word.len() < SHORTEST {
            continue;
        }
        let digits = word.iter().all(u8::is_ascii_digit);
        if digits && (counts || word.len() < LONG_NUMBER) || counts && word.iter().all(u8::is_ascii_hexdigit) {
            continue;
        }
        if is_numbered(word) {
            continue;
        }
        let code = word.len() <= 10 && word.starts_with(b"0x") && word[2..].iter().all(u8::is_ascii_hexdigit);
        if code || !seen.has(hash(word)) || is_known(word) {
            continue;
        }
        tell(word, number, found);
    }
}

fn tell(word: &[u8], line: usize, found: &mut HashMap<Vec<u8>, Remaining>) {
    let lower = word.to_ascii_lowercase();
    if let Some(known) = found.get_mut(&lower) {
        known.count += 1;
    } else if found.len() < MOST {
        found.insert(lower, Remaining { word: word.to_vec(), line, count: 1 });
    }
}

/// A branch or the role of a server, and a number of which there are few: `z9hG4bK12`, `fe01`.
fn is_numbered(word: &[u8]) -> bool {
    const FRONT: [&[u8]; 7] = [b"z9hg4bk", b"fe", b"edge", b"pool", b"dir", b"med", b"director"];
    let letters = word.len() - word.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (front, number) = word.split_at(letters);
    (1..4).contains(&number.len()) && FRONT.iter().any(|f| front.eq_ignore_ascii_case(f))
}

/// Whether a line is one of those that hold numbers of the frame.
fn counts(line: &[u8]) -> bool {
    const FIELDS: [&[u8]; 12] = [
        b"instance-id:",
        b"trace-correlation-id:",
        b"cseq:",
        b"content-length:",
        b"l:",
        b"max-forwards:",
        b"expires:",
        b"rseq:",
        b"rack:",
        b"result-code:",
        b"sip-cseq:",
        b"date:",
    ];
    let field = |f: &&[u8]| line.get(..f.len()).is_some_and(|start| start.eq_ignore_ascii_case(f));
    FIELDS.iter().any(|f| field(&f)) || memchr::memmem::find(line, b"$$begin_record").is_some()
}
