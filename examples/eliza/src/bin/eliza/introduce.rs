//! One name, a stream of sentences.

use eliza::proto::{ElizaServiceClient, IntroduceRequest};
use tower_connect::Result;

use crate::args::Introduce;
use crate::channel::channel;
use crate::output;

pub(crate) async fn run(args: &Introduce) -> Result<()> {
    let eliza = ElizaServiceClient::new(channel(&args.speech)?);
    let mut sentences = eliza.introduce(IntroduceRequest { name: args.name.clone() }).await?.into_message();
    while let Some(next) = sentences.message().await? {
        output::say(&next.sentence)?;
    }
    output::ended(&args.speech, sentences.trailers());
    Ok(())
}
