//! Rules: what makes an entry that is present illegal, and what a machine reports then.
//!
//! A declaration derives them from its conditional fields and from `illegal(…)`, as constants of each format and level
//! ([`HasLayout::RULES`]). The cursor refuses to write an entry that breaks one, and the
//! software walker answers with the fault that the machine has for it.

use crate::config::Config;
use crate::format::EntryFormat;
use crate::layout::HasLayout;
use crate::span;
use core::fmt;

/// A test of some of the bits of a word.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Test {
    mask: u64,
    value: u64,
    equal: bool,
}

impl Test {
    /// It always holds.
    pub const ALWAYS: Self = Self::is(0, 0);

    /// The bits under `mask` have this value.
    #[must_use]
    pub const fn is(mask: u64, value: u64) -> Self {
        Self { mask, value, equal: true }
    }

    /// The bits under `mask` do not have this value.
    #[must_use]
    pub const fn is_not(mask: u64, value: u64) -> Self {
        Self { mask, value, equal: false }
    }

    /// Whether it holds for `word`.
    #[inline(always)]
    #[must_use]
    pub const fn holds(self, word: u64) -> bool {
        (word & self.mask == self.value) == self.equal
    }

    /// The bits that it looks at.
    #[must_use]
    pub const fn mask(self) -> u64 {
        self.mask
    }
}

/// What a machine reports of an entry that breaks a rule.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Class {
    /// It takes the entry for one that is not present.
    NotPresent,
    /// The entry is malformed: an EPT misconfiguration, a page fault for a reserved bit.
    Misconfigured,
}

/// What an entry of a format may not be at a level.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// What breaks it, in the words of the declaration.
    pub name: &'static str,
    /// When an entry breaks it.
    pub illegal: Test,
    /// Under which [features](crate::config::Config::features) it holds.
    pub when: Test,
    /// What the machine reports.
    pub class: Class,
}

impl Rule {
    /// A reserved bit has the wrong value. The walker reports it.
    pub const RESERVED: Self = Self::misconfigured("reserved bits", Test::ALWAYS, Test::ALWAYS);
    /// The frame has bits beyond the physical address width.
    pub const BEYOND: Self = Self::misconfigured("the physical address width", Test::ALWAYS, Test::ALWAYS);

    /// A leaf says that it is one of a span, and its frame does not have the code of the span's size.
    pub const SPAN: Self = Self::misconfigured("the code of a span", Test::ALWAYS, Test::ALWAYS);

    /// A rule that malformed entries break.
    #[must_use]
    pub const fn misconfigured(name: &'static str, illegal: Test, when: Test) -> Self {
        Self { name, illegal, when, class: Class::Misconfigured }
    }

    /// A rule that makes an entry count as not present.
    #[must_use]
    pub const fn not_present(name: &'static str, illegal: Test, when: Test) -> Self {
        Self { name, illegal, when, class: Class::NotPresent }
    }

    /// The first rule of the format `F` that an entry breaks under these features.
    #[inline(always)]
    pub(crate) fn broken<F: HasLayout>(raw: u64, features: u64) -> Option<&'static Self> {
        F::RULES.iter().find(|rule| rule.when.holds(features) && rule.illegal.holds(raw))
    }

    /// The rule by which a machine with this configuration does not do what an entry says that is present: one of the
    /// declaration, a reserved bit, the code of a span, or the physical address width.
    pub(crate) fn against<F: EntryFormat>(entry: F, config: impl Config) -> Option<&'static Self> {
        let (raw, frame) = (entry.bits(), entry.frame());
        Self::broken::<F>(raw, config.features()).or_else(|| match () {
            () if (raw ^ F::RESERVED_ONES) & F::RESERVED != 0 => Some(&Self::RESERVED),
            () if span::of(entry).is_some_and(|span| !span.may_hold(frame)) => Some(&Self::SPAN),
            () if frame.as_u64() & config.beyond() != 0 => Some(&Self::BEYOND),
            () => None,
        })
    }

    /// The rule by which no entry of the format `F` is legal under these features, whatever it says.
    #[inline(always)]
    pub(crate) fn forbids<F: HasLayout>(features: u64) -> Option<&'static Self> {
        match F::OF_ALL {
            Some(rule) if rule.when.holds(features) => Some(rule),
            _ => None,
        }
    }

    /// The first rule that every entry breaks.
    const fn of_all(rules: &'static [Self]) -> Option<&'static Self> {
        let mut index = 0;
        while index < rules.len() {
            if rules[index].is_of_all() {
                return Some(&rules[index]);
            }
            index += 1;
        }
        None
    }

    /// Whether every entry breaks it.
    #[inline(always)]
    pub(crate) const fn is_of_all(&self) -> bool {
        self.illegal.mask() == 0
    }
}

/// What is looked up when a declaration is compiled.
trait Sorted: HasLayout {
    /// The rule that every entry of the format breaks, if there is one: leaves of this size are optional.
    const OF_ALL: Option<&'static Rule> = Rule::of_all(Self::RULES);
}
impl<F: HasLayout> Sorted for F {}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
