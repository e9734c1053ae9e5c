//! One tree, made by the generated code, and the list that it was made from.

use crate::asked::Traits;
use crate::granule::Granule;
use crate::machine;
use crate::shape::Shape;
use pt_core::Arena;
use pt_mmu::build;
use pt_plan::{Mapping, Permissions, Plan, Random, Space, Span};

/// Mappings in a tree, as many as find room.
const MAPPINGS: usize = 30;

/// A tree in the arena.
#[derive(Clone, Debug)]
pub struct Built {
    pub shape: Shape,
    /// The memory that its leaves lead to.
    pub memory: Span,
    /// The stub page, then everything else.
    pub list: Vec<Mapping>,
    /// What a control register is loaded with.
    pub root: u64,
}

/// A random plan in a shape.
pub fn plan<G: Granule>(
    shape: Shape,
    memory: Span,
    permissions: &[Permissions],
    random: &mut Random,
) -> Plan<MAPPINGS> {
    let inputs = [shape.inputs()];
    let levels = G::LEAVES.iter().filter(|&&level| level >= shape.start);
    let shifts: Vec<u32> = levels.map(|&level| shape.shift(level)).collect();
    Plan::random(&Space { inputs: &inputs, memory, shifts: &shifts, permissions }, random)
}

/// A plan, and the stub page before it.
pub fn with_stub(shape: Shape, plan: &[Mapping]) -> Vec<Mapping> {
    // Whoever runs in the stub page has no fault to spare.
    let stub = machine::stub(shape.granule);
    assert!(Traits::of(&stub).accessed, "{stub:x?}");
    let mut list = vec![stub];
    list.extend(plan);
    list
}

impl Built {
    /// The tree for a list.
    pub fn new<G: Granule>(arena: &Arena, shape: Shape, memory: Span, list: Vec<Mapping>, random: &mut Random) -> Self {
        let tree = build::<G>(G::geometry(shape), arena, &list, random);
        Self { shape, memory, root: tree.root_frame().as_u64(), list }
    }

    /// A tree for a random plan.
    pub fn random<G: Granule>(
        arena: &Arena,
        shape: (u32, i32),
        permissions: &[Permissions],
        random: &mut Random,
    ) -> Self {
        let shape = Shape::of::<G>(shape);
        // Three trees in four lead to memory that can be accessed. The others lead anywhere, and are only translated by.
        let memory = random.pick(&[machine::DATA, machine::DATA, machine::DATA, shape.outputs()]);
        let plan = plan::<G>(shape, memory, permissions, random);
        Self::new::<G>(arena, shape, memory, with_stub(shape, plan.mappings()), random)
    }
}
