//! `siptrail anonymise`: what it writes and what it says; what is in the copies, `anonymise` holds.

use std::collections::BTreeSet;

use crate::common::{root, slashes};
use crate::program::run_in;

#[test]
fn the_command_proves_its_copy_or_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let samples = root("samples");
    let samples = samples.to_str().unwrap();
    // Under a key that stays: with others a pseudonym may by chance be a word that stands elsewhere in the original.
    std::fs::write(dir.path().join("fixed.key"), "a key that everybody knows").unwrap();
    let o = run_in(&["anonymise", samples, "-o", "out", "--key", "fixed.key"], dir.path());
    let said = String::from_utf8(o.stdout).unwrap();
    assert!(o.status.success(), "{said}{}", String::from_utf8_lossy(&o.stderr));
    assert!(said.contains("proven:") && said.contains("no known name is left; 0 words to look at"), "{said}");
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(dir.path().join("out")).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    // Not numbers: of two digits and of addresses there are so few that one server's may become another's.
    for name in ["contoso", "fabrikam", "litware", "frank@", "gina@", "erin@"] {
        assert!(!text.contains(name), "{name}");
    }
    let missed = |folder: &str| {
        let o = run_in(&["report", folder, "--format", "json"], dir.path());
        let report: serde_json::Value = serde_json::from_slice(&o.stdout).unwrap();
        report["summary"].clone()
    };
    assert_eq!(missed("out"), missed(samples));

    std::fs::write(dir.path().join("short.key"), "short").unwrap();
    for (args, told) in [
        (&["anonymise", samples, "-o", "out"][..], "not empty"),
        (&["anonymise", samples, "-o", "no/such/out"], "there is no folder"),
        (&["anonymise", "out", "-o", "out/again"], "out/again lies in out"),
        (&["anonymise", samples, "-o", "other", "--key", "short.key"], "expected 16 bytes or more"),
        (&["anonymise", "short.key", "-o", "other"], "no SIP trace record"),
        (&["anonymise", samples, "-o", "other", "--map", "short.key"], "is no map of copies"),
        (&["anonymise", samples, "-o", "other", "--map", "other/files.tsv"], "must not lie in the folder"),
    ] {
        let o = run_in(args, dir.path());
        assert_eq!(o.status.code(), Some(2), "{args:?}");
        assert!(String::from_utf8_lossy(&o.stderr).contains(told), "{args:?}: {o:?}");
    }
    let names: BTreeSet<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["files.tsv", "fixed.key", "out", "short.key"].map(Into::into).into());
}

#[test]
fn a_key_gives_the_same_pseudonyms_again() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("key"), "0123456789abcdef0123").unwrap();
    let log = root("samples/silent-mobile-leg.log");
    let copy = |folder: &str, key: &[&str]| {
        let args = [&["anonymise", log.to_str().unwrap(), "-o", folder], key].concat();
        assert!(run_in(&args, dir.path()).status.success());
        let file = std::fs::read_dir(dir.path().join(folder)).unwrap().next().unwrap().unwrap();
        std::fs::read(file.path()).unwrap()
    };
    let (a, b) = (copy("a", &["--key", "key"]), copy("b", &["--key", "key"]));
    assert!(a == b);
    assert!(copy("c", &[]) != a, "a forgotten key gives others");
}

/// A place in the copy can be told in the original, by whoever has the table.
#[test]
fn a_table_says_which_copy_is_which_original() {
    let dir = tempfile::tempdir().unwrap();
    let samples = ["samples/edge-only.log", "samples/silent-mobile-leg.log"].map(root);
    let names = [0, 1].map(|at: usize| samples[at].to_str().unwrap());
    for (folder, name) in [("a", names[0]), ("b", names[1])] {
        assert!(run_in(&["anonymise", name, "-o", folder], dir.path()).status.success());
    }
    assert!(run_in(&["anonymise", names[0], "-o", "c", "--map", "mine.tsv"], dir.path()).status.success());
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    let rows: Vec<Vec<String>> =
        read("files.tsv").lines().map(|l| l.split('\t').map(str::to_owned).collect()).collect();
    assert_eq!(rows[0], ["copy", "original"]);
    assert_eq!(rows.iter().skip(1).map(|r| r[1].clone()).collect::<Vec<_>>(), names.map(slashes));
    assert!(rows[1..].iter().all(|r| dir.path().join(&r[0]).is_file()), "{rows:?}");
    assert_eq!(read("mine.tsv").lines().count(), 2);
    // Rows that no UTF-8 can tell are rows, too.
    let old = [&b"copy\toriginal\nold/0001.log\tM\xfcller.log\n"[..]].concat();
    std::fs::write(dir.path().join("mine.tsv"), &old).unwrap();
    assert!(run_in(&["anonymise", names[1], "-o", "d", "--map", "mine.tsv"], dir.path()).status.success());
    let new = std::fs::read(dir.path().join("mine.tsv")).unwrap();
    assert!(new.starts_with(&old) && new.len() > old.len() && new.ends_with(b"\n"));
}

/// Text in UTF-16 that has lost a byte is one endless word; a wrapped log has words in two pieces.
#[test]
fn damaged_logs_end_and_tell_their_story() {
    let dir = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(root("samples/desktop-calls.log")).unwrap();
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let lost = [&wide[..(wide.len() / 2) | 1], &wide[((wide.len() / 2) | 1) + 1..]].concat();
    let wrapped: String = text
        .lines()
        .flat_map(|l| {
            if l.is_empty() {
                vec![String::new()]
            } else {
                l.as_bytes().chunks(120).map(|c| String::from_utf8_lossy(c).into_owned()).collect()
            }
        })
        .map(|l| l + "\n")
        .collect();
    let long = text.replacen("sip:", &format!("sip:{}", "a".repeat(100_000)), 3);
    for (name, bytes) in [("lost.log", lost), ("wrapped.log", wrapped.into_bytes()), ("long.log", long.into_bytes())] {
        std::fs::write(dir.path().join(name), bytes).unwrap();
        let folder = name.replace('.', "-");
        let o = run_in(&["anonymise", name, "-o", &folder], dir.path());
        assert!(o.status.success(), "{name}: {}", String::from_utf8_lossy(&o.stderr));
    }
}

#[test]
fn a_failed_proof_names_its_record_in_one_screen() {
    let dir = tempfile::tempdir().unwrap();
    let log = root("samples/silent-mobile-leg.log");
    let args = ["anonymise", log.to_str().unwrap(), "-o", "out", "--word", "invite"];
    let o = run_in(&args, dir.path());
    let said = String::from_utf8(o.stderr).unwrap();
    assert_eq!(o.status.code(), Some(2));
    assert!(said.contains("silent-mobile-leg.log:") && said.contains("--drop-damaged"), "{said}");
    assert!(said.len() < 1500, "{said}");
    let o = run_in(&[&args[..], &["--drop-damaged"]].concat(), dir.path());
    let said = String::from_utf8(o.stdout).unwrap();
    assert!(o.status.success() && said.contains("left out: "), "{said}{}", String::from_utf8_lossy(&o.stderr));
}
