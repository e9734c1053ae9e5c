//! x86-64: SDM 3A tables 4-14 to 4-20, and the flags of the `x86_64` crate.

use crate::codec::{raw_values, table};
use ::x86_64::structures::paging::PageTableFlags;
use pt_mmu::seed;
use pt_plan::Random;
use pt_x86_64::{PageEntry, Pd, Pdpt, Pml4, Pml5, Pt, TableEntry};

#[test]
fn entries_are_what_the_manual_says() {
    let random = &mut Random::new(seed("codecs, x86-64"));
    table!(PageEntry<Pt> {
        present with_present [0..=0]; write with_write [1..=1]; user with_user [2..=2];
        write_through with_write_through [3..=3]; cache_disable with_cache_disable [4..=4];
        accessed with_accessed [5..=5]; dirty with_dirty [6..=6]; pat with_pat [7..=7]; global with_global [8..=8];
        frame with_frame [12..=51] << 12; protection_key with_protection_key [59..=62];
        no_execute with_no_execute [63..=63]; available with_available [9..=11, 52..=58];
    })
    .check("PTE", random);
    macro_rules! large {
        ($level:ty, $shift:literal) => {
            table!(PageEntry<$level> {
                present with_present [0..=0]; write with_write [1..=1]; user with_user [2..=2];
                write_through with_write_through [3..=3]; cache_disable with_cache_disable [4..=4];
                accessed with_accessed [5..=5]; dirty with_dirty [6..=6]; global with_global [8..=8];
                pat with_pat [12..=12]; frame with_frame [$shift..=51] << $shift;
                protection_key with_protection_key [59..=62]; no_execute with_no_execute [63..=63];
                available with_available [9..=11, 52..=58];
            } ones [7..=7] zeroes [13..=$shift - 1])
            .check(stringify!($level), random);
        };
    }
    large!(Pd, 21);
    large!(Pdpt, 30);
    macro_rules! link {
        ($level:ty) => {
            table!(TableEntry<$level> {
                present with_present [0..=0]; write with_write [1..=1]; user with_user [2..=2];
                write_through with_write_through [3..=3]; cache_disable with_cache_disable [4..=4];
                accessed with_accessed [5..=5]; table with_table [12..=51] << 12; no_execute with_no_execute [63..=63];
            } zeroes [7..=7] free [6..=6, 8..=11, 52..=62])
            .check(stringify!($level), random);
        };
    }
    link!(Pd);
    link!(Pdpt);
    link!(Pml4);
    link!(Pml5);
}

#[test]
fn fields_are_the_flags_of_the_x86_64_crate() {
    type Entry = PageEntry<Pt>;
    type Getter = fn(Entry) -> bool;
    type Writer = fn(Entry, bool) -> Entry;
    let flags: [(PageTableFlags, Getter, Writer); 10] = [
        (PageTableFlags::PRESENT, Entry::present, Entry::with_present),
        (PageTableFlags::WRITABLE, Entry::write, Entry::with_write),
        (PageTableFlags::USER_ACCESSIBLE, Entry::user, Entry::with_user),
        (PageTableFlags::WRITE_THROUGH, Entry::write_through, Entry::with_write_through),
        (PageTableFlags::NO_CACHE, Entry::cache_disable, Entry::with_cache_disable),
        (PageTableFlags::ACCESSED, Entry::accessed, Entry::with_accessed),
        (PageTableFlags::DIRTY, Entry::dirty, Entry::with_dirty),
        // What is the size of a larger page is the PAT bit of a small one.
        (PageTableFlags::HUGE_PAGE, Entry::pat, Entry::with_pat),
        (PageTableFlags::GLOBAL, Entry::global, Entry::with_global),
        (PageTableFlags::NO_EXECUTE, Entry::no_execute, Entry::with_no_execute),
    ];
    let known = flags.iter().fold(PageTableFlags::empty(), |known, row| known | row.0);
    let mut random = Random::new(seed("codecs, x86_64::PageTableFlags"));
    for raw in raw_values(&mut random) {
        let theirs = PageTableFlags::from_bits_truncate(raw);
        let mut written = Entry::from_bits(0);
        for (flag, read, write) in flags {
            assert_eq!(read(Entry::from_bits(raw)), theirs.contains(flag), "{flag:?} of {raw:#x}");
            written = write(written, theirs.contains(flag));
        }
        assert_eq!(PageTableFlags::from_bits_retain(written.bits()), theirs & known, "{raw:#x}");
    }
}
