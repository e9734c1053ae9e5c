//! The binary of the image: see the library.
#![no_std]
#![no_main]

pt_freestanding::image!(pt_ept_image::run);
