//! A progress bar on stderr: only on a terminal, and only for work that takes longer than a moment.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use siptrail::trace::Progress;

use super::global::{Verbosity, talks};

/// Nothing is drawn before this has passed.
const DELAY: Duration = Duration::from_millis(250);

pub(crate) struct Bar {
    bar: ProgressBar,
    started: Instant,
}

impl Bar {
    pub(crate) fn new() -> Bar {
        Bar::named("reading")
    }

    /// `verb` says what is being done.
    #[expect(clippy::disallowed_methods, reason = "progress is about the clock")]
    pub(crate) fn named(verb: &str) -> Bar {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style =
            ProgressStyle::with_template(&format!("{verb} {{bar:30}} {{bytes}} of {{total_bytes}}, {{eta}} left"));
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Bar { bar, started: Instant::now() }
    }

    /// Called from any thread.
    pub(crate) fn show(&self, progress: Progress) {
        if self.started.elapsed() < DELAY || !talks(Verbosity::Normal) {
            return;
        }
        if self.bar.is_hidden() {
            // Draws on a terminal only, twenty times a second at the most.
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(20));
            self.bar.set_length(progress.total);
        }
        self.bar.set_position(progress.done);
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
