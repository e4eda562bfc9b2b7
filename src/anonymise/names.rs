//! Who and what is named in the logs.

use hashbrown::HashSet;

use super::atoms::{self, atoms};
use super::vocabulary::vocabulary;
use crate::record::prefix;
use crate::text::line_end;

/// The names of some logs, in pieces: `bob.smith@contoso.com` is `bob`, `smith` and `contoso`.
#[derive(Debug, Default)]
pub struct Names {
    /// Atoms in lower case that are replaced wherever they stand.
    pub(super) everywhere: HashSet<Vec<u8>>,
    /// Atoms that are part of the vocabulary too, or too short: replaced only inside a name.
    pub(super) inside: HashSet<Vec<u8>>,
    /// Atoms that name machines: what they say of the role of a server is kept.
    pub(super) machines: HashSet<Vec<u8>>,
    pub(super) vocabulary: HashSet<Vec<u8>>,
}

/// Shorter atoms are replaced only where they are surely part of a name.
const SHORTEST: usize = 3;

impl Names {
    /// Collects the names of texts, and takes `also` as further words to replace.
    pub fn collect<'t>(texts: impl IntoIterator<Item = &'t [u8]> + Clone, also: &[String]) -> Names {
        let mut out = Names { vocabulary: vocabulary(), ..Names::default() };
        // What stands before a colon or an equals sign is a word of the log, whatever else it is.
        for text in texts.clone() {
            lines(text, |line| out.learn(line));
        }
        for text in texts {
            lines(text, |line| out.look(line));
        }
        for word in also {
            let word = word.to_lowercase().into_bytes();
            out.everywhere.extend(atoms(&word).map(|a| word[a].to_vec()));
        }
        out
    }

    /// How many different pieces of names were found.
    pub fn len(&self) -> usize {
        self.everywhere.len() + self.inside.len()
    }

    /// Nobody is named.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn learn(&mut self, line: &[u8]) {
        if let Some(colon) = memchr::memchr(b':', line)
            && crate::record::is_header(line)
        {
            let name = &line[..colon];
            self.vocabulary.extend(atoms(name).map(|a| name[a].to_ascii_lowercase()));
        }
    }

    fn look(&mut self, line: &[u8]) {
        if let Some(server) = prefix::parse(line).server {
            self.add_machine(server);
        }
        let hosts = atoms::hosts(line).into_iter().chain(atoms::hosts_of_addresses(line));
        for host in hosts.chain(atoms::hosts_of_places(line)) {
            let host = &line[host];
            if !atoms::is_kept(host) {
                self.add_machine(host);
            }
        }
        for user in atoms::users(line) {
            if !keeps_user(line, &user) {
                self.add(without_mcx(&line[user]));
            }
        }
        if carries_names(line) {
            for name in atoms::display_names(line) {
                self.add(&line[name]);
            }
        }
    }

    fn add_machine(&mut self, name: &[u8]) {
        self.machines.extend(atoms(name).map(|a| name[a].to_ascii_lowercase()));
        self.add(name);
    }

    fn add(&mut self, name: &[u8]) {
        for atom in atoms(name) {
            let atom = name[atom].to_ascii_lowercase();
            if atoms::is_top(&atom) {
                continue;
            }
            let weak = atom.len() < SHORTEST
                || atom.iter().all(u8::is_ascii_digit) && atom.len() < 7
                || self.vocabulary.contains(&atom);
            if weak {
                self.inside.insert(atom)
            } else {
                self.everywhere.insert(atom)
            };
        }
    }
}

/// Calls `each` with every line without its end.
pub(super) fn lines(text: &[u8], mut each: impl FnMut(&[u8])) {
    let mut at = 0;
    while at < text.len() {
        let (end, next) = line_end(text, at);
        each(text[at..end].trim_ascii_end());
        at = next;
    }
}

/// `push@push.lync.com` is the clearing house, not a person.
pub(super) fn keeps_user(line: &[u8], user: &std::ops::Range<usize>) -> bool {
    let host = line.get(user.end + 1..).unwrap_or_default();
    let len = host.iter().position(|b| !atoms::is_atom(*b) && !matches!(b, b'.' | b'-')).unwrap_or(host.len());
    line[user.clone()].eq_ignore_ascii_case(b"push") && atoms::is_kept(&host[..len])
}

/// The user behind `McxUser` and 32 hexadecimal digits.
pub(super) fn without_mcx(user: &[u8]) -> &[u8] {
    match user.get(..7) {
        Some(head) if head.eq_ignore_ascii_case(b"mcxuser") && user.len() > 39 => &user[39..],
        _ => user,
    }
}

/// Headers whose value is `"display name" <uri>`.
pub(super) fn carries_names(line: &[u8]) -> bool {
    const NAMES: [&[u8]; 14] = [
        b"from",
        b"to",
        b"f",
        b"t",
        b"contact",
        b"m",
        b"p-asserted-identity",
        b"p-preferred-identity",
        b"referred-by",
        b"refer-to",
        b"remote-party-id",
        b"history-info",
        b"diversion",
        b"reply-to",
    ];
    let Some(colon) = memchr::memchr(b':', line) else { return false };
    let name = line[..colon].trim_ascii();
    NAMES.iter().any(|n| name.eq_ignore_ascii_case(n))
}
