//! The ladder as a page of its own: the picture, and every record behind it, one click away. No script, nothing
//! from the network.

use std::io::{self, Write};

use super::escape::xml;
use super::svg::{self, SvgOptions};
use super::text::{TimeStyle, caption, time};
use super::{Ladder, StepKind};
use crate::analysis::Analysis;
use crate::findings;
use crate::text::decode;
use crate::trace::Trace;

const STYLE: &str = "
body{font:15px/1.5 system-ui,sans-serif;margin:1.5rem;color:#1b1f24;background:#fff;max-width:110rem}
h1{font-size:1.3rem}h2{font-size:1.1rem}dt{font-weight:600;float:left;clear:left;width:9rem}dd{margin-left:9.5rem}
pre{overflow-x:auto;background:#f6f8fa;padding:.75rem;font-size:.85rem}summary{cursor:pointer;padding:.2rem 0}
.picture{overflow-x:auto}.picture svg{max-width:none!important}:target summary{background:#fff8c5}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}pre{background:#161b22}
:target summary{background:#3a2d00}}@media print{details>*{display:block}}
";

/// Writes the page.
///
/// # Errors
/// When the writer fails.
pub fn write(
    trace: &Trace,
    analysis: &Analysis,
    ladder: &Ladder,
    style: TimeStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let title = xml(&ladder.title);
    write!(
        out,
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{title}</h1>
"#
    )?;
    facts(analysis, ladder, out)?;
    writeln!(out, r#"<h2>Ladder</h2>{}<div class="picture" tabindex="0" aria-label="ladder">"#, "\n")?;
    svg::write(ladder, &SvgOptions { time: style, links: true, styled: false }, out)?;
    writeln!(out, "</div>\n<h2>Records</h2>")?;
    for (i, step) in ladder.steps.iter().enumerate() {
        let what = match &step.kind {
            StepKind::Arrow(arrow) => {
                format!("{} to {}: {}", ladder.label(arrow.from), ladder.label(arrow.to), caption(arrow))
            }
            StepKind::Note(note) => format!("{}: {}", ladder.label(note.lane), note.text),
        };
        let time = xml(&time(step, style));
        writeln!(out, r#"<details id="step-{}"><summary>{time} {}</summary>"#, i + 1, xml(&what))?;
        for id in step.kind.records() {
            let Some(event) = trace.event(*id) else { continue };
            let at = trace.locate(*id);
            writeln!(out, "<p>{}:{}</p>\n<pre>", xml(&at.file), at.line)?;
            for line in trace.record(event).trim_ascii_end().split(|b| *b == b'\n') {
                writeln!(out, "{}", xml(&decode(line).trim_end_matches('\r').replace('\t', "    ")))?;
            }
            writeln!(out, "</pre>")?;
        }
        writeln!(out, "</details>")?;
    }
    writeln!(out, "</body>\n</html>")
}

/// What became of the call and its pushes, and why.
fn facts(analysis: &Analysis, ladder: &Ladder, out: &mut dyn Write) -> io::Result<()> {
    let mut codes: Vec<&str> = Vec::new();
    writeln!(out, "<dl>")?;
    let mut fact = |name: &str, value: &str| writeln!(out, "<dt>{name}</dt><dd>{}</dd>", xml(value));
    if let Some(call) = ladder.call.and_then(|i| analysis.calls.get(i)) {
        fact("Call-ID", &call.call_id)?;
        let status = call.status.map_or("no final response".to_owned(), |s| s.to_string());
        let reason = call.reason.as_deref().unwrap_or_default();
        fact("Outcome", &format!("{} ({})", call.outcome, format!("{status} {reason}").trim_end()))?;
        if let Some(verdict) = call.verdict {
            fact("Verdict", verdict.name())?;
        }
        codes.extend(&call.findings);
    }
    for push in ladder.pushes.iter().filter_map(|i| analysis.pushes.get(*i)) {
        let latency = push.latency_ms().map_or(String::new(), |ms| format!(" after {ms} ms"));
        fact("Push", &format!("{} {}{latency}", push.call_id, push.result))?;
        codes.extend(&push.findings);
    }
    codes.sort_unstable();
    codes.dedup();
    for finding in codes.into_iter().filter_map(findings::find) {
        fact("Cause", &format!("{}: {}", finding.code, finding.summary))?;
        if !finding.remedy.is_empty() {
            fact("Remedy", &finding.remedy)?;
        }
    }
    writeln!(out, "</dl>")
}
