//! Words that belong to the log and not to anybody: they are replaced only where they are surely a name.

use std::sync::LazyLock;

use hashbrown::HashSet;

use super::marks::List;
use super::words::{hash, words};

/// What causes, statuses and results are told by, the data they are compiled from, and a list of its own.
const TEXTS: [&str; 12] = [
    include_str!("vocabulary.txt"),
    include_str!("../knowledge/catalogue.toml"),
    include_str!("../knowledge/clients.tsv"),
    include_str!("../knowledge/diagnostics.tsv"),
    include_str!("../knowledge/events.tsv"),
    include_str!("../knowledge/q850.tsv"),
    include_str!("../knowledge/ranges.tsv"),
    include_str!("../knowledge/result_codes.tsv"),
    include_str!("../knowledge/sip_status.tsv"),
    include_str!("../knowledge/tls_alerts.tsv"),
    include_str!("../knowledge/windows_codes.tsv"),
    include_str!("../knowledge/words.tsv"),
];

/// All of them in lower case.
static VOCABULARY: LazyLock<HashSet<Vec<u8>>> = LazyLock::new(|| {
    let mut out = HashSet::new();
    for line in TEXTS.iter().flat_map(|text| text.lines()) {
        if line.starts_with('#') && line.len() > 60 {
            continue;
        }
        // Not the addresses of sources: they name whoever wrote there.
        for part in line.split_ascii_whitespace().filter(|part| !part.contains("://")) {
            let bytes = part.as_bytes();
            out.extend(words(bytes).map(|a| bytes[a].to_ascii_lowercase()).filter(|w| !is_number(w)));
        }
    }
    out
});

/// Longer words are nobody's vocabulary.
const LONGEST: usize = 64;

/// Whether a word is of the vocabulary, in any case, or put together of its words in humps: `TraceProtocolRecord`.
pub(super) fn is_known(word: &[u8]) -> bool {
    // Most words are none, which shows in their numbers; else they are put together of some.
    if word.len() > LONGEST || !perhaps(word) && !may_be_humps(word) {
        return false;
    }
    let mut lower = [0; LONGEST];
    let lower = &mut lower[..word.len()];
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    // `May` is somebody where `may` is a word.
    let person = || word.first().is_some_and(u8::is_ascii_uppercase) && PEOPLE.has(lower);
    (has(lower) || is_humps(word, lower)) && !person()
}

/// One bit in each for a word of the vocabulary, by its number: most words are none, which shows here.
static PERHAPS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut out = vec![0; PLACES];
    for word in VOCABULARY.iter() {
        let (at, bit) = place(word);
        out[at] |= bit;
    }
    out
});
const PLACES: usize = 1 << 12;

fn place(word: &[u8]) -> (usize, u64) {
    let h = hash(word);
    (usize::try_from(h >> 6).unwrap_or(0) % PLACES, 1 << (h & 63))
}

/// Whether a word may be of the vocabulary.
fn perhaps(word: &[u8]) -> bool {
    let (at, bit) = place(word);
    PERHAPS.get(at).is_some_and(|places| places & bit != 0)
}

fn has(lower: &[u8]) -> bool {
    perhaps(lower) && VOCABULARY.contains(lower)
}

/// Words of messages that are common names of people, too: words only when written small.
static PEOPLE: List<14> = List::new([
    "april", "august", "best", "day", "field", "june", "little", "mark", "may", "page", "parks", "rich", "strong",
    "will",
]);

/// Whether a hump begins inside.
fn may_be_humps(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_alphabetic) && word.iter().skip(1).any(u8::is_ascii_uppercase)
}

fn is_humps(word: &[u8], lower: &[u8]) -> bool {
    if !may_be_humps(word) {
        return false;
    }
    let upper = |at: usize| word.get(at).is_some_and(u8::is_ascii_uppercase);
    let small = |at: usize| word.get(at).is_some_and(u8::is_ascii_lowercase);
    let (mut start, mut humps) = (0, 0);
    for at in 1..=word.len() {
        let ends = at == word.len() || upper(at) && (small(at - 1) || small(at + 1));
        if !ends {
            continue;
        }
        // A class may have a letter in front: `CRoute`.
        let mark = start == 0 && at == 1 && matches!(word[0], b'C' | b'I');
        if !mark && (at - start < 2 || !has(&lower[start..at])) {
            return false;
        }
        (start, humps) = (at, humps + 1);
    }
    humps > 1
}

/// Whether a word is a code in hexadecimal digits, such as `0x80090325`.
pub(super) fn is_code(word: &[u8]) -> bool {
    matches!(word, [b'0', b'x' | b'X', code @ ..] if code.len() <= 8 && code.iter().all(u8::is_ascii_hexdigit))
}

fn is_number(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_digit)
}

/// Last labels of hosts that say only what kind of domain it is.
static TOP: List<43> = List::new([
    "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "local", "lan", "internal", "intra", "corp",
    "home", "test", "example", "invalid", "de", "uk", "fr", "nl", "it", "es", "at", "ch", "se", "no", "dk", "fi", "pl",
    "be", "eu", "us", "ca", "au", "nz", "jp", "in", "br", "ru", "co", "io",
]);

/// Whether a last label of a host is kept.
pub(super) fn is_top(label: &[u8]) -> bool {
    TOP.has(label)
}

/// Domains of the vendor and of standards: they name nobody, and causes hang on them.
const KEPT: [&str; 18] = [
    "lync.com",
    "microsoft.com",
    "microsoftonline.com",
    "onmicrosoft.com",
    "sharepoint.com",
    "skype.com",
    "office.com",
    "office365.com",
    "windows.net",
    "w3.org",
    "ietf.org",
    "xmlsoap.org",
    "oasis-open.org",
    "apple.com",
    "verisign.com",
    "digicert.com",
    "cloudapp.net",
    "example.invalid",
];

/// How many bytes at the end of a host are a domain of the vendor or of a standard; 0 for none.
pub(super) fn kept_tail(host: &[u8]) -> usize {
    let tail = |k: &&str| {
        let start = host.len().checked_sub(k.len())?;
        let whole = start == 0 || host[start - 1] == b'.';
        (whole && host[start..].eq_ignore_ascii_case(k.as_bytes())).then_some(k.len())
    };
    KEPT.iter().find_map(tail).unwrap_or(0)
}
