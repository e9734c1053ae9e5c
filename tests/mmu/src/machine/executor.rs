//! What is asked of the program in the machine, and how it answers.
//!
//! Every executor keeps one protocol, all of it in 64-bit words at a physical address that both sides know:
//!
//! | word | |
//! |---|---|
//! | 0 | how many questions there are |
//! | 1 | the state: 0 before it runs, 1 while it does, 2 when every question is answered, 3 after an exception that was none of a question |
//! | 2..=5 | what it wrote down of that exception |
//! | 6 | the physical address of the first question |
//! | 7 | unused |
//! | from 8 | contexts, the values of [`CONTEXT`] registers each |
//! | then | questions, [`QUESTION`] words each, of which the last [`ANSWER`] are written by the executor |
//!
//! A question is an operation, the address of its context, an address, and a value to store. The executor loads the
//! registers of the context where it is not that of the question before, and forgets all translations then.

use super::{Emulator, Failure, GuestRam};

/// Words before the contexts.
const HEADER: usize = 8;
/// Registers in a context.
const CONTEXT: usize = 16;
/// Words of a question, those of its answer among them.
const QUESTION: usize = 12;
/// Words of an answer.
const ANSWER: usize = 8;
/// What is in an answer before the executor writes it: no cause, no value.
const UNANSWERED: u64 = 0xdead_0000_dead_0000;

/// One access that the machine makes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// What is done: a number that the executor gives a meaning.
    pub operation: u64,
    /// The number of the context that it is done in.
    pub context: usize,
    /// The address that is accessed.
    pub address: u64,
    /// The value that a store writes.
    pub value: u64,
}

/// What the executor wrote down, word by word as it documents.
pub type Answer = [u64; ANSWER];

/// A program in the machine that answers questions.
#[derive(Copy, Clone, Debug)]
pub struct Executor {
    /// The physical address of the words that are shared with it.
    pub shared: u64,
    /// The physical address behind them.
    pub end: u64,
}

impl Executor {
    /// Writes the questions, runs the machine, and reads the answers.
    ///
    /// # Errors
    /// Why there are none.
    ///
    /// # Panics
    /// If there are more questions than there is room for, or a context has too many registers.
    pub fn ask(
        self,
        ram: &GuestRam,
        emulator: Emulator,
        contexts: &[Vec<u64>],
        questions: &[Question],
    ) -> Result<Vec<Answer>, Failure> {
        let context_at = |number: usize| self.shared + 8 * (HEADER + number * CONTEXT) as u64;
        let first = context_at(contexts.len());
        let mut words = vec![0; HEADER];
        words[0] = questions.len() as u64;
        for context in contexts {
            assert!(context.len() <= CONTEXT, "a context has {CONTEXT} registers at most");
            words.extend(context);
            words.resize(words.len() + CONTEXT - context.len(), 0);
        }
        for question in questions {
            words.extend([question.operation, context_at(question.context), question.address, question.value]);
            words.extend([UNANSWERED; ANSWER]);
        }
        // The executor finds the questions behind the contexts.
        words[6] = first;
        assert!(self.shared + 8 * words.len() as u64 <= self.end, "no room for {} questions", questions.len());
        ram.write_words(self.shared, &words);
        emulator.run()?;
        let header = ram.read_words(self.shared, HEADER);
        if header[1] != 2 {
            return Err(Failure::Stopped { state: header[1], exception: [header[2], header[3], header[4], header[5]] });
        }
        let answers = ram.read_words(first, questions.len() * QUESTION);
        let answer = |words: &[u64; QUESTION]| core::array::from_fn(|word| words[QUESTION - ANSWER + word]);
        Ok(answers.as_chunks().0.iter().map(answer).collect())
    }
}
