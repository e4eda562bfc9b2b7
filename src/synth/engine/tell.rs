//! Stories of ordinary days take part: their sessions become a family, their events happen to the logs.

use super::Engine;
use crate::synth::day::{Act, Event, Scene, Tale};
use crate::synth::story;

impl Engine<'_> {
    /// Tells a story instead of a call, if it is time for one.
    pub(super) fn tell(&mut self) -> bool {
        if self.plan.stories.is_empty() {
            return false;
        }
        let mut left = self.tales.below(1_000_000);
        for told in &self.plan.stories {
            if left < told.1 {
                self.tale(told.0);
                return true;
            }
            left -= told.1;
        }
        false
    }

    fn tale(&mut self, tale: &'static Tale) {
        let family = self.family(self.now);
        let mut scene = Scene::new(&mut self.ctx, self.now);
        (tale.tell)(&mut scene);
        let Scene { acts, events, .. } = scene;
        for event in events {
            match event {
                Event::Step { server, at, by, doubtful } => self.logs[usize::from(server)].set_clock(at, by, doubtful),
                Event::Silence { server, from, to, numbered } => {
                    self.logs[usize::from(server)].silence(from, to, numbered);
                }
            }
        }
        for Act { session, call, push, messages } in acts {
            let slot = self.slot(session.start);
            self.slots[slot] = session;
            let family_of = &mut self.families[family];
            if let Some(call) = call {
                self.calls += 1;
                family_of.calls.push((call, slot));
            }
            if let Some((push, fault)) = push {
                family_of.pushes.push((push, slot, fault));
            }
            family_of.messages.extend(messages);
            self.join(slot, family);
        }
    }

    /// The second Edge is looked after too.
    pub(super) fn ping_second_edge(&mut self) {
        let slot = self.slot(self.now);
        story::ping(&mut self.slots[slot], 0, self.topology.second_edge());
        self.enqueue(slot);
    }
}
