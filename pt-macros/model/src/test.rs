//! Conditions on a raw word, as comparisons under masks.

/// A condition on a raw word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Test {
    /// It always holds.
    Always,
    /// It never holds.
    Never,
    /// Any of these bits is set.
    AnyBit(u64),
    /// The bits under the mask have this value.
    Equals(u64, u64),
    /// The bits under the mask do not have this value.
    Differs(u64, u64),
    /// One of these holds.
    Either(Vec<Test>),
    /// All of these hold.
    All(Vec<Test>),
}

impl Test {
    /// When one of these holds, as one test.
    pub(crate) fn either(tests: Vec<Test>) -> Self {
        let mut bits = 0;
        let mut rest = Vec::new();
        for test in tests {
            match test {
                Self::AnyBit(more) => bits |= more,
                Self::Never => {}
                Self::Always => return Self::Always,
                test => rest.push(test),
            }
        }
        if bits != 0 {
            rest.insert(0, Self::AnyBit(bits));
        }
        match rest.len() {
            0 => Self::Never,
            1 => rest.remove(0),
            _ => Self::Either(rest),
        }
    }

    /// When all of these hold, as one test.
    pub(crate) fn all(tests: Vec<Test>) -> Self {
        let mut rest: Vec<_> = tests.into_iter().filter(|test| *test != Self::Always).collect();
        if rest.contains(&Self::Never) {
            return Self::Never;
        }
        match rest.len() {
            0 => Self::Always,
            1 => rest.remove(0),
            _ => Self::All(rest),
        }
    }

    /// When a comparison does not hold.
    pub(crate) fn opposite(&self) -> Self {
        match *self {
            Self::Equals(mask, value) if mask.is_power_of_two() => Self::Equals(mask, mask & !value),
            Self::Equals(mask, value) => Self::Differs(mask, value),
            Self::Differs(mask, value) => Self::Equals(mask, value),
            _ => Self::Always,
        }
    }

    /// Whether a comparison is seen to fail wherever this holds.
    pub(crate) fn excludes(&self, comparison: &Self) -> bool {
        match (self, comparison) {
            (Self::Never, _) => true,
            (Self::Either(tests), _) => tests.iter().all(|test| test.excludes(comparison)),
            (Self::All(tests), _) => tests.iter().any(|test| test.excludes(comparison)),
            (Self::Equals(mask, value), Self::Equals(other, wanted)) => (value ^ wanted) & mask & other != 0,
            (Self::Equals(mask, value), Self::Differs(other, excluded)) => {
                other & !mask == 0 && (value ^ excluded) & other == 0
            }
            _ => false,
        }
    }

    /// Whether it holds for a word.
    pub(crate) fn holds(&self, raw: u64) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::AnyBit(mask) => raw & mask != 0,
            Self::Equals(mask, value) => raw & mask == *value,
            Self::Differs(mask, value) => raw & mask != *value,
            Self::Either(tests) => tests.iter().any(|test| test.holds(raw)),
            Self::All(tests) => tests.iter().all(|test| test.holds(raw)),
        }
    }
}
