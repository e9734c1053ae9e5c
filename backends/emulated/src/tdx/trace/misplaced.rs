//! Operations that cannot be played where they stand.

use core::fmt;
use pt_tdx::{Leaf, Status};

/// Why an operation cannot be played.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Misplaced {
    /// There is no TD yet.
    NoTd,
    /// The TD has no such vCPU.
    NoVcpu {
        /// The vCPU.
        vcpu: u64,
        /// How many the TD has.
        vcpus: u8,
    },
    /// The TD cannot be built like this.
    Leaf {
        /// The leaf that refused.
        leaf: Leaf,
        /// What it answered.
        status: Status,
    },
}

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTd => f.write_str("there is no TD yet; expected `reset gpaw=G levels=L vcpus=N` before"),
            Self::NoVcpu { vcpu, vcpus: 0 } => write!(f, "no vCPU {vcpu:x}: this TD has none"),
            Self::NoVcpu { vcpu, vcpus: 1 } => write!(f, "no vCPU {vcpu:x}; expected 0, the only one of this TD"),
            Self::NoVcpu { vcpu, vcpus } => {
                write!(f, "no vCPU {vcpu:x}; expected one of this TD's vCPUs, 0 to {:x}", vcpus - 1)
            }
            Self::Leaf { leaf, status } => write!(f, "such a TD cannot be built: {leaf} answers {status}"),
        }
    }
}
impl core::error::Error for Misplaced {}
