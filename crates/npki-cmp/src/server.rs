use npki_cert::Name;
use npki_core::Instant;

use crate::{CmpError, FailureInfo, Header, Message, message::malformed};

/// A request as a server takes it: a message that has what every answer needs.
///
/// It is the whole state of a server's side: an answer is made from the request, and whatever must be
/// remembered until the next request of the transaction stands in a store that all nodes share.
#[derive(Clone, Debug)]
pub struct Incoming {
    message: Message,
    transaction: Vec<u8>,
    nonce: Vec<u8>,
}

/// A message that cannot be taken as a request.
#[derive(Debug)]
pub struct Unacceptable {
    /// What to tell the other side.
    pub failure: FailureInfo,
    /// The message, if it could be read: its header is answered.
    pub message: Option<Message>,
}

impl Incoming {
    /// Octets of a transactionID. RFC 9810 section 5.1.1 wants 16 random ones; the rest is a bound.
    const TRANSACTION: core::ops::RangeInclusive<usize> = 8..=64;
    /// Octets of a senderNonce: at least 128 bits (RFC 9483 section 3.1).
    const NONCE: core::ops::RangeInclusive<usize> = 16..=64;

    /// Reads a request and looks at its header. Its protection is not verified yet.
    ///
    /// # Errors
    /// [`Unacceptable`] with `badDataFormat` for what is no message, `unsupportedVersion`,
    /// `badRequest` without a transactionID, `badSenderNonce`.
    pub fn accept(der: &[u8]) -> Result<Self, Box<Unacceptable>> {
        let message = Message::parse(der).map_err(|_| Unacceptable {
            failure: FailureInfo::BadDataFormat,
            message: None,
        })?;
        let header = message.header();
        let octets = |field: &Option<der::asn1::OctetString>,
                      bounds: &core::ops::RangeInclusive<usize>| {
            let octets = field.as_ref()?.as_bytes();
            bounds.contains(&octets.len()).then(|| octets.to_vec())
        };
        let transaction = octets(&header.transaction_id, &Self::TRANSACTION);
        let nonce = octets(&header.sender_nonce, &Self::NONCE);
        let failure = match (header.pvno, &transaction, &nonce) {
            (..=1 | 4.., _, _) => FailureInfo::UnsupportedVersion,
            (_, None, _) => FailureInfo::BadRequest,
            (_, _, None) => FailureInfo::BadSenderNonce,
            (_, Some(_), Some(_)) => {
                return Ok(Self {
                    message,
                    transaction: transaction.unwrap_or_default(),
                    nonce: nonce.unwrap_or_default(),
                });
            }
        };
        Err(Box::new(Unacceptable {
            failure,
            message: Some(message),
        }))
    }

    /// The message.
    #[must_use]
    pub const fn message(&self) -> &Message {
        &self.message
    }

    /// Names the transaction.
    #[must_use]
    pub fn transaction(&self) -> &[u8] {
        &self.transaction
    }

    /// The sender's nonce, which the answer repeats.
    #[must_use]
    pub fn nonce(&self) -> &[u8] {
        &self.nonce
    }
}

/// The header of an answer to `request`: same transaction, its nonce given back, a nonce of our own.
///
/// A request without a transactionID gets none.
///
/// # Errors
/// [`CmpError::Malformed`] when a name cannot be written.
pub fn answer_header(
    request: Option<&Header>,
    sender: &Name,
    nonce: &[u8; 16],
    now: Instant,
) -> Result<Header, CmpError> {
    let octets =
        |octets: &[u8]| der::asn1::OctetString::new(octets).map_err(malformed("PKIHeader"));
    // The NULL-DN.
    let nobody = Name::parse(&[0x30, 0])?;
    let mut header = Header::new(sender, &nobody)?;
    if let Some(request) = request {
        header.pvno = request.pvno.clamp(2, 3);
        header.recipient = request.sender.clone();
        header.transaction_id = request.transaction_id.clone();
        header.recip_nonce = request.sender_nonce.clone();
    }
    header.set_time(now);
    header.sender_nonce = Some(octets(nonce)?);
    Ok(header)
}
