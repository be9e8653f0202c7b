//! One node: bank and CAs of a process, and the customers that come to it.

use std::{
    error::Error,
    fs::{self, File},
    io::Write as _,
};

use npki::authority::ledger::Start;
use npki::{Certificate, PrivateKey, Product};
use npki_core::{Issuer, ReplacedBecause, RevocationReason};
use npki_lab::{Held, Lab, LabError, Person};

use crate::{
    laws::hex,
    place::{Place, customer},
};

pub(crate) fn work(mut arguments: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let place = Place::parse(&mut arguments)?;
    let mut number = || arguments.next().ok_or("a node has a number and a seed");
    let (number, seed): (u64, u64) = (number()?.parse()?, number()?.parse()?);
    let ledgers = place.ledgers(Start::Again)?;
    let lab = place.lab(&ledgers, Some(seed))?;
    let mut options = File::options();
    let acknowledged = options
        .append(true)
        .create(true)
        .open(place.acknowledged(number))?;
    let mut node = Node {
        number,
        lab,
        acknowledged,
    };
    node.serve(&place)
}

struct Node<'a> {
    number: u64,
    lab: Lab<'a>,
    acknowledged: File,
}

impl Node<'_> {
    fn serve(&mut self, place: &Place) -> Result<(), Box<dyn Error>> {
        let (limited, general) = (Product::PersonalLimited, Product::PersonalGeneral);
        let [a, b, c] = ["a", "b", "c"].map(|who| customer(self.number, who));

        // Everybody wants the same: one node at most can have it.
        self.issue(&customer(0, "s"), limited, Issuer::Yessign)?;

        let old = Held {
            person: a,
            issuer: Issuer::Yessign,
            product: limited,
            certificate: Certificate::parse(&fs::read(place.certificate(self.number))?)?,
            key: PrivateKey::parse(&fs::read(place.key(self.number))?)?,
            km: None,
        };
        let renewed = self.lab.renew(&old);
        self.took("renewed", &old.person, renewed)?;

        if let Some(held) = self.issue(&b, general, Issuer::Kica)? {
            self.revoke(&held)?;
        }
        if let Some(held) = self.issue(&c, limited, Issuer::Yessign)? {
            let reissued = self.lab.reissue(&held, ReplacedBecause::Leaked);
            self.took("reissued", &c, reissued)?;
        }
        self.issue(&customer(0, "t"), general, Issuer::Kica)?;
        Ok(())
    }

    fn issue(
        &mut self,
        person: &Person,
        product: Product,
        issuer: Issuer,
    ) -> Result<Option<Held>, Box<dyn Error>> {
        let issued = self.lab.issue(person, product, Some(issuer));
        self.took("issued", person, issued)
    }

    fn revoke(&mut self, held: &Held) -> Result<(), Box<dyn Error>> {
        match self
            .lab
            .revoke(held, RevocationReason::CessationOfOperation)
        {
            Ok(_) => self.acknowledge("revoked", held),
            Err(error) => {
                self.refused("revoked", &held.person, &error);
                Ok(())
            }
        }
    }

    fn took(
        &mut self,
        what: &str,
        person: &Person,
        taken: Result<Held, LabError>,
    ) -> Result<Option<Held>, Box<dyn Error>> {
        match taken {
            Ok(held) => {
                self.acknowledge(what, &held)?;
                Ok(Some(held))
            }
            Err(error) => {
                self.refused(what, person, &error);
                Ok(None)
            }
        }
    }

    /// Writes down what was answered: it must be there in the end.
    fn acknowledge(&mut self, what: &str, held: &Held) -> Result<(), Box<dyn Error>> {
        let serial = hex(held.certificate.serial_number().octets());
        let line = format!("{what} {} {serial}\n", held.issuer);
        self.acknowledged.write_all(line.as_bytes())?;
        println!(
            "node {}: {what} {}, {}",
            self.number, held.person.name, held.product
        );
        Ok(())
    }

    fn refused(&self, what: &str, person: &Person, error: &LabError) {
        println!("node {}: not {what} {}: {error}", self.number, person.name);
    }
}
