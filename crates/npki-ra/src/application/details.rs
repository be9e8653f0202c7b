use core::fmt;

use der::Sequence;
use zeroize::{Zeroize, Zeroizing};

use crate::ports::PhoneNumber;

/// What the subscriber writes in step 5 (고객 세부정보), checked.
///
/// Used for the certificate alone. Kept under seal; no port takes it, so that it cannot flow back
/// into the bank's record. Name and IDN are not here: they come from the identified record (R37).
#[derive(Clone, PartialEq, Eq)]
pub struct SubscriberDetails {
    form: DetailsForm,
    confirmed: Option<Zeroizing<String>>,
}

/// The fields of step 5 as they are filled in.
///
/// ```text
/// Details ::= SEQUENCE {
///   englishName UTF8String, email UTF8String, postalCode UTF8String, address UTF8String,
///   phone UTF8String, mobile UTF8String }
/// ```
#[derive(Clone, Default, PartialEq, Eq, Sequence)]
pub struct DetailsForm {
    /// 영문명: English letters and spaces; may be empty.
    pub english_name: String,
    /// May be empty.
    pub email: String,
    /// 우편번호, five digits (six until 2015).
    pub postal_code: String,
    /// 주소: wanted.
    pub address: String,
    /// 전화번호: wanted.
    pub phone: String,
    /// 핸드폰번호: may be empty; messages go to it, or else to the telephone.
    pub mobile: String,
}

/// What is wrong with a field of step 5. Repeats nothing of what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DetailsFault {
    /// 영문명.
    #[error("the English name has letters A to Z and single spaces only, at most 64")]
    EnglishName,
    /// E-mail.
    #[error("the e-mail address has one @ between visible ASCII characters, at most 254")]
    Email,
    /// 우편번호.
    #[error("the postal code has 5 or 6 digits")]
    PostalCode,
    /// 주소.
    #[error("an address of 1 to 300 characters is wanted")]
    Address,
    /// 전화번호.
    #[error("a telephone number of 8 to 15 digits is wanted")]
    Phone,
    /// 핸드폰번호.
    #[error("a mobile number has 10 to 15 digits")]
    Mobile,
}

/// Every field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} fields are wrong, the first: {}", .0.len(), .0.first().map_or(String::new(), ToString::to_string))]
pub struct DetailsError(pub Vec<DetailsFault>);

impl SubscriberDetails {
    /// Checks the fields.
    ///
    /// # Errors
    /// [`DetailsError`] with every field that is wrong.
    pub fn new(form: DetailsForm) -> Result<Self, DetailsError> {
        let faults: Vec<_> = [
            (
                is_english_name(&form.english_name),
                DetailsFault::EnglishName,
            ),
            (is_email(&form.email), DetailsFault::Email),
            (is_postal_code(&form.postal_code), DetailsFault::PostalCode),
            (is_address(&form.address), DetailsFault::Address),
            (is_phone(&form.phone, 8), DetailsFault::Phone),
            (
                form.mobile.is_empty() || is_phone(&form.mobile, 10),
                DetailsFault::Mobile,
            ),
        ]
        .into_iter()
        .filter_map(|(fine, fault)| (!fine).then_some(fault))
        .collect();
        if faults.is_empty() {
            Ok(Self {
                form,
                confirmed: None,
            })
        } else {
            Err(DetailsError(faults))
        }
    }

    /// The applicant has been shown the organisation's name on record, and says that it is this one
    /// (법인·단체명 확인). Wanted of corporations and associations, compared, and kept nowhere: the
    /// certificate gets the name of the record (R37).
    #[must_use]
    pub fn confirm_name(mut self, name: &str) -> Self {
        self.confirmed = Some(Zeroizing::new(name.to_owned()));
        self
    }

    /// Whether this name was confirmed; blanks at its ends do not count.
    pub(crate) fn confirms(&self, name: &str) -> bool {
        let confirmed = self.confirmed.as_ref();
        confirmed.is_some_and(|confirmed| confirmed.trim() == name.trim())
    }

    /// The name that was confirmed, for a digest.
    pub(crate) fn expose_confirmed(&self) -> &str {
        self.confirmed.as_ref().map_or("", |name| name.as_str())
    }

    /// The fields.
    #[must_use]
    pub const fn expose_form(&self) -> &DetailsForm {
        &self.form
    }

    /// Where messages go.
    #[must_use]
    pub fn notify(&self) -> PhoneNumber {
        let Self { form, confirmed: _ } = self;
        let number = if form.mobile.is_empty() {
            &form.phone
        } else {
            &form.mobile
        };
        PhoneNumber::new(number)
    }
}

impl Drop for SubscriberDetails {
    fn drop(&mut self) {
        let Self { form, confirmed: _ } = self;
        let DetailsForm {
            english_name,
            email,
            postal_code,
            address,
            phone,
            mobile,
        } = form;
        for field in [english_name, email, postal_code, address, phone, mobile] {
            field.zeroize();
        }
    }
}

impl fmt::Debug for SubscriberDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            form: _,
            confirmed: _,
        } = self;
        f.write_str("SubscriberDetails(..)")
    }
}

impl fmt::Debug for DetailsForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DetailsForm(..)")
    }
}

fn is_english_name(name: &str) -> bool {
    let letters = name.bytes().all(|b| b.is_ascii_alphabetic() || b == b' ');
    letters && name.len() <= 64 && name.trim() == name && !name.contains("  ")
}

fn is_email(email: &str) -> bool {
    let visible = email.bytes().all(|b| matches!(b, 0x21..=0x7e));
    let parts = email.split_once('@');
    email.is_empty()
        || (visible
            && email.len() <= 254
            && parts.is_some_and(|(l, d)| !l.is_empty() && !d.is_empty() && !d.contains('@')))
}

fn is_postal_code(code: &str) -> bool {
    matches!(code.len(), 5 | 6) && code.bytes().all(|b| b.is_ascii_digit())
}

fn is_address(address: &str) -> bool {
    let count = address.trim().chars().count();
    (1..=300).contains(&count) && !address.chars().any(char::is_control)
}

fn is_phone(number: &str, fewest: usize) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let fine = number.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    fine && (fewest..=15).contains(&digits) && number.len() <= 20
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> DetailsForm {
        DetailsForm {
            english_name: "HONG GILDONG".into(),
            email: "gildong@example.com".into(),
            postal_code: "07241".into(),
            address: "서울특별시 영등포구 의사당대로 141".into(),
            phone: "02-123-4567".into(),
            mobile: "010-1234-5678".into(),
        }
    }

    /// R37: what can be edited, within its form.
    #[test]
    fn each_field_on_both_sides() {
        type Set = fn(&mut DetailsForm, &str);
        let rows: &[(Set, DetailsFault, &[&str], &[&str])] = &[
            (
                |f, v| f.english_name = v.into(),
                DetailsFault::EnglishName,
                &["", "A", "Hong Gil Dong"],
                &["HONG-GILDONG", "HONG  GILDONG", " HONG", "홍길동", "HONG1"],
            ),
            (
                |f, v| f.email = v.into(),
                DetailsFault::Email,
                &["", "a@b"],
                &["a", "@b", "a@", "a@b@c", "a b@c", "홍@b"],
            ),
            (
                |f, v| f.postal_code = v.into(),
                DetailsFault::PostalCode,
                &["12345", "123456"],
                &["", "1234", "1234567", "12a45"],
            ),
            (
                |f, v| f.address = v.into(),
                DetailsFault::Address,
                &["a"],
                &["", "  ", "a\nb"],
            ),
            (
                |f, v| f.phone = v.into(),
                DetailsFault::Phone,
                &["12345678", "123456789012345"],
                &["", "1234567", "1234567890123456", "+82212345678"],
            ),
            (
                |f, v| f.mobile = v.into(),
                DetailsFault::Mobile,
                &["", "0101234567"],
                &["010123456"],
            ),
        ];
        for (set, fault, good, bad) in rows {
            for (values, fine) in [(good, true), (bad, false)] {
                for value in *values {
                    let mut form = form();
                    set(&mut form, value);
                    let made = SubscriberDetails::new(form);
                    assert_eq!(made.is_ok(), fine, "{fault}: {value:?}");
                    if let Err(DetailsError(faults)) = made {
                        assert_eq!(faults, [*fault]);
                    }
                }
            }
        }
    }

    #[test]
    fn r71_debug_shows_no_field() {
        let details = SubscriberDetails::new(form()).unwrap();
        assert_eq!(
            format!("{details:?} {:?}", form()),
            "SubscriberDetails(..) DetailsForm(..)"
        );
    }
}
