//! Layouts in which SIP messages come: the trace of a server, and the wrappings of other tools.

/// The layout of an input, or of a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
#[repr(u8)]
pub enum Format {
    /// Text of a server's trace: `$$begin_record ... $$end_record`.
    SipStack,
    /// Messages as copied, from Snooper or a mail: no frame, no time.
    SipText,
    /// The log of Communicator, Lync and Skype for Business on a desktop (`.UccApilog`).
    UccApi,
    /// The debug log of Pidgin or Adium with the SIPE plug-in.
    PidginSipe,
    /// One message a line, its line breaks written as `#015#012`.
    Syslog,
    /// Diagnostic log of a Cisco Expressway or VCS.
    Expressway,
    /// Syslog of an `AudioCodes` gateway or session border controller.
    AudioCodes,
    /// Log of the SIP gateway manager of an Avaya contact centre.
    Avaya,
    /// A capture of packets in the older form.
    Pcap,
    /// A capture of packets in the newer form.
    PcapNg,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 10] = [
        Format::SipStack,
        Format::SipText,
        Format::UccApi,
        Format::PidginSipe,
        Format::Syslog,
        Format::Expressway,
        Format::AudioCodes,
        Format::Avaya,
        Format::Pcap,
        Format::PcapNg,
    ];

    /// The word of reports and of `--format-in`.
    pub fn name(self) -> &'static str {
        match self {
            Format::SipStack => "sipstack",
            Format::SipText => "sip-text",
            Format::UccApi => "uccapi",
            Format::PidginSipe => "pidgin-sipe",
            Format::Syslog => "syslog",
            Format::Expressway => "expressway",
            Format::AudioCodes => "audiocodes",
            Format::Avaya => "avaya",
            Format::Pcap => "pcap",
            Format::PcapNg => "pcapng",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Format::SipStack => "trace of a server",
            Format::SipText => "SIP messages as copied",
            Format::UccApi => "log of a desktop client (UccApi)",
            Format::PidginSipe => "debug log of Pidgin with SIPE",
            Format::Syslog => "syslog, one message a line",
            Format::Expressway => "log of a Cisco Expressway",
            Format::AudioCodes => "syslog of an AudioCodes gateway",
            Format::Avaya => "log of an Avaya contact centre",
            Format::Pcap | Format::PcapNg => "capture of packets",
        }
    }

    /// The zone of its times, as far as the layout says it: `utc`, or `local` for the zone of the machine.
    pub fn zone(self) -> Option<&'static str> {
        match self {
            Format::UccApi => Some("local"),
            Format::PidginSipe | Format::Expressway | Format::Syslog | Format::Pcap | Format::PcapNg => Some("utc"),
            // The stamps of AudioCodes have neither year nor zone.
            Format::SipStack | Format::SipText | Format::Avaya | Format::AudioCodes => None,
        }
    }

    /// Whether a text begins as a capture does, and as which (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng).
    pub(crate) fn of_capture(bytes: &[u8]) -> Option<Format> {
        match bytes.first_chunk::<4>()? {
            [0xd4, 0xc3, 0xb2, 0xa1]
            | [0xa1, 0xb2, 0xc3, 0xd4]
            | [0x4d, 0x3c, 0xb2, 0xa1]
            | [0xa1, 0xb2, 0x3c, 0x4d] => Some(Format::Pcap),
            [0x0a, 0x0d, 0x0d, 0x0a] => Some(Format::PcapNg),
            _ => None,
        }
    }

    /// Whether it is no text.
    pub(crate) fn is_capture(self) -> bool {
        matches!(self, Format::Pcap | Format::PcapNg)
    }

    fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// Which layouts were found in an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct Formats(u16);

impl Formats {
    /// Adds one.
    pub(crate) fn add(&mut self, format: Format) {
        self.0 |= format.bit();
    }

    /// Adds those of another text.
    pub(crate) fn add_all(&mut self, others: Formats) {
        self.0 |= others.0;
    }

    /// Whether it is among them.
    pub fn has(self, format: Format) -> bool {
        self.0 & format.bit() != 0
    }

    /// Those that are no trace of a server.
    pub fn foreign(self) -> impl Iterator<Item = Format> {
        Format::ALL.into_iter().filter(move |f| *f != Format::SipStack && self.has(*f))
    }

    /// Whether any of them is.
    pub fn are_foreign(self) -> bool {
        self.0 & !Format::SipStack.bit() != 0
    }

    /// The only one, where there is one.
    pub fn only(self) -> Option<Format> {
        Format::ALL.into_iter().find(|f| self.0 == f.bit())
    }
}
