//! Tables whose entries are a few bits each, several to a word: by an arithmetic of the tests' own.

use crate::packed::tables::{Access, Gpi, Granules, Megapages};

#[pt_macros::page_tables]
pub mod tables {
    /// Who may access a granule: Arm ARM D9.4.1, GPI.
    #[values]
    pub enum Gpi {
        NoAccess = 0b0000,
        Secure = 0b1000,
        NonSecure = 0b1001,
        Root = 0b1010,
        Realm = 0b1011,
        Any = 0b1111,
    }

    /// A granules descriptor, the entry of a level 1 granule protection table: Arm ARM D9.4.1.
    #[packed(bits = 4)]
    pub struct Granules(Gpi);

    /// What a supervisor domain may do.
    #[values]
    pub enum Access {
        Nothing = 0,
        Execute = 1,
        Write = 2,
        All = 3,
    }

    /// A word of a table of 2-bit entries.
    #[packed(bits = 2)]
    pub struct Megapages(Access);
}

const GPIS: [Gpi; 6] = [Gpi::NoAccess, Gpi::Secure, Gpi::NonSecure, Gpi::Root, Gpi::Realm, Gpi::Any];

#[test]
fn each_granule_has_a_nibble() {
    for before in GPIS {
        let word = Granules::filled(before);
        for (index, gpi) in (0..Granules::ENTRIES).flat_map(|index| GPIS.map(|gpi| (index, gpi))) {
            let changed = word.with(index, gpi).expect("an entry");
            let nibble = |at: u32| if at == index { gpi as u64 } else { before as u64 };
            let expected = (0..16).rev().fold(0, |bits, at| bits << 4 | nibble(at));
            assert_eq!(changed.bits(), expected, "{before:?}, {index}: {gpi:?}");
            assert_eq!(Granules::from_bits(expected), changed);
            let read = (0..16).map(|at| changed.get(at).map(|gpi| gpi as u64));
            assert!(read.eq((0..16).map(|at| Some(nibble(at)))), "{changed:?}");
        }
        assert_eq!((word.with(16, Gpi::Any), word.get(16)), (None, None));
    }
}

#[test]
fn values_without_a_name_are_kept() {
    let word = Granules::from_bits(0x0000_0000_0000_0081);
    assert_eq!((word.get(0), word.get(1)), (None, Some(Gpi::Secure)));
    assert_eq!(word.packed().get(0).map(pt_core::Bits::get), Some(1));
    assert_eq!(word.with(2, Gpi::Any).map(Granules::bits), Some(0xf81));
    assert!(format!("{word:?}").ends_with("NoAccess]"), "{word:?}");
}

#[test]
fn entries_of_two_bits() {
    const WORD: Megapages = Megapages::filled(Access::Write);
    assert_eq!((Megapages::ENTRIES, WORD.bits()), (32, 0xaaaa_aaaa_aaaa_aaaa));
    assert_eq!(WORD.with(31, Access::All).map(Megapages::bits), Some(0xeaaa_aaaa_aaaa_aaaa));
    assert_eq!(Megapages::position(37), (1, 5));
}
