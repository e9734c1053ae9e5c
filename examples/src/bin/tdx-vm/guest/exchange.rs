//! I/O: the guest hands data to a device through its shared buffer, and takes the answer from there.
//!
//! The device sees what is in the buffer. Of the private page that the data came from, the VMM sees ciphertext; that
//! is looked at here, too.

use super::Runner;
use super::process::wrong;
use crate::failure::{Checked, Failure};
use crate::shadow::PAGE;
use crate::survey::PAGES;

/// The bytes of one exchange: a sector.
const SECTOR: usize = 512;
/// The size in which ciphertext is compared: two equal blocks by chance are not to be expected.
const BLOCK: usize = 16;

impl Runner<'_, '_> {
    /// Touches the buffer, as a driver does that sets its rings up.
    pub(super) fn set_up_device(&mut self) -> Checked<()> {
        self.inside(|process, guest, _, _| {
            guest.write(process.buffer_gpa(0), &[1])?;
            process.buffer.write(0, 0, &[1]);
            Ok(())
        })
    }

    /// Writes a sector of private data out, and reads the device's answer, the inverted sector.
    pub(super) fn exchange(&mut self) -> Checked<()> {
        let Some(page) = self.process.last_stored else { return Ok(()) };
        let (region, index) = (page / PAGES, page % PAGES);
        let state = &self.process.regions[region];
        if state.shared.contains(index) || state.swapped.contains(index) {
            return Ok(());
        }
        let sector = (self.random.next() as usize % (PAGE / SECTOR)) * SECTOR;
        let position = (self.stats.exchanges as usize * SECTOR) % (PAGES * PAGE);
        let (buffer_page, at) = (position / PAGE, position % PAGE);
        let data = self.inside(|process, guest, stats, _| {
            let mut data = [0; SECTOR];
            data.copy_from_slice(&process.read_page(guest, page, stats)?[sector..sector + SECTOR]);
            guest.write(process.buffer_gpa(position as u32), &data)?;
            process.buffer.write(buffer_page, at, &data);
            stats.bytes_written += SECTOR as u64;
            Ok(data)
        })?;

        let buffer = self.process.layout.io_buffer(self.process.vcpu);
        let mut seen = [0; SECTOR];
        self.host.device_read(buffer, position as u32, &mut seen)?;
        if seen != data {
            return Err(Failure::new(format!("the device reads other bytes at {position:#x} than the guest wrote")));
        }
        let answer = seen.map(|byte| !byte);
        self.host.device_write(buffer, position as u32, &answer)?;
        self.process.buffer.write(buffer_page, at, &answer);

        self.inside(|process, guest, stats, _| {
            let (mut read, gpa) = ([0; SECTOR], process.buffer_gpa(position as u32));
            guest.read(gpa, &mut read)?;
            stats.bytes_checked += SECTOR as u64;
            process.buffer.check(buffer_page, at, &read).map_err(|mismatch| wrong(process.vcpu, gpa, mismatch))
        })?;
        self.stats.exchanges += 1;
        self.look_without_key(page)
    }

    /// The VMM reads the frame of a private page. None of the guest's data may be there.
    fn look_without_key(&mut self, page: usize) -> Checked<()> {
        let slot = self.process.layout.data(self.process.vcpu, page / PAGES);
        let Some(seen) = self.host.spy(slot, page % PAGES)? else { return Ok(()) };
        let Some(content) = self.process.data.page(page) else { return Ok(()) };
        let mut blocks = seen.chunks(BLOCK).zip(content.chunks(BLOCK));
        if let Some(block) = blocks.position(|(seen, written)| seen == written) {
            let offset = block * BLOCK;
            return Err(Failure::new(format!("the VMM reads plaintext of private page {page} at byte {offset:#x}")));
        }
        self.stats.spied += 1;
        Ok(())
    }
}
