use npki_cert::{
    IdentifyData, Name, PolicyKey, Profile, SerialNumber, TbsParams, lint_tbs_with, policy_oid,
};
use npki_core::{Instant, Order, Severity, ValidityRule, Vid};
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;

use crate::{Ca, CaError, Request, naming, store::SERIAL};

/// TBSs of one order that the linter has nothing against.
pub(crate) struct Made {
    pub(crate) tbs: Vec<u8>,
    /// That of the key-management certificate, where one is asked for.
    pub(crate) km: Option<MadeKm>,
    pub(crate) not_before: Instant,
    pub(crate) not_after: Instant,
    pub(crate) with_vid: bool,
}

pub(crate) struct MadeKm {
    pub(crate) serial: SerialNumber,
    pub(crate) tbs: Vec<u8>,
}

/// What the certificates of one order have in common.
struct Common<'a> {
    order: &'a Order,
    subject: Name,
    not_before: Instant,
    not_after: Instant,
}

impl Ca<'_> {
    /// Makes and lints what comes of an order. Validity begins now (R10); the end follows the order's
    /// rule by this CA's own KST day. A pair has one name and one validity, as TradeSign's have.
    pub(crate) fn tbs(
        &self,
        order: &Order,
        serial: &SerialNumber,
        request: &Request<'_>,
        vid: Option<Vid>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Made, CaError> {
        let not_after = match order.validity {
            ValidityRule::OneYear => now.kst_day().plus_one_year().last_second(),
            ValidityRule::Until(end) => end,
        };
        let common = Common {
            order,
            subject: self.subject(order, now, rng)?,
            not_before: now,
            not_after,
        };
        let with_vid = vid.is_some();
        // The identity, and R, belong to the signing key: a key-management certificate has neither.
        let identify_data = IdentifyData {
            real_name: order.names.real_name.clone(),
            vid,
        };
        let key = request.public_key;
        let kind = (Profile::SubscriberSign, PolicyKey::Sign);
        let tbs = self.linted(&common, kind, serial, key, Some(&identify_data))?;
        let km = match &request.km {
            Some(asked) => {
                let serial = serial.successor().ok_or(CaError::Damaged {
                    what: "a serial number",
                })?;
                let kind = (Profile::SubscriberKm, PolicyKey::KeyManagement);
                let tbs = self.linted(&common, kind, &serial, asked.public_key, None)?;
                Some(MadeKm { serial, tbs })
            }
            None => None,
        };
        Ok(Made {
            tbs,
            km,
            not_before: now,
            not_after,
            with_vid,
        })
    }

    fn linted(
        &self,
        common: &Common<'_>,
        (profile, key): (Profile, PolicyKey),
        serial: &SerialNumber,
        public_key: &SubjectPublicKeyInfoOwned,
        identify_data: Option<&IdentifyData>,
    ) -> Result<Vec<u8>, CaError> {
        let (issuer, product) = (self.settings.issuer, common.order.product);
        let policy = policy_oid(issuer, product, key, self.settings.arc)
            .ok_or(CaError::NoPolicy { product, issuer })?;
        let params = TbsParams {
            serial_number: *serial,
            issuer: Some(&self.settings.certificate),
            subject: &common.subject,
            public_key,
            not_before: common.not_before,
            not_after: common.not_after,
            signature_algorithm: &self.keys.certificate.handle().algorithm().identifier(),
            policy: Some(policy),
            notice: Some(&self.settings.notice),
            cps_uri: Some(&self.settings.cps_uri),
            crl_uri: Some(&self.crl_uri(serial)?),
            ocsp_uri: Some(&self.settings.ocsp_uri),
            identify_data,
            path_len: None,
            deviations: self.settings.deviations,
        };
        linted(profile, &params)
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

/// Makes a TBS that the linter has nothing against, of a certificate that its issuer's outlives.
pub(crate) fn linted(profile: Profile, params: &TbsParams<'_>) -> Result<Vec<u8>, CaError> {
    let not_after = params.not_after;
    if let Some(issuer) = params.issuer
        && not_after > issuer.not_after()
    {
        return Err(CaError::OutlivesCa {
            not_after,
            ca_not_after: issuer.not_after(),
        });
    }
    let tbs = profile.tbs(params)?;
    let errors: Vec<_> = lint_tbs_with(&tbs, profile, params.deviations)?
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    match errors.is_empty() {
        true => Ok(tbs),
        false => Err(CaError::Lint(errors)),
    }
}
