//! What really happened, and what the logs cannot know of it: `truth.json`, in the words of the report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What was generated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// `siptrail.truth/1`.
    pub schema: String,
    /// Name and version of the program that wrote it.
    pub generator: String,
    /// The seed and what else the bytes depend on.
    pub plan: BTreeMap<String, String>,
    /// The logs, in order.
    pub logs: Vec<Log>,
    /// Every call of which a record was written, by the time at which it ended.
    pub calls: Vec<Call>,
    /// Every push of which a record was written, in the same order.
    pub pushes: Vec<Push>,
    /// Messages inside conversations that their receiver missed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed_messages: Vec<Message>,
}

/// One log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// Its file.
    pub path: String,
    /// The server that wrote it.
    pub server: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Records in it.
    pub records: u64,
    /// Records that the server should have written and that are missing.
    pub missing: u64,
    /// Records that were damaged.
    pub damaged: u64,
    /// How far the clock of the server is ahead at the start, in milliseconds.
    pub clock_ms: i64,
}

/// One call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Call-ID of its INVITE.
    pub call_id: String,
    /// Who called.
    pub from: String,
    /// Who was called.
    pub to: String,
    /// `calls[].outcome` of the report.
    pub outcome: String,
    /// `calls[].verdict`; `None` when no mobile endpoint took part.
    pub verdict: Option<String>,
    /// Call-IDs of its pushes.
    pub pushes: Vec<String>,
    /// Codes of the causes.
    pub findings: Vec<String>,
    /// The logs do not hold enough to be sure: a judgement may stay open that is not in `known`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsure: bool,
    /// What the logs know all the same: `outcome`, `verdict`, codes of causes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
    /// By the name of a judgement, or `finding`: words that are as good as the true one, where the rules leave room.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub or: BTreeMap<String, Vec<String>>,
    /// `calls[].modality`, where the story is about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modality: Option<String>,
    /// Voice mail answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub voice_mail: bool,
    /// It was missed, and its people spoke within five minutes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reached_later: bool,
}

/// One push.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// Call-ID of the MESSAGE.
    pub call_id: String,
    /// `pushes[].result` of the report.
    pub result: String,
    /// Traffic of `Test-CsMcxPushNotification`.
    pub synthetic: bool,
    /// Call-ID of the INVITE that it announces.
    pub call: Option<String>,
    /// `pushes[].link`.
    pub link: String,
    /// Codes of the causes.
    pub findings: Vec<String>,
    /// The logs do not hold enough to be sure: a judgement may stay open that is not in `known`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsure: bool,
    /// What the logs know all the same: `result`, `link`, codes of causes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
    /// By the name of a judgement: words that are as good as the true one, where the rules leave room.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub or: BTreeMap<String, Vec<String>>,
    /// A later push for the same call was accepted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub superseded: bool,
}

/// One message inside a conversation that its receiver missed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Call-ID of the conversation.
    pub call_id: String,
    /// CSeq of the MESSAGE.
    pub cseq: u32,
    /// `missed_messages[].verdict` of the report.
    pub verdict: String,
    /// Call-IDs of its pushes.
    pub pushes: Vec<String>,
    /// Codes of the causes.
    pub findings: Vec<String>,
    /// The logs do not hold enough to be sure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsure: bool,
}

/// Name of the schema.
pub const SCHEMA: &str = "siptrail.truth/1";
