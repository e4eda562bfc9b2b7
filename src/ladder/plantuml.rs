//! The ladder as a PlantUML diagram.

use std::io::{self, Write};

use super::escape::plantuml;
use super::text::{TimeStyle, caption, time, wrap};
use super::{Ladder, StepKind, Tone};

/// Writes the diagram.
///
/// # Errors
/// When the writer fails.
pub fn write(ladder: &Ladder, style: TimeStyle, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "@startuml\nhide footbox\ntitle {}", plantuml(&ladder.title))?;
    for (i, lane) in ladder.lanes.iter().enumerate() {
        let name = lane.subtitle().map_or(String::new(), |name| format!("\\n{}", plantuml(name)));
        writeln!(out, "participant \"{}{name}\" as L{i}", plantuml(lane.title()))?;
    }
    for step in &ladder.steps {
        let time = time(step, style);
        match &step.kind {
            StepKind::Arrow(arrow) => {
                let sign = match (arrow.status, arrow.tone()) {
                    (None, _) => "->",
                    (_, Tone::Failure) => "-[#b42318]->",
                    _ => "-->",
                };
                let text = plantuml(&format!("{time} {}", caption(arrow)));
                writeln!(out, "L{} {sign} L{} : {}", arrow.from, arrow.to, text.trim_start())?;
                if matches!(arrow.tone(), Tone::Failure | Tone::Neutral) {
                    for text in &arrow.diagnostics {
                        writeln!(out, "note over L{} : {}", arrow.from, lines(text))?;
                    }
                }
            }
            StepKind::Note(note) => {
                let text = lines(format!("{time} {}", note.text).trim_start());
                writeln!(out, "note over L{} : {}", note.lane, text)?;
            }
        }
    }
    if ladder.left_out > 0 && !ladder.lanes.is_empty() {
        writeln!(out, "note over L0 : {} more steps are left out", ladder.left_out)?;
    }
    writeln!(out, "@enduml")
}

/// A note in lines of readable length.
fn lines(text: &str) -> String {
    wrap(text, 56).iter().map(|line| plantuml(line)).collect::<Vec<_>>().join("\\n")
}
