//! How long a call takes, as a ratio to ours over gRPC: `cargo run --release -p benches --bin in_process`.
//!
//! The contestants take turns, and the fastest of many rounds counts: what disturbs a machine only ever makes it slower.

use std::time::{Duration, Instant};

const ROUNDS: usize = 40;
const CALLS: u32 = 5_000;

fn main() {
    run(benches::contestants());
    println!();
    run(benches::callers());
}

fn run(mut contestants: Vec<benches::Contestant>) {
    let mut best = vec![Duration::MAX; contestants.len()];
    for _ in 0..ROUNDS {
        for (contestant, best) in contestants.iter_mut().zip(&mut best) {
            let requests: Vec<_> = (0..CALLS).map(|_| (contestant.request)()).collect();
            let started = Instant::now();
            for request in requests {
                std::hint::black_box((contestant.call)(request));
            }
            *best = started.elapsed().min(*best);
        }
    }
    println!("| one unary call of 64 bytes, in process | ratio | ns |");
    println!("|---|---|---|");
    for (contestant, time) in contestants.iter().zip(&best) {
        let ratio = time.as_secs_f64() / best[0].as_secs_f64();
        println!("| {} | {ratio:.2} | {} |", contestant.name, (*time / CALLS).as_nanos());
    }
}
