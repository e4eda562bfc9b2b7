//! A job of many tasks gives the report of one run, to the byte. `.ci/scale` holds the same under accidents, and with
//! `--all` on bigger logs and on a Spark cluster.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::common::root;
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
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job");
        let o = run(&["job", "plan", logs, "-o", path.to_str().unwrap(), "--unit", "1", "--buckets", buckets]);
        assert_eq!(err(&o), "");
        let counts: serde_json::Value = serde_json::from_str(&out(&o)).unwrap();
        let of = |step: &str| (step.to_owned(), counts[step].as_u64().unwrap());
        assert_eq!(counts.as_object().unwrap().len(), STEPS.len());
        Job { _folder: folder, path, tasks: STEPS.map(of).into() }
    }

    fn name(&self) -> &str {
        self.path.to_str().unwrap()
    }

    fn run(&self, step: &str, task: u64) -> std::process::Output {
        run(&["job", "run", self.name(), step, &task.to_string()])
    }

    /// Every task, the last of each step first.
    fn work(&self) {
        for (step, count) in &self.tasks {
            for task in (0..*count).rev() {
                let o = self.run(step, task);
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

#[test]
fn the_text_of_a_finished_job_is_that_of_its_logs() {
    let job = Job::plan("samples", "3");
    job.work();
    for form in
        [&["--format", "text"][..], &["--format", "html"], &["--format", "csv", "--table", "calls"], &["--hops"]]
    {
        let of = |what: &str| run(&[&["report", "-q", what], form].concat());
        let (one, many) = (of("samples"), of(job.name()));
        assert_eq!((one.status, out(&one)), (many.status, out(&many)), "{form:?}");
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
        assert!(said.contains(victim.to_str().unwrap()), "{said}");
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
