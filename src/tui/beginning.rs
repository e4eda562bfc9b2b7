//! The beginning of big logs, to be shown while all of them are read.

use memchr::memmem;

use crate::input::Input;

/// Bytes of all inputs together that are read ahead: a tenth of a second.
const AHEAD: usize = 24 << 20;
/// Smaller logs are read before anybody could look.
const BIG: usize = 3 * AHEAD;

/// The first whole records of each input; nothing where reading all takes no time.
pub(super) fn of(inputs: &[Input]) -> Vec<Input> {
    let total: usize = inputs.iter().map(|i| i.bytes().len()).sum();
    if total < BIG {
        return Vec::new();
    }
    let each = AHEAD / inputs.len().max(1);
    inputs.iter().filter_map(|input| first(input, each)).collect()
}

fn first(input: &Input, most: usize) -> Option<Input> {
    // A log may be cut while it is read.
    let intact = usize::try_from(input.intact_len()).unwrap_or(usize::MAX);
    let head = input.bytes().get(..most.min(intact).min(input.bytes().len()))?;
    let last = memmem::rfind(head, b"\n$$end_record")? + 1;
    let end = memchr::memchr(b'\n', head.get(last..)?).map_or(head.len(), |at| last + at + 1);
    // The text is decoded already, and offsets in it stay what they are.
    Some(input.of_memory(head.get(..end)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_records_are_read_ahead() {
        let log = "$$begin_record\r\na: b\r\n$$end_record\r\n";
        let input = Input::from_bytes("a.log", log.repeat(3));
        for (most, records) in [(log.len() * 2 + 9, 2), (log.len() * 2, 2), (log.len() * 9, 3)] {
            let first = first(&input, most).map_or(0, |i| i.bytes().len());
            assert_eq!(first, log.len() * records, "{most}");
        }
        assert!(first(&input, 20).is_none());
        assert!(of(&[input]).is_empty());
    }
}
