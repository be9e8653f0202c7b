//! What all processes share: where the ledgers are, the outside world, the hour, the customers.

use std::{error::Error, fs, path::PathBuf, sync::Arc, time::Duration};

use npki::authority::PostgresLedger;
use npki::authority::ledger::{GuardedLedger, Ledger, Start};
use npki::{Instant, system_rng};
use npki_checkpoint_file::CheckpointFile;
use npki_core::Holder;
use npki_key::{KeyKind, PrivateKey, SigningKey};
use npki_lab::{Lab, LabLedgers, LabRng, Outside, Person};

/// The seed of the key that signs checkpoints.
const CHECKPOINT_KEY: u64 = 7;

#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Where PostgreSQL is.
    pub(crate) url: String,
    /// What the schemas' names begin with.
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// The hour at which the nodes work.
    pub(crate) now: Instant,
}

impl Place {
    /// Reads what [`Place::arguments`] gave.
    pub(crate) fn parse(
        arguments: &mut impl Iterator<Item = String>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut next = || {
            arguments
                .next()
                .ok_or("a node is started by its coordinator")
        };
        Ok(Self {
            url: next()?,
            name: next()?,
            folder: next()?.into(),
            now: next()?.parse()?,
        })
    }

    pub(crate) fn arguments(&self) -> [String; 4] {
        let folder = self.folder.display().to_string();
        let now = self.now.unix_seconds().to_string();
        [self.url.clone(), self.name.clone(), folder, now]
    }

    /// Handles of its own for each process. Each ledger is compared with its checkpoint, which is no file of the server's,
    /// before anything is done with it; then its present head becomes the checkpoint.
    pub(crate) fn ledgers(&self, start: Start) -> Result<LabLedgers, Box<dyn Error>> {
        // A bank keeps it in a token; all nodes have the same one.
        let key = PrivateKey::generate(KeyKind::P256, &mut LabRng::new(CHECKPOINT_KEY))?;
        let key: Arc<dyn SigningKey> = key.signing_key()?.into();
        let elsewhere = self.folder.join("checkpoints");
        fs::create_dir_all(&elsewhere)?;
        LabLedgers::open(|name| -> Result<Box<dyn Ledger>, Box<dyn Error>> {
            let name = format!("{}-{}", self.name, name.to_lowercase());
            let ledger = PostgresLedger::open(&self.url, &name)?;
            let (key, origin) = (Arc::clone(&key), format!("{name}.lab.example/ledger"));
            let file = CheckpointFile::new(elsewhere.join(&name));
            let ledger = GuardedLedger::open(
                ledger,
                &origin,
                key,
                Arc::new(file),
                start,
                &mut system_rng(),
            )?;
            ledger.keep(&mut system_rng())?;
            Ok(Box::new(ledger))
        })
    }

    /// A node with randomness of its own; without a seed the bank as it was eleven months before.
    pub(crate) fn lab<'a>(
        &self,
        ledgers: &'a LabLedgers,
        seed: Option<u64>,
    ) -> Result<Lab<'a>, Box<dyn Error>> {
        let before = self.now.kst_day().plus_days(-340).start();
        let lab = Lab::new(
            1,
            before.saturating_add(Duration::from_secs(36_000)),
            ledgers,
        )?;
        let mut lab = match seed {
            Some(seed) => {
                lab.wait_until(self.now);
                lab.node(seed)
            }
            None => lab,
        };
        lab.outside = Arc::new(Outside::shared(&self.folder.join("outside"))?);
        for customer in customers() {
            lab.outside.welcome(&customer);
        }
        Ok(lab)
    }

    /// What a node was answered, a line each.
    pub(crate) fn acknowledged(&self, node: u64) -> PathBuf {
        self.folder.join(format!("{node}.acknowledged"))
    }

    pub(crate) fn certificate(&self, node: u64) -> PathBuf {
        self.folder.join(format!("{node}.der"))
    }

    pub(crate) fn key(&self, node: u64) -> PathBuf {
        self.folder.join(format!("{node}.key"))
    }
}

/// Three customers of each node's own, `a` to `c`, and two, `s` and `t`, whom all nodes serve.
pub(crate) fn customers() -> Vec<Person> {
    let own = (1..=crate::NODES).flat_map(|node| ["a", "b", "c"].map(|who| customer(node, who)));
    own.chain(["s", "t"].map(|who| customer(0, who))).collect()
}

/// An invented customer: months from 21 on are nobody's.
pub(crate) fn customer(node: u64, who: &str) -> Person {
    let letter = who.bytes().map(u64::from).sum::<u64>();
    let number = format!("9921013{:06}", node * 1_000 + letter);
    Person::invented(&format!("시험{node}{who}"), &number, Holder::Individual)
}
