//! Names become pseudonyms of the same length, what people wrote becomes `xxxx`: in pieces, on all cores.

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;

use hashbrown::HashSet;
use memchr::memmem;
use rayon::prelude::*;

use super::key::Key;
use super::line::{Names, Worker};
use super::lines::lines;
use super::looks::{END, is_lead};
use super::marks::run_back;
use super::pseudonym::Pseudonyms;
use super::words::{Seen, given, hash, is_short};
use crate::text::line_end;

/// Bytes of text that a thread rewrites at a time, more or less.
const PIECE: usize = 1 << 20;

/// Rewrites texts; one name gets one pseudonym in all of them.
#[derive(Debug)]
pub struct Rewriter<'s> {
    known: Names<'s>,
    /// Words that were surely names, as numbers.
    names: Mutex<HashSet<u64>>,
    replaced: Mutex<u64>,
}

impl<'s> Rewriter<'s> {
    /// For texts with these words, and with further words to replace.
    pub fn new(seen: &'s Seen, key: &Key, also: &[String]) -> Rewriter<'s> {
        let known = Names { seen, pseudonyms: Pseudonyms::new(key, seen), also: given(also) };
        Rewriter { known, names: Mutex::default(), replaced: Mutex::default() }
    }

    /// How many words, numbers and addresses were replaced so far, one by one.
    pub fn replaced(&self) -> u64 {
        self.replaced.lock().map_or(0, |n| *n)
    }

    /// Whether a word was surely a name somewhere in what was rewritten; of short ones nothing is sure, since one may stand
    /// for another.
    pub fn is_name(&self, word: &[u8]) -> bool {
        let also = self.known.also.contains(&word.to_ascii_lowercase());
        also || !is_short(word) && self.names.lock().is_ok_and(|names| names.contains(&hash(word)))
    }

    /// Writes the text with every name replaced, on all cores. Lines keep their lengths and ends.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn rewrite(&self, text: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let pieces = pieces(text);
        let workers: Mutex<Vec<Worker<'_>>> = Mutex::default();
        let lock = || workers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let rewritten = &|some: &[&[u8]]| -> Vec<Vec<u8>> {
            let one = |piece: &&[u8]| {
                let idle = lock().pop();
                let mut worker = idle.unwrap_or_else(|| Worker::new(&self.known));
                let mut piece = piece.to_vec();
                lines(&mut worker, &mut piece);
                lock().push(worker);
                piece
            };
            some.par_iter().map(one).collect()
        };
        // Some at a time: the copy is never in memory as a whole. Some are written while the next are made.
        std::thread::scope(|scope| -> io::Result<()> {
            let (sender, receiver) = sync_channel::<Vec<Vec<u8>>>(0);
            let some = pieces.chunks(2 * rayon::current_num_threads());
            // Nobody takes more when the writer has failed.
            let maker = scope.spawn(move || some.map(rewritten).try_for_each(|done| sender.send(done)));
            let written = receiver.iter().flatten().try_for_each(|piece| out.write_all(&piece));
            drop(receiver);
            // The end of the scope waits for what the thread does, and not until it has let go of what it kept for itself.
            match maker.join() {
                Ok(_) => written,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })?;
        for worker in workers.into_inner().unwrap_or_default() {
            if let (Ok(mut names), Ok(mut replaced)) = (self.names.lock(), self.replaced.lock()) {
                names.extend(worker.names);
                *replaced += worker.replaced;
            }
        }
        Ok(())
    }
}

/// Pieces that end with a record, so that each can be read by itself.
fn pieces(text: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let mut rest = text;
    while rest.len() > PIECE {
        let (piece, behind) = rest.split_at(record_end(rest, PIECE).unwrap_or(rest.len()));
        out.push(piece);
        rest = behind;
    }
    out.push(rest);
    out
}

/// Where the first line behind a place ends that ends a record.
fn record_end(text: &[u8], from: usize) -> Option<usize> {
    let mut hits = memmem::find_iter(text.get(from..)?, END).map(|at| from + at);
    let found = hits.find(|at| {
        let start = at - run_back(text, *at, is_lead);
        start == 0 || text.get(start - 1) == Some(&b'\n')
    });
    found.map(|at| line_end(text, at).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces end with a record and nowhere else, however its end is written.
    #[test]
    fn pieces_end_where_records_do() {
        let fill = "x".repeat(PIECE);
        for (end, is_end) in [
            ("$$end_record\n", true),
            (" \t$$end_record\r\n", true),
            ("\\$$end_record $$begin_record\n", true),
            ("said $$end_record\n", false),
            ("$$end_recor\n", false),
        ] {
            let text = format!("{fill}\n{end}behind\n");
            let cut = pieces(text.as_bytes());
            let first = if is_end { fill.len() + 1 + end.len() } else { text.len() };
            assert_eq!(cut.concat(), text.as_bytes());
            assert_eq!(cut.first().map(|piece| piece.len()), Some(first), "{end:?}");
        }
    }
}
