//! Where the key of a TD is in its life.

/// The state of the TD's key.
///
/// TDX module 1.5 base specification, TD life cycle (`LIFECYCLE_STATE`).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Lifecycle {
    /// It has a key identifier.
    KeyIdAssigned = 0,
    /// The key is on every package: the TD can be built and run.
    KeysConfigured = 1,
    /// No vCPU can run any more, and the key is to be flushed.
    Blocked = 2,
    /// The key is gone: pages can be taken back.
    Teardown = 3,
}

impl Lifecycle {
    pub(crate) const fn from_bits(bits: u8) -> Self {
        match bits {
            0 => Self::KeyIdAssigned,
            1 => Self::KeysConfigured,
            2 => Self::Blocked,
            _ => Self::Teardown,
        }
    }
}
