//! Rows of a query as columns.

use std::sync::Arc;

use arrow_array::builder::{Int64Builder, ListBuilder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};

use crate::query::{Bound, Column, Kind, Row, Table, Value};
use crate::text::decode;

/// The columns of a table.
pub(super) struct Columns {
    table: Table,
    all: Vec<Column>,
    /// The words of each column that has some: one dictionary for the whole file, as Arrow files want it.
    words: Vec<Option<ArrayRef>>,
    schema: SchemaRef,
}

impl Columns {
    /// The same columns as in `siptrail list --format json`.
    pub(super) fn of(table: Table) -> Columns {
        let columns = Column::all(table);
        let fields: Vec<Field> = columns
            .iter()
            .map(|column| {
                let one = data_type(column.kind());
                let many = || DataType::List(Arc::new(Field::new_list_field(one.clone(), true)));
                let kind = if column.is_many(table) { many() } else { one.clone() };
                Field::new(column.key(table), kind, true)
            })
            .collect();
        let words = columns
            .iter()
            .map(|column| match column.kind() {
                Kind::Word(words) => Some(Arc::new(StringArray::from_iter_values(words)) as ArrayRef),
                _ => None,
            })
            .collect();
        Columns { table, all: columns, words, schema: Arc::new(Schema::new(fields)) }
    }

    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(super) fn batch(&self, bound: &Bound<'_>, rows: &[Row]) -> Result<RecordBatch, ArrowError> {
        let arrays: Result<Vec<ArrayRef>, ArrowError> = self
            .all
            .iter()
            .zip(&self.words)
            .map(|(column, words)| self.array(column, words.as_ref(), bound, rows))
            .collect();
        RecordBatch::try_new(self.schema(), arrays?)
    }

    fn array(
        &self,
        column: &Column,
        words: Option<&ArrayRef>,
        bound: &Bound<'_>,
        rows: &[Row],
    ) -> Result<ArrayRef, ArrowError> {
        let values = rows.iter().map(|row| bound.values(column, *row));
        Ok(match (column.kind(), column.is_many(self.table)) {
            (Kind::Text, false) => Arc::new(values.map(|all| all.first().map(text)).collect::<StringArray>()),
            (Kind::Text | Kind::Word(_), true) => {
                let mut list = ListBuilder::new(StringBuilder::new());
                for all in values {
                    for value in &all {
                        list.values().append_value(text(value));
                    }
                    list.append(true);
                }
                Arc::new(list.finish())
            }
            (Kind::Word(known), false) => {
                let place = |word: &str| known.iter().position(|k| *k == word).and_then(|at| i32::try_from(at).ok());
                let keys: Int32Array = values
                    .map(|all| all.first().and_then(|v| if let Value::Word(word) = v { place(word) } else { None }))
                    .collect();
                let words = words.map_or_else(|| Arc::new(StringArray::new_null(0)) as ArrayRef, Arc::clone);
                Arc::new(DictionaryArray::<Int32Type>::try_new(keys, words)?)
            }
            (Kind::Number | Kind::Duration, true) => {
                let mut list = ListBuilder::new(Int64Builder::new());
                for all in values {
                    all.iter().filter_map(number).for_each(|n| list.values().append_value(n));
                    list.append(true);
                }
                Arc::new(list.finish())
            }
            (Kind::Number | Kind::Duration, false) => {
                Arc::new(values.map(|all| all.first().and_then(number)).collect::<Int64Array>())
            }
            (Kind::Time, _) => Arc::new(
                values
                    .map(|all| all.first().and_then(number).map(|ms| ms.saturating_mul(1000)))
                    .collect::<TimestampMicrosecondArray>(),
            ),
            (Kind::Flag, _) => Arc::new(
                values.map(|all| all.first().map(|value| *value == Value::Flag(true))).collect::<BooleanArray>(),
            ),
        })
    }
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8,
        Kind::Word(_) => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        Kind::Number | Kind::Duration => DataType::Int64,
        Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, None),
        Kind::Flag => DataType::Boolean,
    }
}

fn text(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) => decode(text).into_owned(),
        Value::Word(word) => (*word).to_owned(),
        _ => String::new(),
    }
}

fn number(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Number(n) | Value::Duration(n) => Some(*n),
        Value::Time(time) => Some(time.0),
        _ => None,
    }
}
