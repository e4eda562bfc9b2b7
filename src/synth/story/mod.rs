//! Who calls whom, and how it ends: each story writes the messages of a session and says what is true of them.

mod call;
mod ending;
mod push;
mod routine;

pub(super) use ending::Writer;
pub(super) use push::{mcx, push, test, voice_mail};
pub(super) use routine::{ping, routine};

use super::faults::{Fault, Mix};
use super::phone::Platform;
use super::place::{PHONES, Topology};
use super::rng::Rng;
use crate::analysis::{Link, Outcome, Verdict};

pub(super) use call::{call, party};

/// Users with a phone; all users are four times as many.
const PHONE_USERS: u32 = 8_000;

/// What stories are told from.
#[derive(Debug)]
pub(super) struct StoryContext<'p> {
    pub(super) rng: Rng,
    pub(super) topology: &'p Topology,
    pub(super) faults: Mix,
    cast: Cast,
    /// For each server until when its clock is left alone.
    set_until: [u64; 256],
}

/// Nobody sets the clock of a server twice within so many milliseconds.
const SET_APART: u64 = 900_000;

impl<'p> StoryContext<'p> {
    pub(super) fn new(rng: Rng, topology: &'p Topology, faults: Mix) -> StoryContext<'p> {
        let cast = Cast { next: 0, busy: vec![0; PHONE_USERS as usize] };
        StoryContext { rng, topology, faults, cast, set_until: [0; 256] }
    }

    /// Whether the clock of a server may be set at a time.
    pub(super) fn may_set(&mut self, server: u8, now: u64) -> bool {
        let until = &mut self.set_until[usize::from(server)];
        let may = *until <= now;
        if may {
            *until = now + SET_APART;
        }
        may
    }

    /// A user with a phone that nobody else calls until `until`: what belongs together stays clear.
    pub(super) fn phone_user(&mut self, now: u64, until: u64) -> u32 {
        for _ in 0..PHONE_USERS {
            self.cast.next = (self.cast.next + 1) % PHONE_USERS;
            let busy = &mut self.cast.busy[self.cast.next as usize];
            if *busy <= now {
                *busy = until;
                return self.cast.next * PHONES;
            }
        }
        self.cast.next * PHONES
    }

    /// The same with a phone of a kind.
    pub(super) fn user_of(&mut self, now: u64, until: u64, is: impl Fn(Platform) -> bool) -> u32 {
        for _ in 0..200 {
            let user = self.phone_user(now, until);
            if is(Platform::of(user, self.topology.era)) {
                return user;
            }
        }
        self.phone_user(now, until)
    }

    /// Whether nobody with such a phone gets pushes.
    fn off(&self, platform: Platform) -> bool {
        platform.is_iphone() && self.faults.switched_off()
    }

    /// A user who has no phone.
    pub(super) fn desk_user(&mut self) -> u32 {
        self.rng.below(PHONE_USERS) * PHONES + 1 + self.rng.below(PHONES - 1)
    }
}

#[derive(Debug)]
struct Cast {
    next: u32,
    /// By phone user: the time until which one is taken.
    busy: Vec<u64>,
}

/// A push that a call causes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caused {
    /// Milliseconds after the start of the call.
    pub(super) after: u32,
    pub(super) user: u32,
    pub(super) fault: &'static Fault,
    pub(super) link: Link,
}

/// A further call to a user.
#[derive(Clone, Copy, Debug)]
pub(super) struct Again {
    pub(super) user: u32,
    /// The phone is no target any more: its session ended.
    pub(super) gone: bool,
}

/// What is true of a call.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) outcome: Outcome,
    pub(super) verdict: Option<Verdict>,
    pub(super) findings: Vec<&'static str>,
    pub(super) push: Option<Caused>,
    /// Another call to the same user, so many milliseconds after this.
    pub(super) again: Option<(u32, Again)>,
    /// Flight that alone tells that media failed.
    pub(super) telltale: Option<u16>,
}
