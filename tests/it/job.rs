//! A job of many tasks gives the report of one run, to the byte. `.ci/scale` holds the same under accidents, and with
//! `--all` on bigger logs and on a Spark cluster.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::common::{root, slashes};
use crate::program::{err, out, run};

const STEPS: [&str; 6] = ["map", "survey", "reduce", "link", "judge", "merge"];

/// A job over some logs.
struct Job {
    _folder: TempDir,
    path: PathBuf,
    tasks: Vec<(String, u64)>,
}

impl Job {
    fn plan(logs: &str, buckets: &str) -> Job {
        let (job, said) = Job::plan_of(&[logs], &["--unit", "1", "--buckets", buckets]);
        assert_eq!(said, "");
        job
    }

    /// With more options; and what was said on stderr.
    fn plan_of(logs: &[&str], options: &[&str]) -> (Job, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job");
        let o = run(&[&["job", "plan", "-o", path.to_str().unwrap()], options, logs].concat());
        assert_eq!(o.status.code(), Some(0), "{}", err(&o));
        let counts: serde_json::Value = serde_json::from_str(&out(&o)).unwrap();
        let of = |step: &str| (step.to_owned(), counts[step].as_u64().unwrap());
        assert_eq!(counts.as_object().unwrap().len(), STEPS.len());
        (Job { _folder: folder, path, tasks: STEPS.map(of).into() }, err(&o))
    }

    fn name(&self) -> &str {
        self.path.to_str().unwrap()
    }

    fn run(&self, step: &str, task: u64) -> std::process::Output {
        self.run_with(step, task, &[])
    }

    fn run_with(&self, step: &str, task: u64, options: &[&str]) -> std::process::Output {
        run(&[&["job", "run", self.name(), step, &task.to_string()], options].concat())
    }

    /// Every task, the last of each step first.
    fn work(&self) {
        self.work_with(&[]);
    }

    fn work_with(&self, options: &[&str]) {
        for (step, count) in &self.tasks {
            for task in (0..*count).rev() {
                let o = self.run_with(step, task, options);
                assert!(o.status.success(), "{step} {task}: {}", err(&o));
                let told: serde_json::Value = serde_json::from_str(&out(&o)).unwrap();
                assert_eq!((&told["step"], &told["task"]), (&step.as_str().into(), &task.into()));
            }
        }
    }
}

fn report(of: &str) -> Vec<u8> {
    run(&["report", "-q", "--format", "json", of]).stdout
}

#[test]
fn many_tasks_give_the_report_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let synth = |name: &str, options: &[&str]| {
        let path = folder.path().join(name).to_str().unwrap().to_owned();
        let o = run(&[&["synth", "-q", "--stories", "all", &path], options].concat());
        assert!(o.status.success(), "{}", err(&o));
        path
    };
    let holes =
        synth("holes", &["--seed", "21", "--calls", "60", "--servers", "4", "--gaps", "8%", "--clock-skew", "3s"]);
    let damage = synth("damage", &["--seed", "22", "--calls", "60", "--damage", "4%", "--format", "lync2010"]);
    let utf16 = synth("utf16", &["--seed", "23", "--calls", "30", "--encoding", "utf-16", "--damage", "1%"]);
    for logs in ["samples", &holes, &damage, &utf16] {
        let expected = report(logs);
        for buckets in ["1", "5"] {
            let job = Job::plan(logs, buckets);
            job.work();
            assert!(report(job.name()) == expected, "{logs}, {buckets} buckets");
        }
    }
}

/// Unless a call fails of which its unit does not tell: it was cut there.
#[test]
fn what_follows_the_survey_reads_no_log_again() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    let name = logs.to_str().unwrap();
    assert!(run(&["synth", "-q", "--seed", "24", "--calls", "150", name]).status.success());
    let (expected, (job, _)) = (report(name), Job::plan_of(&[name], &["--unit", "64MB", "--buckets", "3"]));
    for (step, count) in &job.tasks {
        if step == "reduce" {
            std::fs::rename(&logs, folder.path().join("away")).unwrap();
        }
        for task in 0..*count {
            assert!(job.run(step, task).status.success(), "{step} {task}");
        }
    }
    assert!(report(job.name()) == expected);
}

#[test]
fn the_text_of_a_finished_job_is_that_of_its_logs() {
    let job = Job::plan("samples", "3");
    job.work();
    let mut forms = Vec::new();
    for (form, holds) in [
        (&["--format", "text"][..], "proof: samples/"),
        (&["--format", "html"], "<html"),
        (&["--format", "csv", "--table", "calls"], "call_id,"),
        (&["--format", "text", "--hops"], "proof: samples/"),
        (&["--format", "text", "--where", "missed"], "proof: samples/"),
        (&["--format", "ndjson"], "\"evidence\":[{\"file\":\"samples/"),
    ] {
        let of = |what: &str| run(&[&["report", "-q", what], form].concat());
        let (one, many) = (of("samples"), of(job.name()));
        // An answer that is empty would be that of both.
        assert!(one.status.success() && out(&one).contains(holds), "{form:?}: {}{}", out(&one), err(&one));
        assert_eq!((one.status, out(&one)), (many.status, out(&many)), "{form:?}");
        assert!(!forms.contains(&out(&many)), "{form:?} is as another form");
        forms.push(out(&many));
    }
    let list = |what: &str| out(&run(&["list", "-q", "calls", what]));
    assert_eq!(list("samples"), list(job.name()));
}

#[test]
fn a_step_that_is_not_done_or_is_no_more_what_it_was_is_named() {
    let job = Job::plan("samples", "2");
    let o = job.run("survey", 0);
    assert_eq!((o.status.code(), err(&o).lines().count()), (Some(2), 1), "{}", err(&o));
    assert!(err(&o).contains("map"), "{}", err(&o));
    job.work();
    let refused = |victim: &Path, step: &str| {
        std::fs::remove_dir_all(job.path.join(step)).unwrap();
        let o = job.run(step, 0);
        let said = err(&o);
        assert_eq!((o.status.code(), said.lines().count()), (Some(2), 1), "{said}");
        assert!(slashes(&said).contains(&slashes(victim.to_str().unwrap())), "{said}");
        let o = run(&["report", "--format", "json", job.name()]);
        assert_eq!((o.status.code(), out(&o)), (Some(2), String::new()));
    };
    let victim = job.path.join("reduce/1/dialogs");
    let whole = std::fs::read(&victim).unwrap();
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(&victim, changed).unwrap();
    refused(&victim, "merge");
    std::fs::write(&victim, &whole[..whole.len() / 2]).unwrap();
    let o = job.run("merge", 0);
    assert!(o.status.code() == Some(2) && err(&o).contains("dialogs"), "{}", err(&o));
    std::fs::remove_file(&victim).unwrap();
    let o = job.run("merge", 0);
    assert!(o.status.code() == Some(2) && err(&o).contains("dialogs"), "{}", err(&o));
}

#[test]
fn another_plan_or_a_changed_log_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (log, job) = (folder.path().join("fe01.log"), folder.path().join("job"));
    let (log, job) = (log.to_str().unwrap(), job.to_str().unwrap());
    std::fs::copy(root("samples/silent-mobile-leg.log"), log).unwrap();
    let plan = |more: &[&str]| run(&[&["job", "plan", log, "-o", job], more].concat());
    let (first, again) = (plan(&[]), plan(&[]));
    assert_eq!((first.status.code(), out(&first)), (Some(0), out(&again)));
    let other = plan(&["--buckets", "7"]);
    assert!(other.status.code() == Some(2) && err(&other).contains("another job"), "{}", err(&other));
    std::fs::write(log, "something else").unwrap();
    let o = run(&["job", "run", job, "map", "0"]);
    assert!(o.status.code() == Some(2) && err(&o).contains("fe01.log"), "{}", err(&o));
    let o = run(&["job", "plan", "-", "-o", job]);
    assert_eq!(o.status.code(), Some(2));
}

/// What is in other layouts, mixed with the traces of servers, packed and not.
fn foreign_logs() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| std::fs::read(root(name)).unwrap();
    for entry in std::fs::read_dir(root("tests/wrappings")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let (client, server) = (read("tests/wrappings/uccapi.uccapilog"), read("samples/desktop-calls.log"));
    std::fs::write(folder.path().join("mixed.log"), [&server[..], b"\n", &client].concat()).unwrap();
    let file = std::fs::File::create(folder.path().join("packed.zip")).unwrap();
    let mut zip = zip::ZipWriter::new(file);
    for (name, text) in [("a/client.log", &client), ("server.log", &server), ("a/b/client.log", &client)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, text).unwrap();
    }
    zip.finish().unwrap();
    folder
}

#[test]
fn logs_of_clients_and_captures_are_read_by_all_tasks_and_proven_in_the_original() {
    let folder = foreign_logs();
    let logs = folder.path().to_str().unwrap();
    let forms = [&["--format", "json"][..], &["--format", "text", "--hops"]];
    let of = |what: &str, form: &[&str]| out(&run(&[&["report", "-q", what], form].concat()));
    let expected = forms.map(|form| of(logs, form));
    for found in ["uccapi.uccapilog", "own.pcapng", "mixed.log", "packed.zip/a/b/client.log"] {
        assert!(expected[0].contains(found), "{found}");
    }
    assert!(expected[0].contains("\"evidence\""), "{}", expected[0]);
    for buckets in ["1", "5"] {
        let job = Job::plan(logs, buckets);
        job.work();
        for (form, expected) in forms.iter().zip(&expected) {
            assert!(&of(job.name(), form) == expected, "{form:?}, {buckets} buckets");
        }
    }
    // Each by itself, since it may be that one of them alone is asked for again.
    for name in ["uccapi.uccapilog", "own.pcapng", "mixed.log", "packed.zip", "syslog.log"] {
        let log = folder.path().join(name);
        let job = Job::plan(log.to_str().unwrap(), "2");
        job.work();
        assert!(report(job.name()) == report(log.to_str().unwrap()), "{name}");
    }
}

#[test]
fn what_is_said_of_logs_is_said_of_their_job_and_it_ends_as_they_do() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (nothing, missing, cut, good) = (place("notes.log"), place("gone.log"), place("cut.log.gz"), place("good.log"));
    let tar = place("packed.log");
    std::fs::write(&nothing, "Nothing of SIP.\n").unwrap();
    let packed = std::fs::read(root("samples/r2-audio-call.log.gz")).unwrap();
    std::fs::write(&cut, &packed[..packed.len() / 2]).unwrap();
    std::fs::copy(root("samples/silent-mobile-leg.log"), &good).unwrap();
    let mut archive = vec![0; 1024];
    archive[257..262].copy_from_slice(b"ustar");
    std::fs::write(&tar, archive).unwrap();
    for logs in [
        &[&*nothing][..],
        &[&*nothing, &*good],
        &[&*good, &*missing],
        &[&*cut, &*good],
        &[&*tar, &*good],
        &[&*tar],
        &[&*nothing, &*missing],
    ] {
        let (job, said) = Job::plan_of(logs, &[]);
        assert_eq!(said.contains("gone.log"), logs.contains(&&*missing), "{said}");
        job.work();
        for form in [&["--format", "json"][..], &["--format", "text"], &["--format", "json", "--fail-on", "missed"]] {
            let of = |what: &[&str]| run(&[&["report"], form, what].concat());
            let (one, many) = (of(logs), of(&[job.name()]));
            assert_eq!((one.status, out(&one)), (many.status, out(&many)), "{logs:?} {form:?}");
            assert_eq!(err(&one), err(&many), "{logs:?} {form:?}");
        }
        let found = logs.contains(&&*good) && !logs.contains(&&*missing) && !logs.contains(&&*tar);
        let status = run(&["report", "-q", "--format", "json", job.name()]).status.code();
        assert_eq!(status, Some(if found { 0 } else { 2 }), "{logs:?}");
    }
}

#[test]
fn a_job_reads_as_it_was_planned() {
    let folder = foreign_logs();
    let logs = folder.path().join("mixed.log");
    let logs = logs.to_str().unwrap();
    let packed = root("samples/r2-audio-call.log.gz");
    let packed = packed.to_str().unwrap();
    for (log, options) in [
        ("tests/wrappings", &["--format-in", "uccapi"][..]),
        (logs, &["--format-in", "sipstack"]),
        (packed, &["--max-unpacked", "2KB"]),
    ] {
        let one = run(&[&["report", "-q", "--format", "json", log], options].concat());
        let (job, _) = Job::plan_of(&[log], options);
        job.work();
        let many = run(&["report", "-q", "--format", "json", job.name()]);
        assert_eq!((one.status, out(&one)), (many.status, out(&many)), "{options:?}");
        assert!(out(&many).as_bytes() != report(log), "{options:?} changes nothing");
    }
}

#[test]
fn causes_of_own_rules_are_found_and_other_rules_are_refused() {
    let site = tempfile::tempdir().unwrap();
    let config = site.path().join("site.toml");
    let config = config.to_str().unwrap();
    std::fs::write(config, "").unwrap();
    std::fs::create_dir(site.path().join("findings.d")).unwrap();
    let rules = |rest: &str| {
        let head = "[[finding]]\ncode = \"X07\"\nseverity = \"error\"\nsummary = \"s\"\ncause = \"c\"\nremedy = \"r\"";
        std::fs::write(site.path().join("findings.d/own.toml"), format!("{head}\n{rest}\n")).unwrap();
    };
    let with = ["--config", config];
    let of = |what: &str| run(&[&["report", "-q", "--format", "json", what], &with[..]].concat());
    let text = "[[finding.match]]\nwhere = \"diagnostic\"\ntext = \"does not appear to belong to a federated partner\"";
    for rest in ["query = \"missed\"", text] {
        rules(rest);
        let (job, _) = Job::plan_of(&["samples"], &[&with[..], &["--unit", "1", "--buckets", "3"]].concat());
        job.work_with(&with);
        let (one, many) = (of("samples"), of(job.name()));
        assert!(out(&one).contains("\"X07\""), "{rest}");
        assert_eq!((one.status, out(&one)), (many.status, out(&many)), "{rest}");
        rules("query = \"to:nobody\"");
        std::fs::remove_dir_all(job.path.join("merge")).unwrap();
        for o in [of(job.name()), job.run_with("merge", 0, &with), job.run("merge", 0)] {
            assert_eq!((o.status.code(), out(&o)), (Some(2), String::new()));
            assert!(err(&o).contains("findings.d"), "{}", err(&o));
        }
    }
}
