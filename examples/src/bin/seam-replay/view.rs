//! The module's state in text: as comments of a trace, so that what is printed can be played again.

use pt_core::Hpa;
use pt_emulated::tdx::SeptEntry;
use pt_emulated::tdx::pamt::{PageSize, Record};
use pt_emulated::tdx::sept::Entry;
use pt_emulated::tdx::td::{Td, VcpuState};
use pt_emulated::tdx::trace::layout::{TDR, tdvpr};
use pt_emulated::tdx::trace::{Answer, Operation, Returned, Session};
use pt_tdx::{SeptLevel, Status};
use std::fmt;
use std::io::Write;
use std::sync::atomic::Ordering;

/// Appends the lines of an answer: that of a trace, or what an operation that looks at the module shows.
#[inline]
pub fn answer(operation: Operation, answer: Answer, session: &Session<'_>, names: bool, out: &mut Vec<u8>) {
    match operation {
        Operation::Dump => dump(session, out),
        Operation::Pamt { hpa } => pamt(session, hpa, out),
        _ if names => _ = writeln!(out, "{}", Named(answer)),
        _ => {
            answer.write(out);
            out.push(b'\n');
        }
    }
}

/// An answer with the name of its status as a comment.
pub struct Named(pub Answer);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Answer::Registers(Returned { values: [rax, ..], .. })
            | Answer::Exited(Returned { values: [rax, ..], .. }) => {
                write!(f, "{}  # {}", self.0, Status::from_bits(rax))
            }
            answer => write!(f, "{answer}"),
        }
    }
}

/// The state that an operation met or left: of the TD, of the entries on the way to its address, of its page.
pub fn around(operation: Operation, session: &Session<'_>, out: &mut Vec<u8>) {
    let lines = Lines { indent: "  ", session };
    lines.td(out);
    let (gpa, hpa) = operands(operation);
    if let Some((td, gpa)) = session.module().td(TDR).zip(gpa) {
        for entry in session.module().path(td, gpa & MOST_GPA, SeptLevel::Pt) {
            let _ = writeln!(out, "  {}", Shown(entry));
        }
    }
    if let Some(hpa) = hpa {
        lines.page(hpa, out);
    }
}

/// The address bits of an operand that names an entry.
const MOST_GPA: u64 = 0x000f_ffff_ffff_f000;

/// The guest-physical address and the page that an operation names.
const fn operands(operation: Operation) -> (Option<u64>, Option<u64>) {
    match operation {
        Operation::SeptAdd { at, hpa } | Operation::PageAug { at, hpa } | Operation::Demote { at, hpa } => {
            (Some(at.gpa), Some(hpa))
        }
        Operation::PageAdd { gpa, hpa, .. } | Operation::PageRelocate { gpa, hpa } => (Some(gpa), Some(hpa)),
        Operation::SeptRd { at }
        | Operation::SeptRemove { at }
        | Operation::PageRemove { at }
        | Operation::Block { at }
        | Operation::Unblock { at }
        | Operation::Promote { at }
        | Operation::Accept { at, .. } => (Some(at.gpa), None),
        Operation::Touch { gpa, .. } => (Some(gpa), None),
        Operation::Seamcall { rcx, r8, .. } => (Some(rcx), Some(r8)),
        Operation::Rdmd { hpa } | Operation::Reclaim { hpa } => (None, Some(hpa)),
        _ => (None, None),
    }
}

fn dump(session: &Session<'_>, out: &mut Vec<u8>) {
    Lines { indent: "# ", session }.td(out);
    let Some(td) = session.module().td(TDR) else { return };
    let mut run = Run { last: None, more: 0 };
    session.module().entries(td, &mut |entry| {
        if !run.takes(&entry) {
            run.end(out);
            let depth = 2 * (td.top().into_bits() - entry.level.into_bits()) as usize;
            let _ = writeln!(out, "# {:depth$}{}", "", Shown(entry));
        }
        run.last = Some(entry);
    });
    run.end(out);
}

/// Leaves that continue each other: the next address, the next page, otherwise the same.
struct Run {
    last: Option<SeptEntry>,
    /// How many of them were not printed.
    more: u64,
}

impl Run {
    fn takes(&mut self, entry: &SeptEntry) -> bool {
        let size = 1 << entry.level.shift();
        let continues = self.last.is_some_and(|last| {
            entry.entry.is_leaf()
                && entry.level == last.level
                && entry.gpa == last.gpa + size
                && entry.entry.bits() == last.entry.bits() + size
        });
        self.more += u64::from(continues);
        continues
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if let Some(last) = self.last.filter(|_| self.more > 0) {
            let _ = writeln!(out, "#         … and {} more, up to {:#x}", self.more, last.gpa);
        }
        self.more = 0;
    }
}

fn pamt(session: &Session<'_>, hpa: u64, out: &mut Vec<u8>) {
    Lines { indent: "# ", session }.page(hpa, out);
}

/// Lines that begin alike.
struct Lines<'a> {
    indent: &'static str,
    session: &'a Session<'a>,
}

impl Lines<'_> {
    /// The TD: states, tracking, locks that are held.
    fn td(&self, out: &mut Vec<u8>) {
        let Self { indent, session } = self;
        let Some(td) = session.module().td(TDR) else {
            let _ = writeln!(out, "{indent}no TD: its TDR page is not the root of one any more");
            return;
        };
        let _ = writeln!(out, "{indent}TD {:?}, {:?}, {} pages", td.lifecycle(), td.op_state(), children(td));
        let (current, inside) = (td.epoch.current(), [td.epoch.inside(0), td.epoch.inside(1)]);
        let _ = write!(out, "{indent}TD_EPOCH {current:#x}, vCPUs inside by parity {inside:?}");
        for vcpu in 0..session.settings().vcpus {
            let Some(state) = session.module().vcpu(tdvpr(vcpu)) else { continue };
            let _ = write!(out, ", vCPU {vcpu} {:?}", state.state());
            if state.state() == VcpuState::Active {
                let _ = write!(out, " since {:#x}", state.epoch.load(Ordering::Acquire));
            }
        }
        let tdr = session.module().record(TDR, PageSize::Small).map_or(0, |record| record.lock.bits());
        let _ = writeln!(
            out,
            "\n{indent}lock words: TDR {tdr:#x}, OP_STATE {:#x}, SEPT_TREE {:#x}, TD_EPOCH {:#x}",
            td.op_state_lock.bits(),
            td.tree_lock.bits(),
            td.epoch.lock.bits()
        );
    }

    /// The PAMT record of a page.
    fn page(&self, hpa: u64, out: &mut Vec<u8>) {
        let record = self.session.module().page(Hpa::new(hpa));
        let _ = match record {
            Some((size, record)) => writeln!(out, "{}page {hpa:#x}: {}", self.indent, Metadata(size, record)),
            None => writeln!(out, "{}page {hpa:#x}: in no TDMR", self.indent),
        };
    }
}

fn children(td: &Td) -> u64 {
    td.children.load(Ordering::Acquire)
}

/// A PAMT record.
struct Metadata<'a>(PageSize, &'a Record);

impl fmt::Display for Metadata<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(size, record) = self;
        let size = match size {
            PageSize::Small => "4K",
            PageSize::Large => "2M",
            PageSize::Huge => "1G",
        };
        let (kind, owner, epoch) = (record.kind(), record.owner().as_u64(), record.epoch());
        write!(f, "PAMT {size} {kind:?}, owner {owner:#x}, BEPOCH {epoch:#x}, lock word {:#x}", record.lock.bits())
    }
}

/// An entry of the Secure EPT.
struct Shown(SeptEntry);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SeptEntry { gpa, level, entry, .. } = self.0;
        write!(f, "{level} {gpa:#x}: {:#018x} ", entry.bits())?;
        match entry.state() {
            Some(state) => write!(f, "{state:?}")?,
            None => f.write_str("no state")?,
        }
        if entry.bits() & Entry::LOCK != 0 {
            f.write_str(", locked")?;
        }
        if entry.bits() & Entry::HOST_PRIORITY != 0 {
            f.write_str(", host priority")?;
        }
        Ok(())
    }
}
