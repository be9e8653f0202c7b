use npki_cert::{CertificationRequest, Name};
use npki_cmp::{
    Body, CertId, CertReqMsg, CmpError, EncryptedVid, FailureInfo, Message, PoposSigningKeyInput,
    ProofOfPossession, Status, oid,
};
use npki_core::{Instant, OrderAction, OrderId, RandomNumber};
use npki_key::SignatureAlgorithm;
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;

use super::{
    Admitted, CmpCa, Credential, Refused,
    answer::{Answer, Ids, Shown},
    poll::passes,
    unwritable,
};
use crate::{CaError, Confirmation, KmRequest, Possession, Refusal, Request};

/// What a request for certificates consists of, whichever kind it is.
struct Wish {
    sign: WishedKey,
    /// The second request of a message: its key is for key management (KCAC.TS.CMP).
    km: Option<WishedKey>,
    encrypted_vid: Option<der::Any>,
}

/// One key, and what shows that the requester holds it.
struct WishedKey {
    cert_req_id: i64,
    public_key: SubjectPublicKeyInfoOwned,
    /// What the new key has signed, how, and the signature.
    possession: (Vec<u8>, SignatureAlgorithm, Vec<u8>),
    /// What of it says whose key this is.
    input: Option<PoposSigningKeyInput>,
    subject: Option<Name>,
    /// The certificate to be renewed, if it is named.
    old: Option<CertId>,
}

impl WishedKey {
    fn possession(&self) -> Possession<'_> {
        let (message, algorithm, signature) = &self.possession;
        Possession {
            message,
            algorithm: *algorithm,
            signature,
        }
    }
}

impl CmpCa<'_> {
    /// ir, cr, kur and p10cr.
    pub(super) fn enrol(
        &self,
        admitted: &Admitted<'_>,
        shown: &mut Option<Shown>,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Answer, Refused>, CaError> {
        let message = admitted.incoming.message();
        let body = message.body();
        let action = match (body, &admitted.by) {
            (Body::Kur(_), Credential::Certificate { .. }) => OrderAction::Renew,
            (Body::Cr(_) | Body::P10cr(_), Credential::Certificate { .. }) => OrderAction::Reissue,
            // A first certificate is not asked for by another one's signature, nor a renewal by a code.
            (Body::Ir(_), Credential::Certificate { .. }) | (Body::Kur(_), _) => {
                return Ok(Err(Refused::of(FailureInfo::NotAuthorized)));
            }
            _ => OrderAction::Issue,
        };
        let wish = match wish(body)? {
            Ok(wish) => wish,
            Err(refused) => {
                // Why is told to whoever has the code, protected by it.
                return Ok(self.authenticate(admitted, shown, now)?.and(Err(refused)));
            }
        };
        let confirmation = match message.header().info(&oid::IMPLICIT_CONFIRM) {
            Some(_) => Confirmation::Implicit,
            None => Confirmation::Explicit,
        };
        let mut request = Request {
            transaction: admitted.incoming.transaction(),
            sha256: admitted.sha256,
            protection: admitted.by.protection(message, action),
            public_key: &wish.sign.public_key,
            possession: wish.sign.possession(),
            km: wish.km.as_ref().map(|km| KmRequest {
                public_key: &km.public_key,
                possession: km.possession(),
            }),
            random_number: None,
            confirmation,
        };
        let ids = Ids {
            sign: wish.sign.cert_req_id,
            km: wish.km.as_ref().map(|km| km.cert_req_id),
        };
        let order = match self.ca.admit(&request, now, rng) {
            Ok(Ok(order)) => order,
            Ok(Err(refusal)) => return Ok(Err(refusal.into())),
            Err(error) if passes(&error) => return self.defer(admitted, &ids, None, now, rng),
            Err(error) => return Err(error),
        };
        let opened = match self.vouched(&wish, message, &admitted.by, &order) {
            Ok(()) => self.random_number(wish.encrypted_vid.as_ref(), rng),
            Err(refused) => Ok(Err(refused)),
        };
        let random_number;
        let redeemed = match opened {
            Ok(Ok(found)) => {
                random_number = found;
                request.random_number = random_number.as_ref();
                let redeemed = self.ca.redeem_admitted(&order, &request, now, rng);
                redeemed.map(|redeemed| redeemed.map_err(Refused::from))
            }
            Ok(Err(refused)) => Ok(Err(refused)),
            Err(error) => Err(error),
        };
        // Before a commit says that the code was right, nothing shows the other side that it was.
        if !matches!(redeemed, Ok(Ok(_)))
            && let Err(refusal) = self.ca.right_code(&order, &request, now)?
        {
            return Ok(Err(refusal.into()));
        }
        self.show(admitted, order, shown);
        let signed = match redeemed {
            Ok(Ok(grant)) => self.ca.sign(grant, now, rng),
            Ok(Err(refused)) => return Ok(Err(refused)),
            Err(error) => Err(error),
        };
        let signed = match signed {
            Ok(signed) => signed,
            Err(error) if passes(&error) => {
                return self.defer(admitted, &ids, Some(order), now, rng);
            }
            Err(error) => return Err(error),
        };
        // The CA names; a client that asked for another name is told so.
        let status = match &wish.sign.subject {
            Some(subject) if !subject.matches(signed.certificate.subject()) => {
                Status::GrantedWithMods
            }
            _ => Status::Accepted,
        };
        self.certificate_answer(body, &ids, status, &signed, shown.is_some())
            .map(Ok)
    }

    /// Whether the new keys vouch for the one who asks, as far as they say for whom: a proof of
    /// possession that somebody else has taken along gets him nothing.
    ///
    /// Of authInfo only the publicKeyMAC counts for a code, and only the sender for a certificate
    /// (RFC 4211 section 4.1). Without authInfo a renewal names its certificate's subject, and
    /// whatever names the old certificate names the signer's (RFC 9483 section 4.1.3).
    fn vouched(
        &self,
        wish: &Wish,
        message: &Message,
        by: &Credential,
        order: &OrderId,
    ) -> Result<(), Refused> {
        for key in core::iter::once(&wish.sign).chain(&wish.km) {
            match (by, &key.input) {
                (Credential::Code { .. }, Some(input)) => {
                    let code = self.ca.keys.code.code(order);
                    if input.verify_mac(&code).is_err() {
                        return Err(Refusal::NoPossession.into());
                    }
                }
                (Credential::Certificate { .. }, Some(input)) => {
                    if !input.names_sender(message.header()) {
                        return Err(Refusal::OtherRequester.into());
                    }
                }
                (Credential::Certificate { certificate, .. }, None) => {
                    let own = |name: &Name| name.matches(certificate.subject());
                    let renewal = matches!(message.body(), Body::Kur(_));
                    if renewal && !key.subject.as_ref().is_some_and(own) {
                        return Err(Refusal::OtherRequester.into());
                    }
                }
                (Credential::Code { .. }, None) => {}
            }
            let signers = |old: &CertId| match by {
                Credential::Certificate { certificate, .. } => old.names(certificate),
                Credential::Code { .. } => false,
            };
            if !key.old.as_ref().is_none_or(signers) {
                return Err(Refused::of(FailureInfo::BadCertId));
            }
        }
        Ok(())
    }

    fn show(&self, admitted: &Admitted<'_>, order: OrderId, shown: &mut Option<Shown>) {
        if let Credential::Code { reference, mac } = &admitted.by {
            *shown = Some(Shown {
                order,
                reference: reference.clone(),
                mac: mac.clone(),
            });
        }
    }

    /// R, from the EncryptedVID; nothing from a stock client, whose certificate has no VID.
    fn random_number(
        &self,
        encrypted_vid: Option<&der::Any>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Option<RandomNumber>, Refused>, CaError> {
        let Some(encrypted_vid) = encrypted_vid else {
            return Ok(Ok(None));
        };
        let read = encrypted_vid.decode_as::<EncryptedVid>().ok();
        let opened = match (read, &self.keys.encryption) {
            (Some(read), Some(key)) if read.is_for(&key.certificate) => {
                read.open(&*key.decryptor, rng)
            }
            _ => Err(CmpError::BadProtection),
        };
        match opened {
            Ok(random_number) => Ok(Ok(Some(random_number))),
            Err(failed @ CmpError::Decrypt(_)) => Err(CaError::Cmp(failed)),
            Err(_) => Ok(Err(Refused::of(FailureInfo::IncorrectData))),
        }
    }
}

/// Reads what is asked for: one request in a message, or the two of a pair, the signing one first.
/// Others need a transaction each.
fn wish(body: &Body) -> Result<Result<Wish, Refused>, CaError> {
    match body {
        Body::P10cr(request) => pkcs10(request),
        Body::Ir(requests) | Body::Cr(requests) | Body::Kur(requests) => match &requests[..] {
            [request] => crmf(request, None),
            [sign, km] => crmf(sign, Some(km)),
            _ => Ok(Err(Refused::several())),
        },
        _ => Ok(Err(Refused::of(FailureInfo::BadRequest))),
    }
}

fn crmf(sign: &CertReqMsg, km: Option<&CertReqMsg>) -> Result<Result<Wish, Refused>, CaError> {
    let ids = [Some(sign), km];
    let mut ids = ids.iter().flatten().map(|of| of.cert_req.cert_req_id);
    if ids.next() == ids.next() {
        return Ok(Err(Refused::several()));
    }
    let key = match wished_key(sign)? {
        Ok(key) => key,
        Err(refused) => return Ok(Err(refused)),
    };
    let km = match km.map(wished_key).transpose()? {
        Some(Err(refused)) => return Ok(Err(refused)),
        Some(Ok(km)) => Some(km),
        None => None,
    };
    Ok(Ok(Wish {
        sign: key,
        km,
        encrypted_vid: sign.reg_info(&oid::ENCRYPTED_VID).cloned(),
    }))
}

fn wished_key(request: &CertReqMsg) -> Result<Result<WishedKey, Refused>, CaError> {
    let Some(public_key) = request.public_key() else {
        return Ok(Err(Refused::of(FailureInfo::BadCertTemplate)));
    };
    // An RA that vouches proves nothing here; and a key that will decrypt is asked to sign, as the RSA
    // keys of both kinds can: otherwise the CA would have signed a certificate before it knows.
    let Some(ProofOfPossession::Signature(proof)) = &request.popo else {
        return Ok(Err(Refusal::NoPossession.into()));
    };
    if let Some(input) = &proof.input
        && input.public_key != *public_key
    {
        return Ok(Err(Refusal::NoPossession.into()));
    }
    let Ok(algorithm) = algorithm(&proof.algorithm) else {
        return Ok(Err(Refusal::NoPossession.into()));
    };
    let octets = request.possession_octets(proof).map_err(unwritable)?;
    Ok(Ok(WishedKey {
        cert_req_id: request.cert_req.cert_req_id,
        public_key: public_key.clone(),
        possession: (octets, algorithm, proof.signature.raw_bytes().to_vec()),
        input: proof.input.clone(),
        subject: request.cert_req.cert_template.subject_name(),
        old: request.old_cert_id(),
    }))
}

fn pkcs10(request: &der::Any) -> Result<Result<Wish, Refused>, CaError> {
    let Ok(request) = CertificationRequest::parse(&crate::store::der(request)?) else {
        return Ok(Err(Refused::of(FailureInfo::BadDataFormat)));
    };
    let Ok(algorithm) = algorithm(request.signature_algorithm()) else {
        return Ok(Err(Refusal::NoPossession.into()));
    };
    Ok(Ok(Wish {
        sign: WishedKey {
            // RFC 9810 section 5.3.4: there is no certReqId in a PKCS #10 request.
            cert_req_id: -1,
            public_key: request.public_key().clone(),
            possession: (
                request.info_der().to_vec(),
                algorithm,
                request.signature().to_vec(),
            ),
            input: None,
            subject: Some(request.subject().clone()),
            old: None,
        },
        km: None,
        encrypted_vid: None,
    }))
}

fn algorithm(
    identifier: &spki::AlgorithmIdentifierOwned,
) -> Result<SignatureAlgorithm, npki_key::AlgorithmError> {
    SignatureAlgorithm::from_identifier(der::referenced::OwnedToRef::owned_to_ref(identifier))
}
