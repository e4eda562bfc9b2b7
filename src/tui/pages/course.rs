//! Since when a cause hits, in one line.

use crate::case::Course;
use crate::time::Timestamp;
use crate::tui::app::App;

/// `09:00:00 to 09:31:48  ▁▂▃`: first and last, with the day where the logs are of several, and the share of the attempts over
/// the time of the logs on its own scale, where there is more than one case.
pub(super) fn line(app: &App, course: &Course, cases: usize) -> String {
    let Some((first, last)) = course.span else { return "(no time in the logs)".to_owned() };
    let day = |t: Timestamp| t.iso().get(..10).map(str::to_owned);
    let several = app.data.overview.span.is_some_and(|(a, b)| day(a) != day(b));
    let with_day = |t: Timestamp| t.iso().get(5..16).unwrap_or_default().replace('T', " ");
    let clock = |t: Timestamp| t.clock().get(..8).unwrap_or_default().to_owned();
    let time = |t: Timestamp| if several { with_day(t) } else { clock(t) };
    let times = if time(first) == time(last) { time(first) } else { format!("{} to {}", time(first), time(last)) };
    let share = if cases > 1 { course.sparkline(app.theme.ascii) } else { String::new() };
    format!("{times}  {share}").trim_end().to_owned()
}
