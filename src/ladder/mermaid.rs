//! The ladder as a Mermaid diagram, as Markdown renderers draw it.

use std::io::{self, Write};

use super::escape::mermaid;
use super::text::{TimeStyle, caption, time, wrap};
use super::{Ladder, StepKind, Tone};

/// Writes the diagram, without the fence that Markdown puts around it.
///
/// # Errors
/// When the writer fails.
pub fn write(ladder: &Ladder, style: TimeStyle, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "sequenceDiagram")?;
    for (i, lane) in ladder.lanes.iter().enumerate() {
        let name = lane.subtitle().map_or(String::new(), |name| format!("<br/>{}", mermaid(name)));
        writeln!(out, "    participant L{i} as {}{name}", mermaid(lane.title()))?;
    }
    for step in &ladder.steps {
        let time = time(step, style);
        match &step.kind {
            StepKind::Arrow(arrow) => {
                let sign = if arrow.status.is_some() { "-->>" } else { "->>" };
                let text = mermaid(&format!("{time} {}", caption(arrow)));
                writeln!(out, "    L{}{sign}L{}: {}", arrow.from, arrow.to, text.trim_start())?;
                if matches!(arrow.tone(), Tone::Failure | Tone::Neutral) {
                    for text in &arrow.diagnostics {
                        writeln!(out, "    Note over L{}: {}", arrow.from, lines(text))?;
                    }
                }
            }
            StepKind::Note(note) => {
                let text = lines(format!("{time} {}", note.text).trim_start());
                writeln!(out, "    Note over L{}: {}", note.lane, text)?;
            }
        }
    }
    if ladder.left_out > 0 && !ladder.lanes.is_empty() {
        writeln!(out, "    Note over L0: {} more steps are left out", ladder.left_out)?;
    }
    Ok(())
}

/// A note in lines of readable length.
fn lines(text: &str) -> String {
    wrap(text, 56).iter().map(|line| mermaid(line)).collect::<Vec<_>>().join("<br/>")
}
