use core::fmt;

/// What a container may ask us to spend, checked before the work is done.
///
/// [`Bounds::DEFAULT`] is the table; a caller may lower a row and cannot raise one.
///
/// | bound | default | origin |
/// |---|---|---|
/// | [`Bound::Iterations`] | 10,000,000 | RFC 8018 section 4.2 names it as the most a very critical key may want; real files hold 1,024 to 2,048 |
/// | [`Bound::Salt`] | 1,024 octets | ours: RFC 8018 wants at least 8, the longest seen has 20 |
/// | [`Bound::Work`] | 50,000,000 iterations | ours: five times the highest count, so that a file with a thousand bags cannot ask for it a thousand times |
/// | [`Bound::KeyFile`] | 65,536 octets | ours: an RSA-16384 key with R has 10 KiB |
/// | [`Bound::Pfx`] | 16,777,216 octets | ours: the bound on any object that is read whole |
/// | [`Bound::Depth`] | 32 levels | ours: a PFX of NSS nests 14 deep |
/// | [`Bound::Bags`] | 1,000 | ours: a person has two pairs and a chain of three |
///
/// ```
/// use npki_container::{Bound, Bounds};
///
/// let bounds = Bounds::DEFAULT.lowered(Bound::Iterations, 100_000);
/// assert_eq!(bounds.limit(Bound::Iterations), 100_000);
/// // Never raised.
/// assert_eq!(bounds.lowered(Bound::Iterations, u64::MAX), bounds);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    iterations: u64,
    salt: u64,
    work: u64,
    key_file: u64,
    pfx: u64,
    depth: u64,
    bags: u64,
}

/// One row of [`Bounds`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Bound {
    /// Iterations of one key derivation.
    Iterations,
    /// Octets of a salt.
    Salt,
    /// Iterations of all key derivations that one container asks for, counted once for each block
    /// of output.
    Work,
    /// Octets of a private key file.
    KeyFile,
    /// Octets of a PFX.
    Pfx,
    /// Levels of nesting.
    Depth,
    /// Bags of a PFX, nested ones too.
    Bags,
}

/// A container asks for more than the bound allows; nothing was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{bound}: {found} asked for, at most {limit} allowed")]
pub struct BeyondBound {
    /// Which bound.
    pub bound: Bound,
    /// What the container asks for; what does not fit into 64 bits shows as the largest number.
    pub found: u64,
    /// What is allowed.
    pub limit: u64,
}

impl BeyondBound {
    /// The stable name of the error, as command and adapter print it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.bound {
            Bound::Iterations | Bound::Work => "too-costly",
            _ => "too-long",
        }
    }
}

impl Bounds {
    /// The table.
    pub const DEFAULT: Self = Self {
        iterations: 10_000_000,
        salt: 1_024,
        work: 50_000_000,
        key_file: 65_536,
        pfx: 16_777_216,
        depth: 32,
        bags: 1_000,
    };

    /// The limit of one row; what is equal to it is allowed.
    #[must_use]
    pub const fn limit(&self, bound: Bound) -> u64 {
        match bound {
            Bound::Iterations => self.iterations,
            Bound::Salt => self.salt,
            Bound::Work => self.work,
            Bound::KeyFile => self.key_file,
            Bound::Pfx => self.pfx,
            Bound::Depth => self.depth,
            Bound::Bags => self.bags,
        }
    }

    /// The same table with one row lowered to `limit`; a higher `limit` changes nothing.
    #[must_use]
    pub const fn lowered(mut self, bound: Bound, limit: u64) -> Self {
        let row = match bound {
            Bound::Iterations => &mut self.iterations,
            Bound::Salt => &mut self.salt,
            Bound::Work => &mut self.work,
            Bound::KeyFile => &mut self.key_file,
            Bound::Pfx => &mut self.pfx,
            Bound::Depth => &mut self.depth,
            Bound::Bags => &mut self.bags,
        };
        if limit < *row {
            *row = limit;
        }
        self
    }

    pub(crate) fn check(&self, bound: Bound, found: u64) -> Result<(), BeyondBound> {
        let limit = self.limit(bound);
        if found > limit {
            return Err(BeyondBound {
                bound,
                found,
                limit,
            });
        }
        Ok(())
    }

    pub(crate) fn check_len(&self, bound: Bound, octets: &[u8]) -> Result<(), BeyondBound> {
        self.check(bound, u64::try_from(octets.len()).unwrap_or(u64::MAX))
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Iterations => "iterations of a key derivation",
            Self::Salt => "octets of salt",
            Self::Work => "iterations of all key derivations together",
            Self::KeyFile => "octets of a private key file",
            Self::Pfx => "octets of a PFX",
            Self::Depth => "levels of nesting",
            Self::Bags => "bags of a PFX",
        })
    }
}

/// What is left of [`Bound::Work`] while one container is opened.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: u64,
    spent: u64,
}

impl Budget {
    pub(crate) fn new(bounds: &Bounds) -> Self {
        Self {
            limit: bounds.work,
            spent: 0,
        }
    }

    /// Takes `iterations` for each of `blocks`, before they are computed.
    pub(crate) fn spend(&mut self, iterations: u32, blocks: usize) -> Result<(), BeyondBound> {
        let work = u64::from(iterations).saturating_mul(u64::try_from(blocks).unwrap_or(u64::MAX));
        let found = self.spent.saturating_add(work);
        if found > self.limit {
            return Err(BeyondBound {
                bound: Bound::Work,
                found,
                limit: self.limit,
            });
        }
        self.spent = found;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_included() {
        let bounds = Bounds::DEFAULT;
        for bound in [
            Bound::Iterations,
            Bound::Salt,
            Bound::Work,
            Bound::KeyFile,
            Bound::Pfx,
            Bound::Depth,
            Bound::Bags,
        ] {
            let limit = bounds.limit(bound);
            assert!(bounds.check(bound, limit).is_ok());
            assert_eq!(
                bounds.check(bound, limit + 1),
                Err(BeyondBound {
                    bound,
                    found: limit + 1,
                    limit
                })
            );
            let lowered = bounds.lowered(bound, 7);
            assert!(lowered.check(bound, 7).is_ok());
            assert!(lowered.check(bound, 8).is_err());
            assert_eq!(lowered.lowered(bound, limit), lowered);
        }
    }

    #[test]
    fn work_adds_up() {
        let mut budget = Budget::new(&Bounds::DEFAULT.lowered(Bound::Work, 100));
        budget.spend(30, 3).unwrap();
        assert_eq!(budget.spend(11, 1).unwrap_err().found, 101);
        budget.spend(10, 1).unwrap();
        assert!(budget.spend(1, 1).is_err());
        assert!(budget.spend(u32::MAX, usize::MAX).is_err());
    }
}
