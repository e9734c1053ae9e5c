//! Brings an entry of a fresh VM into any declared state, by declared transitions alone.

use pt_core::level::Levels;
use pt_core::states::{Initiator, PhaseName, Shape, States, Transition};
use pt_core::{Hpa, TableAllocator};
use pt_emulated::monitor::{AddressSpace, Denied, GuestAnswer, LevelsOf, MethodOf, Operation, ProtectedFormat, Vm};
use pt_emulated::{Machine, Monitor};
use std::collections::VecDeque;
use std::sync::Arc;

/// The guest address of the entry that is worked on.
pub const ADDRESS: u64 = 0x4000_0000;

pub type StateOf<F> = <F as ProtectedFormat>::States;
type StepOf<F> = Transition<StateOf<F>, MethodOf<F>>;

/// A machine with a monitor, on which many VMs are tried one after the other.
pub struct Lab {
    pub monitor: Arc<Monitor>,
}

impl Lab {
    pub fn new() -> Self {
        let machine = Arc::new(Machine::new(Hpa::new(0x20_0000), 16 << 20));
        Self { monitor: Monitor::new(machine, 1) }
    }
}

/// A VM, and the pages that it was given.
pub struct Subject<F: ProtectedFormat> {
    pub vm: Vm<F>,
    /// Whether its entry is in the state that was asked for.
    pub in_place: bool,
    track: MethodOf<F>,
    reclaim: MethodOf<F>,
    pages: Vec<(Hpa, u32)>,
}

/// One thing that is done on the way to a state.
enum Move<F: ProtectedFormat> {
    Step(&'static StepOf<F>),
    NextPhase,
}

impl<F: ProtectedFormat> Clone for Move<F> {
    fn clone(&self) -> Self {
        match self {
            Self::Step(step) => Self::Step(step),
            Self::NextPhase => Self::NextPhase,
        }
    }
}

pub fn next_phase(phase: PhaseName) -> Option<PhaseName> {
    match phase {
        PhaseName::Build => Some(PhaseName::Run),
        PhaseName::Run => Some(PhaseName::Teardown),
        PhaseName::Teardown => None,
    }
}

pub fn shapes<S: States<Phase = PhaseName>>(step: &Transition<S, S::Method>) -> (Shape, Shape) {
    (step.from.shape(), step.to.shape())
}

pub fn exists_in<S: States<Phase = PhaseName>>(step: &Transition<S, S::Method>, phase: PhaseName) -> bool {
    phase != PhaseName::Teardown && (step.during.is_empty() || step.during.contains(&phase))
}

/// Every method that a transition names.
pub fn methods<S: States>() -> Vec<S::Method> {
    let mut methods = Vec::new();
    for step in S::TRANSITIONS {
        if let Initiator::Host(method) = step.by
            && !methods.contains(&method)
        {
            methods.push(method);
        }
    }
    methods
}

pub fn steps_by<S: States<Phase = PhaseName>>(
    method: S::Method,
) -> impl Iterator<Item = &'static Transition<S, S::Method>> {
    S::TRANSITIONS.iter().filter(move |step| step.by == Initiator::Host(method))
}

impl<F: ProtectedFormat> Subject<F> {
    pub fn new(lab: &Lab, space: AddressSpace<LevelsOf<F>>, track: MethodOf<F>, reclaim: MethodOf<F>) -> Self {
        Self { vm: lab.monitor.create(space).unwrap(), in_place: false, track, reclaim, pages: Vec::new() }
    }

    pub fn track(&self) {
        self.vm.track(self.track).unwrap();
    }

    pub fn page(&mut self, order: u32) -> Hpa {
        let page = self.vm.monitor().machine().allocate(order).expect("the machine has memory");
        self.pages.push((page, order));
        page
    }

    /// Calls a method about the entry of `level`, with the pages that it takes.
    pub fn call(&mut self, method: MethodOf<F>, level: LevelsOf<F>) -> Result<(), Denied<LevelsOf<F>>> {
        let operation = Operation::new(method, ADDRESS >> level.shift() << level.shift(), level);
        let takes = |wanted: (Shape, Shape)| steps_by::<StateOf<F>>(method).any(|step| shapes(step) == wanted);
        let operation = if takes((Shape::Absent, Shape::Leaf)) {
            let order = if F::serves(method, level) { level.shift() - 12 } else { 0 };
            operation.with_page(self.page(order))
        } else if takes((Shape::Absent, Shape::Table)) || takes((Shape::Leaf, Shape::Table)) {
            operation.with_page(self.page(0))
        } else {
            operation
        };
        self.vm.apply(operation)
    }

    /// Links the tables that lead to the entry of `level`.
    fn link(&mut self, level: LevelsOf<F>) {
        let link = StateOf::<F>::TRANSITIONS.iter().find(|step| shapes(step) == (Shape::Absent, Shape::Table));
        let Some(Initiator::Host(link)) = link.map(|step| step.by) else { panic!("no method links tables") };
        let root = self.vm.space().root.number();
        for number in (level.number() + 1..=root).rev() {
            self.call(link, LevelsOf::<F>::from_number(number).unwrap()).unwrap();
        }
    }

    /// Brings the entry of `level` into `state`, in `phase`. A table is full of leaves if `full`, and empty if not.
    /// Whether there is a way.
    pub fn bring(&mut self, level: LevelsOf<F>, state: StateOf<F>, phase: PhaseName, full: bool) -> bool {
        let Some(way) = way::<F>(level, state, phase, full) else { return false };
        self.link(level);
        for step in way {
            match step {
                Move::NextPhase if self.vm.phase() == PhaseName::Build => self.vm.finalize().unwrap(),
                Move::NextPhase => self.vm.teardown().unwrap(),
                Move::Step(step) => {
                    if step.after_track {
                        self.track();
                    }
                    match step.by {
                        Initiator::Host(method) => self.call(method, level).unwrap(),
                        Initiator::Guest(name) => {
                            assert_eq!(self.vm.guest(name, ADDRESS, level), Ok(GuestAnswer::Done));
                        }
                        Initiator::Monitor(name) => panic!("{name} cannot be asked for"),
                    }
                }
            }
        }
        true
    }

    /// Tears the VM down, takes every page back, and gives all of them to the machine.
    pub fn dissolve(self) {
        if self.vm.phase() != PhaseName::Teardown {
            self.vm.teardown().unwrap();
        }
        let machine = self.vm.monitor().machine().clone();
        for (page, order) in self.pages {
            // A page may be in use as a whole, in parts, or not at all.
            for part in 0..1_u64 << order {
                let _ = self.vm.reclaim(self.reclaim, Hpa::new(page.as_u64() + (part << 12)));
                assert_eq!(self.vm.monitor().owner(Hpa::new(page.as_u64() + (part << 12))), None);
            }
            machine.free(page, order);
        }
    }
}

/// The shortest way to a state.
fn way<F: ProtectedFormat>(
    level: LevelsOf<F>,
    state: StateOf<F>,
    phase: PhaseName,
    full: bool,
) -> Option<Vec<Move<F>>> {
    let mut seen = vec![(StateOf::<F>::INITIAL, PhaseName::Build)];
    let mut queue = VecDeque::from([(seen[0], Vec::new())]);
    while let Some((here, way)) = queue.pop_front() {
        if here == (state, phase) {
            return Some(way);
        }
        let steps = StateOf::<F>::TRANSITIONS.iter().filter(|step| step.from == here.0 && exists_in(step, here.1));
        let possible = steps.filter(|step| match step.by {
            Initiator::Host(method) => F::serves(method, level),
            Initiator::Guest(_) => here.1 == PhaseName::Run,
            Initiator::Monitor(_) => false,
        });
        let wanted = possible.filter(|step| match shapes(step) {
            (Shape::Absent, Shape::Table) => !full,
            (Shape::Leaf, Shape::Table) => full,
            (Shape::Table, Shape::Leaf) => false,
            _ => true,
        });
        let moves = wanted.map(|step| ((step.to, here.1), Move::Step(step)));
        let next = next_phase(here.1).map(|phase| ((here.0, phase), Move::NextPhase));
        for (there, step) in moves.chain(next) {
            if !seen.contains(&there) {
                seen.push(there);
                queue.push_back((there, way.iter().cloned().chain([step]).collect()));
            }
        }
    }
    None
}
