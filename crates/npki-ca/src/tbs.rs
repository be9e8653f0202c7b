use npki_cert::{
    IdentifyData, Name, PolicyKey, Profile, SerialNumber, TbsParams, lint_tbs, policy_oid,
};
use npki_core::{Instant, Order, Severity, ValidityRule, Vid};
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;

use crate::{Ca, CaError, naming, store::SERIAL};

/// A TBS that the linter has nothing against.
pub(crate) struct Made {
    pub(crate) tbs: Vec<u8>,
    pub(crate) not_before: Instant,
    pub(crate) not_after: Instant,
    pub(crate) with_vid: bool,
}

impl Ca<'_> {
    /// Makes and lints the TBS of an order. Validity begins now (R10); the end follows the order's
    /// rule by this CA's own KST day.
    pub(crate) fn tbs(
        &self,
        order: &Order,
        serial: &SerialNumber,
        public_key: &SubjectPublicKeyInfoOwned,
        vid: Option<Vid>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Made, CaError> {
        let own = &self.settings.certificate;
        let not_after = match order.validity {
            ValidityRule::OneYear => now.kst_day().plus_one_year().last_second(),
            ValidityRule::Until(end) => end,
        };
        if not_after > own.not_after() {
            return Err(CaError::OutlivesCa {
                not_after,
                ca_not_after: own.not_after(),
            });
        }
        let policy = policy_oid(
            self.settings.issuer,
            order.product,
            PolicyKey::Sign,
            self.settings.arc,
        )
        .ok_or(CaError::NoPolicy {
            product: order.product,
            issuer: self.settings.issuer,
        })?;
        let with_vid = vid.is_some();
        let identify_data = IdentifyData {
            real_name: order.names.real_name.clone(),
            vid,
        };
        let tbs = Profile::SubscriberSign.tbs(&TbsParams {
            serial_number: *serial,
            issuer: Some(own),
            subject: &self.subject(order, now, rng)?,
            public_key,
            not_before: now,
            not_after,
            signature_algorithm: &self.keys.certificate.handle().algorithm().identifier(),
            policy: Some(policy),
            notice: Some(&self.settings.notice),
            cps_uri: Some(&self.settings.cps_uri),
            crl_uri: Some(&self.crl_uri(serial)),
            ocsp_uri: Some(&self.settings.ocsp_uri),
            identify_data: Some(&identify_data),
            path_len: None,
        })?;
        let errors: Vec<_> = lint_tbs(&tbs, Profile::SubscriberSign)?
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        if !errors.is_empty() {
            return Err(CaError::Lint(errors));
        }
        Ok(Made {
            tbs,
            not_before: now,
            not_after,
            with_vid,
        })
    }

    /// A reissue or renewal keeps the name of the certificate that it replaces, so that it takes
    /// its place on the subscriber's media; a new subscriber gets a new name.
    fn subject(
        &self,
        order: &Order,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Name, CaError> {
        if let Some(replaced) = &order.replaces
            && let Some(old) = self.order_at(&SERIAL, replaced.serial.as_bytes())?
            && let Some(certificate) = self.certificate_of(&old)?
        {
            return Ok(certificate.subject().clone());
        }
        let organization = self.settings.certificate.subject().organization();
        naming::subject(
            self.settings.issuer,
            organization
                .as_deref()
                .unwrap_or(self.settings.issuer.name()),
            order.product,
            &order.names,
            now,
            rng,
        )
    }
}
