use npki_core::Instant;

use super::Ra;
use crate::{
    AcceptedTerm, ApplicationId, Event, RaError, names::application_stream, ports::UserId,
};

/// What somebody has agreed to in an application (R35).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The application.
    pub application: ApplicationId,
    /// The term, in the version that was shown.
    pub term: AcceptedTerm,
    /// When it was agreed to.
    pub at: Instant,
    /// When a copy of it was handed over; `None`: not yet.
    pub handed_over: Option<Instant>,
}

impl Ra<'_> {
    /// Every term that a customer has ever agreed to, with the version and the digest of its text, in
    /// the order of each application; none is forgotten because the applicant went back.
    ///
    /// # Errors
    /// [`RaError`].
    ///
    /// # Security
    /// Whoever calls has made sure that it is the customer who asks.
    pub fn agreements(&self, user: &UserId) -> Result<Vec<Agreement>, RaError> {
        let mut all = Vec::new();
        for id in self.look_up(user)?.ok_or(RaError::NoCustomer)?.applications {
            all.extend(self.agreements_in(id)?);
        }
        Ok(all)
    }

    fn agreements_in(&self, id: ApplicationId) -> Result<Vec<Agreement>, RaError> {
        let mut found: Vec<Agreement> = Vec::new();
        for recorded in self.whole(&application_stream(&id))? {
            let record = recorded.record();
            let agreed = match Event::parse(&record.kind, &record.payload)? {
                Event::Started(started) => started.terms,
                Event::Chosen(chosen) => chosen.terms,
                Event::TermsHandedOver(handed) => {
                    for agreement in &mut found {
                        if handed.terms.contains(&agreement.term) {
                            agreement.handed_over.get_or_insert(record.time);
                        }
                    }
                    Vec::new()
                }
                _ => Vec::new(),
            };
            found.extend(agreed.into_iter().map(|term| Agreement {
                application: id,
                term,
                at: record.time,
                handed_over: None,
            }));
        }
        Ok(found)
    }
}
