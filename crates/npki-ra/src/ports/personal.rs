use core::fmt;

use zeroize::Zeroizing;

macro_rules! personal {
    ($($(#[$doc:meta])* $type:ident;)+) => {$(
        $(#[$doc])*
        ///
        /// Personal: wiped on drop, never shown by `Debug`, recorded under seal only (R71, R72).
        #[derive(Clone, PartialEq, Eq)]
        pub struct $type(Zeroizing<String>);

        impl $type {
            /// Takes the text as it is.
            #[must_use]
            pub fn new(text: &str) -> Self {
                Self(Zeroizing::new(text.to_owned()))
            }

            /// The text.
            #[must_use]
            pub fn expose_text(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let Self(_) = self;
                f.write_str(concat!(stringify!($type), "(..)"))
            }
        }
    )+};
}

personal! {
    /// 사용자 아이디: the name under which a customer banks online.
    UserId;
    /// 계좌번호: the number of an account.
    AccountNumber;
    /// 전화번호: a telephone number.
    PhoneNumber;
    /// OTP 일련번호: the serial number of a device that shows one-time passwords.
    DeviceSerial;
}
