use core::borrow::Borrow;
use std::io::{self, Write};

use npki_core::{Digest, HashAlgorithm, Hasher};

use super::{
    CrlEntry, CrlError, CrlParams,
    tbs::{Frame, check_order},
};
use crate::{
    input::{BIT_STRING, SEQUENCE},
    output,
};

/// A CRL that is written as it comes, whatever its size: through a buffer of 64 KiB.
///
/// The entries, or references to them, come from a function that gives the same sorted ones each time that it is asked:
/// once to measure them (every length in DER stands before what it measures) and once to write them.
/// A signature whose length is not known beforehand, such as of ECDSA, takes one more pass.
///
/// ```no_run
/// # use npki_cert::{CrlEntry, CrlParams, CrlStream};
/// # fn f(params: &CrlParams<'_>, entries: &[CrlEntry], out: &mut dyn std::io::Write,
/// #     sign: &dyn Fn(&npki_core::Digest) -> Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
/// let stream = CrlStream::new(params, || entries.iter())?;
/// let digest = stream.write_tbs(256, npki_core::HashAlgorithm::Sha256, out)?; // RSA-2048
/// stream.write_signature(&sign(&digest), 256, out)?;
/// # Ok(()) }
/// ```
///
/// Source: RFC 5280 section 5.1.
#[derive(Debug)]
pub struct CrlStream<F> {
    frame: Frame,
    entries: F,
    /// Octets of all entries together.
    length: usize,
    count: usize,
}

/// Why a CRL could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CrlWriteError {
    /// An entry that cannot be written, or not at its place.
    #[error("the CRL's entries cannot be written")]
    Entries(#[from] CrlError),
    /// The entries were others than before.
    #[error("the CRL's entries are not those that were measured")]
    Changed,
    /// The signature has another length than was said.
    #[error("the signature has {found} octets, not {wanted}")]
    SignatureLength {
        /// Octets of the signature.
        found: usize,
        /// Octets that were said beforehand.
        wanted: usize,
    },
    /// Writing failed; what was written so far is no CRL.
    #[error("the CRL could not be written")]
    Io(#[from] io::Error),
}

impl<F, I> CrlStream<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Borrow<CrlEntry>>,
{
    /// Measures the entries, which ascend by serial number.
    ///
    /// # Errors
    /// [`CrlError`], as of [`tbs_crl`](super::tbs_crl).
    pub fn new(params: &CrlParams<'_>, entries: F) -> Result<Self, CrlError> {
        let frame = Frame::new(params)?;
        let writer = frame.entry_writer();
        let (mut length, mut count) = (0_usize, 0_usize);
        let mut previous: Option<I::Item> = None;
        for item in entries() {
            let entry = item.borrow();
            check_order(previous.as_ref().map(Borrow::borrow), entry)?;
            length = length.saturating_add(writer.length(entry)?);
            count = count.saturating_add(1);
            previous = Some(item);
        }
        Ok(Self {
            frame,
            entries,
            length,
            count,
        })
    }

    /// How many certificates it lists.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Octets of the TBSCertList.
    #[must_use]
    pub fn tbs_len(&self) -> usize {
        output::tlv_len(self.frame.content_len(self.length))
    }

    /// The digest to be signed, without writing anything.
    ///
    /// # Errors
    /// [`CrlWriteError::Entries`], [`CrlWriteError::Changed`].
    pub fn digest(&self, hash: HashAlgorithm) -> Result<Digest, CrlWriteError> {
        self.run(hash, &mut io::sink())
    }

    /// Writes everything up to the signature, which will have `signature_len` octets, and gives the
    /// digest to be signed.
    ///
    /// # Errors
    /// [`CrlWriteError`]; what was written is then to be thrown away.
    pub fn write_tbs(
        &self,
        signature_len: usize,
        hash: HashAlgorithm,
        out: &mut dyn Write,
    ) -> Result<Digest, CrlWriteError> {
        let content = self
            .tbs_len()
            .saturating_add(self.frame.algorithm().len())
            .saturating_add(output::tlv_len(signature_len.saturating_add(1)));
        out.write_all(&output::header(SEQUENCE, content))?;
        self.run(hash, out)
    }

    /// Writes the rest: the algorithm and the signature, of as many octets as was said.
    ///
    /// # Errors
    /// [`CrlWriteError::SignatureLength`], [`CrlWriteError::Io`].
    pub fn write_signature(
        &self,
        signature: &[u8],
        signature_len: usize,
        out: &mut dyn Write,
    ) -> Result<(), CrlWriteError> {
        if signature.len() != signature_len {
            return Err(CrlWriteError::SignatureLength {
                found: signature.len(),
                wanted: signature_len,
            });
        }
        out.write_all(self.frame.algorithm())?;
        out.write_all(&output::constructed(BIT_STRING, &[&[0], signature]))?;
        out.flush()?;
        Ok(())
    }

    /// One pass over the TBSCertList: into the digest, and to `out`.
    fn run(&self, hash: HashAlgorithm, out: &mut dyn Write) -> Result<Digest, CrlWriteError> {
        let mut sink = Sink {
            hasher: hash.hasher(),
            out,
        };
        let mut buffer = output::header(SEQUENCE, self.frame.content_len(self.length));
        buffer.extend_from_slice(self.frame.head());
        if self.length > 0 {
            buffer.extend_from_slice(&output::header(SEQUENCE, self.length));
        }
        buffer.reserve(BUFFER);
        let mut writer = self.frame.entry_writer();
        let mut written = 0_usize;
        let mut previous: Option<I::Item> = None;
        for item in (self.entries)() {
            let entry = item.borrow();
            check_order(previous.as_ref().map(Borrow::borrow), entry)?;
            let before = buffer.len();
            writer.write(entry, &mut buffer)?;
            previous = Some(item);
            written = written.saturating_add(buffer.len().saturating_sub(before));
            if buffer.len() >= BUFFER {
                sink.take(&mut buffer)?;
            }
        }
        if written != self.length {
            return Err(CrlWriteError::Changed);
        }
        buffer.extend_from_slice(self.frame.tail());
        sink.take(&mut buffer)?;
        Ok(sink.hasher.finish())
    }
}

struct Sink<'o> {
    hasher: Hasher,
    out: &'o mut dyn Write,
}

impl Sink<'_> {
    fn take(&mut self, buffer: &mut Vec<u8>) -> io::Result<()> {
        self.hasher.update(buffer);
        self.out.write_all(buffer)?;
        buffer.clear();
        Ok(())
    }
}

/// Small enough to stay in the processor's cache between writing and digesting.
const BUFFER: usize = 64 << 10;
