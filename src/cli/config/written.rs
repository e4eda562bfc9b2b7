//! Settings to the text of a configuration file.

use std::fmt::Write;

use clap::Command;

use super::filters;
use super::keys::{KEYS, Key, Value};
use super::read::Settings;
use super::remap;

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
    filters::template(&mut out);
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
    filters::in_force(&mut out, &settings.filters);
    remap::in_force(&mut out, &settings.remap, settings.preset());
    out
}

fn each(out: &mut String, mut write: impl FnMut(&Key, &mut String)) {
    let mut section = "";
    for key in KEYS {
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
    use clap::error::ErrorKind;

    use super::super::read::read;
    use super::*;
    use crate::cli::Arguments;

    #[test]
    fn every_key_is_an_option_and_the_template_is_a_valid_file() {
        let root = Arguments::command();
        for key in KEYS {
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

    #[test]
    fn a_number_of_the_file_is_one_of_the_option() {
        let root = Arguments::command();
        for key in KEYS {
            let Value::Number { least, most, example } = key.value else { continue };
            let refused = |n: i64| {
                let option = format!("--{}={n}", key.option(&root).and_then(clap::Arg::get_long).unwrap_or_default());
                let typed = ["siptrail", key.section, &option].into_iter().filter(|word| !word.is_empty());
                let error = root.clone().try_get_matches_from(typed).err();
                error.is_some_and(|e| e.kind() == ErrorKind::ValueValidation)
            };
            assert_eq!(
                [least - 1, least, example, most, most + 1].map(refused),
                [true, false, false, false, true],
                "{key:?}"
            );
        }
    }
}
