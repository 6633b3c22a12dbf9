//! What compressing a response takes, by algorithm at its default level: `cargo run --release -p benches --bin compression`.
//!
//! 32 KiB is the most that is compressed where other calls wait for it. The fastest of many rounds counts, less a call without compression.

use std::time::{Duration, Instant};

const ROUNDS: u32 = 200;

fn main() {
    println!("| algorithm | bytes | compressed | \u{b5}s |");
    println!("|---|---|---|---|");
    for length in [2 << 10, 8 << 10, 32 << 10] {
        let (plain, _) = measure(length, "identity");
        for encoding in ["gzip", "deflate", "br", "zstd", "snappy"] {
            let (time, bytes) = measure(length, encoding);
            println!("| {encoding} | {length} | {bytes} | {} |", time.saturating_sub(plain).as_micros());
        }
    }
}

/// The time of one call, and how many bytes it is answered with.
fn measure(length: usize, encoding: &'static str) -> (Duration, usize) {
    let mut contestants = benches::contestants();
    let ours = &mut contestants[0];
    let mut best = (Duration::MAX, 0);
    for _ in 0..ROUNDS {
        let request = benches::compressed(length, encoding);
        let started = Instant::now();
        let bytes = (ours.call)(request);
        best = (started.elapsed().min(best.0), bytes);
    }
    best
}
