#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| adapis_fuzz::targets::tables(data));
