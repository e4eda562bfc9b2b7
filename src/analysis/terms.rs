//! The words in which outcomes, verdicts and results stand in reports.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Makes an enum whose variants have a word in reports.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])* $variant),* }
        impl $name {
            /// The word in reports.
            pub fn name(self) -> &'static str { match self { $($name::$variant => $word),* } }

            /// All words.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// All there are, in the order of [`Self::WORDS`].
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
        }
        /// By the word, so that counts stand in the order of their words.
        impl Ord for $name {
            fn cmp(&self, other: &$name) -> std::cmp::Ordering { self.name().cmp(other.name()) }
        }
        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &$name) -> Option<std::cmp::Ordering> { Some(self.cmp(other)) }
        }
        /// From an index or another task of a job, where it stands by its number.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$name, D::Error> {
                let number = u8::deserialize(from)?;
                $name::ALL.get(usize::from(number)).copied().ok_or_else(|| Error::custom("there is no such word"))
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.name()) }
        }
    };
}

/// In JSON the word, in an index and between tasks the number.
macro_rules! serialised_as_words {
    ($($name:ident),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() { to.serialize_str(self.name()) } else { to.serialize_u8(*self as u8) }
            }
        }
    )*};
}

serialised_as_words!(Outcome, Verdict, Modality, PushResult, Link);

words! {
    /// How an INVITE ended.
    #[derive(Default)]
    Outcome {
        /// A 2xx went to the caller.
        Answered = "answered",
        /// Signalling worked, media did not.
        MediaFailed = "media_failed",
        /// 603.
        Declined = "declined",
        /// 480 because the callee does not want to be disturbed.
        DoNotDisturb = "do_not_disturb",
        /// 486, 600.
        Busy = "busy",
        /// The caller gave up.
        Cancelled = "cancelled",
        /// It rang and nobody answered.
        NoAnswer = "no_answer",
        /// It never rang and nothing answered.
        NoResponse = "no_response",
        /// 3xx.
        Redirected = "redirected",
        /// 404, 604.
        NotFound = "not_found",
        /// 403.
        Forbidden = "forbidden",
        /// 401, 407 without a successful retry.
        AuthFailed = "auth_failed",
        /// Could not be routed to another domain.
        FederationFailed = "federation_failed",
        /// 488, 606, 415.
        NotAcceptable = "not_acceptable",
        /// 500, 503, 513.
        ServerError = "server_error",
        /// Any other final.
        Rejected = "rejected",
        /// The log runs on without a final.
        NoFinal = "no_final",
        /// The log ends, or starts, inside the call.
        #[default]
        Undetermined = "undetermined",
        /// Of a leg only: another leg answered.
        AnsweredElsewhere = "answered_elsewhere",
    }
}

impl Outcome {
    /// Whether this is a normal end of a call; `None` where the log does not tell how it ended.
    pub fn expected(self) -> Option<bool> {
        match self {
            Outcome::NoFinal | Outcome::Undetermined => None,
            Outcome::Answered
            | Outcome::Declined
            | Outcome::DoNotDisturb
            | Outcome::Busy
            | Outcome::Cancelled
            | Outcome::Redirected
            | Outcome::AnsweredElsewhere => Some(true),
            _ => Some(false),
        }
    }
}

words! {
    /// What happened to the mobile callee.
    Verdict {
        /// The mobile leg gave the 2xx.
        AnsweredByMobile = "answered_by_mobile",
        /// Another leg gave the 2xx.
        AnsweredElsewhere = "answered_elsewhere",
        /// The mobile user refused.
        DeclinedByMobile = "declined_by_mobile",
        /// Cancelled before any answer.
        CallerGaveUp = "caller_gave_up",
        /// The push was accepted and the INVITE ended unanswered.
        NotOpened = "not_opened",
        /// No push went out.
        MissedNoPush = "missed_no_push",
        /// The push was rejected or could not be routed.
        MissedPushFailed = "missed_push_failed",
        /// The push got no answer.
        MissedPushUnanswered = "missed_push_unanswered",
        /// The log does not tell.
        Undetermined = "undetermined",
    }
}

impl Verdict {
    /// Those that count as missed.
    pub const MISSED: [Verdict; 4] =
        [Verdict::NotOpened, Verdict::MissedNoPush, Verdict::MissedPushFailed, Verdict::MissedPushUnanswered];

    /// Whether it counts as missed.
    pub fn is_missed(self) -> bool {
        Verdict::MISSED.contains(&self)
    }
}

words! {
    /// What the INVITE offered.
    Modality {
        /// Instant messages.
        Im = "im",
        /// Audio.
        Audio = "audio",
        /// Video, with or without audio.
        Video = "video",
        /// Application or desktop sharing.
        ApplicationSharing = "application_sharing",
        /// File transfer.
        FileTransfer = "file_transfer",
        /// The focus of a conference.
        Conference = "conference",
    }
}

words! {
    /// What became of a push.
    #[derive(Default)]
    PushResult {
        /// 2xx: taken by the clearing house; never means delivered to the device.
        Accepted = "accepted",
        /// Refused by the clearing house.
        Rejected = "rejected",
        /// Refused on the way to it.
        Unroutable = "unroutable",
        /// No final response although the log runs on.
        Unanswered = "unanswered",
        /// The log ends too soon.
        #[default]
        Undetermined = "undetermined",
    }
}

impl PushResult {
    /// Whether the push did not arrive at the clearing house, or was refused there.
    pub fn is_lost(self) -> bool {
        matches!(self, PushResult::Rejected | PushResult::Unroutable | PushResult::Unanswered)
    }
}

words! {
    /// How sure the call of a push is.
    #[derive(Default)]
    Link {
        /// The only candidate.
        Certain = "certain",
        /// The best of several.
        Likely = "likely",
        /// None, or several equally good ones.
        #[default]
        None = "none",
    }
}

words! {
    /// Whether somebody who missed a call was told by mail. In JSON `true`, `false` and `null`.
    Told {
        /// Exchange UM took the request for the mail.
        Yes = "told",
        /// It refused the request, or a user with voice mail got none.
        No = "not_told",
        /// The trace does not tell.
        Unknown = "unknown",
    }
}

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            told if !to.is_human_readable() => to.serialize_u8(*told as u8),
            Told::Yes => to.serialize_bool(true),
            Told::No => to.serialize_bool(false),
            Told::Unknown => to.serialize_none(),
        }
    }
}
