//! The keys of the configuration file. What a key means and which values it takes is what its option says.

use std::fmt::Write;

use clap::Command;

use super::{Settings, remap};

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
pub(super) const KEYS: [Key; 6] = [
    Key { section: "", name: "color", value: Value::Word },
    Key { section: "", name: "jobs", value: Value::Number { least: 1, most: 1024, example: 2 } },
    Key { section: "report", name: "fail_on", value: Value::Word },
    Key { section: "show", name: "time", value: Value::Word },
    Key { section: "show", name: "width", value: Value::Number { least: 20, most: 1000, example: 100 } },
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
    fn usual(&self, root: &Command) -> Option<String> {
        let value = self.option(root)?.get_default_values().first()?.to_str()?;
        Some(self.written(value))
    }

    fn written(&self, value: &str) -> String {
        match self.value {
            Value::Word => format!("\"{value}\""),
            Value::Number { .. } => value.to_owned(),
        }
    }
}

/// A file with all keys, explained and commented out.
pub(super) fn template(root: &Command) -> String {
    let mut out = "# Defaults of siptrail's options. Options on the command line beat them.\n".to_owned();
    each(&mut out, |key, out| {
        let help = key.option(root).and_then(clap::Arg::get_help).map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(out, "\n# {help}");
        let value = match key.value {
            Value::Word => {
                let _ = writeln!(out, "# One of: {}", key.words(root).join(", "));
                key.usual(root).unwrap_or_default()
            }
            Value::Number { least, most, example } => {
                let _ = writeln!(out, "# From {least} to {most}");
                example.to_string()
            }
        };
        let _ = writeln!(out, "#{} = {value}", key.name);
    });
    remap::template(&mut out);
    out
}

/// Every key with the value in force.
pub(super) fn in_force(root: &Command, settings: &Settings) -> String {
    let mut out = String::new();
    each(&mut out, |key, out| {
        let _ = match (settings.get(key), key.usual(root)) {
            (Some(value), _) => writeln!(out, "{} = {}", key.name, key.written(value)),
            (None, Some(usual)) => writeln!(out, "{} = {usual}  # as built in", key.name),
            (None, None) => writeln!(out, "#{} =  # not set", key.name),
        };
    });
    // They were found to be sound when the file was read.
    let map = settings.remap.with(settings.preset()).unwrap_or_default();
    remap::in_force(&mut out, &settings.remap, &map);
    out
}

fn each(out: &mut String, mut write: impl FnMut(&Key, &mut String)) {
    let mut section = "";
    for key in &KEYS {
        if key.section != section {
            section = key.section;
            let _ = writeln!(out, "\n[{section}]");
        }
        write(key, out);
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::read::read;
    use super::*;
    use crate::cli::Arguments;

    #[test]
    fn every_key_is_an_option_and_the_template_is_a_valid_file() {
        let root = Arguments::command();
        for key in &KEYS {
            assert!(key.option(&root).is_some(), "{key:?}");
            assert_eq!(matches!(key.value, Value::Word), !key.words(&root).is_empty(), "{key:?}");
        }
        let text = template(&root);
        assert!(read(&text, &root).is_ok_and(|s| KEYS.iter().all(|k| s.get(k).is_none())), "{text}");
        let open: String = text
            .lines()
            .map(|l| l.strip_prefix('#').filter(|l| !l.starts_with(' ')).unwrap_or(l))
            .fold(String::new(), |all, line| all + line + "\n");
        assert!(read(&open, &root).is_ok_and(|s| KEYS.iter().all(|k| s.get(k).is_some())), "{open}");
    }
}
