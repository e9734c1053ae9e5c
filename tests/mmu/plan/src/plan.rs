//! The list: how it is made, what it says of a probe, and the probes that tell one list from another.

use crate::mapping::{Mapping, Permissions};
use crate::probe::{Expected, Probe};
use crate::random::Random;

/// A run of addresses, both ends in it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Span {
    /// The first.
    pub first: u64,
    /// The last.
    pub last: u64,
}

impl Span {
    /// The run from `first` to `last`.
    #[must_use]
    pub const fn new(first: u64, last: u64) -> Self {
        Self { first, last }
    }

    /// Whether it holds an address.
    #[must_use]
    pub const fn holds(self, address: u64) -> bool {
        self.first <= address && address <= self.last
    }

    /// An address in it.
    const fn pick(self, random: &mut Random) -> u64 {
        self.first + random.below(self.last - self.first + 1)
    }
}

/// What a machine can be asked for.
#[derive(Copy, Clone, Debug)]
pub struct Space<'a> {
    /// Where input addresses may lie.
    pub inputs: &'a [Span],
    /// The memory that probes may touch. A block that is larger lies around it.
    pub memory: Span,
    /// The sizes of blocks, as powers of two: each as often as it is to be chosen.
    pub shifts: &'a [u32],
    /// The permissions that can be said.
    pub permissions: &'a [Permissions],
}

impl Space<'_> {
    /// A random block, as often as not near to `neighbour`, so that tables are shared.
    fn block(&self, random: &mut Random, neighbour: Option<Mapping>) -> Option<Mapping> {
        let shift = random.pick(self.shifts);
        let aligned = |address: u64| address >> shift << shift;
        let far = random.pick(self.inputs).pick(random);
        let near = |mapping: Mapping| mapping.input.wrapping_add(random.below(1 << 10).wrapping_sub(1 << 9) << shift);
        let input = aligned(neighbour.map_or(far, near));
        let output = aligned(self.memory.pick(random));
        let block = Mapping { input, output, shift, permissions: random.pick(self.permissions) };
        let inside = |span: &Span| span.first <= input && input <= span.last && span.last - input >= block.bytes() - 1;
        self.inputs.iter().any(inside).then_some(block)
    }

    /// A word that `mapping` covers, and whose memory probes may touch: the first, the last, or any.
    pub fn word_of(&self, mapping: &Mapping, random: &mut Random) -> u64 {
        let first = mapping.output.max(self.memory.first);
        let last = (mapping.output + (mapping.bytes() - 1)).min(self.memory.last);
        let output = match random.below(4) {
            0 => first,
            1 => last,
            _ => Span::new(first, last).pick(random),
        };
        (mapping.input | (output & (mapping.bytes() - 1))) & !7
    }

    /// A word that is likely not mapped: just before or behind `mapping`, far away, or at an address that differs
    /// from one of `mapping` in one bit of an index.
    pub fn word_beside(&self, mapping: &Mapping, random: &mut Random) -> u64 {
        let address = match random.below(4) {
            0 => mapping.input.wrapping_sub(8),
            1 => mapping.last().wrapping_add(1),
            2 => random.pick(self.inputs).pick(random),
            _ => mapping.input ^ 1 << (12 + random.below(45)),
        };
        let word = address & !7;
        if self.inputs.iter().any(|span| span.holds(word)) { word } else { mapping.input }
    }
}

/// What is wrong in one mapping.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Mistake {
    /// It cannot be written, though it was asked for.
    Permission,
    /// It leads to the block next to the one that was asked for.
    Address,
    /// It is a page of the smallest size where a larger one was asked for.
    Level,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Permission, Self::Address, Self::Level];

    /// Its name in the options of an image.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Permission => "permission",
            Self::Address => "address",
            Self::Level => "level",
        }
    }

    /// The mistake of this [name](Self::name), if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mistake| mistake.name() == name)
    }

    /// A mapping with this mistake, if it can have it.
    #[must_use]
    pub fn made_in(self, right: Mapping) -> Option<Mapping> {
        match self {
            Self::Permission if right.permissions.contains(Permissions::READ | Permissions::WRITE) => {
                Some(Mapping { permissions: right.permissions.without(Permissions::WRITE), ..right })
            }
            Self::Address if right.shift == 12 => Some(Mapping { output: right.output ^ right.bytes(), ..right }),
            Self::Level if right.shift > 12 => Some(Mapping { shift: 12, ..right }),
            _ => None,
        }
    }
}

/// Up to `N` requested mappings, no two of which overlap.
#[derive(Clone, Debug)]
pub struct Plan<const N: usize> {
    mappings: [Mapping; N],
    count: usize,
}

impl<const N: usize> Plan<N> {
    /// Up to `N` random mappings: as many as find room at the first try or soon after.
    pub fn random(space: &Space<'_>, random: &mut Random) -> Self {
        let nothing = Mapping { input: 0, output: 0, shift: 12, permissions: Permissions::READ };
        let mut plan = Self { mappings: [nothing; N], count: 0 };
        for _ in 0..8 * N {
            if plan.count == N {
                break;
            }
            let neighbour = plan.mappings[..plan.count].get(random.below(2 * plan.count as u64) as usize).copied();
            if let Some(block) = space.block(random, neighbour) {
                plan.add(block);
            }
        }
        plan
    }

    /// Adds a mapping, if there is room for it and it overlaps none.
    fn add(&mut self, mapping: Mapping) {
        if self.mappings().iter().all(|other| !other.overlaps(&mapping))
            && let Some(slot) = self.mappings.get_mut(self.count)
        {
            *slot = mapping;
            self.count += 1;
        }
    }

    /// Forgets a mapping. Those behind it move up.
    ///
    /// # Panics
    /// If there is none of this number.
    pub fn remove(&mut self, index: usize) {
        self.mappings[index..self.count].rotate_left(1);
        self.count -= 1;
    }

    /// Requests other permissions of a mapping.
    ///
    /// # Panics
    /// If there is none of this number.
    pub fn protect(&mut self, index: usize, permissions: Permissions) {
        self.mappings[..self.count][index].permissions = permissions;
    }

    /// The mappings that are requested.
    #[must_use]
    pub fn mappings(&self) -> &[Mapping] {
        &self.mappings[..self.count]
    }

    /// What a probe must come to if every request was followed.
    #[must_use]
    pub fn expect(&self, probe: Probe) -> Expected {
        match self.mappings().iter().find(|mapping| mapping.covers(probe.address)) {
            None => Expected::Unmapped,
            Some(mapping) if mapping.permissions.allow(probe.kind, probe.privilege) => {
                Expected::Reaches(mapping.translate(probe.address))
            }
            Some(mapping) => Expected::Denied(mapping.permissions),
        }
    }

    /// The same list with one mistake in it, and where; `None` if no mapping can have it.
    #[must_use]
    pub fn planted(&self, mistake: Mistake) -> Option<(Self, usize)> {
        let (index, wrong) =
            self.mappings().iter().enumerate().find_map(|(index, &right)| Some((index, mistake.made_in(right)?)))?;
        let mut plan = self.clone();
        plan.mappings[index] = wrong;
        Some((plan, index))
    }
}
