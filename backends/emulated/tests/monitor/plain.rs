//! A small declaration, written by hand as the macro would emit it: a monitor without pending pages, whose leaves
//! can be read at once.

use pt_core::Hpa;
use pt_core::level::Levels;
use pt_core::states::{PhaseName, Shape, States, Transition};
use pt_emulated::monitor::{AddressSpace, ProtectedFormat};

#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    Pml4,
    Pdpt,
    Pd,
    Pt,
}

impl Levels for Level {
    const ALL: &'static [Self] = &[Self::Pt, Self::Pd, Self::Pdpt, Self::Pml4];
    fn number(self) -> u8 {
        3 - self as u8
    }
    fn shift(self) -> u32 {
        12 + 9 * u32::from(self.number())
    }
    fn name(self) -> &'static str {
        ["Pml4", "Pdpt", "Pd", "Pt"][self as usize]
    }
}

/// 48 address bits, bit 47 set in shared addresses.
pub const SPACE: AddressSpace<Level> = AddressSpace { root: Level::Pml4, width: 48, shared: 1 << 47 };

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Method {
    Link,
    Map,
    Block,
    Unblock,
    Remove,
    Unlink,
    Split,
    Merge,
    Track,
    Reclaim,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Plain {
    Free,
    Table,
    TableBlocked,
    Mapped,
    Blocked,
}

impl States for Plain {
    type Method = Method;
    type Phase = PhaseName;
    type Levels = Level;
    const ALL: &'static [Self] = &[Self::Free, Self::Table, Self::TableBlocked, Self::Mapped, Self::Blocked];
    const INITIAL: Self = Self::Free;
    const TRANSITIONS: &'static [Transition<Self, Method>] = &[
        Transition::host(Self::Free, Self::Table, Method::Link),
        Transition::host(Self::Free, Self::Mapped, Method::Map),
        Transition::host(Self::Table, Self::TableBlocked, Method::Block),
        Transition::host(Self::TableBlocked, Self::Free, Method::Unlink).after_track(),
        Transition::host(Self::TableBlocked, Self::Table, Method::Unblock).after_track(),
        Transition::host(Self::TableBlocked, Self::Mapped, Method::Merge).during(&[PhaseName::Run]).after_track(),
        Transition::host(Self::Mapped, Self::Blocked, Method::Block),
        Transition::host(Self::Blocked, Self::Free, Method::Remove).after_track().lossy(),
        Transition::host(Self::Blocked, Self::Mapped, Method::Unblock).after_track(),
        Transition::host(Self::Blocked, Self::Table, Method::Split).after_track(),
    ];
    fn name(self) -> &'static str {
        ["Free", "Table", "TableBlocked", "Mapped", "Blocked"][self as usize]
    }
    fn shape(self) -> Shape {
        match self {
            Self::Free => Shape::Absent,
            Self::Table | Self::TableBlocked => Shape::Table,
            Self::Mapped | Self::Blocked => Shape::Leaf,
        }
    }
    fn is_accessible(self) -> bool {
        matches!(self, Self::Table | Self::Mapped)
    }
    fn is_blocked(self) -> bool {
        matches!(self, Self::TableBlocked | Self::Blocked)
    }
    fn apply(self, raw: u64, _: Level) -> u64 {
        raw & !(7 << 52) | (self as u64) << 52
    }
    fn decode(raw: u64, _: Level) -> Option<Self> {
        Self::ALL.get((raw >> 52 & 7) as usize).copied()
    }
}

/// EPT-like: RWX in 2:0, leaf in 7, lock in 11, frame in 51:12, state in 54:52.
pub enum PlainFormat {}

impl ProtectedFormat for PlainFormat {
    type States = Plain;
    const LOCK: u64 = 1 << 11;
    fn entry(state: Plain, frame: Hpa, _: Level) -> u64 {
        let access = if state.is_accessible() { 7 } else { 0 };
        let leaf = if state.shape() == Shape::Leaf { 0xb0 } else { 0 };
        1 << 63 | frame.as_u64() | leaf | access
    }
    fn frame(entry: u64) -> Hpa {
        Hpa::new(entry & 0x000f_ffff_ffff_f000)
    }
    fn disclose(entry: u64, _: Level) -> u64 {
        entry
    }
    fn serves(method: Method, level: Level) -> bool {
        match method {
            Method::Link | Method::Unlink => level != Level::Pt,
            Method::Map | Method::Remove => level >= Level::Pd,
            Method::Split | Method::Merge => level == Level::Pd,
            _ => true,
        }
    }
    fn interruptible(method: Method) -> bool {
        matches!(method, Method::Split | Method::Merge)
    }
}
