//! A stream of sentences, a stream of answers.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use eliza::proto::{ConverseRequest, ElizaServiceClient};
use futures::stream::{self, Stream};
use tokio::sync::mpsc;
use tower_connect::{Code, Error, Messages, Result};

use crate::args::Chat;
use crate::channel::channel;
use crate::output;

pub(crate) async fn run(args: &Chat) -> Result<()> {
    let eliza = ElizaServiceClient::new(channel(&args.speech)?);
    let prompt = Prompt::new();
    prompt.show();
    // What is said is read while the call goes on, so she can end it in the middle of a line.
    let mut answers = eliza.converse(Messages::new(sentences())).await?.into_message();
    while let Some(answer) = answers.message().await? {
        prompt.hide();
        output::say(&answer.sentence)?;
        prompt.show();
    }
    drop(prompt);
    output::ended(&args.speech, answers.trailers());
    Ok(())
}

/// The lines of the standard input, read by a thread for which the end of the program need not wait.
fn sentences() -> impl Stream<Item = Result<ConverseRequest>> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        let mut lines = io::stdin().lock().lines();
        while lines.next().is_some_and(|line| sender.blocking_send(line).is_ok()) {}
    });
    stream::unfold(receiver, async |mut receiver| {
        let line = receiver.recv().await?;
        Some((line.map(|sentence| ConverseRequest { sentence }).map_err(unreadable), receiver))
    })
}

fn unreadable(error: io::Error) -> Error {
    Error::new(Code::InvalidArgument, "what is said cannot be read").with_source(error)
}

/// On a terminal, shows whose turn it is.
struct Prompt {
    wanted: bool,
}

impl Prompt {
    fn new() -> Self {
        Self { wanted: io::stdin().is_terminal() && io::stderr().is_terminal() }
    }

    fn show(&self) {
        self.print("> ");
    }

    fn hide(&self) {
        self.print("\r  \r");
    }

    fn print(&self, text: &str) {
        if self.wanted {
            let mut terminal = io::stderr();
            let _ = terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush());
        }
    }
}

impl Drop for Prompt {
    fn drop(&mut self) {
        self.hide();
    }
}
