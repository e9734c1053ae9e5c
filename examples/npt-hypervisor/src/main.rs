//! The binary of the hypervisor: see the library.
#![no_std]
#![no_main]

pt_freestanding::image!(npt_hypervisor::run);
