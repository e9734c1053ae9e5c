//! Private pages through the freeze protocol.
pub fn all() {}
