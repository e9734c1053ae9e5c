//! What the host does with guest memory: a device that works on shared pages, and a look at private ones.

use super::{Host, address};
use crate::failure::{Checked, During, Failure};
use crate::layout::Slot;
use crate::shadow::PAGE;
use pt_core::{Hpa, Private};

impl Host<'_> {
    /// Reads shared memory, as a device or the VMM does: by the host's own mapping, without the guest's tables.
    /// The bytes lie in one page.
    ///
    /// # Errors
    /// If the page is not shared, or nobody has touched it.
    pub fn device_read(&self, slot: Slot, offset: u32, into: &mut [u8]) -> Checked<()> {
        self.seam.machine.read(self.shared_byte(slot, offset)?, into).during("device")
    }

    /// Writes shared memory. The bytes lie in one page.
    ///
    /// # Errors
    /// As [`device_read`](Self::device_read).
    pub fn device_write(&self, slot: Slot, offset: u32, from: &[u8]) -> Checked<()> {
        self.seam.machine.write(self.shared_byte(slot, offset)?, from).during("device")
    }

    fn shared_byte(&self, slot: Slot, offset: u32) -> Checked<Hpa> {
        let frame = self.read().backings.region(slot).shared_frame((offset >> 12) as usize);
        let byte = frame.and_then(|frame| frame.checked_add(u64::from(offset & 0xfff)));
        byte.ok_or_else(|| Failure::new(format!("device: no shared page at {:#x}", slot.address(offset))))
    }

    /// Reads a page of private memory as the VMM can: by the frame that its private table names, without the key.
    /// Nothing, if the page is not mapped.
    ///
    /// # Errors
    /// If the frame is not memory.
    pub fn spy(&self, slot: Slot, page: usize) -> Checked<Option<Box<[u8; PAGE]>>> {
        let inner = self.read();
        let address = address::<Private>(slot, (page << 12) as u32)?;
        let Some(found) = inner.vm.private().reader().translate(address) else { return Ok(None) };
        let mut bytes = Box::new([0; PAGE]);
        self.seam.machine.read(found.address, &mut bytes[..]).during("spy")?;
        Ok(Some(bytes))
    }
}
