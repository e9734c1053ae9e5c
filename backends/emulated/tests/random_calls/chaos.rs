//! Operations made up at random.

use crate::books::{check_books, check_locks};
use pt_emulated::Random;
use pt_emulated::tdx::Lock;
use pt_emulated::tdx::lock::Mode;
use pt_emulated::tdx::trace::layout::{TDR, tdvpr};
use pt_emulated::tdx::trace::{Answer, At, Misplaced, Operation, Script, Session, Settings};

/// Where random pages come from: the end of the control structures to 16 MiB behind it.
pub const PAGES: u64 = 0x4020_0000;
pub const HOST_PRIORITY: u16 = 1 << 1;

/// Makes operations up, and checks the module after each.
pub struct Chaos {
    random: Random,
    seed: u64,
    left: u32,
    pub settings: Settings,
    /// A few places, so that operations meet each other.
    pub bases: [u64; 2],
    /// The tables above them that are still to be added, the topmost last.
    upper: Vec<(u64, u64)>,
    held: Vec<(Lock, Mode)>,
    torn_down: bool,
    history: Vec<Operation>,
}

impl Chaos {
    pub fn new(seed: u64, operations: u32) -> Self {
        let mut random = Random::new(seed);
        let settings = match random.next() % 3 {
            0 => Settings { gpaw: false, levels: 5, vcpus: 2 },
            1 => Settings { gpaw: true, levels: 5, vcpus: 3 },
            _ => Settings { gpaw: false, levels: 4, vcpus: 2 },
        };
        let bases = [0, random.next() & 0x7fff_c000_0000];
        let levels = 1..u64::from(settings.levels);
        let upper =
            levels.flat_map(|level| bases.map(|base| (level, base >> (12 + 9 * level) << (12 + 9 * level)))).collect();
        let (held, history) = (Vec::new(), Vec::new());
        Self { random, seed, left: operations, settings, bases, upper, held, torn_down: false, history }
    }

    fn below(&mut self, number: u64) -> u64 {
        self.random.next() % number
    }

    fn gpa(&mut self) -> u64 {
        let base = self.bases[self.below(2) as usize];
        let offset = [0, 0x1000, 0x1f_f000, 0x20_0000, 0x20_1000, 0x3f_f000, 0x80_0000, 0x4000_0000];
        base + offset[self.below(8) as usize]
    }

    /// An address that its level can have, mostly.
    fn at(&mut self) -> At {
        let level = match self.below(40) {
            0 => 7,
            1 => 4,
            2 => 3,
            3..6 => 2,
            6..24 => 1,
            _ => 0,
        };
        let shift = if level == 0 || level > 4 { 12 } else { 12 + 9 * level };
        let gpa = self.gpa() >> shift << shift;
        At { gpa: if self.below(40) == 0 { gpa | 1 << self.below(64) } else { gpa }, level }
    }

    /// A page, mostly free.
    fn page(&mut self) -> u64 {
        match self.below(50) {
            0 => TDR.as_u64(),
            1 => tdvpr(0).as_u64(),
            2 => 0x7f00_0000,
            3 => self.random.next(),
            _ => PAGES + (self.below(512) << 12),
        }
    }

    fn block(&mut self) -> u64 {
        PAGES + 0x20_0000 + (self.below(8) << 21)
    }

    /// A page for a level.
    fn page_of(&mut self, at: At) -> u64 {
        if at.level == 1 { self.block() } else { self.page() }
    }

    fn register(&mut self) -> u64 {
        match self.below(6) {
            0 => self.random.next(),
            1 => TDR.as_u64(),
            2 => TDR.as_u64() | 1,
            3 => self.at().register(),
            4 => tdvpr(self.below(2) as u8).as_u64(),
            _ => self.page(),
        }
    }

    fn raw(&mut self) -> Operation {
        // Every leaf but TDH.VP.ENTER, which is an operation of its own, and some numbers that are no leaf.
        let leaf = 1 + self.below(100);
        let version = if self.below(4) == 0 { self.below(3) << 16 } else { 0 };
        let noise = if self.below(30) == 0 { 1 << self.below(64) } else { 0 };
        let leaf = leaf | version | noise;
        if leaf & 0xffff == 0 {
            return Operation::Track;
        }
        Operation::Seamcall { leaf, rcx: self.register(), rdx: self.register(), r8: self.register() }
    }

    fn vcpu(&mut self) -> u64 {
        self.below(u64::from(self.settings.vcpus))
    }

    fn lock(&mut self) -> (Lock, Mode) {
        let lock = [Lock::Tree, Lock::Epoch, Lock::OpState, Lock::Tdr][self.below(4) as usize];
        (lock, if self.below(2) == 0 { Mode::Shared } else { Mode::Exclusive })
    }

    pub fn operation(&mut self) -> Operation {
        let at = self.at();
        match self.below(64) {
            0..6 => Operation::SeptAdd { at: At { level: at.level.max(1), ..at }, hpa: self.page() },
            6..8 => Operation::SeptRd { at },
            8..10 => Operation::SeptRemove { at },
            10..12 => Operation::PageAdd { gpa: at.gpa, hpa: self.page(), src: 0x10_0000 },
            12..20 => Operation::PageAug { at, hpa: self.page_of(at) },
            20..24 => Operation::PageRemove { at },
            24..26 => Operation::PageRelocate { gpa: at.gpa, hpa: self.page() },
            26..31 => Operation::Block { at },
            31..34 => Operation::Unblock { at },
            34..37 => Operation::Track,
            37..39 => Operation::Demote { at, hpa: self.page() },
            39..41 => Operation::Promote { at },
            41 => Operation::Finalize,
            42 => Operation::Rdmd { hpa: self.page() },
            43 => Operation::Reclaim { hpa: self.page() },
            44..47 => Operation::Enter { vcpu: self.vcpu() },
            47..49 => Operation::Exit { vcpu: self.vcpu() },
            49..52 => Operation::Accept { vcpu: self.vcpu(), at },
            52..56 => Operation::Touch { vcpu: self.vcpu(), gpa: at.gpa, access: 1 << self.below(3) },
            56..58 => {
                let (lock, mode) = self.lock();
                Operation::Hold { lock, mode }
            }
            58 => Operation::Interrupt { polls: self.below(4) },
            59 => Operation::NoInterrupt,
            _ => self.raw(),
        }
    }

    /// The operations that led here, as a trace.
    pub fn trace(&self) -> String {
        let lines: Vec<_> = self.history.iter().map(|operation| format!("> {operation}")).collect();
        format!("seed {}\n{}", self.seed, lines.join("\n"))
    }
}

impl Script for Chaos {
    type Error = String;

    fn next(&mut self) -> Result<Option<Operation>, String> {
        if self.left == 0 && self.held.is_empty() && self.torn_down {
            return Ok(None);
        }
        self.left = self.left.saturating_sub(1);
        let operation = if self.history.is_empty() {
            Operation::Reset(self.settings)
        } else if let Some((level, base)) = self.upper.pop() {
            Operation::SeptAdd { at: At { gpa: base, level }, hpa: PAGES + ((600 + self.upper.len() as u64) << 12) }
        } else if let Some((lock, mode)) = self.held.pop_if(|_| self.left == 0 || self.random.next().is_multiple_of(4))
        {
            Operation::Drop { lock, mode }
        } else if self.left == 0 {
            self.torn_down = true;
            Operation::NoInterrupt
        } else {
            self.operation()
        };
        self.history.push(operation);
        Ok(Some(operation))
    }

    fn answered(&mut self, _: Operation, _: Answer, session: &Session<'_>) -> Result<(), String> {
        self.held = session.held().to_vec();
        let books = if self.history.len().is_multiple_of(64) || self.left == 0 { check_books(session) } else { Ok(()) };
        check_locks(self.history.last().copied(), session)
            .and(books)
            .map_err(|wrong| format!("{wrong}\n{}", self.trace()))
    }

    fn refused(&mut self, operation: Operation, reason: Misplaced) -> Result<(), String> {
        Err(format!("{operation}: {reason}"))
    }
}
