//! Tests what happens when files, machines or other processes go wrong.

mod damage;
mod faults;
mod memory;
mod model;
mod races;
