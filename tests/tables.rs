//! `siptrail export --as parquet` and `--as arrow`, where they are built in.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arrow_array::{Array, RecordBatch, StringArray, TimestampMicrosecondArray, cast::AsArray, types::Int32Type};
use arrow_ipc::reader::FileReader;
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use siptrail::{Options, Trace};

const TABLES: [&str; 5] = ["records", "messages", "calls", "pushes", "findings"];

fn root(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(part)
}

/// Runs the program at the root of the project; it keeps nothing of logs where the user keeps it.
fn run(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_siptrail"));
    command
        .args(args)
        .current_dir(root(""))
        .env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
        .output()
        .unwrap()
}

fn read(path: &Path) -> Vec<RecordBatch> {
    let file = File::open(path).unwrap();
    if path.extension().is_some_and(|e| e == "arrow") {
        return FileReader::try_new(file, None).unwrap().map(Result::unwrap).collect();
    }
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().map(Result::unwrap).collect()
}

#[test]
fn both_kinds_hold_the_same_rows_with_words_and_times() {
    let trace = Trace::open([root("samples")]).unwrap();
    let analysis = siptrail::analyse(&trace, &Options::default());
    let folder = tempfile::tempdir().unwrap();
    let mut seen = Vec::new();
    for form in ["parquet", "arrow"] {
        let out = folder.path().join(form);
        let o = run(&["export", "--as", form, "-o", out.to_str().unwrap(), "samples"]);
        assert!(o.status.success(), "{}", String::from_utf8_lossy(&o.stderr));
        let rows = |table: &str| -> usize {
            read(&out.join(format!("{table}.{form}"))).iter().map(RecordBatch::num_rows).sum()
        };
        let counts: Vec<usize> = TABLES.iter().map(|table| rows(table)).collect();
        assert_eq!(counts[0], trace.events().len());
        assert_eq!((counts[2], counts[3]), (analysis.calls.len(), analysis.pushes.len()));
        let calls = read(&out.join(format!("calls.{form}"))).remove(0);
        let schema = calls.schema();
        let outcome = schema.field_with_name("outcome").unwrap().data_type().clone();
        assert!(matches!(outcome, DataType::Dictionary(..)), "{outcome}");
        let started: &TimestampMicrosecondArray = calls.column_by_name("started").unwrap().as_primitive();
        let words = calls.column_by_name("outcome").unwrap().as_dictionary::<Int32Type>();
        let words = words.downcast_dict::<StringArray>().unwrap();
        for (i, call) in analysis.calls.iter().enumerate() {
            let time = started.is_valid(i).then(|| started.value(i));
            assert_eq!(time, call.started.map(|t| t.0 * 1000));
            let word = words.into_iter().nth(i).flatten();
            assert_eq!(word, Some(call.outcome.name()));
        }
        seen.push(counts);
    }
    assert_eq!(seen[0], seen[1]);
    // One table, selected, into a file; and no folder that is there is touched.
    let file = folder.path().join("missed.parquet");
    let path = file.to_str().unwrap();
    let o = run(&["export", "--as", "parquet", "--table", "calls", "--where", "missed", "-o", path, "samples"]);
    assert!(o.status.success());
    assert_eq!(read(&file).iter().map(RecordBatch::num_rows).sum::<usize>(), analysis.missed().count());
    let o = run(&["export", "--as", "parquet", "-o", folder.path().to_str().unwrap(), "samples"]);
    assert!(o.status.code() == Some(2) && String::from_utf8_lossy(&o.stderr).contains("is not empty"));
    let o = run(&["export", "--as", "arrow", "samples"]);
    assert!(o.status.code() == Some(2) && String::from_utf8_lossy(&o.stderr).contains("-o DIR for all tables"));
}
