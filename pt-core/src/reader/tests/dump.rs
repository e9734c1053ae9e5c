//! Dumps, as they are printed.

use super::*;
use crate::reader::Merge;
use std::string::ToString;

#[test]
fn a_dump_has_a_line_for_each_run() {
    let arena = arena();
    let text = "SharedSample, root 0x100000, Bits48
  0x800000000000-0x800000003fff  0x000040000000-0x000040003fff  Pt       4 x   4 KiB  rwx--  read write execute suppress_ve
  0x800000004000-0x800000004fff  0x000070000000-0x000070000fff  Pt       1 x   4 KiB  rwx--  read write execute suppress_ve
  0x800000005000-0x800000005fff  0x000070001000-0x000070001fff  Pt       1 x   4 KiB  r----  read suppress_ve
  0x800000006000-0x800000006fff  frozen                         Pt       1 x   4 KiB
  0x800000007000-0x800000008fff  absent 0x8000000000001230      Pt       2 x   4 KiB
  0x800000200000-0x8000005fffff  0x000080200000-0x0000805fffff  Pd       2 x   2 MiB  r----  read suppress_ve
  0x800040000000-0x80007fffffff  frozen                         Pdpt     1 x   1 GiB
  0xffffffe00000-0xffffffffffff  0x000100000000-0x0001001fffff  Pd       1 x   2 MiB  rwx--  read write execute suppress_ve
  leaves: 9, tables: 6";
    assert_eq!(mixed(&arena).reader().whole().dump(Merge::Frames).to_string(), text);
}

#[test]
fn a_dump_can_leave_the_frames_open() {
    let arena = arena();
    let tree = mixed(&arena);
    let text = "SharedSample, root 0x100000, Bits48
  0x800000000000-0x800000004fff  scattered frames               Pt       5 x   4 KiB  rwx--  read write execute suppress_ve
  0x800000005000-0x800000005fff  0x000070001000-0x000070001fff  Pt       1 x   4 KiB  r----  read suppress_ve
  leaves: 6, tables: 4";
    assert_eq!(tree.reader().range(range(SHARED, 0x6000)).dump(Merge::Attributes).to_string(), text);
}

#[test]
fn a_dump_of_an_empty_tree_says_so() {
    let arena = arena();
    let tree = tree::<PrivateSample>(Width::Bits52, &arena);
    assert_eq!(
        tree.reader().whole().dump(Merge::Frames).to_string(),
        "PrivateSample, root 0x100000, Bits52\n  nothing is mapped\n  leaves: 0, tables: 1"
    );
}
