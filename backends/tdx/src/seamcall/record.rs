//! Writing calls and answers down.

use super::{Registers, Seamcall, Unavailable};
use crate::status::Status;
use core::fmt;

/// One call and its answer.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Exchange {
    /// The registers before the call.
    pub call: Registers,
    /// The registers after it, the status in RAX; or why no module took it.
    pub answer: Result<Registers, Unavailable>,
}

/// `TDH.MEM.TRACK rax=0x26 rcx=0x40000000 -> TDX_SUCCESS rax=0x0 rcx=0x40000000`.
impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        describe(&self.call, f)?;
        match &self.answer {
            Ok(answer) => write!(f, " -> {} {answer}", Status::from_bits(answer.rax)),
            Err(unavailable) => write!(f, " -> {unavailable}"),
        }
    }
}

/// `TDH.MEM.TRACK rax=0x26 rcx=0x40000000`.
pub(super) fn describe(call: &Registers, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match call.leaf() {
        Some(leaf) => write!(f, "{leaf} {call}"),
        None => write!(f, "{call}"),
    }
}

/// Where a [`Recorder`] writes to: a ring, a file, a `Vec` behind a lock.
///
/// Calls from several processors end in any order and are written in that order; only a sink can say more, by what it
/// adds to them.
pub trait Sink {
    /// Takes one exchange.
    fn record(&self, exchange: &Exchange);
}

impl<F: Fn(&Exchange)> Sink for F {
    fn record(&self, exchange: &Exchange) {
        self(exchange);
    }
}

/// Passes calls on, and gives each of them with its answer to a sink.
///
/// ```
/// use pt_tdx::seamcall::{Exchange, Recorder, Registers, Replayer, Seamcall};
/// use pt_tdx::{Leaf, Status};
/// use std::cell::RefCell;
///
/// # let call = Registers { rcx: 0x4000_0000, ..Registers::call(Leaf::MemTrack) };
/// # let answered = [Exchange { call, answer: Ok(Registers { rax: 0, ..call }) }];
/// # let module = Replayer::new(&answered);
/// let record = RefCell::new(Vec::new());
/// let module = Recorder::new(module, |exchange: &Exchange| record.borrow_mut().push(*exchange));
/// let mut registers = Registers { rcx: 0x4000_0000, ..Registers::call(Leaf::MemTrack) };
/// assert_eq!(module.seamcall(&mut registers), Ok(Status::SUCCESS));
/// assert_eq!(record.borrow().len(), 1);
/// ```
#[derive(Debug)]
pub struct Recorder<S, K> {
    seamcall: S,
    sink: K,
}

impl<S: Seamcall, K: Sink> Recorder<S, K> {
    /// Records the calls to `seamcall` into `sink`.
    pub const fn new(seamcall: S, sink: K) -> Self {
        Self { seamcall, sink }
    }

    /// What answers the calls. Calls made to it directly are not recorded.
    pub const fn inner(&self) -> &S {
        &self.seamcall
    }
}

impl<S: Seamcall, K: Sink> Seamcall for Recorder<S, K> {
    fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable> {
        let call = *registers;
        let result = self.seamcall.seamcall(registers);
        self.sink.record(&Exchange { call, answer: result.map(|_| *registers) });
        result
    }
}
