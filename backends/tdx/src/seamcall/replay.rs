//! Answering from a record.

use super::record::describe;
use super::{Exchange, Registers, Seamcall, Unavailable};
use crate::status::Status;
use core::cell::Cell;
use core::fmt;

/// Answers the calls of a record, in its order.
///
/// The caller has to make exactly the recorded calls, in all registers. At the first one that differs the replay ends:
/// that call and all later ones are [`Unavailable::NotRecorded`], and [`departure`](Self::departure) says where it was. A
/// replay is one thread's: there is no telling in which order the calls of several were recorded.
///
/// ```
/// use pt_tdx::seamcall::{Exchange, Registers, Replayer, Seamcall};
/// use pt_tdx::{Leaf, Status};
///
/// let call = Registers { rcx: 0x4000_0000, ..Registers::call(Leaf::MemTrack) };
/// let record = [Exchange { call, answer: Ok(Registers { rax: 0, ..call }) }];
/// let module = Replayer::new(&record);
///
/// let mut registers = Registers { rcx: 0x4000_1000, ..Registers::call(Leaf::MemTrack) };
/// assert!(module.seamcall(&mut registers).is_err());
/// assert_eq!(
///     module.departure().map(|departure| departure.to_string()).as_deref(),
///     Some(
///         "call 0: expected TDH.MEM.TRACK rax=0x26 rcx=0x40000000, \
///          found TDH.MEM.TRACK rax=0x26 rcx=0x40001000 (rcx)"
///     )
/// );
/// ```
#[derive(Debug)]
pub struct Replayer<'a> {
    record: &'a [Exchange],
    next: Cell<usize>,
    departure: Cell<Option<Departure>>,
}

impl<'a> Replayer<'a> {
    /// Answers from the beginning of `record`.
    #[must_use]
    pub const fn new(record: &'a [Exchange]) -> Self {
        Self { record, next: Cell::new(0), departure: Cell::new(None) }
    }

    /// How many calls were answered.
    #[must_use]
    pub fn position(&self) -> usize {
        self.next.get()
    }

    /// Where the caller departed from the record; that calls are left is a departure too. `None` after exactly the
    /// calls of the record, to its end.
    #[must_use]
    pub fn departure(&self) -> Option<Departure> {
        let position = self.position();
        let rest = self.record.get(position);
        let early = rest.map(|exchange| Departure { position, expected: Some(exchange.call), found: None });
        self.departure.get().or(early)
    }
}

impl Seamcall for Replayer<'_> {
    fn seamcall(&self, registers: &mut Registers) -> Result<Status, Unavailable> {
        if self.departure.get().is_some() {
            return Err(Unavailable::NotRecorded);
        }
        let position = self.position();
        match self.record.get(position) {
            Some(exchange) if exchange.call == *registers => {
                self.next.set(position + 1);
                *registers = exchange.answer?;
                Ok(Status::from_bits(registers.rax))
            }
            other => {
                let expected = other.map(|exchange| exchange.call);
                self.departure.set(Some(Departure { position, expected, found: Some(*registers) }));
                Err(Unavailable::NotRecorded)
            }
        }
    }
}

/// Where a caller departed from a record.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Departure {
    /// Which call of the record, counted from 0.
    pub position: usize,
    /// The call in the record; `None` if the record was at its end.
    pub expected: Option<Registers>,
    /// The call that was made; `None` if no more calls were made.
    pub found: Option<Registers>,
}

/// `call 2: expected TDH.MEM.TRACK rax=0x26 rcx=0x40000000, found TDH.MEM.PAGE.AUG rax=0x6 rcx=0x1000 (rax, rcx)`,
/// with the names of the registers that differ.
impl fmt::Display for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |call: &Option<Registers>, f: &mut fmt::Formatter<'_>| match call {
            Some(call) => describe(call, f),
            None => f.write_str("no call"),
        };
        write!(f, "call {}: expected ", self.position)?;
        side(&self.expected, f)?;
        f.write_str(", found ")?;
        side(&self.found, f)?;
        let (Some(expected), Some(found)) = (&self.expected, &self.found) else { return Ok(()) };
        let pairs = expected.named().into_iter().zip(found.named());
        let mut different = pairs.filter(|(one, other)| one != other).map(|((name, _), _)| name);
        f.write_str(" (")?;
        different.next().map_or(Ok(()), |name| f.write_str(name))?;
        different.try_for_each(|name| write!(f, ", {name}"))?;
        f.write_str(")")
    }
}

impl core::error::Error for Departure {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaf::Leaf;
    use crate::seamcall::Recorder;
    use std::cell::RefCell;
    use std::string::ToString;
    use std::vec::Vec;

    fn track(tdr: u64) -> Registers {
        Registers { rcx: tdr, ..Registers::call(Leaf::MemTrack) }
    }

    fn exchanges() -> [Exchange; 3] {
        let busy = Registers { rax: 0x8000_0201_0000_0000, ..track(0x4000_0000) };
        [
            Exchange { call: track(0x4000_0000), answer: Ok(Registers { rax: 0, ..track(0x4000_0000) }) },
            Exchange { call: track(0x4000_0000), answer: Ok(busy) },
            Exchange { call: track(0x5000_0000), answer: Err(Unavailable::VmFailInvalid) },
        ]
    }

    #[test]
    fn what_a_recorder_wrote_a_replayer_answers() {
        let source = exchanges();
        let copy = RefCell::new(Vec::new());
        let recorder = Recorder::new(Replayer::new(&source), |exchange: &Exchange| copy.borrow_mut().push(*exchange));
        let mut statuses = Vec::new();
        for exchange in &source {
            let mut registers = exchange.call;
            statuses.push(recorder.seamcall(&mut registers));
            assert_eq!(registers, exchange.answer.unwrap_or(exchange.call));
        }
        let busy = Status::from(crate::StatusCode::PreviousTlbEpochBusy);
        assert_eq!(statuses, [Ok(Status::SUCCESS), Ok(busy), Err(Unavailable::VmFailInvalid)]);
        assert_eq!(*copy.borrow(), source);
        assert_eq!(recorder.inner().departure(), None);
    }

    #[test]
    fn a_different_call_ends_the_replay_and_is_shown() {
        let record = exchanges();
        let replayer = Replayer::new(&record);
        assert!(replayer.seamcall(&mut track(0x4000_0000)).is_ok());
        let mut wrong = Registers { rdx: 1, ..track(0x6000_0000) };
        assert_eq!(replayer.seamcall(&mut wrong), Err(Unavailable::NotRecorded));
        assert_eq!(replayer.seamcall(&mut track(0x4000_0000)), Err(Unavailable::NotRecorded), "it does not go on");
        let departure = replayer.departure().expect("a departure");
        assert_eq!((departure.position, departure.expected), (1, Some(track(0x4000_0000))));
        assert_eq!(
            departure.to_string(),
            "call 1: expected TDH.MEM.TRACK rax=0x26 rcx=0x40000000, \
             found TDH.MEM.TRACK rax=0x26 rcx=0x60000000 rdx=0x1 (rcx, rdx)"
        );
    }

    #[test]
    fn too_few_and_too_many_calls_are_departures() {
        let record = exchanges();
        let replayer = Replayer::new(&record[..1]);
        let early = replayer.departure().expect("nothing was called");
        assert_eq!(early.to_string(), "call 0: expected TDH.MEM.TRACK rax=0x26 rcx=0x40000000, found no call");
        assert!(replayer.seamcall(&mut track(0x4000_0000)).is_ok());
        assert_eq!(replayer.departure(), None);
        assert!(replayer.seamcall(&mut track(0x4000_0000)).is_err());
        let late = replayer.departure().expect("one call too many");
        assert_eq!(late.to_string(), "call 1: expected no call, found TDH.MEM.TRACK rax=0x26 rcx=0x40000000");
    }
}
