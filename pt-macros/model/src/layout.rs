//! What each bit of a format is at one level, with the reserved bits that follow from the alignment of a leaf.

use super::{ClassBits, Field, Format, Module, Party, Place, Role, Shape, Spanned};
use proc_macro2::{Ident, Span};

/// A format at one level, as one shape.
pub struct Layout<'a> {
    /// The described bits, in the order of the declaration: fields, bits without a name, derived bits. They
    /// overlap where the declaration is wrong.
    pub slots: Vec<Slot<'a>>,
}

/// Described bits.
#[derive(Copy, Clone)]
pub struct Slot<'a> {
    /// Which bits, in place. Of the frame of a leaf, only those at or above the alignment of the level.
    pub mask: u128,
    /// What they are for.
    pub role: Role,
    /// The value they must have, in place, where they have only one.
    pub fixed: Option<u128>,
    /// What describes them.
    pub source: Source<'a>,
    /// Where that is written.
    pub span: Span,
}

/// What describes bits.
#[derive(Copy, Clone)]
pub enum Source<'a> {
    /// A field, at one of its places.
    Field(&'a Field, &'a Place),
    /// A class of the struct: `reserved(…)` and so on.
    Class(&'a ClassBits),
    /// Frame bits that are below the alignment of a leaf at this level, so that they must be zero.
    Alignment,
}

impl<'a> Source<'a> {
    /// Who writes the bits, as declared.
    #[must_use]
    pub fn writers(&self) -> &'a [Spanned<Party>] {
        match self {
            Self::Field(_, place) => &place.writers,
            Self::Class(class) => &class.writers,
            Self::Alignment => &[],
        }
    }
}

impl<'a> Layout<'a> {
    /// The format at this level. As a leaf, the frame bits below the level's alignment are reserved, unless
    /// something else of this level claims them.
    #[must_use]
    pub fn of(module: &Module, format: &'a Format, shape: Shape, level: &Ident) -> Self {
        let fields = format.fields.iter().flat_map(|field| {
            field.places.iter().filter(|place| place.is_at(level)).map(move |place| Slot {
                mask: place.bits.mask(),
                role: place.role,
                fixed: place.fixed(),
                source: Source::Field(field, place),
                span: place.bits.span,
            })
        });
        let at_level = |class: &&ClassBits| class.levels.as_ref().is_none_or(|levels| levels.contains(level));
        let classes = format.classes.iter().filter(at_level).map(|class| Slot {
            mask: class.bits.mask(),
            role: class.role,
            fixed: match class.role {
                Role::Reserved(_) => Some(0),
                Role::ReservedOnes => Some(class.bits.mask()),
                _ => None,
            },
            source: Source::Class(class),
            span: class.bits.span,
        });
        let mut slots: Vec<Slot<'a>> = fields.chain(classes).collect();
        if shape == Shape::Leaf
            && let Some(shift) = module.shift(format, level)
        {
            align(&mut slots, shift);
        }
        Self { slots }
    }

    /// The format at this level, for every shape it has there: what is emitted. Where it is a leaf and a table at
    /// once, the frame may be any table's.
    #[must_use]
    pub fn merged(module: &Module, format: &'a Format, level: &Ident) -> Self {
        let table_here = format.has(Shape::Table) && module.level(level).is_none_or(|level| level.table.is_some());
        let leaf = format.has(Shape::Leaf) && !table_here;
        Self::of(module, format, if leaf { Shape::Leaf } else { Shape::Table }, level)
    }

    /// The bits of the slots that `choose` picks.
    #[must_use]
    pub fn mask(&self, choose: impl Fn(&Slot<'a>) -> bool) -> u128 {
        self.slots.iter().filter(|slot| choose(slot)).fold(0, |mask, slot| mask | slot.mask)
    }

    /// The frame bits, in place.
    #[must_use]
    pub fn frame(&self) -> u128 {
        self.mask(|slot| matches!(slot.role, Role::Frame { .. }))
    }

    /// The bits that have only one value.
    #[must_use]
    pub fn fixed(&self) -> u128 {
        self.mask(|slot| slot.fixed.is_some())
    }

    /// Those of the [`fixed`](Self::fixed) bits that are one.
    #[must_use]
    pub fn ones(&self) -> u128 {
        self.slots.iter().fold(0, |mask, slot| mask | slot.fixed.unwrap_or(0))
    }

    /// The field with its frame.
    #[must_use]
    pub fn frame_place(&self) -> Option<(&'a Field, &'a Place)> {
        self.slots.iter().find_map(|slot| match slot.source {
            Source::Field(field, place) if matches!(slot.role, Role::Frame { .. }) => Some((field, place)),
            _ => None,
        })
    }
}

/// Takes the bits below `shift` out of the frame, and reserves those that nothing else claims.
fn align(slots: &mut Vec<Slot<'_>>, shift: u32) {
    let claimed =
        slots.iter().filter(|slot| !matches!(slot.role, Role::Frame { .. })).fold(0, |mask, slot| mask | slot.mask);
    let mut derived = Vec::new();
    for slot in slots.iter_mut() {
        let (Role::Frame { .. }, Source::Field(_, place)) = (slot.role, slot.source) else { continue };
        let low = place.below(shift);
        slot.mask &= !low;
        derived.push(Slot {
            mask: low & !claimed,
            role: Role::Reserved(0),
            fixed: Some(0),
            source: Source::Alignment,
            span: slot.span,
        });
    }
    slots.extend(derived.into_iter().filter(|slot| slot.mask != 0));
}

impl Place {
    /// The address bit that the lowest bit of a frame field stores.
    #[must_use]
    pub fn frame_shift(&self) -> u32 {
        match self.role {
            Role::Frame { shift: Some(shift) } => shift,
            _ => self.bits.ranges.first().map_or(0, |range| range.low),
        }
    }

    /// The bits of a frame field, in place, that store address bits below `shift`.
    #[must_use]
    pub fn below(&self, shift: u32) -> u128 {
        let count = shift.saturating_sub(self.frame_shift());
        self.bits.place(if count >= 64 { u64::MAX } else { (1 << count) - 1 })
    }
}
