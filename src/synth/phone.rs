//! Phones: which a user has, whether it gets pushes, and how its mobility service names it.

use super::era::Era;
use super::text::mix;

/// The phone of a user, by its product strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Platform {
    /// Version 4, behind the Mobility Service (MCX).
    WindowsPhone,
    IPhone,
    IPad,
    Android,
    /// Lync 2013 on Windows Phone, behind UCWA.
    Ucwa,
    /// Version 5, behind the UCWA of Lync Server 2013.
    WindowsPhone5,
    IPhone5,
    Android5,
    /// Version 6, behind the UCWA of Skype for Business Server 2019.
    IPhone6,
    IPad6,
    Android6,
}

impl Platform {
    /// Every user has one phone.
    pub(super) fn of(user: u32, era: Option<Era>) -> Platform {
        let draw = mix(u64::from(user), 47) % 20;
        match (era, draw) {
            (None, 18..) => Platform::Ucwa,
            (None | Some(Era::Lync2010), 0..9) | (Some(Era::Lync2013), 0..3) => Platform::WindowsPhone,
            (None, 9..13) | (Some(Era::Lync2010), 9..14) | (Some(Era::Lync2013), 8..11) => Platform::IPhone,
            (None, 13..15) | (Some(Era::Lync2010), 14..16) => Platform::IPad,
            (None | Some(Era::Lync2010), _) => Platform::Android,
            (Some(Era::Lync2013), 3..8) => Platform::WindowsPhone5,
            (Some(Era::Lync2013), 11..16) => Platform::IPhone5,
            (Some(Era::Lync2013), _) => Platform::Android5,
            (Some(Era::Skype2019), 0..9) => Platform::IPhone6,
            (Some(Era::Skype2019), 9..11) => Platform::IPad6,
            (Some(Era::Skype2019), _) => Platform::Android6,
        }
    }

    /// Android keeps its application running, and iPhones poll on Lync Server 2013: neither is ever pushed to there.
    pub(super) fn pushes(self) -> bool {
        !matches!(self, Platform::Android | Platform::Android5 | Platform::IPhone5)
    }

    /// The mobility service is UCWA, which waits thirty seconds for the app to fetch an invitation.
    pub(super) fn is_ucwa(self) -> bool {
        !matches!(self, Platform::WindowsPhone | Platform::IPhone | Platform::IPad | Platform::Android)
    }

    /// What the switch for Apple's pushes is about.
    pub(super) fn is_iphone(self) -> bool {
        matches!(self, Platform::IPhone | Platform::IPhone6)
    }

    /// Where its mobility service listens for SIP: MCX on 5087 (and 5086), UCWA on 5089 and 5088.
    pub(super) fn port(self, user: u32) -> &'static str {
        match self {
            // How it has always been written here, whatever the years.
            Platform::Ucwa => ":5087",
            _ if self.is_ucwa() && mix(u64::from(user), 48).is_multiple_of(3) => ":5088",
            _ if self.is_ucwa() => ":5089",
            _ => ":5087",
        }
    }

    /// What the mobility service writes into Server.
    pub(super) fn product(self, era: Option<Era>) -> &'static str {
        let later = era == Some(Era::Lync2013);
        match self {
            Platform::WindowsPhone if later => {
                "RTCC/5.0.0.0 McxService/5.0.0.0 WPLync/4.3.8117.0 (Microsoft Windows CE 7.10.7720; NOKIA Lumia 800 1750.805.8773)"
            }
            Platform::IPhone if later => {
                "RTCC/5.0.0.0 McxService/5.0.0.0 iPhoneLync/4.3.8110.0 (iPhone OS 7.0.6; iPhone 5)"
            }
            Platform::WindowsPhone => {
                "RTCC/4.0.0.0 McxService/4.0.0.0 WPLync/4.3.8117.0 (Microsoft Windows CE 7.10.7720; NOKIA Lumia 800 1750.805.8773)"
            }
            Platform::IPhone => "RTCC/4.0.0.0 McxService/4.0.0.0 iPhoneLync/4.3.8110.0 (iPhone OS 7.0.6; iPhone 5)",
            Platform::IPad => "RTCC/4.0.0.0 McxService/4.0.0.0 iPadLync/4.3.8110.0 (iPad OS 7.0.6; iPad 3)",
            Platform::Android => "RTCC/4.0.0.0 McxService/4.0.0.0 AndroidLync/4.0.6509.3001 (Android 4.2; GT-I9505)",
            Platform::Ucwa => "UCWA/5.0.0.0",
            Platform::WindowsPhone5 => "RTCC/5.0.0.0 UCWA/5.0.0.0 WPLync/5.4.1087.0 (NOKIA RM-821 Windows Phone 8.0)",
            Platform::IPhone5 => "RTCC/5.0.0.0 UCWA/5.0.0.0 iPhoneLync/5.4.1106.0 (iPhone5,2 iPhone OS 7.1)",
            Platform::Android5 => "RTCC/5.0.0.0 UCWA/5.0.0.0 AndroidLync/5.4.1106.3 (GT-I9505 Android 4.4.2)",
            Platform::IPhone6 => "RTCC/7.0.0.0 UCWA/7.0.0.0 iPhoneLync/6.25.0.27 (iPhone10,4 iOS 12.4)",
            Platform::IPad6 => "RTCC/7.0.0.0 UCWA/7.0.0.0 iPadLync/6.25.0.27 (iPad6,11 iOS 12.4)",
            Platform::Android6 => "RTCC/7.0.0.0 UCWA/7.0.0.0 AndroidLync/6.25.0.27 (SM-G930U Android 8.0.0)",
        }
    }
}
