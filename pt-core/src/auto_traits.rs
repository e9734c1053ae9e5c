//! Which types go to other threads: a private field could take that away, and nothing else would notice.

use crate::address::{AddressRange, Gfn, Gpa, Hpa, RawGpa};
use crate::arena::Arena;
use crate::cursor::Interrupted;
use crate::direct_map::DirectMap;
use crate::error::{MapError, MapRangeError, ObstacleOf, TreeError};
use crate::flush::Flush;
use crate::geometry::{NotAnInput, RangeError};
use crate::hook::Refusal;
use crate::page::{Misaligned, Page, TablePage};
use crate::pair::{EntryError, FaultError, FaultOutcome, PageError, RemovalError};
use crate::plan::Plan;
use crate::reader::{Reader, Unmapped};
use crate::reclaim::ParallelTree;
use crate::sample::{LevelName, Pt, SharedSample};
use crate::space::{Private, Protected, Shared};
use crate::tree::Tree;
use core::error::Error;

const fn shared<T: Send + Sync>() {}
const fn boxed<T: Error + Send + Sync + 'static>() {}

type Tables = Tree<SharedSample, &'static Arena>;

const _: () = {
    shared::<(Hpa, RawGpa, Gfn, Gpa<Private>, AddressRange<Shared>)>();
    shared::<(Page<Private, Pt>, TablePage<Protected>, Flush<SharedSample>, Plan<SharedSample>)>();
    shared::<(Arena, DirectMap, Tables, ParallelTree<SharedSample, &'static Arena, ()>)>();
    shared::<Reader<'static, SharedSample, Arena>>();
    shared::<FaultOutcome<LevelName>>();
    // An error goes through `?` into a box of any kind.
    boxed::<ObstacleOf<SharedSample>>();
    boxed::<MapError<SharedSample, Page<Private, Pt>>>();
    boxed::<MapRangeError<SharedSample, Page<Private, Pt>>>();
    boxed::<Interrupted<'static, SharedSample, Arena, &'static Arena>>();
    boxed::<TreeError>();
    boxed::<Unmapped<SharedSample>>();
    boxed::<NotAnInput>();
    boxed::<RangeError>();
    boxed::<Misaligned>();
    boxed::<Refusal<LevelName>>();
    boxed::<EntryError<LevelName>>();
    boxed::<PageError<Pt, LevelName>>();
    boxed::<RemovalError<LevelName>>();
    boxed::<FaultError<LevelName>>();
};
