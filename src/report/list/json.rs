//! A list for programs.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{List, plain};
use crate::query::{Column, Row, Table, Value};
use crate::report::json;

pub(super) fn write(list: &List<'_>, rows: &[Row], lines: bool, out: &mut dyn Write) -> io::Result<()> {
    if !lines {
        out.write_all(b"[")?;
    }
    for (i, row) in rows.iter().enumerate() {
        if !lines {
            out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        }
        let object = Object { list, row: *row, typed: lines };
        json::line(&object, out)?;
        if lines {
            out.write_all(b"\n")?;
        }
    }
    if lines { Ok(()) } else { out.write_all(b"\n]\n") }
}

struct Object<'l, 't> {
    list: &'l List<'t>,
    row: Row,
    typed: bool,
}

impl Serialize for Object<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Object { list, row, typed } = self;
        let mut map = serializer.serialize_map(None)?;
        if *typed {
            let word = match list.table {
                Table::Calls => "call",
                Table::Pushes => "push",
                Table::Messages => "message",
                Table::Records => "record",
            };
            map.serialize_entry("type", word)?;
        }
        for column in &list.columns {
            map.serialize_entry(column.key(list.table), &Cell { list, row: *row, column })?;
        }
        map.end()
    }
}

struct Cell<'l, 't> {
    list: &'l List<'t>,
    row: Row,
    column: &'l Column,
}

impl Serialize for Cell<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = self.list.bound.values(self.column, self.row);
        if self.column.is_many(self.list.table) {
            let mut all = serializer.serialize_seq(Some(values.len()))?;
            values.iter().try_for_each(|value| all.serialize_element(&One(value)))?;
            return all.end();
        }
        match values.first() {
            Some(value) => One(value).serialize(serializer),
            None => serializer.serialize_none(),
        }
    }
}

struct One<'v>(&'v Value<'v>);

impl Serialize for One<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Number(n) | Value::Duration(n) => serializer.serialize_i64(*n),
            Value::Flag(is) => serializer.serialize_bool(*is),
            other => serializer.serialize_str(&plain(other)),
        }
    }
}
