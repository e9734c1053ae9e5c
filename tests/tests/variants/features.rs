//! Optional features: what the cursor refuses to write, and what the software walker says of each entry.
//!
//! What a machine must say is written here from the manuals: Intel SDM 3A 4.7 and 3C 29.3.3, AMD APM 2 15.25.6.

use pt_core::error::ObstacleOf;
use pt_core::format::Access;
use pt_core::reader::{Cause, Found, Leaf, Unmapped};
use pt_core::{Arena, Config, Hpa, LeafLevelOf, Levels, Memory, Obstacle, Page, PageOf, Rule, Shared};
use pt_core::{Tree, UsedByCpu, Visible, Whole};
use pt_ept::{Capabilities, Ept, EptLeafFields, MemoryType, WalkLength};
use pt_npt::{Host, Npt, NptLeafFields};
use pt_x86_64::{Features, PageEntryFields, PageTables, Paging};
use std::sync::atomic::Ordering;

const AT: u64 = 0x7f_c060_3000;
const READ: Access = Access::READ;

/// A tree with one page, or why it has none.
type Mapped<'a, T> = Result<Tree<T, &'a Arena>, ObstacleOf<T>>;

fn arena() -> Arena {
    Arena::new(Hpa::new(0x10_0000), 64 << 12)
}

/// Maps a page of the level `L` at [`AT`], in a tree for this machine.
fn map<T, L>(
    arena: &Arena,
    geometry: T::Geometry,
    config: T::Config,
    frame: u64,
    attributes: T::Attributes,
) -> Mapped<'_, T>
where
    T: pt_core::Direct + UsedByCpu,
    T::Geometry: Whole<Space = T::Space>,
    L: LeafLevelOf<T>,
    Page<Shared, L>: PageOf<T, L>,
    pt_core::Address<T::Space>: pt_core::AddressOf<T>,
{
    let mut tree = Tree::configured(geometry, config, arena, arena).expect("room for a root");
    let at = geometry.address(AT).expect("an input").align_down(L::SHIFT);
    let page = Page::<Shared, L>::new(Hpa::new(frame)).expect("aligned");
    tree.exclusive(arena).map(at, page, attributes).map_err(|error| error.obstacle)?;
    Ok(tree)
}

/// The rule by which a mapping is refused.
fn refused<T: Visible>(mapped: Mapped<'_, T>) -> &'static str {
    match mapped.expect_err("the machine has no such entry") {
        Obstacle::NotAllowed { rule, .. } => rule.name,
        other => panic!("{other}"),
    }
}

/// Changes the entry of this level on the way to [`AT`], and says what becomes of an access.
fn with_entry<T>(tree: &Tree<T, &Arena>, level: T::Levels, change: fn(u64) -> u64, wanted: Access) -> Option<Cause>
where
    T: Visible,
    T::Geometry: Whole<Space = T::Space>,
    pt_core::Address<T::Space>: pt_core::AddressOf<T>,
{
    let at = tree.geometry().address(AT).expect("an input");
    let here = at.align_down(level.shift());
    let mut entries = tree.reader().whole().entries();
    let table = entries.find(|entry| entry.level == level && entry.address == here).expect("the walk comes by").table;
    let word = tree.memory().word(table, (AT >> level.shift()) as usize & 511);
    let before = word.load(Ordering::Relaxed);
    word.store(change(before), Ordering::Relaxed);
    let (fault, query) = (tree.reader().access(at, wanted).err(), tree.reader().query(at));
    word.store(before, Ordering::Relaxed);
    agree(fault.as_ref().map(|fault| fault.cause), &query, wanted);
    if let Some(fault) = fault {
        assert!(fault.level.number() <= level.number() && fault.address == at, "{fault}");
    }
    fault.map(|fault| fault.cause)
}

/// A query knows the machine too.
fn agree<T: Visible>(fault: Option<Cause>, query: &Result<Leaf<T>, Unmapped<T>>, wanted: Access) {
    match (fault, query) {
        (None, Ok(leaf)) => assert!(leaf.access.allows(wanted), "{:?}", leaf.access),
        (Some(Cause::Violation { allowed, .. }), Ok(leaf)) => assert_eq!(leaf.access, allowed),
        (Some(Cause::Misconfigured { rule }), Err(unmapped)) => match unmapped.found {
            Found::Refused { rule: refused, .. } => assert_eq!(refused, rule),
            _ => panic!("{unmapped}"),
        },
        (Some(Cause::NotPresent | Cause::Beyond), Err(_)) => {}
        (fault, query) => panic!("{fault:?}, and a query: {query:?}"),
    }
}

const RESERVED: Option<Cause> = Some(Cause::Misconfigured { rule: &Rule::RESERVED });
const BEYOND: Option<Cause> = Some(Cause::Misconfigured { rule: &Rule::BEYOND });

/// The name of the rule that an entry breaks.
fn broken(cause: Option<Cause>) -> &'static str {
    match cause {
        Some(Cause::Misconfigured { rule }) => rule.name,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_configuration_holds_what_it_was_given() {
    let host = Host::none().with_nxe(true).with_phys_bits(43).and_then(|host| host.with_c_bit(Some(47))).unwrap();
    assert_eq!((host.nxe(), host.pages_1g(), host.phys_bits(), host.c_bit()), (true, false, 43, Some(47)));
    assert_eq!(host.beyond(), !(((1 << 43) - 1) | (1 << 47)));
    assert_eq!((host.with_phys_bits(53), host.with_c_bit(Some(12))), (None, None));
    assert_eq!(host.with_c_bit(None).unwrap().with_nxe(false), Host::none().with_phys_bits(43).unwrap());
    let shown = "Host { nxe: true, pages_1g: false, phys_bits: 43, c_bit: Some(47) }";
    assert_eq!(format!("{host:?}"), shown);
}

#[test]
fn x86_refuses_what_the_cpu_lacks() {
    let (arena, fields) = (arena(), PageEntryFields::new());
    let map_with =
        |config, frame, fields| map::<PageTables, pt_x86_64::Pt>(&arena, Paging::FourLevels, config, frame, fields);
    let no_execute = PageEntryFields { no_execute: true, ..fields };
    assert_eq!(refused(map_with(Features::all().with_nxe(false), 0x1000, no_execute)), "no_execute without nxe");
    let narrow = Features::all().with_phys_bits(40).unwrap();
    assert_eq!(refused(map_with(narrow, 1 << 40, fields)), "the physical address width");
    assert!(map_with(narrow, (1 << 40) - 0x1000, no_execute).is_ok());
    let without = Features::all().with_pages_1g(false);
    let large = map::<PageTables, pt_x86_64::Pdpt>(&arena, Paging::FiveLevels, without, 1 << 30, fields);
    assert_eq!(refused(large), "leaves of Pdpt without pages_1g");
    // Keys are software bits without the feature.
    let key = PageEntryFields { protection_key: pt_core::Bits::from_bits(5), ..fields };
    assert!(map_with(Features::none(), 0x1000, key).is_ok());
}

/// Maps a page or block at each frame that has one bit, and holds the answer to the field of the leaf and the width of the
/// machine.
fn map_each_bit<L>(config: Features, small: u64)
where
    L: LeafLevelOf<PageTables>,
    Page<Shared, L>: PageOf<PageTables, L>,
{
    for bit in L::SHIFT..64 {
        let arena = arena();
        let mapped = map::<PageTables, L>(&arena, Paging::FourLevels, config, 1 << bit | small, PageEntryFields::new());
        match bit {
            0..40 => assert!(mapped.is_ok(), "{bit}"),
            40..52 => assert!(matches!(mapped, Err(Obstacle::NotAllowed { rule: &Rule::BEYOND, .. })), "{bit}"),
            _ => assert!(matches!(mapped, Err(Obstacle::FrameDoesNotFit { .. })), "{bit}"),
        }
    }
}

#[test]
fn each_bit_of_a_frame_is_refused_that_the_field_or_the_machine_lacks() {
    let config = Features::all().with_phys_bits(40).unwrap();
    map_each_bit::<pt_x86_64::Pt>(config, 0x1000);
    map_each_bit::<pt_x86_64::Pd>(config, 0x20_0000);
    map_each_bit::<pt_x86_64::Pdpt>(config, 0x4000_0000);
}

#[test]
fn a_range_is_mapped_by_pages_that_exist() {
    let arena = Arena::new(Hpa::new(0x10_0000), 1 << 23);
    let config = Features::none().with_phys_bits(40).unwrap();
    let mut tree = Tree::<PageTables, _>::configured(Paging::FourLevels, config, &arena, &arena).unwrap();
    let range = Paging::FourLevels.range(Paging::FourLevels.address(1 << 30).unwrap(), 1 << 30).unwrap();
    let first = Page::<Shared, pt_x86_64::Pt>::new(Hpa::new(1 << 30)).unwrap();
    tree.exclusive(&arena).map_range(range, first, PageEntryFields::new()).unwrap();
    let sizes: Vec<_> = tree.reader().whole().leaves().map(|leaf| leaf.level).collect();
    assert_eq!(sizes, [pt_x86_64::Level::Pd; 512], "1 GiB is mapped by 2 MiB");
    let beyond = Page::<Shared, pt_x86_64::Pt>::new(Hpa::new((1 << 40) - 0x1000)).unwrap();
    let two = Paging::FourLevels.range(Paging::FourLevels.address(0).unwrap(), 0x2000).unwrap();
    let error = tree.exclusive(&arena).map_range(two, beyond, PageEntryFields::new()).unwrap_err();
    assert!(error.done.is_none() && matches!(error.obstacle, Obstacle::NotAllowed { rule: &Rule::BEYOND, .. }));
}

#[test]
fn x86_faults_in_the_order_of_the_walk() {
    use pt_x86_64::Level::{Pd, Pdpt, Pml4, Pt};
    let (arena, config) = (arena(), Features::none().with_phys_bits(40).unwrap());
    let fields = PageEntryFields { write: true, user: true, ..PageEntryFields::new() };
    let tree = map::<PageTables, pt_x86_64::Pt>(&arena, Paging::FourLevels, config, 0x5000, fields).unwrap();
    let cause = |level, change, wanted| with_entry(&tree, level, change, wanted);
    for level in [Pml4, Pdpt, Pd, Pt] {
        assert_eq!(cause(level, |entry| entry, (READ | Access::WRITE).by_user()), None);
        assert_eq!(cause(level, |entry| entry & !1, READ), Some(Cause::NotPresent));
        // Not present wins over everything.
        assert_eq!(cause(level, |entry| (entry | 1 << 51 | 1 << 63) & !1, READ), Some(Cause::NotPresent));
        assert_eq!(cause(level, |entry| entry | 1 << 40, READ), BEYOND);
        assert_eq!(broken(cause(level, |entry| entry | 1 << 63, READ)), "no_execute without nxe");
        let missing = |allowed, missing| Some(Cause::Violation { allowed, missing });
        let (write, user) = (Access::WRITE, Access::USER);
        assert_eq!(cause(level, |entry| entry & !2, write), missing(Access::ALL.without(write), write));
        assert_eq!(cause(level, |entry| entry & !4, READ.by_user()), missing(Access::ALL.without(user), user));
        // A reserved bit anywhere wins over a permission.
        assert_eq!(cause(level, |entry| (entry | 1 << 45) & !2, write), BEYOND);
    }
    assert_eq!(cause(Pml4, |entry| entry | 1 << 7, READ), RESERVED);
    assert_eq!(broken(cause(Pdpt, |entry| entry | 1 << 7, READ)), "leaves of Pdpt without pages_1g");
    assert_eq!(cause(Pd, |entry| (entry | 1 << 7) & !0x1f_f000 | 1 << 13, READ), RESERVED);
    let at = Paging::FourLevels.address(AT).unwrap();
    let walked = tree.reader().access(at, Access::WRITE).unwrap();
    assert_eq!((walked.address.as_u64(), walked.sets_accessed, walked.sets_dirty), (0x5000 | AT & 0xfff, true, true));
    let wide = Paging::FiveLevels.address(1 << 50).unwrap();
    assert_eq!(tree.reader().access(wide, READ).unwrap_err().cause, Cause::Beyond);
}

#[test]
fn ept_misconfigurations_are_told_from_violations() {
    use pt_ept::Level::{Pd, Pdpt, Pml4, Pml5, Pt};
    let arena = arena();
    let config = Capabilities::all().with_execute_only(false).with_mode_based_execute(false);
    let config = config.with_accessed_dirty(false).with_phys_bits(40).unwrap();
    let fields = EptLeafFields { read: true, write: true, execute: true, ..EptLeafFields::new() };
    let tree = map::<Ept, pt_ept::Pt>(&arena, WalkLength::FiveLevels, config, 0x5000, fields).unwrap();
    let cause = |level, change, wanted| with_entry(&tree, level, change, wanted);
    for level in [Pml5, Pml4, Pdpt, Pd, Pt] {
        assert_eq!(cause(level, |entry| entry, READ | Access::WRITE | Access::USER_EXECUTE), None);
        assert_eq!(cause(level, |entry| entry & !7 | 1 << 51, READ), Some(Cause::NotPresent));
        assert_eq!(cause(level, |entry| entry & !7 | 1 << 10, READ), Some(Cause::NotPresent), "no MBEC");
        assert_eq!(broken(cause(level, |entry| entry & !7 | 2, READ)), "write & !read");
        assert_eq!(broken(cause(level, |entry| entry & !7 | 6, READ)), "write & !read");
        assert_eq!(broken(cause(level, |entry| entry & !7 | 4, READ)), "execute & !read, if !execute_only");
        assert_eq!(cause(level, |entry| entry | 1 << 40, READ), BEYOND);
        let violation = cause(level, |entry| entry & !2, Access::WRITE);
        assert!(matches!(violation, Some(Cause::Violation { missing: Access::WRITE, .. })), "{violation:?}");
    }
    for (level, bits) in [(Pml5, 0xf8_u64), (Pml4, 0xf8), (Pdpt, 0x78), (Pd, 0x78)] {
        for bit in (0..64).filter(|bit| bits >> bit & 1 != 0) {
            let found = match bit {
                3 => cause(level, |entry| entry | 1 << 3, READ),
                4 => cause(level, |entry| entry | 1 << 4, READ),
                5 => cause(level, |entry| entry | 1 << 5, READ),
                6 => cause(level, |entry| entry | 1 << 6, READ),
                _ => cause(level, |entry| entry | 1 << 7, READ),
            };
            assert_eq!(found, RESERVED, "bit {bit} of {level:?}");
        }
    }
    let types = [|entry| entry & !0x38 | 2 << 3, |entry| entry & !0x38 | 3 << 3, |entry| entry | 7 << 3];
    for change in types {
        assert_eq!(broken(cause(Pt, change, READ)), "memory_type = 2 | 3 | 7");
    }
    let at = WalkLength::FiveLevels.address(AT).unwrap();
    let walked = tree.reader().access(at, Access::WRITE).unwrap();
    assert!(!walked.sets_accessed && !walked.sets_dirty, "EPTP bit 6 is clear");
}

#[test]
fn ept_leaves_that_the_cursor_refuses() {
    let arena = arena();
    let map_with = |config, fields| map::<Ept, pt_ept::Pt>(&arena, WalkLength::FourLevels, config, 0x5000, fields);
    let closed = EptLeafFields { memory_type: MemoryType::WriteBack, ..EptLeafFields::new() };
    let with = |read, write, execute| EptLeafFields { read, write, execute, ..closed };
    assert_eq!(refused(map_with(Capabilities::all(), with(false, true, false))), "write & !read");
    assert!(map_with(Capabilities::all(), with(false, false, true)).is_ok(), "execute-only");
    let no_execute_only = Capabilities::all().with_execute_only(false);
    assert_eq!(refused(map_with(no_execute_only, with(false, false, true))), "execute & !read, if !execute_only");
    // Without mode-based execute control, an entry with that permission alone is not present.
    let of_user = EptLeafFields { user_execute: true, ..closed };
    let unlike = map_with(Capabilities::all().with_mode_based_execute(false), of_user).unwrap_err();
    assert!(matches!(unlike, Obstacle::NotPresent { .. }), "{unlike}");
    let tree = map_with(Capabilities::all(), of_user).unwrap();
    let at = WalkLength::FourLevels.address(AT).unwrap();
    assert!(tree.reader().access(at, Access::USER_EXECUTE).is_ok());
    assert!(tree.reader().access(at, Access::EXECUTE).is_err());
}

#[test]
fn nested_accesses_are_those_of_a_user() {
    use pt_npt::Level::{Pdpt, Pml4, Pt};
    let (arena, host) = (arena(), Host::all());
    let geometry = pt_npt::Paging::FourLevels;
    let fields = NptLeafFields { write: true, ..NptLeafFields::new() };
    let tree = map::<Npt, pt_npt::Pt>(&arena, geometry, host, 0x5000, fields).unwrap();
    assert_eq!(with_entry(&tree, Pt, |entry| entry, READ | Access::EXECUTE), None);
    for level in [Pml4, Pdpt, Pt] {
        let cause = with_entry(&tree, level, |entry| entry & !4, READ);
        assert!(matches!(cause, Some(Cause::Violation { missing: Access::USER, .. })), "{cause:?}");
    }
    assert_eq!(with_entry(&tree, Pdpt, |entry| entry | 1 << 8, READ), RESERVED);
}

#[test]
fn the_c_bit_is_a_bit_of_frames() {
    let (arena, geometry) = (arena(), pt_npt::Paging::FourLevels);
    let host = Host::all().with_phys_bits(43).and_then(|host| host.with_c_bit(Some(47))).unwrap();
    let map_with = |frame| map::<Npt, pt_npt::Pt>(&arena, geometry, host, frame, NptLeafFields::new());
    let tree = map_with(1 << 47 | 0x5000).unwrap();
    assert_eq!(tree.reader().query(geometry.address(AT).unwrap()).unwrap().frame, Hpa::new(1 << 47 | 0x5000));
    assert_eq!(with_entry(&tree, pt_npt::Level::Pt, |entry| entry | 1 << 46, READ), BEYOND);
    assert_eq!(refused(map_with(1 << 43)), "the physical address width");
    assert_eq!(refused(map_with(1 << 48 | 0x5000)), "the physical address width");
}
