//! The fields of formats: where each sits, what it is for, and what its values are.

use super::{
    Argument, Attributes, BitList, Conditional, LevelList, Module, Path, Segment, Spanned, Type, TypeForm, Values,
};
use proc_macro2::{Ident, Span};

/// A field. It sits at one place, or elsewhere at other levels.
pub struct Field {
    /// Documentation.
    pub attrs: Attributes,
    /// Its name.
    pub ident: Ident,
    /// Its type.
    pub ty: Type,
    /// Where it sits, one for each `#[bits]`.
    pub places: Vec<Place>,
}

/// One `#[bits]` of a field.
#[derive(Clone)]
pub struct Place {
    /// Which bits.
    pub bits: BitList,
    /// What they are for.
    pub role: Role,
    /// Where that is written: the value of the option, or the option; the bits, if there is none.
    pub role_span: Span,
    /// `levels(…)`; all levels of the format without it.
    pub levels: Option<LevelList>,
    /// `allows = …`: what a set field lets through.
    pub allows: Vec<Spanned<Permission>>,
    /// `denies = …`: what a set field does not let through.
    pub denies: Vec<Spanned<Permission>>,
    /// `written_by(…)`: who chooses the value.
    pub writers: Vec<Spanned<Party>>,
    /// `absent = N`: the value in absent entries.
    pub absent: Option<Spanned<u64>>,
    /// `values`: the type is a `#[values]` enum that is declared elsewhere.
    pub values: Option<Span>,
    /// `default = …`: the value in new entries.
    pub default: Option<Spanned<Default>>,
    /// `if = …, else = …`: the bits are this under a condition only.
    pub conditional: Option<Conditional>,
    /// The attribute.
    pub span: Span,
}

/// What a field is for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Role {
    /// A value that the owner of the table chooses.
    Value,
    /// The frame. `shift` is the lowest address bit it stores, if written; else the position of its lowest bit.
    Frame {
        /// `shift = N`.
        shift: Option<u32>,
    },
    /// Has this one value in this shape, which tells it from others.
    Tag(u64),
    /// Written by the CPU.
    Hardware(Option<HardwareBit>),
    /// Set in leaves that are several and map as one.
    Span(Spanning),
    /// Free for software.
    Software,
    /// Ignored by the CPU and left alone.
    Ignored,
    /// Must have this value.
    Reserved(u64),
    /// Unnamed bits that must all be one: `reserved_ones(…)`.
    ReservedOnes,
}

/// `span = N`, `napot = N`.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Spanning {
    /// How many leaves map as one.
    pub leaves: u64,
    /// They hold the frame of all of them, with a code in its low bits.
    pub coded: bool,
}

/// Which of the bits that the CPU writes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum HardwareBit {
    /// Set by any use of the entry.
    Accessed,
    /// Set by a store.
    Dirty,
}

/// What an entry may let through.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Permission {
    /// Loads.
    Read,
    /// Stores.
    Write,
    /// Instruction fetches.
    Execute,
    /// Accesses of user code.
    User,
    /// Instruction fetches of user code.
    UserExecute,
}

impl Permission {
    /// The word that declares it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Execute => "execute",
            Self::User => "user",
            Self::UserExecute => "user_execute",
        }
    }
}

/// Who writes to tables.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Party {
    /// The VMM.
    Vmm,
    /// The guest.
    Guest,
    /// The monitor.
    Monitor,
}

impl Party {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Vmm, Self::Guest, Self::Monitor];

    /// The word that declares it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Vmm => "vmm",
            Self::Guest => "guest",
            Self::Monitor => "monitor",
        }
    }

    /// Its name in a sentence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vmm => "the VMM",
            Self::Guest => "the guest",
            Self::Monitor => "the monitor",
        }
    }
}

/// A value of a field, as written: in a new entry, or in a state.
#[derive(Clone, Debug)]
pub enum Default {
    /// A number.
    Number(u64),
    /// `true` or `false`.
    Bool(bool),
    /// A variant of the enum that is the field's type, or a constant.
    Path(Path),
}

/// What kind of type a field has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FieldType {
    /// `()`: no accessors.
    Unit,
    /// `bool`.
    Bool,
    /// `u8` to `u64`, with its width.
    Integer(u32),
    /// `Bits<N>`, with `N` unless it is not a literal.
    Bits(Option<u32>),
    /// `Hpa`, or `RawGpa`: an address.
    Frame,
    /// A `#[values]` enum of the module.
    Values(Ident),
    /// A `#[states]` enum of the module.
    States(Ident),
    /// A `#[values]` enum that is declared elsewhere, so that its values are not known here.
    Foreign,
    /// Anything else that has `from_bits` and `into_bits`.
    Other,
}

impl Field {
    /// Where the field sits at this level.
    #[must_use]
    pub fn at(&self, level: &Ident) -> Option<&Place> {
        self.places.iter().find(|place| place.is_at(level))
    }

    /// The values that it may have, where those decide what an entry lets through.
    #[must_use]
    pub fn denying<'m>(&self, place: &Place, module: &'m Module) -> Option<&'m Values> {
        let FieldType::Values(name) = self.kind(module) else { return None };
        module.values(&name).filter(|values| place.role == Role::Value && values.deny())
    }

    /// Whether the field decides there what an entry lets through.
    #[must_use]
    pub fn decides(&self, place: &Place, module: &Module) -> bool {
        !place.allows.is_empty() || !place.denies.is_empty() || self.denying(place, module).is_some()
    }

    /// What kind of type it has.
    #[must_use]
    pub fn kind(&self, module: &Module) -> FieldType {
        if matches!(self.ty.form, TypeForm::Unit) {
            return FieldType::Unit;
        }
        let Some(last) = self.ty.last() else { return FieldType::Other };
        named(last).unwrap_or_else(|| {
            if self.places.iter().any(|place| place.values.is_some()) {
                FieldType::Foreign
            } else if module.values(&last.ident).is_some() {
                FieldType::Values(last.ident.clone())
            } else if module.states(&last.ident).is_some() {
                FieldType::States(last.ident.clone())
            } else {
                FieldType::Other
            }
        })
    }
}

fn named(segment: &Segment) -> Option<FieldType> {
    Some(match segment.ident.to_string().as_str() {
        "bool" => FieldType::Bool,
        "u8" => FieldType::Integer(8),
        "u16" => FieldType::Integer(16),
        "u32" => FieldType::Integer(32),
        "u64" => FieldType::Integer(64),
        "Hpa" | "RawGpa" => FieldType::Frame,
        "Bits" => FieldType::Bits(match segment.arguments.first() {
            Some(Argument::Number(bits)) => *bits,
            _ => None,
        }),
        _ => return None,
    })
}

impl Default {
    /// The number that it stands for in this field. `None` if only the compiler can tell: a constant of a type
    /// that is not declared here.
    #[must_use]
    pub fn number(&self, module: &Module, field: &Field) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Bool(value) => Some(u64::from(*value)),
            Self::Path(path) => {
                let name = &path.segments.last()?.ident;
                match field.kind(module) {
                    FieldType::Values(values) => {
                        let variants = &module.values(&values)?.values;
                        variants.iter().find(|value| value.ident == *name)?.number.map(|number| *number)
                    }
                    FieldType::States(states) => module.states(&states)?.get(name)?.code.map(|code| *code),
                    _ => None,
                }
            }
        }
    }
}

impl Place {
    /// Whether the place is one of this level.
    #[must_use]
    pub fn is_at(&self, level: &Ident) -> bool {
        self.levels.as_ref().is_none_or(|levels| levels.contains(level))
    }

    /// The value that the bits must have, in place, if there is only one.
    #[must_use]
    pub fn fixed(&self) -> Option<u128> {
        match self.role {
            Role::Tag(value) | Role::Reserved(value) => Some(self.bits.place(value)),
            Role::ReservedOnes => Some(self.bits.mask()),
            _ => None,
        }
    }
}
