//! An exam: questions, each with what the answer must be, and the marks.

use super::{Answer, Data, Emulator, Executor, Failure, GuestRam, Question};
use std::fmt;

/// What an answer must be: for each word, the bits that matter and their values.
pub type Wanted = [(u64, u64); 8];

/// A word that may be anything.
pub const ANYTHING: (u64, u64) = (0, 0);

/// A word that must be just this.
#[must_use]
pub const fn exactly(value: u64) -> (u64, u64) {
    (u64::MAX, value)
}

/// Questions with the answers that are wanted. What is wanted follows from the list of requested mappings alone.
#[derive(Clone, Debug)]
pub struct Exam {
    contexts: Vec<Vec<u64>>,
    questions: Vec<Question>,
    wanted: Vec<Wanted>,
    /// What the accesses find in memory, and leave there.
    pub data: Data,
}

impl Exam {
    /// No questions yet.
    #[must_use]
    pub const fn new(data: Data) -> Self {
        Self { contexts: Vec::new(), questions: Vec::new(), wanted: Vec::new(), data }
    }

    /// The number of a context with these registers.
    pub fn context(&mut self, registers: &[u64]) -> usize {
        let known = self.contexts.iter().position(|context| context == registers);
        known.unwrap_or_else(|| {
            self.contexts.push(registers.to_vec());
            self.contexts.len() - 1
        })
    }

    /// Adds a question.
    pub fn ask(&mut self, question: Question, wanted: Wanted) {
        self.questions.push(question);
        self.wanted.push(wanted);
    }

    /// How many questions there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.questions.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.questions.is_empty()
    }

    /// The questions to which an exam that asks the same wants another answer.
    ///
    /// # Panics
    /// If it does not ask the same.
    #[must_use]
    pub fn questions_that_tell(&self, other: &Self) -> Vec<usize> {
        assert_eq!(self.questions, other.questions, "both exams ask the same");
        (0..self.len()).filter(|&question| self.wanted[question] != other.wanted[question]).collect()
    }

    /// Puts the data into the memory.
    pub fn prepare(&self, ram: &GuestRam) {
        for (at, _) in self.data.words() {
            ram.write_words(at, &[self.data.initial(at)]);
        }
    }

    /// Runs the machine, and compares.
    ///
    /// # Errors
    /// Why there are no answers.
    pub fn sit(&self, executor: Executor, ram: &GuestRam, emulator: Emulator) -> Result<Vec<Mistaken>, Failure> {
        let answers = executor.ask(ram, emulator, &self.contexts, &self.questions)?;
        let pairs = self.wanted.iter().zip(&answers).enumerate();
        let wrong = pairs.filter(|(_, (wanted, answer))| !agree(wanted, answer));
        let mistaken = |(number, (&wanted, &answer))| {
            let question: Question = self.questions[number];
            let context = self.contexts[question.context].clone();
            Mistaken { number, question, context, wanted, answer }
        };
        Ok(wrong.map(mistaken).collect())
    }

    /// The words of data memory that are not as they must be after the run: address, wanted, found.
    #[must_use]
    pub fn wrong_data(&self, ram: &GuestRam) -> Vec<(u64, u64, u64)> {
        let found = self.data.words().map(|(at, wanted)| (at, wanted, ram.read_words(at, 1)[0]));
        found.filter(|(_, wanted, found)| wanted != found).collect()
    }
}

fn agree(wanted: &Wanted, answer: &Answer) -> bool {
    wanted.iter().zip(answer).all(|((mask, value), word)| word & mask == value & mask)
}

/// An answer that is not the one that is wanted.
#[derive(Clone, Debug)]
pub struct Mistaken {
    /// The number of the question.
    pub number: usize,
    /// The question.
    pub question: Question,
    /// The registers of its context.
    pub context: Vec<u64>,
    /// What is wanted.
    pub wanted: Wanted,
    /// What was answered.
    pub answer: Answer,
}

impl fmt::Display for Mistaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Question { operation, address, .. } = self.question;
        write!(f, "question {}, operation {operation:#x} at {address:#x} in {:x?}:", self.number, self.context)?;
        for (word, ((mask, value), found)) in self.wanted.iter().zip(self.answer).enumerate() {
            if found & mask != value & mask {
                write!(f, " word {word} is {:#x} and must be {:#x};", found & mask, value & mask)?;
            }
        }
        Ok(())
    }
}
