//! A mapping, in the words of a message.

use core::fmt::{self, Write as _};
use pt_plan::{Mapping, Permissions};

/// A mapping, or that there is none.
#[derive(Copy, Clone, Debug)]
pub struct Shown(pub Option<Mapping>);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Mapping { input, output, shift, permissions }) = self.0 else {
            return f.write_str(", where nothing is mapped");
        };
        write!(f, ", page of 2^{shift} bytes from {input:#x} to {output:#x}, ")?;
        for (permission, letter) in
            [(Permissions::READ, 'R'), (Permissions::WRITE, 'W'), (Permissions::EXECUTE, 'X'), (Permissions::USER, 'U')]
        {
            f.write_char(if permissions.contains(permission) { letter } else { '-' })?;
        }
        Ok(())
    }
}
