//! What a new entry holds.

use super::{Field, Format, Layout, Module, Place, Source};
use proc_macro2::Ident;

impl Format {
    /// A new entry of a level, as far as it is known here: present, with the defaults and the bits that must be one.
    #[must_use]
    pub fn template(&self, module: &Module, level: &Ident) -> u128 {
        Layout::merged(module, self, level).template(module, self).0
    }
}

impl<'a> Layout<'a> {
    /// The bits of a new entry of `format`, and the fields with a default that only the compiler knows.
    #[must_use]
    pub fn template(&self, module: &Module, format: &Format) -> (u128, Vec<(&'a Field, &'a Place)>) {
        let present = format.present_bit(module).map(|bit| &bit.ident);
        let (mut known, mut unknown) = (self.ones(), Vec::new());
        for slot in &self.slots {
            let Source::Field(field, place) = slot.source else { continue };
            if Some(&field.ident) == present {
                known |= slot.mask;
            } else if let Some(default) = place.default.as_deref().filter(|_| slot.fixed.is_none()) {
                match default.number(module, field) {
                    Some(number) => known |= place.bits.place(number),
                    None => unknown.push((field, place)),
                }
            }
        }
        (known, unknown)
    }
}
