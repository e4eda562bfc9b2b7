//! The keys of the configuration file. What a key means and which values it takes is what its option says.

use clap::Command;

/// One key.
#[derive(Debug)]
pub(super) struct Key {
    /// Table of the file and name of the command; empty for options of all commands.
    pub(super) section: &'static str,
    /// Name of the key and of the option.
    pub(super) name: &'static str,
    pub(super) value: Value,
}

/// What a key takes.
#[derive(Debug)]
pub(super) enum Value {
    /// One of the words of the option.
    Word,
    /// From the first to the last, with an example for the file.
    Number { least: i64, most: i64, example: i64 },
}

/// All keys, by section.
pub(super) const KEYS: &[Key] = &[
    Key { section: "", name: "color", value: Value::Word },
    Key { section: "", name: "jobs", value: Value::Number { least: 1, most: 1024, example: 2 } },
    Key { section: "report", name: "fail_on", value: Value::Word },
    Key { section: "show", name: "time", value: Value::Word },
    Key { section: "show", name: "width", value: Value::Number { least: 20, most: 1000, example: 100 } },
    #[cfg(feature = "tui")]
    Key { section: "tui", name: "keys", value: Value::Word },
];

impl Key {
    /// The option of the key.
    pub(super) fn option<'c>(&self, root: &'c Command) -> Option<&'c clap::Arg> {
        let command = if self.section.is_empty() { Some(root) } else { root.find_subcommand(self.section) };
        command?.get_arguments().find(|a| a.get_id() == self.name)
    }

    /// The words that the option takes.
    pub(super) fn words(&self, root: &Command) -> Vec<String> {
        let values = self.option(root).map(clap::Arg::get_possible_values).unwrap_or_default();
        values.iter().map(|v| v.get_name().to_owned()).collect()
    }

    /// The value without a file, as it would stand in one.
    pub(super) fn usual(&self, root: &Command) -> Option<String> {
        let value = self.option(root)?.get_default_values().first()?.to_str()?;
        Some(self.written(value))
    }

    pub(super) fn written(&self, value: &str) -> String {
        match self.value {
            Value::Word => format!("\"{value}\""),
            Value::Number { .. } => value.to_owned(),
        }
    }
}
