use std::io::Write;

use encoding_rs::{UTF_16BE, UTF_16LE};
use proptest::prelude::*;

use super::spool::Spool;
use super::*;

const LOG: &str =
    "TL_INFO(TF_PROTOCOL) x\r\nDirection: incoming\r\nFrom: \"Zoë 😀\"<sip:zoe@contoso.com>\r\n$$end_record\r\n";

fn utf16(text: &str, little: bool, bom: bool) -> Vec<u8> {
    let units = bom.then_some(0xfeff).into_iter().chain(text.encode_utf16());
    units.flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_encoding_and_packing_gives_the_same_text() {
    let utf8 = LOG.as_bytes();
    let cases: Vec<(&str, Vec<u8>, Encoding)> = vec![
        ("plain", utf8.to_vec(), Encoding::Utf8),
        ("utf16le bom", utf16(LOG, true, true), Encoding::Utf16Le),
        ("utf16le", utf16(LOG, true, false), Encoding::Utf16Le),
        ("utf16be bom", utf16(LOG, false, true), Encoding::Utf16Be),
        ("utf16be", utf16(LOG, false, false), Encoding::Utf16Be),
        ("gzip", gzip(utf8), Encoding::Utf8),
        ("gzip members", [gzip(&utf8[..40]), gzip(&utf8[40..])].concat(), Encoding::Utf8),
        ("gzip of utf16", gzip(&utf16(LOG, true, true)), Encoding::Utf16Le),
        ("zstd", zstd::encode_all(utf8, 3).unwrap(), Encoding::Utf8),
    ];
    for (name, bytes, encoding) in cases {
        let input = Input::from_bytes(name, bytes);
        assert_eq!(String::from_utf8_lossy(input.bytes()), LOG, "{name}");
        assert_eq!(input.encoding(), encoding, "{name}");
        assert_eq!(input.notes(), &[] as &[String], "{name}");
    }
    assert_eq!(Input::from_bytes("ansi", &b"From: Zo\xeb\r\n"[..]).encoding(), Encoding::Windows1252);
    assert_eq!(Input::from_bytes("cr", &b"a\rb\r"[..]).bytes(), b"a\nb\n");
    assert!(Input::from_bytes("empty", &b""[..]).bytes().is_empty());
}

#[test]
fn damaged_compression_keeps_what_came_before() {
    let long = LOG.repeat(5000);
    let packed = gzip(long.as_bytes());
    let input = Input::from_bytes("cut.gz", &packed[..packed.len() / 2]);
    assert!(!input.bytes().is_empty() && long.as_bytes().starts_with(input.bytes()));
    assert_eq!(input.notes().len(), 1);
}

proptest! {
    /// The offset of any character of the text leads to the same character in the UTF-16 original.
    #[test]
    fn utf16_offsets_are_exact(text in "[a-z😀é\n]{0,400}", little: bool, bom: bool, small: bool) {
        let bytes = utf16(&text, little, bom);
        let encoding = if little { UTF_16LE } else { UTF_16BE };
        let budget = Budget::with_memory(Limits::default(), if small { 16 } else { 1 << 20 });
        prop_assume!(!small || text.len() > 16);
        let decoded = super::decode::from_utf16(&bytes, encoding, Spool::new(&budget));
        let (checkpoints, account) = (decoded.checkpoints, decoded.account);
        let input = Input { name: String::new(), text: decoded.text, encoding: Encoding::Utf16Le, original_len: 0, checkpoints, notes: vec![], accounts: vec![account], budget: Budget::new(Limits::default()), origin: None, formats: super::Formats::default(), left_out: 0, stat: None };
        prop_assert_eq!(input.bytes(), text.as_bytes());
        let mut original = if bom { 2 } else { 0 };
        for (at, c) in text.char_indices() {
            prop_assert_eq!(input.original_offset(at as u64), original);
            original += 2 * c.len_utf16() as u64;
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_truncated_while_mapped_reads_as_zeros() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("big.log");
    std::fs::write(&path, vec![b'x'; 1 << 20]).unwrap();
    let opened = open([&path]);
    let input = &opened.inputs[0];
    std::fs::File::options().write(true).open(&path).unwrap().set_len(10_000).unwrap();
    let kept = input.bytes().iter().take_while(|b| **b == b'x').count();
    let rest = input.bytes().iter().skip(kept).all(|b| *b == 0);
    assert_eq!((kept, rest, input.intact_len()), (10_000, true, 10_000));
}

/// One budget for all: what is over it is told, and what was read until then is there.
#[test]
fn what_unpacks_to_more_than_its_budget_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let text = LOG.repeat(100);
    for name in ["a.gz", "b.gz"] {
        std::fs::write(dir.path().join(name), gzip(text.as_bytes())).unwrap();
    }
    let most = text.len() as u64;
    let both = open_within([dir.path()], Limits { max_unpacked: 2 * most, ..Limits::default() });
    assert_eq!((both.inputs.len(), both.errors.len()), (2, 0));
    let one = open_within([dir.path()], Limits { max_unpacked: most, ..Limits::default() });
    assert_eq!((one.inputs.len(), one.errors.len()), (2, 1));
    assert_eq!(one.inputs[0].bytes(), text.as_bytes());
    let told = one.errors[0].to_string();
    assert!(told.contains("b.gz") && told.contains("--max-unpacked") && !told.contains("damaged"), "{told}");
    // A text that is converted takes its place only while it is converted: what is unpacked, and what becomes of it.
    let packed = utf16(&text, true, true);
    for name in ["a.gz", "b.gz"] {
        std::fs::write(dir.path().join(name), gzip(&packed)).unwrap();
    }
    let both = |max_unpacked| open_within([dir.path()], Limits { max_unpacked, ..Limits::default() }).errors.len();
    let enough = packed.len() as u64 + 2 * most;
    assert_eq!((both(enough), both(enough - 1)), (0, 1));
}

/// Text that goes to temporary files takes neither descriptors nor the places of mapped files: there are 1,024 of either.
#[test]
fn an_archive_may_have_any_number_of_members() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("many.zip");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for n in 0..1_100 {
        archive.start_file(format!("{n}.log"), zip::write::SimpleFileOptions::default()).unwrap();
        write!(archive, "{n} {LOG}").unwrap();
    }
    archive.finish().unwrap();
    let opened = walk::open_with([&path], Budget::with_memory(Limits::default(), 100));
    assert!(opened.errors.is_empty(), "{:?}", opened.errors[0].to_string());
    assert_eq!(opened.inputs.len(), 1_100);
    for (n, input) in opened.inputs.iter().enumerate() {
        assert_eq!(input.bytes(), format!("{n} {LOG}").as_bytes());
        assert_eq!((input.intact_len(), input.has_grown()), (input.bytes().len() as u64, false));
        let mapped = matches!(input.text, Text::Mapped(_));
        assert!(mapped, "{n} stayed in memory");
    }
}

/// What stands before the end of the budget is read as the text that it is, not as the bytes it was.
#[test]
fn conversions_keep_what_fits() {
    let text = LOG.repeat(100);
    let most = text.len() as u64 - 1;
    for (name, bytes) in [("utf16", utf16(&text, true, true)), ("cr", text.replace("\r\n", "\r ").into_bytes())] {
        let budget = Budget::new(Limits { max_unpacked: most, ..Limits::default() });
        let (input, stop) = decode::prepare(name.to_owned(), (Text::Owned(bytes), Account::default()), &budget);
        assert!(stop.is_some(), "{name}");
        assert_eq!(
            input.bytes(),
            &text.replace("\r\n", if name == "cr" { "\n " } else { "\r\n" }).as_bytes()[..text.len() - 1]
        );
    }
}

/// How many bytes a reader is asked for at a time.
#[test]
fn what_is_said_of_a_length_is_not_believed() {
    struct Asked(usize);
    impl std::io::Read for Asked {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            self.0 = into.len();
            Ok(0)
        }
    }
    for (said, asked) in [(None, 1 << 20), (Some(0), 4096), (Some(9_999), 10_000), (Some(u64::MAX), 1 << 20)] {
        let mut reader = Asked(0);
        decode::drain(&mut reader, said, &Budget::new(Limits::default()));
        assert_eq!(reader.0, asked, "{said:?}");
    }
}

#[test]
fn memory_is_given_back_when_the_text_has_left_it() {
    let budget = Budget::with_memory(Limits::default(), 100);
    let (mut one, mut other) = (budget.account(), budget.account());
    assert!(one.keep_in_memory(90));
    // It does not fit, but is still there.
    assert!(!one.keep_in_memory(20) && !other.keep_in_memory(20));
    one.has_left_memory();
    assert!(other.keep_in_memory(20));
    drop(other);
    assert!(one.keep_in_memory(100));
}

#[test]
fn folders_and_missing_files() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str| std::fs::write(dir.path().join(name), LOG).unwrap();
    let names = |o: &Opened| {
        o.inputs.iter().map(|i| i.name().rsplit('/').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert!(matches!(open([dir.path()]).errors[..], [InputError::NoLogs { others: 0, .. }]));
    ["b.log", "a.TXT", "c.log.1", "readme.md", ".hidden.log"].into_iter().for_each(write);
    let opened = open([
        dir.path().to_path_buf(),
        dir.path().join("b.log"),
        dir.path().join("gone.log"),
        dir.path().join("readme.md"),
    ]);
    assert_eq!(names(&opened), ["a.TXT", "b.log", "c.log.1", "readme.md"]);
    assert_eq!((opened.errors.len(), opened.skipped.len()), (1, 1));
    assert!(opened.errors[0].to_string().contains("gone.log"));
}

#[test]
fn folders_leave_alone_what_was_saved() {
    let dir = tempfile::tempdir().unwrap();
    let saved = dir.path().join("saved.log");
    std::fs::write(dir.path().join("a.log"), LOG).unwrap();
    std::fs::write(&saved, [SAVED, "\n", LOG].concat()).unwrap();
    std::fs::write(dir.path().join("notes.txt"), "# Notes of siptrail on calls and pushes\n").unwrap();
    let opened = open([dir.path()]);
    assert_eq!((opened.inputs.len(), opened.saved.len(), opened.errors.len()), (1, 2, 0));
    // Named, it is read, before or after its folder.
    assert_eq!(open([dir.path(), &saved]).inputs.len(), 2);
    assert_eq!(open([&saved, dir.path()]).inputs.len(), 2);
}

#[test]
fn an_archive_is_opened_once_for_all_that_is_asked_of_its_texts_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("logs.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for text in ["first", "second", "third"] {
        zip.start_file(format!("{text}.log"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let whence = Whence { path: path.clone(), in_folder: false, number: 0 };
    let file = Again::new(&whence, Limits::default(), |input| input);
    assert!(file.holds(&Whence { number: 2, ..whence.clone() }) && !file.holds(&Whence { in_folder: true, ..whence }));
    let kept = |number, len| Input::kept("x".to_owned(), (&file, number), (len, 0), Encoding::Utf8, Vec::new());
    let (third, first, other, none) = (kept(2, 5), kept(0, 5), kept(1, 5), kept(7, 5));
    assert_eq!((third.bytes(), third.original()), (&b"third"[..], &b"third"[..]));
    std::fs::remove_file(&path).unwrap();
    assert_eq!((first.bytes(), first.original_offset(3)), (&b"first"[..], 3));
    // Not as long as it was, and not there.
    assert_eq!((other.bytes(), other.read_again()), (&b""[..], Some(false)));
    assert_eq!((none.bytes(), none.read_again()), (&b""[..], Some(false)));
}
