//! Eliza at the command line: serves her, calls her, chats with her.

mod args;
mod call;
mod channel;
mod chat;
mod introduce;
mod output;
mod serve;
mod signals;
mod trust;
mod verbose;

use std::process::ExitCode;

use clap::Parser;

use self::args::{Args, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let Args { command, serve } = Args::parse();
    let (called, speech) = match command.unwrap_or(Command::Serve(serve)) {
        Command::Serve(args) => return serve::run(&args).await,
        Command::Call(args) => (call::run(&args).await, args.speech),
        Command::Introduce(args) => (introduce::run(&args).await, args.speech),
        Command::Chat(args) => (chat::run(&args).await, args.speech),
    };
    match called {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::report(&error, &speech);
            ExitCode::FAILURE
        }
    }
}
