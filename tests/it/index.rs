//! What is kept of logs: answers are those without, whatever becomes of the index and of the logs.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use siptrail::index::{Index, Taken};
use siptrail::input::Input;
use siptrail::synth::{Plan, in_memory};
use siptrail::trace::LoadOptions;
use siptrail::{Depth, Options, Trace, report};

use crate::common::cases;
use crate::program::{err, out, run, run_in};

/// What commands read, and how they are asked: every command stands here or in [`OTHERS`].
const READING: &[&[&str]] = &[
    &["report", "logs"],
    &["report", "logs", "--format", "json"],
    &["report", "logs", "--format", "ndjson"],
    &["report", "logs", "--format", "markdown", "--hops"],
    &["report", "logs", "--format", "html"],
    &["report", "logs", "--table", "calls"],
    &["report", "logs", "--table", "findings", "--where", "missed"],
    &["report", "logs", "--count-abandoned", "--fail-on", "missed"],
    &["report", "logs", "--clock", "fe01=+2s"],
    &["report", "logs/edge01.log", "--since", "09:00", "--user", "contoso"],
    &["list", "calls", "logs", "--limit", "3"],
    &["list", "calls", "logs", "--format", "json"],
    &["list", "calls", "logs", "--where", "missed finding:PN03", "--sort", "-ring", "--format", "csv"],
    &["list", "pushes", "logs", "--format", "ndjson"],
    &["list", "messages", "logs", "--where", "status>=400", "--columns", "time,server,message,header.user-agent,place"],
    &["list", "records", "logs", "--where", "kind:diagnostic"],
    &["show", "@contoso.com", "logs", "-n", "1"],
    &["show", "@contoso.com", "logs", "-n", "2", "--as", "mermaid"],
    &["grep", "INVITE", "logs"],
    &["coverage", "logs"],
    &["coverage", "logs", "--format", "json"],
    &["export", "logs", "--as", "sip"],
    &["check", "logs"],
    &["list", "registrations", "logs"],
    &["user", "@contoso.com", "logs"],
    &["rates", "logs", "--by", "server"],
    &["compare", "logs/fe01.log", "logs"],
    &["list", "calls", "nowhere"],
];
/// Commands that read no logs, that need a terminal, that follow logs, or that write copies of logs or files of their own.
const OTHERS: &[&str] = &[
    "tui",
    "case",
    "watch",
    "mcp",
    "job",
    "anonymise",
    "findings",
    "explain",
    "demo",
    "synth",
    "cache",
    "config",
    "completions",
    "man",
    "help",
];

/// An invented deployment in `logs` of a folder.
fn deployment() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let made = ["synth", "--calls", "120", "--seed", "5", "--faults", "PN03=10%", "logs"];
    let made = run_in(&made, dir.path());
    assert!(made.status.success(), "{}", err(&made));
    dir
}

#[test]
fn every_command_answers_as_without_an_index() {
    let commands = out(&run(&["--help"]));
    let commands = commands.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    for line in commands.lines().filter(|l| l.starts_with("  ") && !l.starts_with("   ")) {
        let name = line.split_whitespace().next().unwrap();
        let known = READING.iter().any(|c| c[0] == name) || OTHERS.contains(&name);
        assert!(known, "{name} is neither among the commands that read logs nor among the others");
    }
    let dir = deployment();
    let kept = |args: &[&str], folder: &str| run_in(&[args, &["--index", folder]].concat(), dir.path());
    for (i, args) in READING.iter().enumerate() {
        let without = run_in(&[*args, &["--no-index"]].concat(), dir.path());
        let own = format!("own{i}");
        for (run, with) in ["first", "second"].iter().map(|n| (*n, &own)).chain([("shared", &"shared".to_owned())]) {
            let with = kept(args, with);
            assert_eq!(out(&with), out(&without), "{run} run of {args:?}");
            assert_eq!(err(&with), err(&without), "{run} run of {args:?}");
            assert_eq!(with.status.code(), without.status.code(), "{run} run of {args:?}");
        }
    }
    let said = err(&kept(&["report", "logs", "-v"], "shared"));
    assert!(said.contains("from the index"), "{said}");
}

/// A report, and where its trace came from.
fn report_of(index: Option<&Index>, inputs: Vec<Input>) -> (String, Taken) {
    let options = LoadOptions { chunk: 16 << 10, ..LoadOptions::default() };
    let (trace, kept) = match index {
        Some(index) => index.load(inputs, &options),
        None => (Trace::load(inputs, &options), siptrail::index::Kept::nothing()),
    };
    let analysis = kept.analyse(&trace, &Options::default(), Depth::Causes);
    kept.save(&trace);
    (serde_json::to_string_pretty(&report::report(&trace, &analysis, &[])).unwrap(), kept.taken())
}

fn of_folder(index: Option<&Index>, dir: &Path) -> (String, Taken) {
    let names = ["edge01.log", "fe01.log"];
    report_of(
        index,
        siptrail::input::open(names.map(|n| dir.join("logs").join(n)).iter().filter(|p| p.exists())).inputs,
    )
}

fn only_file(folder: &Path) -> PathBuf {
    let files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

#[test]
fn what_is_damaged_or_foreign_is_made_again() {
    let dir = deployment();
    let folder = dir.path().join("kept");
    let index = Index::new(&folder, b"this").of_at_least(0);
    let (truth, _) = of_folder(None, dir.path());
    assert_eq!(of_folder(Some(&index), dir.path()), (truth.clone(), Taken::Anew));
    assert_eq!(of_folder(Some(&index), dir.path()), (truth.clone(), Taken::Kept));
    let path = only_file(&folder);
    let whole = fs::read(&path).unwrap();
    let at = |part: usize| whole.len() * part / 97;
    for part in 0..97 {
        let mut bytes = whole.clone();
        match part % 4 {
            0 => bytes[at(part)] ^= 1 << (part % 8),
            1 => bytes.truncate(at(part)),
            2 => bytes[at(part)..].iter_mut().take(5000).for_each(|b| *b = 0),
            _ => drop(bytes.splice(at(part)..at(part), *b"siptrail index")),
        }
        fs::write(&path, &bytes).unwrap();
        assert_eq!(of_folder(Some(&index), dir.path()).0, truth, "damage {part}");
        assert_eq!(of_folder(Some(&index), dir.path()).0, truth, "behind damage {part}");
    }
    for bytes in [&b""[..], b"siptrail index\r\n", &[0xff; 4096]] {
        fs::write(&path, bytes).unwrap();
        assert_eq!(of_folder(Some(&index), dir.path()), (truth.clone(), Taken::Anew));
        assert_eq!(of_folder(Some(&index), dir.path()), (truth.clone(), Taken::Kept));
    }
    let other = Index::new(&folder, b"another build").of_at_least(0);
    assert_eq!(of_folder(Some(&other), dir.path()), (truth, Taken::Anew));
}

#[test]
fn a_log_that_is_another_is_read_again_whatever_its_times_say() {
    let dir = deployment();
    let index = Index::new(dir.path().join("kept"), b"this").of_at_least(0);
    let log = dir.path().join("logs/fe01.log");
    let before = of_folder(Some(&index), dir.path()).0;
    // Old enough to be told by its times.
    std::thread::sleep(std::time::Duration::from_millis(4_200));
    assert_eq!(of_folder(Some(&index), dir.path()), (before.clone(), Taken::Kept));
    assert_eq!(of_folder(Some(&index), dir.path()), (before.clone(), Taken::Kept));
    let modified = fs::metadata(&log).unwrap().modified().unwrap();
    // As long as it was, at the same time as it says: people have another domain from its middle on.
    let text = fs::read_to_string(&log).unwrap();
    let half = text.len() / 2;
    let (head, tail) = text.split_at((half..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap());
    let changed = format!("{head}{}", tail.replace("@contoso.com", "@c0ntoso.com"));
    assert_eq!(changed.len(), text.len());
    fs::write(&log, &changed).unwrap();
    fs::File::options().write(true).open(&log).unwrap().set_modified(modified).unwrap();
    let (after, taken) = of_folder(Some(&index), dir.path());
    assert_eq!((after.as_str(), taken), (of_folder(None, dir.path()).0.as_str(), Taken::Anew));
    assert_ne!(after, before);
    // Cut, then gone.
    fs::write(&log, &text.as_bytes()[..half]).unwrap();
    assert_eq!(of_folder(Some(&index), dir.path()).0, of_folder(None, dir.path()).0);
    fs::remove_file(&log).unwrap();
    assert_eq!(of_folder(Some(&index), dir.path()).0, of_folder(None, dir.path()).0);
}

#[test]
fn causes_are_those_of_the_rules_in_force_whatever_is_kept() {
    let dir = deployment();
    let site = |text: &str| {
        fs::create_dir_all(dir.path().join("findings.d")).unwrap();
        fs::write(dir.path().join("site.toml"), "").unwrap();
        let rule =
            "[[finding]]\ncode = \"X07\"\nseverity = \"error\"\nsummary = \"s\"\ncause = \"c\"\nremedy = \"r\"\n";
        let text = format!("{rule}[[finding.match]]\nwhere = \"diagnostic\"\ntext = \"{text}\"\n");
        fs::write(dir.path().join("findings.d/own.toml"), text).unwrap();
    };
    let report = |kept: &[&str]| {
        let o = run_in(
            &[&["report", "-v", "--format", "json", "--config", "site.toml", "logs"], kept].concat(),
            dir.path(),
        );
        assert!(o.status.success(), "{}", err(&o));
        (out(&o), err(&o))
    };
    let mut found = Vec::new();
    for text in ["domain", "nobody says this", "domain"] {
        site(text);
        let truth = report(&["--no-index"]).0;
        for _ in 0..2 {
            assert!(report(&["--index", "kept"]).0 == truth, "{text}");
        }
        found.push(truth.contains("X07"));
    }
    assert_eq!(found, [true, false, true]);
    assert!(report(&["--index", "kept"]).1.contains("from the index"));
    // Without them, too.
    fs::remove_dir_all(dir.path().join("findings.d")).unwrap();
    assert!(report(&["--index", "kept"]).0 == report(&["--no-index"]).0);
}

/// Which file holds the index: another one where it was written anew.
#[cfg(unix)]
fn number(folder: &Path) -> u64 {
    std::os::unix::fs::MetadataExt::ino(&fs::metadata(only_file(folder)).unwrap())
}

#[cfg(unix)]
#[test]
fn the_times_of_a_log_tell_only_when_its_reading_began_long_after_them() {
    let dir = deployment();
    let folder = dir.path().join("kept");
    let index = Index::new(&folder, b"this").of_at_least(0);
    // The file says that it will be changed in a year: no matter, the system knows better.
    let year = std::time::SystemTime::now() + std::time::Duration::from_secs(31_536_000);
    for log in ["edge01.log", "fe01.log"] {
        fs::File::options().write(true).open(dir.path().join("logs").join(log)).unwrap().set_modified(year).unwrap();
    }
    let names = ["edge01.log", "fe01.log"].map(|n| dir.path().join("logs").join(n));
    let (trace, kept) = index.load(siptrail::input::open(names).inputs, &LoadOptions::default());
    // Whoever changed the log while it was read may have left its times as they are, however long the analysis takes.
    std::thread::sleep(std::time::Duration::from_millis(4_200));
    kept.save(&trace);
    let first = number(&folder);
    assert_eq!(of_folder(Some(&index), dir.path()).1, Taken::Kept);
    let second = number(&folder);
    assert_ne!(first, second, "the whole text was not asked for");
    assert_eq!(of_folder(Some(&index), dir.path()).1, Taken::Kept);
    assert_eq!(second, number(&folder), "the whole text was asked for again");
}

#[test]
fn where_nothing_can_be_kept_the_answer_is_the_same() {
    let dir = deployment();
    let without = out(&run_in(&["report", "logs", "--no-index"], dir.path()));
    fs::write(dir.path().join("file"), "no folder").unwrap();
    for folder in ["file", "file/below", "/dev/full", "/proc/none"] {
        let with = run_in(&["report", "logs", "--index", folder], dir.path());
        assert!(with.status.success() && out(&with) == without, "{folder}: {}", err(&with));
    }
    // More than may be kept.
    let with = run_in(&["report", "logs", "--index", "small", "--max-index", "1KB"], dir.path());
    assert_eq!(out(&with), without);
    assert_eq!(fs::read_dir(dir.path().join("small")).unwrap().count(), 0);
}

#[test]
fn programs_at_one_index_do_not_disturb_each_other() {
    let dir = deployment();
    let without = out(&run_in(&["list", "calls", "logs", "--no-index"], dir.path()));
    std::thread::scope(|scope| {
        for i in 0..6 {
            let (dir, without) = (dir.path(), &without);
            scope.spawn(move || {
                for _ in 0..3 {
                    assert_eq!(&out(&run_in(&["list", "calls", "logs", "--index", "kept"], dir)), without);
                    if i == 0 {
                        assert!(run_in(&["cache", "--clear", "--index", "kept"], dir).status.success());
                    }
                }
            });
        }
    });
}

#[test]
fn the_oldest_goes_and_only_its_owner_reads_it() {
    let dir = deployment();
    let list = |input: &str, most: &str| {
        let args = ["list", "calls", input, "--index", "kept", "--max-index", most];
        assert!(run_in(&args, dir.path()).status.success());
    };
    list("logs/fe01.log", "1GB");
    let folder = dir.path().join("kept");
    let first = only_file(&folder);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&first)), (0o700, 0o600));
    }
    let len = fs::metadata(&first).unwrap().len();
    list("logs/edge01.log", &(len + 100).to_string());
    assert!(!first.exists() && fs::read_dir(&folder).unwrap().count() <= 1);
    let said = out(&run_in(&["cache", "--index", "kept"], dir.path()));
    assert!(said.contains("kept: ") && said.contains(" kept, "), "{said}");
    assert!(out(&run_in(&["cache", "--clear", "--index", "kept"], dir.path())).contains("dropped"));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

proptest! {
    #![proptest_config(cases(12))]
    /// A log that is appended to piece by piece, and read after each, is as one that is read at once.
    #[test]
    fn appended_in_pieces_is_the_whole(seed in 0u64..1000, cuts in prop::collection::vec(0.0f64..1.0, 1..5)) {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::new(folder.path(), b"this").of_at_least(0);
        let plan = Plan { seed, extent: siptrail::synth::Extent::Calls(60), ..Plan::default() };
        let logs = in_memory(&plan).0;
        let (mut grew, mut before) = (0, Vec::new());
        let mut cuts = cuts;
        cuts.sort_by(f64::total_cmp);
        cuts.push(1.0);
        for part in cuts {
            // The second log grows later than the first.
            let inputs = || logs.iter().enumerate().map(|(i, (name, text))| {
                let part = if i == 0 { part } else { part * part };
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a length")]
                let len = (text.len() as f64 * part) as usize;
                Input::from_bytes(name.clone(), &text[..len])
            }).collect::<Vec<_>>();
            let (with, taken) = report_of(Some(&index), inputs());
            // Of logs that grew only what was appended is read.
            let lengths: Vec<usize> = inputs().iter().map(|i| i.bytes().len()).collect();
            let grown = if before.is_empty() { Taken::Anew } else { Taken::Grown };
            prop_assert_eq!(taken, if lengths == before { Taken::Kept } else { grown });
            grew += u32::from(!before.is_empty() && lengths != before);
            before = lengths;
            prop_assert_eq!(&with, &report_of(None, inputs()).0);
            let (again, taken) = report_of(Some(&index), inputs());
            prop_assert_eq!(with, again);
            prop_assert_eq!(taken, Taken::Kept);
        }
        prop_assert!(grew > 0, "nothing grew");
    }
}
