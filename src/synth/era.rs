//! Which years a deployment is from: what its clients and servers call themselves.

/// The generation of the servers, and the clients of that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// Lync Server 2010: phones behind the Mobility Service (MCX).
    Lync2010,
    /// Lync Server 2013: MCX for the phones of before, UCWA for those of its own, of which only Windows Phone is pushed to.
    Lync2013,
    /// Skype for Business Server 2019 and Subscription Edition: UCWA alone; iPhone, iPad and Android are pushed to.
    Skype2019,
}

impl Era {
    /// Version in `RTCC/`, `RTC/` and `UCWA/`.
    pub(super) fn release(self) -> &'static str {
        match self {
            Era::Lync2010 => "4.0",
            Era::Lync2013 => "5.0",
            Era::Skype2019 => "7.0",
        }
    }

    /// A client on a desk.
    pub(super) fn client(self) -> &'static str {
        match self {
            Era::Lync2010 => "UCCAPI/4.0.7577.4415 OC/4.0.7577.4415 (Microsoft Lync 2010)",
            Era::Lync2013 => "UCCAPI/15.0.4569.1503 OC/15.0.4569.1503 (Microsoft Lync)",
            Era::Skype2019 => "UCCAPI/16.0.12527.20482 OC/16.0.12527.20482 (Skype for Business)",
        }
    }

    /// What the mobility service calls itself when it sends a push.
    pub(super) fn push_sender(self, by_mcx: bool) -> &'static str {
        match self {
            Era::Lync2010 => "RTCC/4.0.0.0 McxService/4.0.0.0",
            Era::Lync2013 if by_mcx => "RTCC/5.0.0.0 McxService/5.0.0.0",
            Era::Lync2013 => "RTCC/5.0.0.0 UCWA/5.0.0.0",
            Era::Skype2019 => "RTCC/7.0.0.0 UCWA/7.0.0.0",
        }
    }
}

/// What a Mac calls itself: a desktop behind UCWA.
pub(super) const MAC: &str = "RTCC/7.0.0.0 UCWA/7.0.0.0 LyncForMac/16.25.0.27 (Mac OSX 10.14.6)";
