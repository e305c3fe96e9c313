//! Harness of the stories.
