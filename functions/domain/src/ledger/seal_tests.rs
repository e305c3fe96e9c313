//! The seal names each invariant it finds broken.
