//! A matrix: one call on one entry that was forced into a state.
//!
//! ```text
//! ## leaf=29 PAGE.REMOVE lvl=0 op_state=2 tracked=1
//! BLOCKED  op2 trk1 lvl0 -> 0000000000000000  FREE  raw=80e0000000000000 rcx=000000004000a000 rdx=0 dchld=-1
//! ## TDG.MEM.PAGE.ACCEPT lvl=1
//! FREE     lvl1 -> TDEXIT(EEQ=1 errlvl=1)  after=80e0000000000000
//! ```
//!
//! A header says what is called. A row says in which state the entry was, in which operation state the TD, whether the
//! entry was tracked, and its level; then the status, the entry afterwards, RCX and RDX, and by how much the number of
//! the TD's pages has changed. Of a call of the guest only the status is there, or what kind of TD exit it was.

mod play;
mod row;

pub use play::play;
pub use row::{Call, Expected, Row, Rows, is_matrix};
