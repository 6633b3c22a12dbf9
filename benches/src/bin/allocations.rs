//! How many allocations a call makes, from the request to the end of the response: `cargo run --release -p benches --bin allocations`.

fn main() {
    println!("| one unary call of 64 bytes, in process | allocations | bytes |");
    println!("|---|---|---|");
    for mut contestant in benches::contestants().into_iter().chain(benches::callers()) {
        // What is made once, at the first call, is not part of a call.
        (contestant.call)((contestant.request)());
        let request = (contestant.request)();
        let counted = allocation_counter::measure(|| {
            (contestant.call)(request);
        });
        println!("| {} | {} | {} |", contestant.name, counted.count_total, counted.bytes_total);
    }
}
