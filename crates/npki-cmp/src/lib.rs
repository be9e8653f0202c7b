//! Certificate Management Protocol (CMP) and Certificate Request Message Format (CRMF): the words in which
//! certificates are asked for, given, confirmed and revoked.
//!
//! A [`Message`] keeps its octets and is written again the same; [`Message::protect`] makes one, by an
//! authorization code (PBM, PBMAC1) or a key, and [`Message::verify_mac`] and
//! [`Message::verify_signature`] check one. Both sides are state machines: [`client`] goes from the
//! request to the confirmation, a server takes a request as [`Incoming`] and makes its answer from it;
//! what must outlast that is the caller's to store.
//! [`EncryptedVid`] carries R to a Korean CA. [`http`] turns octets of a connection into messages.
//!
//! This room opens no socket, reads no clock, trusts no certificate, and decides nothing about who may
//! have one. What a message asks to be spent (octets, rounds, salt) is held to bounds first: 64 KiB,
//! 100 to 100,000 rounds. It writes version 2, reads what it can of 3 and of the Korean version 1, and
//! never speaks the latter, whose MAC is too weak.
//!
//! Sources: RFC 9810 (CMP), RFC 4211 (CRMF), RFC 9481 (algorithms), RFC 9483 (profile), RFC 9811
//! (HTTP); KCAC.TS.CMP and KCAC.TS.SIVID for the Korean ones.
//!
//! ```
//! # use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
//! # let rng = &mut ChaCha20Rng::from_seed([0; 32]);
//! use npki_cert::Name;
//! use npki_cmp::{Body, Header, InfoTypeAndValue, MacAlgorithm, Message, Protector, oid};
//! use npki_core::AuthorizationCode;
//!
//! let code = AuthorizationCode::new("0912978800814393922");
//! let nobody = Name::parse(&[0x30, 0])?;
//! let question = Body::Genm(vec![InfoTypeAndValue::ask(oid::CA_PROT_ENC_CERT)]);
//! let with = Protector::Code { code: &code, mac: MacAlgorithm::pbm(rng) };
//! let sent = Message::protect(Header::new(&nobody, &nobody)?, question, [], &with, rng)?;
//!
//! let received = Message::parse(sent.der())?;
//! assert_eq!(received.body().name(), "genm");
//! received.verify_mac(&code)?;
//! assert!(received.verify_mac(&AuthorizationCode::new("guessed")).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
mod bounds;
pub mod client;
mod crmf;
mod encrypted_vid;
mod error;
mod free_text;
mod header;
pub mod http;
mod message;
pub mod oid;
mod protection;
mod server;
mod status;

pub use body::{
    Body, CertOrEncCert, CertRepMessage, CertResponse, CertStatus, CertifiedKeyPair,
    ErrorMsgContent, Extension, PollRep, PollReq, RevDetails, RevRepContent,
};
pub use crmf::{
    AttributeTypeAndValue, CertId, CertReqMsg, CertRequest, CertTemplate, PoposSigningKey,
    PoposSigningKeyInput, ProofOfPossession,
};
pub use encrypted_vid::{EncryptedVid, IssuerAndSerialNumber};
pub use error::CmpError;
pub use free_text::FreeText;
pub use header::{Header, InfoTypeAndValue};
pub use message::Message;
pub use protection::{MacAlgorithm, MacKind, Protection, Protector};
pub use server::{Incoming, Unacceptable, answer_header};
pub use status::{FailureInfo, Status, StatusInfo};
