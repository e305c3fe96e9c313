//! The auditor over tables that the real store and the real domain made: good ones pass, every kind of fault is found
//! where it is and by its name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "tests stop at the first surprise"
)]

mod bytes;
mod faults;
mod good;
mod people;
mod planted;
mod shop;
mod tamper;
