//! One sentence, one answer.

use eliza::proto::{ElizaServiceClient, SayRequest};
use tower_connect::Result;

use crate::args::Call;
use crate::channel::channel;
use crate::output;

pub(crate) async fn run(args: &Call) -> Result<()> {
    let eliza = ElizaServiceClient::new(channel(&args.speech)?.http_get(args.get));
    let answer = eliza.say(SayRequest { sentence: args.sentence.clone() }).await?;
    output::say(&answer.message().sentence)?;
    output::ended(&args.speech, Some(answer.trailers()));
    Ok(())
}
