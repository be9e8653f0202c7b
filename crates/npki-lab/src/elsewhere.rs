//! Certificates that another bank had issued, by the same CAs.

use core::time::Duration;

use npki_ca::BareRequest;
use npki_cert::Certificate;
use npki_core::{
    Instant, Issuer, Order, OrderAction, OrderId, PortError, Product, SubjectNames, ValidityRule,
};
use npki_ra::{RevocationLists, ports::RevocationStatus};

use crate::{Held, Lab, LabError, Person, Port};

impl Lab<'_> {
    /// Has another bank issue a certificate (타행·타기관 인증서): the CA does its part as always, and
    /// this lab's bank never hears of it.
    ///
    /// # Errors
    /// [`LabError::RefusedByCa`] with the refusal.
    pub fn issue_elsewhere(
        &self,
        person: &Person,
        product: Product,
        issuer: Issuer,
    ) -> Result<Held, LabError> {
        let step = |what: &str| LabError::Step(what.into());
        let ca = self.ca(issuer).ok_or_else(|| step("no such CA"))?;
        let (now, mut rng) = (self.now(), self.rng());
        let id = OrderId::generate(&mut rng);
        let idn = person.idn().map_err(|_| step("no such person"))?;
        let sealed = self
            .keys
            .orders
            .seal(id.octets(), idn.expose_digits().as_bytes(), &mut rng);
        let order = Order {
            version: Order::VERSION,
            id,
            action: OrderAction::Issue,
            product,
            holder: person.holder,
            issuer,
            profile: "subscriber-sign".to_owned(),
            names: SubjectNames {
                real_name: person.name.to_string(),
                english_name: person.english_name.to_string(),
                ra_unit: "ELSEWHERE".to_owned(),
            },
            validity: ValidityRule::OneYear,
            replaces: None,
            ends: now.saturating_add(Duration::from_secs(86_400)),
            idn: sealed.map_err(|_| step("the IDN cannot be sealed"))?,
        };
        self.outside.belongs_elsewhere(id);
        let registration = ca
            .register(&order, now, &mut rng)?
            .map_err(LabError::RefusedByCa)?;
        let (key, r) = self.new_key()?;
        let request = BareRequest::by_code(
            &registration.reference,
            &registration.authorization_code,
            &*key.signing_key()?,
            Some(r),
            &mut rng,
        )?;
        let grant = ca
            .redeem(&request.as_request(), now, &mut rng)?
            .map_err(LabError::RefusedByCa)?;
        let signed = ca.sign(grant, now, &mut rng)?;
        self.take(&ca, &signed)?;
        Ok(Held {
            person: person.clone(),
            issuer,
            product,
            certificate: signed.certificate,
            key,
            km: None,
        })
    }
}

/// The lists of the root and of the certificate's CA, fresh from the press.
impl RevocationStatus for Lab<'_> {
    fn lists(&self, certificate: &Certificate, now: Instant) -> Result<RevocationLists, PortError> {
        self.outside.reach(Port::Status, || {
            let mut rng = self.rng();
            let arl = self.authorities.arl(now, &mut rng);
            let ca = certificate.authority().and_then(|issuer| self.ca(issuer));
            let crl = ca.map(|ca| ca.crl(now, &mut rng)).transpose();
            let (Ok(arl), Ok(crl)) = (arl, crl) else {
                return Err(PortError::Unknown);
            };
            Ok(RevocationLists {
                crls: core::iter::once(arl).chain(crl).collect(),
                ocsp: Vec::new(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use npki_ra::{ChallengeFor, CheckName};

    use crate::LabLedgers;

    use super::*;

    #[test]
    fn r41_what_another_bank_had_issued_is_registered_here() {
        let ledgers = LabLedgers::in_memory();
        let now = "2026-11-23T10:00:00+09:00".parse().unwrap();
        let lab = Lab::new(1, now, &ledgers).unwrap();
        let hong = Person::of("hong").unwrap();
        let held = lab
            .issue_elsewhere(hong, Product::PersonalLimited, Issuer::Yessign)
            .unwrap();
        let user = npki_ra::ports::UserId::new(&hong.user);
        let known = |lab: &Lab<'_>| lab.ra().look_up(&user).unwrap().unwrap().subscriber;
        assert_eq!(known(&lab).certificates, []);
        let report = lab.register_other(&held).unwrap();
        assert!(report.is_passed(), "{report:?}");
        assert!(
            known(&lab)
                .registered(&held.certificate.sha256_fingerprint())
                .is_some()
        );
        // Revoked by its CA, it would not be registered again; and not for anybody else.
        lab.ca(Issuer::Yessign)
            .unwrap()
            .revoke(
                held.certificate.serial_number().octets(),
                npki_core::RevocationReason::KeyCompromise,
                &[7; 32],
                now,
            )
            .unwrap()
            .unwrap();
        let id = lab.identified_to_register(&crate::PEOPLE[1]).unwrap();
        let ra = lab.ra();
        let challenge = ra.challenge(&ChallengeFor::Register(id), now, &mut lab.rng());
        let presented = held.present(&challenge, &mut lab.rng()).unwrap();
        let report = ra.prepare_registration(id, &presented, now, &mut lab.rng());
        let report = report.unwrap();
        let failed: Vec<_> = report.failed().map(|check| check.name).collect();
        use CheckName::{Person as Owner, Registered, Revocation, Rule};
        assert_eq!(failed, [Revocation, Owner, Registered, Rule]);
    }
}
