//! The order of the steps: every file's own order is kept, and clocks decide only between files.

use hashbrown::HashMap;

use crate::analysis::Analysis;
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};

/// Puts items, each known by its records, in order: a merge of the files' queues. An item is ready when all its
/// records stand first in their queues; of the ready ones the earliest goes. Where clocks or logs contradict each
/// other nothing may be ready; then the earliest goes all the same.
pub(super) fn merge(trace: &Trace, analysis: &Analysis, items: &[Vec<EventId>]) -> Vec<usize> {
    let time = |id: EventId| analysis.time(trace, id);
    let mut queues: Vec<(u32, Vec<(EventId, usize)>)> = Vec::new();
    let mut at: HashMap<u32, usize> = HashMap::new();
    for (i, records) in items.iter().enumerate() {
        for id in records {
            let Some(event) = trace.event(*id) else { continue };
            let q = *at.entry(event.file.0).or_insert_with(|| {
                queues.push((event.file.0, Vec::new()));
                queues.len() - 1
            });
            if let Some((_, queue)) = queues.get_mut(q) {
                queue.push((*id, i));
            }
        }
    }
    queues.sort_by_key(|(file, _)| *file);
    let mut queues: Vec<Queue> = queues.into_iter().map(|(_, q)| Queue::new(trace, q)).collect();
    let first: Vec<Option<Timestamp>> = items.iter().map(|r| r.iter().filter_map(|id| time(*id)).min()).collect();
    let mut waiting: Vec<usize> = items.iter().map(Vec::len).collect();
    let mut done = vec![false; items.len()];
    let mut out = Vec::with_capacity(items.len());
    for queue in &queues {
        if let Some(item) = queue.head() {
            count_down(&mut waiting, item);
        }
    }
    loop {
        let heads = queues.iter().filter_map(Queue::head);
        let key = |i: &usize| {
            let ready = waiting.get(*i).is_some_and(|w| *w == 0);
            let time = first.get(*i).copied().flatten();
            (!ready, time.is_none(), time, items.get(*i).and_then(|r| r.iter().min()).copied())
        };
        let Some(next) = heads.min_by_key(key) else { break };
        if let Some(slot) = done.get_mut(next) {
            *slot = true;
        }
        out.push(next);
        for queue in &mut queues {
            let before = queue.head();
            queue.skip(&done);
            if queue.head() != before
                && let Some(item) = queue.head()
            {
                count_down(&mut waiting, item);
            }
        }
    }
    out
}

fn count_down(waiting: &mut [usize], item: usize) {
    if let Some(n) = waiting.get_mut(item) {
        *n = n.saturating_sub(1);
    }
}

/// Records of one file with their items, in order.
struct Queue {
    items: Vec<usize>,
    next: usize,
}

impl Queue {
    fn new(trace: &Trace, mut records: Vec<(EventId, usize)>) -> Queue {
        // A clock that jumps back does not reorder a file; appended searches do, so time goes before position.
        records.sort_by_key(|(id, _)| (trace.event(*id).and_then(crate::trace::Event::time), *id));
        Queue { items: records.into_iter().map(|(_, item)| item).collect(), next: 0 }
    }

    fn head(&self) -> Option<usize> {
        self.items.get(self.next).copied()
    }

    fn skip(&mut self, done: &[bool]) {
        while self.head().is_some_and(|i| done.get(i).is_some_and(|d| *d)) {
            self.next += 1;
        }
    }
}
