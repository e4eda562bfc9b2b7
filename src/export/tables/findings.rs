//! Findings as columns: one row a cause.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::ArrowError;

use crate::report::model::{Finding, Report};

pub(super) fn batch(report: &Report) -> Result<RecordBatch, ArrowError> {
    let all = &report.findings;
    let text = |of: fn(&Finding) -> &str| Arc::new(StringArray::from_iter_values(all.iter().map(of))) as ArrayRef;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let list = |of: fn(&Finding) -> &[String]| {
        let mut list = ListBuilder::new(StringBuilder::new());
        for finding in all {
            for id in of(finding) {
                list.values().append_value(id);
            }
            list.append(true);
        }
        Arc::new(list.finish()) as ArrayRef
    };
    let file: StringArray = all.iter().map(|f| f.evidence.first().map(|p| p.file.as_str())).collect();
    let line: Int64Array = all.iter().map(|f| f.evidence.first().map(|p| number(p.line))).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("code", text(|f| f.code), true),
        ("severity", text(|f| f.severity.name()), true),
        ("summary", text(|f| f.summary), true),
        ("cause", text(|f| f.cause), true),
        ("remedy", text(|f| f.remedy), true),
        ("count", Arc::new(all.iter().map(|f| Some(number(f.count))).collect::<Int64Array>()) as ArrayRef, true),
        ("calls", list(|f| &f.calls), true),
        ("pushes", list(|f| &f.pushes), true),
        ("file", Arc::new(file) as ArrayRef, true),
        ("line", Arc::new(line) as ArrayRef, true),
    ])
}
