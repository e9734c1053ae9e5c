//! A page is unmapped and the flush forgotten: the guest goes on through its TLB, to memory that is somebody else's.
#![deny(unused_must_use)]

use pt_core::arena::Arena;
use pt_core::cursor::{OldLeaf, Stale};
use pt_core::{Gpa, Shared, Tree};
use pt_tdx::{Pt, SharedEpt};

type Withdrawn<'a> = Stale<'a, SharedEpt, &'a Arena, &'a Arena, OldLeaf<SharedEpt>>;

fn withdraw<'a>(tree: &'a mut Tree<SharedEpt, &'a Arena>, arena: &'a Arena, at: Gpa<Shared>) -> Withdrawn<'a> {
    tree.exclusive(arena).unmap::<Pt>(at).expect("a page is mapped there")
}

fn withdraw_and_flush<'a>(tree: &'a mut Tree<SharedEpt, &'a Arena>, arena: &'a Arena, at: Gpa<Shared>) {
    withdraw(tree, arena, at).unneeded_because("no vCPU has run yet");
}

fn balloon<'a>(tree: &'a mut Tree<SharedEpt, &'a Arena>, arena: &'a Arena, at: Gpa<Shared>) {
    withdraw_and_flush(tree, arena, at);
}

fn main() {
    let _ = (balloon, withdraw_and_flush);
}
