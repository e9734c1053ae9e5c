//! Playing operations, whoever they come from.

use super::{Answer, Misplaced, Operation, Session};
use crate::tdx::{Module, Platform, SparseMemory};

/// Bytes of memory of the machine of traces.
const MEMORY: u64 = 4 << 30;

/// Where operations come from, and where their answers go.
pub trait Script {
    /// Why playing ends early.
    type Error;

    /// The next operation; `None` at the end.
    ///
    /// # Errors
    /// If there is none that can be played.
    fn next(&mut self) -> Result<Option<Operation>, Self::Error>;

    /// The operation was played. `session` is as it left it.
    ///
    /// # Errors
    /// If playing is to end.
    fn answered(&mut self, operation: Operation, answer: Answer, session: &Session<'_>) -> Result<(), Self::Error>;

    /// The operation could not be played, and nothing has changed.
    ///
    /// # Errors
    /// If playing is to end.
    fn refused(&mut self, operation: Operation, reason: Misplaced) -> Result<(), Self::Error>;
}

/// Plays a script to its end. Each `reset` begins a fresh machine.
///
/// # Errors
/// The first error of the script.
pub fn play<S: Script>(script: &mut S) -> Result<(), S::Error> {
    let mut next = script.next()?;
    while let Some(operation) = next {
        let Operation::Reset(settings) = operation else {
            script.refused(operation, Misplaced::NoTd)?;
            next = script.next()?;
            continue;
        };
        let module = Module::new(Platform::reference(), SparseMemory::new(MEMORY));
        let mut session = match Session::begin(&module, settings) {
            Ok(session) => session,
            Err(reason) => {
                script.refused(operation, reason)?;
                next = script.next()?;
                continue;
            }
        };
        script.answered(operation, Answer::Done, &session)?;
        next = until_reset(script, &mut session)?;
    }
    Ok(())
}

/// Plays operations until one that begins a fresh machine, and returns that.
fn until_reset<S: Script>(script: &mut S, session: &mut Session<'_>) -> Result<Option<Operation>, S::Error> {
    loop {
        match script.next()? {
            None => return Ok(None),
            reset @ Some(Operation::Reset(_)) => return Ok(reset),
            Some(operation) => match session.play(operation) {
                Ok(answer) => script.answered(operation, answer, session)?,
                Err(reason) => script.refused(operation, reason)?,
            },
        }
    }
}
