//! The generated client, over sockets and in process.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::future::IntoFuture;

use eliza::proto::{ConverseRequest, ElizaServiceClient, IntroduceRequest, SayRequest};
use tower_connect::{Channel, Messages, Protocol};

async fn channels() -> Vec<Channel> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(tower_connect::serve(listener, eliza::app()).into_future());
    let transports = [Channel::connect(url).unwrap(), Channel::service(eliza::app())];
    let protocols = [Protocol::Connect, Protocol::Grpc, Protocol::GrpcWeb];
    let spoken = |channel: Channel| protocols.map(|protocol| channel.clone().protocol(protocol));
    let channels = transports.into_iter().flat_map(spoken);
    channels.flat_map(|channel| [channel.clone(), channel.json()]).collect()
}

#[tokio::test]
async fn every_protocol_calls_every_shape() {
    for channel in channels().await {
        let eliza = ElizaServiceClient::new(channel.clone());
        let said = eliza.say(SayRequest { sentence: "I feel happy".to_owned() }).await.unwrap();
        assert!(said.message().sentence.contains("happy"), "{channel:?}");

        let mut introduction =
            eliza.introduce(IntroduceRequest { name: "Ada".to_owned() }).await.unwrap().into_message();
        let mut sentences = 0;
        while introduction.message().await.unwrap().is_some() {
            sentences += 1;
        }
        assert!(sentences > 1 && introduction.trailers().is_some(), "{channel:?}");

        let (sender, messages) = Messages::channel(1);
        sender.send(ConverseRequest { sentence: "hello".to_owned() }).await.unwrap();
        let mut answers = eliza.converse(messages).await.unwrap().into_message();
        assert!(!answers.message().await.unwrap().unwrap().sentence.is_empty());
        sender.send(ConverseRequest { sentence: "goodbye".to_owned() }).await.unwrap();
        assert!(!answers.message().await.unwrap().unwrap().sentence.is_empty());
        assert!(answers.message().await.unwrap().is_none(), "{channel:?}");
    }
}
