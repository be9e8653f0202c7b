//! Certificate models of the Korean national PKI (NPKI, 공동인증서).
//!
//! A [`Certificate`], a [`CertificationRequest`] and a [`Crl`] that keep their octets, the [`Name`]s
//! in them with the text form of Korean software, the registry of certificate policies ([`policy_row`]), the real name and the
//! VID in the subjectAltName ([`IdentifyData`], [`compute_vid`], [`check_vid`]), and the
//! [`Profile`]s by which certificates are written ([`Profile::tbs`], [`tbs_crl`], [`CrlStream`]) and judged
//! ([`lint`], [`lint_crl`], [`lint_ocsp`]). An [`OcspRequest`] and an [`OcspResponse`] are what is asked and answered of one
//! certificate's state.
//!
//! This room knows shapes. It verifies no signature, follows no path, decides on no revocation and
//! holds no key: it makes the octets to be signed and joins them with a signature made elsewhere
//! ([`assemble_certificate`], [`assemble_crl`]). It reads neither clock nor files. Every input has a
//! bound that is checked first, and only DER is read; what is lenient is named where it is.
//!
//! Sources: RFC 5280, RFC 6960 with RFC 5019 and RFC 9654 (OCSP), RFC 2986 (PKCS #10), RFC 4514 and RFC 4518 for names, X.690; KCAC.TS.CERTPROF (certificates),
//! KCAC.TS.CRLPROF (CRLs), KCAC.TS.DN (names), KCAC.TS.SIVID (VID), as real certificates of all
//! three generations of Korean CAs show them. The rules R… stand in `docs/RULES.md`.
//!
//! ```
//! use npki_cert::{Name, SerialNumber, compute_vid, policy_row};
//! use npki_core::{HashAlgorithm, Idn, Product, RandomNumber};
//!
//! let name = Name::from_npki_text("CN=홍길동()0099011201104260001, OU=KFTC, O=yessign, C=kr")?;
//! assert_eq!(name.to_npki_text(), "cn=홍길동()0099011201104260001,ou=KFTC,o=yessign,c=kr");
//!
//! let limited = policy_row(&"1.2.410.200005.1.1.4".parse()?).ok_or("not in the registry")?;
//! assert_eq!(limited.product, Some(Product::PersonalLimited));
//!
//! let (idn, r) = (Idn::parse("1234561234567")?, RandomNumber::from_octets(&[7; 20])?);
//! assert_eq!(compute_vid(HashAlgorithm::Sha256, &idn, &r).octets().len(), 32);
//! assert_eq!("4562037".parse::<SerialNumber>()?.to_hex(), "459C75");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod certificate;
mod certification_request;
mod crl;
mod error;
mod extension;
mod input;
mod name;
mod ocsp;
mod output;
mod policy_oid;
mod policy_registry;
mod profile;
mod serial_number;
mod string;
mod time;
mod vid;

pub use certificate::{Certificate, KeyUse, assemble_certificate, key_identifier};
pub use certification_request::CertificationRequest;
pub use crl::{
    Crl, CrlEntries, CrlEntry, CrlError, CrlParams, CrlStream, CrlWriteError,
    IssuingDistributionPoint, RevocationReason, RevocationReasons, assemble_crl, tbs_crl,
};
pub use error::CertError;
pub use extension::{
    AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies, DistributionPoint, Extension,
    IdentifyData, KeyUsage, PolicyConstraints, PolicyInformation, PolicyMapping, PolicyQualifier,
    UserNotice,
};
pub use name::{Attribute, Name, NameTextError};
pub use ocsp::{
    BasicOcspResponse, CertId, CertStatus, MAX_NONCE, OcspAnswer, OcspAsked, OcspParams,
    OcspRequest, OcspRequestSignature, OcspResponse, OcspResponseStatus, OcspTbsError, ResponderId,
    SingleResponse, assemble_ocsp, tbs_ocsp,
};
pub use policy_oid::{PolicyOid, PolicyOidError};
pub use policy_registry::{
    Confidence, HolderClass, PolicyArc, PolicyAuthority, PolicyKey, PolicyMedium, PolicyRow,
    PolicyScope, policy_named, policy_oid, policy_row, policy_rows,
};
pub use profile::{
    Criticality, CrlProfile, Deviations, Generation, Presence, Profile, ProfileError,
    ProfileLimits, ProfileRow, TbsParams, lint, lint_crl, lint_ocsp, lint_tbs, lint_tbs_with,
    lint_with,
};
pub use serial_number::{SerialNumber, SerialNumberError};
pub use vid::{VidCheck, check_vid, compute_vid};
