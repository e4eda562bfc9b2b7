//! Line by line: names become pseudonyms of the same length, what people wrote becomes `xxxx`.

use std::io::{self, Write};
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::atoms::{self, atoms};
use super::names::{Names, carries_names, keeps_user};
use super::places::{Care, Place, care, is_no_body, kind_of};
use super::pseudonym::{Key, Pseudonyms, Shape};
use super::redact::{redact, redact_between_tags};
use crate::record::prefix;
use crate::text::line_end;

/// Names shorter than this are not looked for inside of longer words.
pub(super) const GLUED: usize = 5;
/// Runs of letters and digits from this length on are tokens: tags, identifiers, devices.
const TOKEN: usize = 8;
/// The magic cookie of a branch (RFC 3261 section 8.1.1.7).
const COOKIE: &[u8] = b"z9hG4bK";

/// Rewrites texts; one name gets one pseudonym in all of them.
#[derive(Debug)]
pub struct Rewriter {
    pub(super) names: Names,
    pub(super) pseudonyms: Pseudonyms,
    /// Finds names inside of longer words; `None` where there is none to find.
    pub(super) glued: Option<AhoCorasick>,
}

impl Rewriter {
    /// For texts with these names.
    pub fn new(names: Names, key: Key) -> Rewriter {
        let reserved = names.everywhere.iter().chain(&names.inside).chain(&names.vocabulary).cloned().collect();
        let mut long: Vec<&Vec<u8>> = names.everywhere.iter().filter(|n| n.len() >= GLUED).collect();
        long.sort_unstable();
        let glued =
            AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(long);
        Rewriter { pseudonyms: Pseudonyms::new(key, reserved), names, glued: glued.ok() }
    }

    /// How many names, addresses and tokens have a pseudonym.
    pub fn given(&self) -> usize {
        self.pseudonyms.len()
    }

    /// Writes the text with every name replaced. Lines keep their lengths and ends.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn rewrite(&mut self, text: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let mut place = Place::default();
        let mut content = Place::Prose;
        let mut at = 0;
        while at < text.len() {
            let (end, next) = line_end(text, at);
            let mut line = text[at..end].to_vec();
            self.line(&mut line, &mut place, &mut content);
            out.write_all(&line)?;
            out.write_all(&text[end..next])?;
            at = next;
        }
        Ok(())
    }

    fn line(&mut self, line: &mut [u8], place: &mut Place, content: &mut Place) {
        if line.starts_with(b"$$end_record") || memchr::memmem::find(line, b"$$begin_record").is_some() {
            (*place, *content) = (Place::Lines, Place::Prose);
        }
        match *place {
            Place::Lines => {}
            Place::Prose => return redact(line),
            Place::Tags(inside) => {
                self.replace(&mut *line, 0, Care::Usual);
                *place = Place::Tags(redact_between_tags(line, inside));
                return;
            }
            Place::Parts => return self.part(line, 0),
            Place::Body => return self.replace(line, 0, Care::Usual),
        }
        if line.starts_with(b"TL_") {
            // Not the number by which a search result ties it to records either: they keep theirs.
            let start = line.len() - prefix::said(line).text.len();
            self.server(line);
            return self.replace(line, start, Care::Usual);
        }
        let colon = memchr::memchr(b':', line).filter(|_| crate::record::is_header(line));
        let Some(colon) = colon else { return self.replace(line, 0, Care::Usual) };
        let name = line[..colon].trim_ascii().to_ascii_lowercase();
        let value = colon + 1;
        match name.as_slice() {
            b"content-type" | b"c" => *content = kind_of(&line[value..]),
            b"message-body" => {
                *place = *content;
                if !is_no_body(&line[value..]) {
                    match *content {
                        Place::Prose => redact(&mut line[value..]),
                        Place::Parts => self.part(line, value),
                        Place::Tags(_) => {
                            self.replace(line, value, Care::Usual);
                            *place = Place::Tags(redact_between_tags(&mut line[value..], false));
                        }
                        _ => self.replace(line, value, Care::Usual),
                    }
                }
                return;
            }
            _ => {}
        }
        match care(&name) {
            Care::Keep => {}
            Care::Prose => redact(&mut line[value..]),
            care => {
                self.replace(line, value, care);
                // The first message of a conversation travels inside its INVITE.
                if let Some(body) = memchr::memmem::find(line, b"ms-body=") {
                    redact(&mut line[body + 8..]);
                }
            }
        }
    }

    /// Boundaries, headers and lines of session descriptions are no prose; all else in a part may be.
    fn part(&mut self, line: &mut [u8], start: usize) {
        let text = line.get(start..).unwrap_or_default().trim_ascii_start();
        let described = matches!(text, [b'a'..=b'z', b'=', ..]);
        let header = text.get(..8).is_some_and(|name| name.eq_ignore_ascii_case(b"content-"));
        if described || header || text.starts_with(b"--") {
            self.replace(line, start, Care::Usual);
        } else {
            redact(&mut line[start..]);
        }
    }

    /// The server that a search result names: `[pool10\fe10]`.
    fn server(&mut self, line: &mut [u8]) {
        let Some(server) = prefix::parse(line).server.map(<[u8]>::to_vec) else { return };
        let Some(at) = memchr::memmem::find(line, &server) else { return };
        for atom in atoms(&server) {
            // As in the names of hosts, by which the server is known to others.
            self.atom(line, at + atom.start, &server[atom], true, Care::Usual);
        }
    }

    /// Replaces what is to be replaced of one atom, which stands at `at`.
    fn atom(&mut self, line: &mut [u8], at: usize, atom: &[u8], sure: bool, care: Care) {
        let parts = self.parts(atom, sure, care);
        for (part, shape) in &parts {
            let old = &atom[part.clone()];
            let new = self.pseudonyms.of(old, *shape);
            if new.len() == old.len() {
                line[at + part.start..at + part.end].copy_from_slice(&new);
            }
        }
        if parts.iter().any(|(part, _)| *part != (0..atom.len())) {
            self.pseudonyms.note(line[at..at + atom.len()].to_ascii_lowercase());
        }
    }

    /// Replaces names from `start` on.
    fn replace(&mut self, line: &mut [u8], start: usize, care: Care) {
        let all = line.to_vec();
        // The header's name and its colon, and what may be replaced.
        let (head, old) = all.split_at(start.min(all.len()));
        let mut done = vec![false; old.len()];
        let mut sure = vec![false; old.len()];
        let mut put = |range: &Range<usize>, new: &[u8]| {
            if new.len() == range.len() {
                line[start + range.start..start + range.end].copy_from_slice(new);
            }
        };
        if care != Care::Known {
            let groups = [(atoms::ipv4(old), Shape::Ipv4), (atoms::hex_groups(old), Shape::Hex)];
            for (ranges, shape) in groups {
                for range in ranges {
                    put(&range, &self.pseudonyms.of(&old[range.clone()], shape));
                    done[range].fill(true);
                }
            }
        }
        let hosts = atoms::hosts(old).into_iter().chain(atoms::hosts_of_addresses(old));
        // Without the name of its header, a Peer would not be known as such.
        let places = atoms::hosts_of_places(&all).into_iter().filter(|h| h.start >= start);
        for host in hosts.chain(places.map(|h| h.start - start..h.end - start)) {
            if atoms::is_kept(&old[host.clone()]) {
                done[host].fill(true);
            } else {
                sure[host].fill(true);
            }
        }
        for user in atoms::users(old) {
            if keeps_user(old, &user) {
                done[user].fill(true);
            } else {
                sure[user].fill(true);
            }
        }
        if carries_names(head) {
            for name in atoms::display_names(old) {
                sure[name].fill(true);
            }
        }
        for value in atoms::opaque_values(old) {
            sure[value].fill(true);
        }
        for atom in atoms(old) {
            if done[atom.start] {
                continue;
            }
            // `realm=`: the name of a parameter is the log's own.
            let names_value = old.get(atom.end) == Some(&b'=') && !sure[atom.start];
            let care = if care == Care::Secret && names_value { Care::Usual } else { care };
            self.atom(line, start + atom.start, &old[atom.clone()], sure[atom.start], care);
        }
    }

    /// Which parts of an atom are replaced.
    fn parts(&self, atom: &[u8], sure: bool, care: Care) -> Vec<(Range<usize>, Shape)> {
        let lower = atom.to_ascii_lowercase();
        let whole =
            if self.names.machines.contains(&lower) { of_machine(&lower) } else { vec![(0..atom.len(), shape(atom))] };
        if atoms::is_top(atom) || lower.starts_with(b"0x") {
            return Vec::new();
        }
        if lower.starts_with(b"mcxuser") && atom.len() >= 39 && atom[7..39].iter().all(u8::is_ascii_hexdigit) {
            let mut parts = vec![(7..39, Shape::Hex)];
            if atom.len() > 39 {
                parts.push((39..atom.len(), shape(&atom[39..])));
            }
            return parts;
        }
        if atom.starts_with(COOKIE) {
            return if atom.len() > COOKIE.len() {
                vec![(COOKIE.len()..atom.len(), shape(&atom[COOKIE.len()..]))]
            } else {
                Vec::new()
            };
        }
        if sure || self.names.everywhere.contains(&lower) {
            return whole;
        }
        if self.names.vocabulary.contains(&lower) {
            return Vec::new();
        }
        let digits = atom.iter().filter(|b| b.is_ascii_digit()).count();
        let token = atom.len() >= TOKEN && digits > 0 || digits == atom.len() && digits >= 7;
        let secret = care == Care::Secret && atom.len() >= 4;
        let glued = |glued: &AhoCorasick| atom.len() > GLUED && glued.is_match(atom);
        let replaced = care != Care::Known && token || secret || self.glued.as_ref().is_some_and(glued);
        if replaced { whole } else { Vec::new() }
    }
}

/// What is replaced of the name of a machine: all but the word for its role, on which causes may hang.
fn of_machine(lower: &[u8]) -> Vec<(Range<usize>, Shape)> {
    const ROLES: [&[u8]; 6] = [b"edge", b"director", b"mediation", b"pool", b"dir", b"med"];
    let kept = memchr::memmem::find(lower, b"edge").map(|at| at..at + 4);
    let kept = kept.or_else(|| ROLES.iter().find(|role| lower.starts_with(role)).map(|role| 0..role.len()));
    let fe = || (lower.starts_with(b"fe") && lower[2..].iter().all(u8::is_ascii_digit)).then_some(0..2);
    let Some(kept) = kept.or_else(fe) else { return vec![(0..lower.len(), shape(lower))] };
    let rest = [0..kept.start, kept.end..lower.len()];
    rest.into_iter().filter(|r| !r.is_empty()).map(|r| (r.clone(), shape(&lower[r]))).collect()
}

/// The shape that keeps an atom readable as what it was.
fn shape(atom: &[u8]) -> Shape {
    let hex = atom.iter().all(u8::is_ascii_hexdigit) && atom.iter().any(u8::is_ascii_digit);
    if hex && atom.len() >= TOKEN { Shape::Hex } else { Shape::Word }
}
