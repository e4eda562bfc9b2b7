//! The legs of a fork: to which of several far ends a message goes, or from which it comes.

use hashbrown::{HashMap, HashSet};

use crate::analysis::transmission::Transmission;
use crate::sip::{Method, StartLine};
use crate::trace::{Symbol, Trace};

/// A leg and the far end that it leads to.
#[derive(Clone, Copy)]
struct Leg {
    /// Counted from 1 among those of its fork.
    number: u32,
    /// Number of the far end in the story: the same address is the same far end.
    endpoint: u32,
}

/// The legs of a story.
pub(super) struct Legs {
    of: Vec<Option<Leg>>,
    /// The far end of each dialog, by Call-ID and the tag that the far end chose.
    dialogs: HashMap<(Option<Symbol>, u64), u32>,
    /// Requests within a dialog.
    within: HashSet<(Option<Symbol>, u32, Method)>,
}

impl Legs {
    pub(super) fn new(trace: &Trace, transmissions: &[Transmission]) -> Legs {
        let mut children = vec![0u32; transmissions.len()];
        let mut number: HashMap<&[u64], u32> = HashMap::new();
        for c in transmissions.iter().filter(|c| c.is_request() && c.repeat == 0) {
            let Some(n) = c.before.and_then(|b| children.get_mut(b)) else { continue };
            *n += 1;
            number.insert(&c.vias, *n);
        }
        let forked = |c: &Transmission| c.before.is_some_and(|b| children.get(b).is_some_and(|n| *n > 1));
        let mut endpoints: HashMap<&[u8], u32> = HashMap::new();
        let mut legs: HashMap<u64, Leg> = HashMap::new();
        for c in transmissions.iter().filter(|c| c.is_request() && forked(c)) {
            let (Some(via), Some(number)) = (c.vias.first(), number.get(&*c.vias)) else { continue };
            let message = trace.event(c.first()).and_then(|e| trace.message(e));
            let Some(StartLine::Request { uri, .. }) = message.map(|m| m.start_line()) else { continue };
            let next = u32::try_from(endpoints.len()).unwrap_or(u32::MAX);
            let endpoint = *endpoints.entry(uri).or_insert(next);
            // A CANCEL has the address and the branch of its INVITE.
            legs.entry(*via).or_insert(Leg { number: *number, endpoint });
        }
        let of: Vec<Option<Leg>> =
            transmissions.iter().map(|c| c.vias.iter().find_map(|v| legs.get(v).copied())).collect();
        let mut dialogs = HashMap::new();
        for (c, leg) in transmissions.iter().zip(&of).filter(|(c, _)| c.key.status > 100 && c.key.to_tag != 0) {
            if let Some(leg) = leg {
                dialogs.entry((c.key.call, c.key.to_tag)).or_insert(leg.endpoint);
            }
        }
        let within = transmissions.iter().filter(|c| c.is_request() && c.key.to_tag != 0);
        let within = within.map(|c| (c.key.call, c.key.cseq, c.key.method)).collect();
        Legs { of, dialogs, within }
    }

    /// Number of the leg of a transmission, where a request was sent on to several far ends.
    pub(super) fn number(&self, at: usize) -> Option<u32> {
        self.of.get(at).copied().flatten().map(|leg| leg.number)
    }

    /// The far ends at the two ends of the link of a transmission: where its requests come from, and where they go to.
    pub(super) fn endpoints(&self, at: usize, c: &Transmission) -> (Option<u32>, Option<u32>) {
        let of_tag = |tag: u64| self.dialogs.get(&(c.key.call, tag)).copied();
        let down = self.of.get(at).copied().flatten().map(|leg| leg.endpoint);
        if down.is_some() || !self.within.contains(&(c.key.call, c.key.cseq, c.key.method)) {
            return (None, down);
        }
        // Within the dialog there are no legs any more, and either side sends requests.
        (of_tag(c.key.from_tag), of_tag(c.key.to_tag))
    }
}
