use core::fmt;

/// How much work one validation may cost. What a stranger sends cannot make us do more.
///
/// The numbers follow those of rustls-webpki (100 signatures), whose reason is the same: a pool of
/// certificates that all might have issued each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Signatures verified, of certificates and CRLs.
    pub signatures: u32,
    /// Candidates looked at while building the path.
    pub steps: u32,
    /// Certificates in a path, the leaf counted, the anchor not.
    pub depth: usize,
    /// Comparisons of a name with a name constraint.
    pub name_comparisons: u32,
}

impl Default for Bounds {
    /// 100 signatures, 10,000 steps, 32 certificates, 250,000 comparisons.
    fn default() -> Self {
        Self {
            signatures: 100,
            steps: 10_000,
            depth: 32,
            name_comparisons: 250_000,
        }
    }
}

/// Which of the [`Bounds`] was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BudgetKind {
    /// [`Bounds::signatures`].
    Signatures,
    /// [`Bounds::steps`].
    Steps,
    /// [`Bounds::depth`].
    Depth,
    /// [`Bounds::name_comparisons`].
    NameComparisons,
}

impl fmt::Display for BudgetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Signatures => "too many signatures to verify",
            Self::Steps => "too many candidates to look at",
            Self::Depth => "too many certificates in a path",
            Self::NameComparisons => "too many names to compare with name constraints",
        })
    }
}

/// What is left of the [`Bounds`].
#[derive(Debug)]
pub(crate) struct Budget {
    left: Bounds,
}

/// A bound was reached; everything stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exhausted(pub(crate) BudgetKind);

impl Budget {
    pub(crate) const fn new(bounds: Bounds) -> Self {
        Self { left: bounds }
    }

    pub(crate) fn signature(&mut self) -> Result<(), Exhausted> {
        take(&mut self.left.signatures, BudgetKind::Signatures)
    }

    pub(crate) fn step(&mut self) -> Result<(), Exhausted> {
        take(&mut self.left.steps, BudgetKind::Steps)
    }

    pub(crate) fn name_comparison(&mut self) -> Result<(), Exhausted> {
        take(&mut self.left.name_comparisons, BudgetKind::NameComparisons)
    }

    /// Whether a path of so many certificates may be looked at.
    pub(crate) fn depth(&self, certificates: usize) -> Result<(), Exhausted> {
        if certificates > self.left.depth {
            return Err(Exhausted(BudgetKind::Depth));
        }
        Ok(())
    }
}

fn take(left: &mut u32, kind: BudgetKind) -> Result<(), Exhausted> {
    *left = left.checked_sub(1).ok_or(Exhausted(kind))?;
    Ok(())
}
