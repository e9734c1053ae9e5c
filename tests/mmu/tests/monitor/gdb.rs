//! The remote protocol of GDB, as far as it takes to set registers and to give commands to QEMU's monitor.
//!
//! A packet is `$text#sum`; the text is hexadecimal where it may hold anything. Each packet is acknowledged by `+`.

use std::io::{Error, ErrorKind, Read as _, Result, Write as _};
use std::os::unix::net::UnixStream;

/// QEMU's side of the protocol.
pub struct Stub {
    stream: UnixStream,
    /// What has come and was not looked at.
    pending: Vec<u8>,
}

impl Stub {
    /// The stub at the other end of `stream`. Its registers have numbers once it was asked for what they are.
    pub fn new(stream: UnixStream) -> Result<Self> {
        let mut stub = Self { stream, pending: Vec::new() };
        stub.ask("qXfer:features:read:target.xml:0,1000")?;
        Ok(stub)
    }

    /// Sets the register with this number.
    pub fn set_register(&mut self, number: u32, value: u64) -> Result<()> {
        let answer = self.ask(&format!("P{number:x}={}", hex(&value.to_le_bytes())))?;
        if answer == "OK" { Ok(()) } else { Err(unexpected(&format!("register {number}"), &answer)) }
    }

    /// What the monitor says to a command.
    pub fn monitor(&mut self, command: &str) -> Result<String> {
        let mut said = Vec::new();
        let mut answer = self.ask(&format!("qRcmd,{}", hex(command.as_bytes())))?;
        while answer != "OK" {
            let part = answer.strip_prefix('O').and_then(unhex);
            said.extend(part.ok_or_else(|| unexpected(command, &answer))?);
            answer = self.receive()?;
        }
        String::from_utf8(said).map_err(|error| Error::new(ErrorKind::InvalidData, error))
    }

    /// Ends the machine.
    pub fn kill(&mut self) -> Result<()> {
        self.send("k")
    }

    fn ask(&mut self, text: &str) -> Result<String> {
        self.send(text)?;
        self.receive()
    }

    fn send(&mut self, text: &str) -> Result<()> {
        let sum = text.bytes().fold(0, u8::wrapping_add);
        write!(self.stream, "${text}#{sum:02x}")
    }

    fn receive(&mut self) -> Result<String> {
        loop {
            if let Some(text) = self.packet() {
                self.stream.write_all(b"+")?;
                return Ok(text);
            }
            let mut bytes = [0; 4096];
            match self.stream.read(&mut bytes)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                count => self.pending.extend(&bytes[..count]),
            }
        }
    }

    /// The text of the first packet, if all of it has come.
    fn packet(&mut self) -> Option<String> {
        let start = self.pending.iter().position(|&byte| byte == b'$')? + 1;
        let end = start + self.pending[start..].iter().position(|&byte| byte == b'#')?;
        if self.pending.len() < end + 3 {
            return None;
        }
        let text = String::from_utf8_lossy(&self.pending[start..end]).into_owned();
        self.pending.drain(..end + 3);
        Some(text)
    }
}

fn unexpected(asked: &str, answer: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("the stub answers `{answer}` to `{asked}`"))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    text.as_bytes().chunks(2).map(|pair| Some((digit(pair[0])? << 4 | digit(*pair.get(1)?)?) as u8)).collect()
}
