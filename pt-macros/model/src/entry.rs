//! The `#[entry]` structs: formats of entries.

use super::{BitList, Field, FieldType, Head, Illegal, LevelList, Module, Party, Role, Spanned};
use proc_macro2::{Ident, Span};

/// The format of one shape of entry, or of several.
pub struct Format {
    /// Name and attributes.
    pub head: Head,
    /// It is a `#[register]`: it has no shapes and no levels but one of its own.
    pub register: bool,
    /// `leaf`, `table`, `absent`.
    pub shapes: Vec<Spanned<Shape>>,
    /// `levels(…)`. Empty if it is missing (and was reported).
    pub levels: LevelList,
    /// `word = u64 | u128`.
    pub word: Word,
    /// When an entry is present.
    pub presence: Option<Spanned<Presence>>,
    /// Bits without a name: `reserved(…)`, `ignored(…)` and so on.
    pub classes: Vec<ClassBits>,
    /// `illegal(…)`: entries that are malformed.
    pub illegal: Vec<Illegal>,
    /// The fields, in their order.
    pub fields: Vec<Field>,
}

/// What an entry points to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A page.
    Leaf,
    /// A table.
    Table,
    /// Nothing.
    Absent,
}

impl Shape {
    /// The word that declares it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Leaf => "leaf",
            Self::Table => "table",
            Self::Absent => "absent",
        }
    }
}

/// The integer that an entry is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Word {
    /// `u64`.
    U64,
    /// `u128`: a format alone, that no table uses.
    U128,
}

impl Word {
    /// The bits of the word.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::U64 => 64,
            Self::U128 => 128,
        }
    }

    /// All bits of the word.
    #[must_use]
    pub const fn mask(self) -> u128 {
        u128::MAX >> (128 - self.bits())
    }
}

/// When an entry is present.
#[derive(Clone, Debug)]
pub enum Presence {
    /// `present = a | b | c`: when any bit of these fields is set. A tag field has to equal its tag.
    Any(Vec<Ident>),
    /// `present = always`: something else decides.
    Always,
    /// `state = Enum`: the state decides, and the shape with it.
    State(Ident),
}

/// Bits without a name.
#[derive(Clone)]
pub struct ClassBits {
    /// Their class: [`Role::Reserved`], [`Role::Ignored`], [`Role::Software`] or [`Role::Hardware`].
    pub role: Role,
    /// Which bits.
    pub bits: BitList,
    /// `levels(…)`; all levels of the format without it.
    pub levels: Option<LevelList>,
    /// `written_by(…)`.
    pub writers: Vec<Spanned<Party>>,
    /// The option.
    pub span: Span,
}

impl Format {
    /// The attribute that declares it.
    #[must_use]
    pub const fn attribute(&self) -> &'static str {
        if self.register { "register" } else { "entry" }
    }

    /// Whether entries of this shape have this format.
    #[must_use]
    pub fn has(&self, shape: Shape) -> bool {
        self.shapes.iter().any(|have| **have == shape)
    }

    /// The `bool` field that alone says that an entry is present: it is set in every entry of the format.
    #[must_use]
    pub fn present_bit(&self, module: &Module) -> Option<&Field> {
        match self.presence.as_deref()? {
            Presence::Any(names) if names.len() == 1 => {
                self.field(&names[0]).filter(|field| field.kind(module) == FieldType::Bool)
            }
            _ => None,
        }
    }

    /// The field with this name.
    #[must_use]
    pub fn field(&self, name: &Ident) -> Option<&Field> {
        self.fields.iter().find(|field| field.ident == *name)
    }
}
