//! One tree, made by the generated code, and the list that it was made from.

use crate::granule::Granule;
use crate::machine;
use crate::reach::Traits;
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
    /// What is asked about.
    pub plan: Vec<Mapping>,
    /// All that is mapped: the plan and, in the lower end, the stub page.
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
    let leaves = G::LEAVES.iter().map(|&level| (shape.shift(level), level));
    let fitting = leaves.chain(G::SPANS).filter(|&(shift, level)| level >= shape.start && shift < shape.bits);
    let shifts: Vec<u32> = fitting.map(|(shift, _)| shift).collect();
    Plan::random(&Space { inputs: &inputs, memory, shifts: &shifts, permissions }, random)
}

/// A plan and, in the lower end, the stub page.
pub fn with_stub(shape: Shape, plan: &[Mapping]) -> Vec<Mapping> {
    let mut list = plan.to_vec();
    if !shape.upper {
        let stub = machine::stub(shape.granule);
        // Whoever runs in the stub page has no fault to spare.
        assert!(Traits::of(&stub).accessed, "{stub:x?}");
        list.push(stub);
    }
    list
}

impl Built {
    /// The tree for a plan.
    pub fn new<G: Granule>(arena: &Arena, shape: Shape, memory: Span, plan: &[Mapping], random: &mut Random) -> Self {
        let list = with_stub(shape, plan);
        let tree = build::<G, _>(G::geometry(shape), arena, &list, random);
        Self { shape, memory, plan: plan.to_vec(), list, root: tree.root_frame().as_u64() }
    }

    /// A tree for a random plan that leads to `memory`.
    pub fn leading_to<G: Granule>(
        memory: Span,
        arena: &Arena,
        shape: (u32, i32),
        permissions: &[Permissions],
        random: &mut Random,
    ) -> Self {
        let shape = Shape::of::<G>(shape);
        let plan = plan::<G>(shape, memory, permissions, random);
        Self::new::<G>(arena, shape, memory, plan.mappings(), random)
    }

    /// A tree for a random plan.
    pub fn random<G: Granule>(
        arena: &Arena,
        shape: (u32, i32),
        permissions: &[Permissions],
        random: &mut Random,
    ) -> Self {
        // Three trees in four lead to memory that can be accessed. The others lead anywhere, and are only translated by.
        let anywhere = Shape::of::<G>(shape).outputs();
        let memory = random.pick(&[machine::DATA, machine::DATA, machine::DATA, anywhere]);
        Self::leading_to::<G>(memory, arena, shape, permissions, random)
    }
}
