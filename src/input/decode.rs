//! What the bytes of an input are, and turning them into text that can be framed.

use std::io::{self, Read};

use encoding_rs::{CoderResult, UTF_16BE, UTF_16LE};

use super::budget::{Account, Budget, Stop};
use super::spool::Spool;
use super::{Format, Formats, Input, Text};

/// Bytes decoded at a time.
const PIECE: usize = 1 << 20;
/// Bytes that are asked for at a time at least: what is said of a length may be wrong.
const LEAST: usize = 4 << 10;
/// Bytes looked at to find out the encoding.
const SAMPLE: usize = 64 << 10;

/// Encoding of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "each variant is the encoding of that name")]
#[non_exhaustive]
pub enum Encoding {
    Utf8,
    Utf8Bom,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

impl Encoding {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf8Bom => "utf-8-bom",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
            Encoding::Windows1252 => "windows-1252",
        }
    }

    /// Looks for a byte order mark, then for the zero bytes of UTF-16 text, then for valid UTF-8.
    pub(super) fn detect(bytes: &[u8]) -> Encoding {
        match bytes {
            [0xef, 0xbb, 0xbf, ..] => return Encoding::Utf8Bom,
            [0xff, 0xfe, ..] => return Encoding::Utf16Le,
            [0xfe, 0xff, ..] => return Encoding::Utf16Be,
            _ => {}
        }
        let head = &bytes[..bytes.len().min(SAMPLE)];
        let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
        let half = head.len() / 2;
        if half > 4 && zeros(1) * 10 > half * 7 && zeros(0) * 10 < half {
            return Encoding::Utf16Le;
        }
        if half > 4 && zeros(0) * 10 > half * 7 && zeros(1) * 10 < half {
            return Encoding::Utf16Be;
        }
        let windows = 16;
        let step = (bytes.len() / windows).max(SAMPLE);
        for start in (0..bytes.len()).step_by(step) {
            let part = &bytes[start..bytes.len().min(start + SAMPLE)];
            // A window may start and end inside a character.
            let part = &part[part.iter().take(3).take_while(|b| start > 0 && (0x80..0xc0).contains(*b)).count()..];
            if std::str::from_utf8(part).is_err_and(|e| e.error_len().is_some()) {
                return Encoding::Windows1252;
            }
        }
        Encoding::Utf8
    }
}

/// Unpacks and decodes as far as needed; plain text is taken as it is. Also why that ended early, if it did.
pub(super) fn prepare(name: String, (text, account): (Text, Account), budget: &Budget) -> (Input, Option<Stop>) {
    let (original_len, checkpoints, encoding) = (0, Vec::new(), Encoding::Utf8);
    let mut input = Input {
        name,
        text,
        encoding,
        original_len,
        checkpoints,
        notes: Vec::new(),
        accounts: vec![account],
        budget: budget.clone(),
        origin: None,
        formats: Formats::default(),
        left_out: 0,
        stat: None,
    };
    let mut stop = None;
    let unpacked = unpacker(input.bytes()).map(|(kind, from)| (kind, from.map(|from| drain(from, None, budget))));
    if let Some((kind, drained)) = unpacked {
        match drained {
            Ok(drained) => {
                if let Some(damage) = drained.damage {
                    let len = drained.text.len();
                    input
                        .notes
                        .push(format!("{kind} data is damaged or cut ({damage}), read the {len} bytes before that"));
                }
                (input.text, input.accounts, stop) = (drained.text, vec![drained.account], drained.stop);
            }
            Err(error) => {
                input.notes.push(format!("cannot unpack {kind} data: {error}"));
                (input.text, input.accounts) = (Text::Owned(Vec::new()), Vec::new());
            }
        }
    }
    input.original_len = input.bytes().len() as u64;
    if Format::of_capture(input.bytes()).is_some() {
        // No text: what is read of it is written anew.
        return (input, stop);
    }
    input.encoding = Encoding::detect(input.bytes());
    let utf16 = match input.encoding {
        Encoding::Utf16Le => Some(UTF_16LE),
        Encoding::Utf16Be => Some(UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = utf16 {
        let decoded = from_utf16(input.bytes(), encoding, Spool::new(budget));
        (input.text, input.accounts, input.checkpoints) = (decoded.text, vec![decoded.account], decoded.checkpoints);
        if decoded.replaced {
            input.notes.push("UTF-16 text holds units that are no characters, shown as U+FFFD".to_owned());
        }
        stop = stop.or(decoded.stop);
    }
    let head = &input.bytes()[..input.bytes().len().min(SAMPLE)];
    if memchr::memchr(b'\n', head).is_none() && memchr::memchr(b'\r', head).is_some() {
        let (text, account, why) = cr_to_lf(input.bytes(), Spool::new(budget));
        (input.text, input.accounts, stop) = (text, vec![account], stop.or(why));
    }
    (input, stop)
}

type Unpacker<'b> = io::Result<Box<dyn Read + 'b>>;

/// gzip and zstd by their magic numbers.
fn unpacker(bytes: &[u8]) -> Option<(&'static str, Unpacker<'_>)> {
    match bytes {
        [0x1f, 0x8b, ..] => Some(("gzip", Ok(Box::new(flate2::read::MultiGzDecoder::new(bytes))))),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let decoder = zstd::stream::read::Decoder::new(bytes);
            Some(("zstd", decoder.map(|d| Box::new(d) as Box<dyn Read>)))
        }
        _ => None,
    }
}

/// What was read of a stream.
pub(super) struct Drained {
    pub(super) text: Text,
    pub(super) account: Account,
    /// The stream's own error, behind what was read.
    pub(super) damage: Option<io::Error>,
    /// Why no more was read of a stream that may be sound.
    pub(super) stop: Option<Stop>,
}

/// Reads a stream to its end, to its first error, or as far as the budget goes. `said` is how long it is said to be:
/// thousands of small ones must not clear a megabyte each.
pub(super) fn drain(mut from: impl Read, said: Option<u64>, budget: &Budget) -> Drained {
    let mut spool = Spool::new(budget);
    let said = said.and_then(|said| usize::try_from(said).ok()?.checked_add(1));
    let mut piece = vec![0; said.unwrap_or(PIECE).clamp(LEAST, PIECE)];
    let (mut damage, mut stop) = (None, None);
    while stop.is_none() {
        match from.read(&mut piece) {
            Ok(0) => break,
            Ok(n) => stop = spool.write(&piece[..n]).err(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                damage = Some(error);
                break;
            }
        }
    }
    let (text, account, why) = spool.finish();
    Drained { text, account, damage, stop: stop.or(why) }
}

/// What became of a UTF-16 text.
pub(super) struct Decoded {
    pub(super) text: Text,
    pub(super) account: Account,
    /// See [`Input`].
    pub(super) checkpoints: Vec<(u64, u64)>,
    /// Units that are no characters were replaced.
    replaced: bool,
    /// Why it ends early.
    stop: Option<Stop>,
}

/// Decodes a text, as far as the budget goes.
pub(super) fn from_utf16(bytes: &[u8], encoding: &'static encoding_rs::Encoding, mut spool: Spool) -> Decoded {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let bom = if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) { 2 } else { 0 };
    let mut piece = vec![0; PIECE];
    let mut checkpoints = Vec::new();
    let (mut read, mut written, mut replaced) = (bom, 0u64, false);
    let stop = loop {
        let rest = &bytes[read..];
        // Whole pieces end where no character is pending, so a checkpoint is exact.
        let mut take = rest.len().min(PIECE / 4);
        if take < rest.len() && take > 2 && is_high_surrogate(&rest[take - 2..take], encoding) {
            take -= 2;
        }
        checkpoints.push((written, read as u64));
        let last = take == rest.len();
        let (result, used, out, errors) = decoder.decode_to_utf8(&rest[..take], &mut piece, last);
        (read, written, replaced) = (read + used, written + out as u64, replaced || errors);
        if let Err(why) = spool.write(&piece[..out]) {
            break Some(why);
        }
        if last && result == CoderResult::InputEmpty {
            break None;
        }
    };
    let (text, account, why) = spool.finish();
    Decoded { text, account, checkpoints, replaced, stop: stop.or(why) }
}

fn is_high_surrogate(unit: &[u8], encoding: &'static encoding_rs::Encoding) -> bool {
    let high = if encoding == UTF_16LE { unit.get(1) } else { unit.first() };
    high.is_some_and(|b| (0xd8..0xdc).contains(b))
}

/// Likewise.
fn cr_to_lf(bytes: &[u8], mut spool: Spool) -> (Text, Account, Option<Stop>) {
    let stop = bytes.chunks(PIECE).find_map(|part| {
        let part: Vec<u8> = part.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect();
        spool.write(&part).err()
    });
    let (text, account, why) = spool.finish();
    (text, account, stop.or(why))
}
