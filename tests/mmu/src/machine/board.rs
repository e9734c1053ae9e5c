//! A machine that sits exams: what it consists of, and how it is run.

use super::{Emulator, Exam, Executor, GuestRam, Mistaken, Program, missing};
use crate::{say, skip};
use pt_core::Arena;
use pt_plan::Span;
use std::fmt::Debug;
use std::path::Path;
use std::time::Duration;

/// What a run takes, unless something is wrong: a second.
const LIMIT: Duration = Duration::from_mins(1);

/// A machine, and the executor that is its only program.
#[derive(Debug)]
pub struct Board {
    /// What it is called in messages and files.
    pub name: &'static str,
    /// The emulator, one of QEMU's.
    pub emulator: &'static str,
    /// What it is told of the machine, whose memory is the backend `ram`.
    pub arguments: &'static [&'static str],
    /// The physical address that its first CPU begins at, unless the machine has it begin with the executor.
    pub entry: Option<u64>,
    /// Its memory.
    pub ram: Span,
    /// The code of the executor.
    pub program: Program,
    /// What is shared with the executor.
    pub executor: Executor,
    /// Takes the files of a run.
    pub folder: &'static str,
}

impl Board {
    /// Whether a program is missing that runs the machine, or makes its executor. It says so.
    #[must_use]
    pub fn is_missing(&self, what: &str) -> bool {
        let [assembler, linker, objcopy] = self.program.toolchain().programs();
        let missing = missing(&[self.emulator, assembler, linker, objcopy]);
        if let Some(missing) = &missing {
            skip(what, missing);
        }
        missing.is_some()
    }

    /// Checks that every answer is right, and that the memory is as it must be after all stores. The tables are in
    /// `arena`, and are there as the machine left them.
    ///
    /// # Panics
    /// With the answers that are wrong, or the reason that there are none.
    pub fn check(&self, name: &str, exam: &Exam, arena: &Arena) {
        let (mistaken, ram) = self.sit(name, &[exam], arena);
        say(format_args!("{}, {name}: {} probes, {} wrong", self.name, exam.len(), mistaken.len()));
        let shown: Vec<String> = mistaken.iter().take(10).map(ToString::to_string).collect();
        assert!(mistaken.is_empty(), "{} wrong answers:\n{}", mistaken.len(), shown.join("\n"));
        assert_eq!(exam.wrong_data(&ram), [], "address, value wanted, value found");
    }

    /// Checks that a mistake in the tables is reported, and nothing else: of two exams that ask the same, the first wants
    /// what was requested, and the second what the mistake makes of it. Returns whether any question tells the two
    /// apart; if none does, nothing is run.
    ///
    /// # Panics
    /// With the numbers of the questions, if others are reported than tell, or the reason that there are no answers.
    #[must_use]
    pub fn reports(&self, mistake: impl Debug, exams: [&Exam; 2], arena: &Arena) -> bool {
        let telling = exams[0].questions_that_tell(exams[1]);
        if telling.is_empty() {
            return false;
        }
        let (mistaken, _) = self.sit("planted mistake", &exams, arena);
        let reported: Vec<usize> = mistaken.iter().map(|mistaken| mistaken.number).collect();
        assert_eq!(reported, telling, "{mistake:?}");
        true
    }

    /// Has the machine answer the first of some exams, with the data of all. The memory is as the machine left it.
    fn sit(&self, name: &str, exams: &[&Exam], arena: &Arena) -> (Vec<Mistaken>, GuestRam) {
        let folder = Path::new(self.folder);
        let ram = GuestRam::new(folder, name, self.ram.first, self.bytes());
        ram.write(self.program.address(), self.program.code(folder));
        ram.write_tables(arena);
        for exam in exams {
            exam.prepare(&ram);
        }
        let emulator = self.emulator(&ram);
        let mistaken =
            exams[0].sit(self.executor, &ram, emulator).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        ram.read_tables(arena);
        (mistaken, ram)
    }

    /// The emulator, which runs the executor in this memory.
    fn emulator(&self, ram: &GuestRam) -> Emulator {
        let bytes = self.bytes();
        let memory = format!("memory-backend-file,id=ram,size={bytes},mem-path={},share=on", ram.path().display());
        let emulator = Emulator::new(self.emulator, LIMIT)
            .arguments(self.arguments)
            .arguments(&["-object", &memory, "-m", &format!("{bytes}B")])
            .arguments(&["-display", "none", "-serial", "none", "-monitor", "none", "-net", "none"]);
        match self.entry {
            Some(entry) => emulator.arguments(&["-device", &format!("loader,addr={entry:#x},cpu-num=0")]),
            None => emulator,
        }
    }

    const fn bytes(&self) -> u64 {
        self.ram.last + 1 - self.ram.first
    }
}
