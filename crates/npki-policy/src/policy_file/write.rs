use core::fmt::Write as _;

use npki_core::Product;

use super::FORMAT;
use crate::{Policy, ProductRow};

pub(super) fn policy(policy: &Policy) -> String {
    let mut file = String::new();
    let mut put = |line: &str| {
        writeln!(file, "{line}").expect("writing to a string cannot fail");
    };
    put(HEAD);
    put(&format!("format = {FORMAT:?}\n"));
    put("# R2. The products that this bank does not sell; every other one has its row below.");
    let catalogue = policy.catalogue();
    let sold = |product: &&Product| catalogue.row(**product).is_some();
    let not_sold = Product::ALL.iter().filter(|product| !sold(product));
    put(&format!("not_sold = {}", list(not_sold)));
    if catalogue.rows.is_empty() {
        put("product = []");
    }
    put("\n[parameters]");
    for row in policy.parameters().rows() {
        let meaning = MEANINGS
            .iter()
            .find(|(name, _)| *name == row.name)
            .map_or("", |(_, meaning)| *meaning);
        put(&format!("# {}. {meaning}", row.rule));
        put(&format!("{} = {:?}", row.name, row.value.en));
    }
    put("");
    put(CATALOGUE);
    for row in &catalogue.rows {
        product(row, &mut put);
    }
    file
}

fn product(row: &ProductRow, put: &mut impl FnMut(&str)) {
    put("\n[[product]]");
    put(&format!("name = \"{}\"", row.product));
    put(&format!("holders = {}", list(row.holders.iter())));
    put(&format!("enrolment = \"{}\"", row.enrolment));
    put("offers = [");
    for offer in &row.offers {
        let (issuer, policy) = (offer.issuer, &offer.policy);
        put(&format!(
            "  {{ issuer = \"{issuer}\", policy = \"{policy}\" }},"
        ));
    }
    put("]");
    let fee = row.fee.map_or("unset".to_owned(), |fee| fee.to_string());
    put(&format!("fee = \"{fee}\""));
    put(&format!("validity = \"{}\"", row.validity));
    put(&format!("purposes = {}", list(row.purposes.iter())));
    put(&format!("pairs = \"{}\"", row.pairs));
    put(&format!("origin = \"{}\"", row.origin));
}

/// Stable words need no escapes.
fn list<'a, T: ToString + 'a>(words: impl Iterator<Item = &'a T>) -> String {
    let words: Vec<_> = words
        .map(|word| format!("\"{}\"", word.to_string()))
        .collect();
    format!("[{}]", words.join(", "))
}

const HEAD: &str = "\
# The policy of a bank that has joint certificates (공동인증서) issued: everything that a bank sets for itself.
#
# R numbers are those of docs/RULES.md. Each value carries its unit; days are calendar days and hours of the day are
# those of Korea (KST, UTC+09:00). Every key has to stand: nothing is filled in silently, and no other key is read.
";

const CATALOGUE: &str = "\
# R2. The catalogue: a row for each product that is sold.
#   name       personal-limited, personal-general, business-limited, business-general or etax
#   holders    who may hold it: individual, sole-proprietor, association, corporation (R2)
#   enrolment  the internet banking it presupposes: personal-banking or business-banking (R2)
#   offers     the CAs, the first being taken when the subscriber does not choose (R2), and the certificate policy of
#              each by its name in the registry of policies, where alone its OID stands
#   fee        for one period, VAT included (R20, R23); \"unset\": the bank has not set it, and nothing is reserved
#   validity   one-year: to 23:59:59 KST of the day one calendar year after the day of issue (R10)
#   purposes   what it is accepted for: bank, insurance, card, egov, securities, etax, bidding, b2b (R4)
#   pairs      signing, or signing-and-km with a pair for key management beside it (R2)
#   origin     bank: from the bank's guides; example: to be replaced by the bank's own (R2)";

/// What each parameter says, in the words of its rule.
const MEANINGS: &[(&str, &str)] = &[
    (
        "renewal_opens",
        "Renewal opens so many days before the expiry day, at 00:00 KST.",
    ),
    (
        "loan_block",
        "Loans are refused online for so many days, the day of the issue, reissue or renewal being the first.",
    ),
    (
        "registration_blocks_loans",
        "Whether registering another institution's certificate blocks loans too.",
    ),
    (
        "issuing_window",
        "When certificates are issued and reissued online; the second that closes is outside.",
    ),
    (
        "confirm_wait",
        "So long is a new certificate's confirmation waited for.",
    ),
    ("order_end", "So long can an order be redeemed at the CA."),
    (
        "refund",
        "A revocation refunds the fee for so many days, the day of payment being the first; then receipts begin (R22).",
    ),
    ("ars_approval", "So long is an ARS approval number good."),
    (
        "otp_attempts",
        "Wrong one-time passwords in a row that lock online issuing, across institutions.",
    ),
    (
        "account_password_attempts",
        "Wrong account passwords in a row that lock.",
    ),
    (
        "security_card_attempts",
        "Wrong security card answers in a row that lock.",
    ),
    (
        "pin_attempts",
        "Wrong PINs of the app's bank certificate in a row that lock.",
    ),
    (
        "authorization_code_attempts",
        "Wrong authorization codes of a CA in a row that lock.",
    ),
    (
        "groups_may_register",
        "Whether sole proprietors and associations of personal banking may register another institution's certificate.",
    ),
    (
        "expiry_reminder",
        "Reminders of expiry begin so many days before it.",
    ),
    (
        "password_reminder",
        "A password older than this is reminded of.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Parameters;

    #[test]
    fn every_parameter_is_explained() {
        let explained = MEANINGS.iter().map(|(name, _)| *name);
        let rows = Parameters::SHIPPED.rows();
        assert!(explained.eq(rows.iter().map(|row| row.name)));
    }
}
