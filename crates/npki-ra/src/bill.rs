use core::fmt;

use npki_core::{Instant, Product, named};
use npki_policy::Krw;

use crate::{CertificateRef, ReservationId};

/// A receipt or a tax bill for the fee of a certificate (R22).
///
/// Names nobody: the bank writes the customer's name on it when it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bill {
    /// Receipt or tax bill.
    pub kind: BillKind,
    /// The money that was paid; with the kind, the number of the bill.
    pub reservation: ReservationId,
    /// The certificate.
    pub certificate: CertificateRef,
    /// Its product.
    pub product: Product,
    /// What was paid, VAT included.
    pub amount: Krw,
    /// When: the confirmation of the paid issue or renewal.
    pub paid_at: Instant,
    /// When the bill was first made out.
    pub issued_at: Instant,
}

/// Which paper is wanted for a fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BillKind {
    /// 영수증.
    Receipt,
    /// 세금계산서.
    TaxBill,
}

named!(BillKind, [
    Receipt = "receipt", "영수증", "receipt";
    TaxBill = "tax-bill", "세금계산서", "tax bill";
]);

impl Bill {
    /// The value without VAT (공급가액): ten elevenths, what is left over belonging to the VAT.
    #[must_use]
    pub const fn supply_value(&self) -> Krw {
        Krw(self.amount.0 - self.vat().0)
    }

    /// The VAT (부가가치세): one eleventh of the amount, rounded up to a won.
    #[must_use]
    pub const fn vat(&self) -> Krw {
        Krw((self.amount.0 + 10) / 11)
    }
}

/// The number of the bill, as printed.
impl fmt::Display for Bill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.kind, self.reservation)
    }
}

#[cfg(test)]
mod tests {
    use der::asn1::OctetString;
    use npki_core::Issuer;

    use super::*;

    #[test]
    fn the_fee_holds_a_tenth_of_vat() {
        let at = "2026-11-23T12:00:00+09:00".parse().unwrap();
        let mut bill = Bill {
            kind: BillKind::TaxBill,
            reservation: ReservationId::from_octets([0xab; 16]),
            certificate: CertificateRef {
                issuer: Issuer::Kica,
                serial: OctetString::new([1]).unwrap(),
            },
            product: Product::PersonalGeneral,
            amount: Krw(4_400),
            paid_at: at,
            issued_at: at,
        };
        assert_eq!(bill.to_string(), format!("tax-bill-{}", "ab".repeat(16)));
        for (amount, supply) in [(4_400, 4_000), (11, 10), (12, 10), (1, 0), (0, 0)] {
            bill.amount = Krw(amount);
            assert_eq!(bill.supply_value(), Krw(supply));
            assert_eq!(bill.supply_value().0 + bill.vat().0, amount);
        }
    }
}
