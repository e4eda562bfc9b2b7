//! A search of the copy for original names, independent of the places where they were replaced.

use super::atoms::{self, is_atom};
use super::names::lines;
use super::pseudonym::Shape;
use super::rewrite::{GLUED, Rewriter};

/// An original name, address or token that still stands in the copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Line, counted from 1.
    pub line: usize,
    /// The word that holds it.
    pub word: String,
}

/// Names that still stand in a rewritten text, the first `most` of them.
pub fn leftovers(rewriter: &Rewriter, text: &[u8], most: usize) -> Vec<Leftover> {
    let mut out = Vec::new();
    let mut number = 0;
    lines(text, |line| {
        number += 1;
        if out.len() < most {
            out.extend(in_line(rewriter, line).map(|word| Leftover { line: number, word }));
        }
    });
    out
}

/// So long is a token that no count or time is taken for: a Call-ID, a tag, a connection.
const TOKEN: usize = 16;

/// Bytes of a word that are looked at beside a name in it.
const LONGEST: usize = 1024;

fn in_line(rewriter: &Rewriter, line: &[u8]) -> Option<String> {
    let names = &rewriter.names;
    let remains = |word: &[u8]| {
        let lower = word.to_ascii_lowercase();
        // A typographic quote, of one byte or of three, is no part of the pseudonym behind it.
        let from = lower.iter().position(u8::is_ascii_alphanumeric).unwrap_or(0);
        let to = lower.iter().rposition(u8::is_ascii_alphanumeric).map_or(lower.len(), |at| at + 1);
        let bare = lower.get(from..to).unwrap_or_default();
        let known = |w: &[u8]| names.vocabulary.contains(w) || rewriter.pseudonyms.is_pseudonym(w);
        !known(&lower) && !known(bare)
    };
    let show = |word: &[u8]| crate::text::decode(word).into_owned();
    if let Some(glued) = &rewriter.glued {
        for found in glued.find_iter(line) {
            // No further than a word of any use: a megabyte of letters must not be read once a match.
            let back = line[..found.start()].iter().rev().take(LONGEST).take_while(|b| is_atom(**b)).count();
            let start = found.start() - back;
            let len = line[found.end()..].iter().take(LONGEST).take_while(|b| is_atom(**b)).count();
            let word = &line[start..found.end() + len];
            // A cookie or the mark of the mobility service may stand in front of a pseudonym.
            let behind = |mark: &[u8]| word.get(mark.len()..).filter(|_| word.starts_with(mark));
            let word = behind(b"z9hG4bK").unwrap_or(word);
            if remains(word) && !is_mcx(word) && !in_kept(line, start) {
                return Some(show(word));
            }
        }
    }
    let original = |word: &[u8], shape| rewriter.pseudonyms.is_original(&word.to_ascii_lowercase(), shape);
    let is_left = |word: &[u8]| {
        word.len() < GLUED && names.everywhere.contains(&word.to_ascii_lowercase()) && remains(word)
            || word.len() >= TOKEN && original(word, Shape::Hex)
    };
    let words = atoms::atoms(line).map(|atom| &line[atom]);
    let mut addresses = atoms::ipv4(line).into_iter().map(|range| &line[range]);
    words.into_iter().find(|w| is_left(w)).or_else(|| addresses.find(|a| original(a, Shape::Ipv4))).map(show)
}

/// `McxUser` and 32 hexadecimal digits, whose user was replaced with the digits.
fn is_mcx(word: &[u8]) -> bool {
    word.len() >= 39 && word[..7].eq_ignore_ascii_case(b"mcxuser")
}

/// Inside a host that is kept on purpose.
fn in_kept(line: &[u8], at: usize) -> bool {
    atoms::hosts(line).into_iter().any(|h| h.contains(&at) && atoms::is_kept(&line[h]))
}
