//! Every future and every stream of a client can be spawned, and none borrows the client.

use futures_core::Stream;
use tower_connect::{Messages, Streaming};

use super::support::Text;
use super::talk::{Talk, TalkClient, clients, text};

fn is_shared<T: Clone + Send + Sync + 'static>(_: &T) {}

fn is_sent<T: Stream + Send + 'static>(_: &T) {}

fn spawned(client: &TalkClient) -> [tokio::task::JoinHandle<String>; 4] {
    is_shared(client);
    let (sender, messages) = Messages::channel(4);
    is_shared(&sender);
    tokio::spawn(async move {
        for letter in ["c", "d"] {
            sender.send(text(letter)).await.unwrap();
        }
    });
    let (say, join) = (client.say(text("a")), client.join(Messages::from_iter([text("a"), text("b")])));
    let (split, chat) = (client.split(text("bc")), client.chat(messages));
    [
        tokio::spawn(async { say.await.unwrap().into_message().text }),
        tokio::spawn(async { join.await.unwrap().into_message().text }),
        tokio::spawn(async { collect(split.await.unwrap().into_message()).await }),
        tokio::spawn(async { collect(chat.await.unwrap().into_message()).await }),
    ]
}

async fn collect(mut messages: Streaming<Text>) -> String {
    is_sent(&messages);
    let mut texts = String::new();
    while let Some(Text { text }) = messages.message().await.unwrap() {
        texts.push_str(&text);
    }
    assert!(messages.trailers().is_some());
    texts
}

#[tokio::test]
async fn calls_outlive_their_client() {
    for (protocol, client) in clients(&Talk::default()).await {
        let calls = spawned(&client);
        drop(client);
        for (call, expected) in calls.into_iter().zip(["a", "ab", "bc", "cd"]) {
            assert_eq!(call.await.unwrap(), expected, "{protocol}");
        }
    }
}
