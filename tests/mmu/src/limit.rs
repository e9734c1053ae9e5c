//! A limit of time for what cannot be interrupted: a guest that runs on this process's own thread.

use crate::say;
use std::process::exit;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// Ends the process, with a message, unless it is dropped in time.
#[must_use = "the limit ends where this is dropped"]
pub struct TimeLimit {
    _alive: Sender<()>,
}

impl TimeLimit {
    /// A limit for what follows.
    pub fn new(what: &'static str, limit: Duration) -> Self {
        let (alive, dropped) = channel();
        thread::spawn(move || {
            if dropped.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                say(format_args!("{what} does not end within {limit:?}"));
                exit(1);
            }
        });
        Self { _alive: alive }
    }
}
