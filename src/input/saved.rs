//! What siptrail itself saved out of logs. Read as a further log it would count as the log of a server that writes
//! little, so it says in its first line what it is.

/// The first line of saved stories and excerpts.
pub const SAVED: &str = "# Saved by siptrail from other logs; folders skip this file: name it to read it";

/// The comment of an archive that is a case, by which folders skip it.
pub const CASE: &str = "Case saved by siptrail from other logs; folders skip it: name it to read it";

/// How [`SAVED`], and the first line of a file of notes, begin. The rest of the line may change.
const BEGINNINGS: [&[u8]; 2] = [b"# Saved by siptrail ", b"# Notes of siptrail "];

/// Whether a text begins with the line of what siptrail saves.
pub fn is_saved(text: &[u8]) -> bool {
    BEGINNINGS.iter().any(|line| text.starts_with(line))
}
