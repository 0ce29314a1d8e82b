#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fineprint::fuzzing::front_matter(bytes));
