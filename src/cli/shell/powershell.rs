//! What PowerShell completes behind an option: the generated script knows options, but none of their values.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::{Arg, Command};

/// Where the script of the generator has its elements, and nothing is decided yet.
const BEHIND: &str = "    $commandElements = $commandAst.CommandElements\n";

/// What is looked up before the generated part: the words behind `--option`, behind `--option=`, and behind the command itself.
/// Of several with commas between them the last is completed.
const LOOKUP: &str = r"    $before = @($commandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
    $typed, $lead, $option = $wordToComplete, '', ''
    if ($typed -match '^(--[^=]+)=(.*)$') {
        $option, $typed, $lead = $Matches[1], $Matches[2], ($Matches[1] + '=')
    } elseif ($before.Count -gt 2) {
        $option = $before[-1]
    }
    $words = $null
    foreach ($depth in 2, 1) {
        if ($null -eq $words -and $before.Count -gt $depth) {
            $name = $before[1..$depth] -join ' '
            $words = $values[$name + ' ' + $option]
            if ($null -eq $words -and $before.Count -eq $depth + 1 -and -not $typed.StartsWith('-')) { $words = $values[$name] }
        }
    }
    if ($null -ne $words) {
        $comma = $typed.LastIndexOf(',')
        if ($comma -ge 0) {
            $lead, $typed = ($lead + $typed.Substring(0, $comma + 1)), $typed.Substring($comma + 1)
        }
        $words.Split(' ') | Where-Object { $_.StartsWith($typed, [StringComparison]::OrdinalIgnoreCase) } | ForEach-Object {
            [CompletionResult]::new($lead + $_, $_, [CompletionResultType]::ParameterValue, $_)
        }
        return
    }
";

/// The generated script with the values of options.
pub(super) fn with_values(script: &str, root: &Command) -> String {
    let mut values = BTreeMap::new();
    for command in root.get_subcommands().filter(|c| c.get_name() != "help") {
        gather(root, command, command.get_name(), &mut values);
    }
    let mut table = String::from("    $values = @{\n");
    for (place, words) in values {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "        '{}' = '{}'", quoted(&place), quoted(&words.join(" ")));
    }
    table += "    }\n";
    script.replacen(BEHIND, &format!("{BEHIND}{table}{LOOKUP}"), 1)
}

/// The values of a command and of those behind it, by the words that stand before them.
fn gather(root: &Command, command: &Command, path: &str, values: &mut BTreeMap<String, Vec<String>>) {
    let global = root.get_arguments().filter(|a| a.is_global_set());
    for arg in command.get_arguments().chain(global) {
        let words = words(arg);
        if words.is_empty() {
            continue;
        }
        if arg.is_positional() {
            if arg.get_index().is_none_or(|index| index == 1) {
                values.insert(path.to_owned(), words);
            }
            continue;
        }
        let long = arg.get_long_and_visible_aliases().unwrap_or_default().into_iter().map(|name| format!("--{name}"));
        let short = arg.get_short_and_visible_aliases().unwrap_or_default().into_iter().map(|name| format!("-{name}"));
        for name in long.chain(short) {
            values.insert(format!("{path} {name}"), words.clone());
        }
    }
    for inner in command.get_subcommands().filter(|c| c.get_name() != "help") {
        gather(root, inner, &format!("{path} {}", inner.get_name()), values);
    }
}

/// What can stand there; none of them has a blank.
fn words(arg: &Arg) -> Vec<String> {
    let takes = arg.get_action().takes_values();
    let all = arg.get_possible_values().into_iter().filter(|_| takes);
    all.map(|value| value.get_name().to_owned()).filter(|name| !name.contains(' ')).collect()
}

/// As it stands between single quotes.
fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}
