use std::path::Path;

use npki_policy::{Policy as Rules, ProductRow};
use serde_json::json;

use super::read;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::json;
use crate::language::say;
use crate::report::Report;

pub(super) fn run(file: &Path, context: &Context) -> Result<Report, Failure> {
    let policy = read(file)?;
    for row in &policy.catalogue().rows {
        check_certificate_policies(file, row)?;
    }
    let shipped = Rules::shipped();
    let mut page = context.page();
    let (at, digest) = (file.display(), json::hex(policy.digest().octets()));
    page.say(&say!("{at}: 쓸 수 있는 정책입니다.", "{at}: fit for use."));
    page.field("SHA-256", "SHA-256", digest.clone());
    let (of_file, of_shipped) = (policy.canonical_text(), shipped.canonical_text());
    let differs: Vec<_> = of_file
        .lines()
        .filter(|line| !of_shipped.lines().any(|shipped| shipped == *line))
        .collect();
    for line in &differs {
        page.field(
            "기본 정책과 다른 값",
            "differs from the shipped policy",
            *line,
        );
    }
    let fields = json!({ "digest": digest, "differs": differs });
    Ok(Report::done(page, fields))
}

/// R2: the policy of an offer stands in the registry, and is that of its issuer and product.
fn check_certificate_policies(file: &Path, row: &ProductRow) -> Result<(), Failure> {
    let product = row.product;
    for offer in &row.offers {
        let (issuer, name) = (offer.issuer, &offer.policy);
        let own = [
            format!("{issuer}/{product}"),
            format!("lab-{issuer}/{product}"),
        ];
        if own.contains(name) && npki_cert::policy_named(name).is_some() {
            continue;
        }
        let at = file.display();
        return Err(Failure::new(
            Exit::CannotOpen,
            "unknown-certificate-policy",
            say!(
                "{at}: {product}의 {issuer} 인증서 정책 {name:?}이(가) 등록부에 없습니다. {issuer}/{product}로 적으세요.",
                "{at}: the registry has no certificate policy {name:?} of {issuer} for {product}; wanted {issuer}/{product} or \
                 lab-{issuer}/{product}, where the CA has one."
            ),
        ));
    }
    Ok(())
}
