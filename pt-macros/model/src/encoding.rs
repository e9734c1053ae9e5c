//! What the bits of an entry are in a state.

use super::{Field, Format, Layout, Module, Path, Role, Shape, State, States};
use proc_macro2::Ident;

/// The bits that tell a state from others, in place.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Encoding {
    /// Which bits.
    pub mask: u128,
    /// Their values.
    pub value: u128,
}

impl Encoding {
    /// Whether no entry has both encodings.
    #[must_use]
    pub const fn excludes(self, other: Self) -> bool {
        (self.value ^ other.value) & self.mask & other.mask != 0
    }
}

impl States {
    /// The format that entries in this state have: that of the state's shape among the formats of the table; if the
    /// state has a code, among those that hold it.
    #[must_use]
    pub fn format<'m>(&self, module: &'m Module, state: &State) -> Option<&'m Format> {
        let table = module.table(self.table.as_ref()?)?;
        if state.code.is_none() {
            return module.format_of(table, *state.shape?);
        }
        let holders = || {
            table.entries.iter().filter_map(|name| module.format(name)).filter(|format| self.field(format).is_some())
        };
        let of_shape = |format: &&Format| state.shape.is_some_and(|shape| format.has(*shape));
        holders().find(of_shape).or_else(|| holders().next())
    }

    /// The field of a format that holds the state.
    #[must_use]
    pub fn field<'m>(&self, format: &'m Format) -> Option<&'m Field> {
        let is_state = |field: &&Field| field.ty.path().and_then(Path::as_ident) == Some(&self.head.ident);
        format.fields.iter().find(is_state)
    }

    /// What an entry of this level is in `state`; `None` if the state does not occur there.
    ///
    /// A state with a code is that value of the format's state field, at every level of the format. Where states have
    /// no codes, a state is what the tags and the present bit of its shape's format are, unless its predicates say otherwise; it
    /// occurs at the levels that have its shape.
    #[must_use]
    pub fn encoding(&self, module: &Module, state: &State, level: &Ident) -> Option<Encoding> {
        let format = self.format(module, state)?;
        if let Some(code) = state.code {
            let place = self.field(format)?.at(level)?;
            return Some(Encoding { mask: place.bits.mask(), value: place.bits.place(*code) });
        }
        if self.has_codes() {
            return None;
        }
        let when = state.when.as_ref();
        let declared = module.level(level)?;
        let has_shape = match *state.shape? {
            Shape::Leaf => declared.leaf.is_some(),
            Shape::Table => declared.table.is_some(),
            Shape::Absent => true,
        };
        let here = when.and_then(|when| when.levels.as_ref()).is_none_or(|levels| levels.contains(level));
        if !has_shape || !here || !format.levels.contains(level) {
            return None;
        }
        let layout = Layout::of(module, format, *state.shape?, level);
        let tags = layout.slots.iter().filter(|slot| matches!(slot.role, Role::Tag(_)));
        let mut encoding = Encoding { mask: 0, value: 0 };
        for slot in tags {
            encoding.mask |= slot.mask;
            encoding.value |= slot.fixed.unwrap_or(0);
        }
        let present = format.present_bit(module).and_then(|bit| bit.at(level));
        if let Some(place) = present.filter(|_| state.shape.is_some_and(|shape| *shape != Shape::Absent)) {
            encoding.mask |= place.bits.mask();
            encoding.value |= place.bits.mask();
        }
        for (name, value) in when.map_or(&[][..], |when| &when.terms) {
            let field = format.field(name)?;
            let bits = &field.at(level)?.bits;
            encoding.mask |= bits.mask();
            encoding.value = encoding.value & !bits.mask() | bits.place(value.number(module, field)?);
        }
        Some(encoding)
    }
}
