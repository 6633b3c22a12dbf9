//! Deadlines hold in every phase of a call, and dropping ends it at once.

use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tower_connect::client::CallOptions;
use tower_connect::{Channel, Code, Messages, Origin, Request, Retry};

use super::talk::{PROTOCOLS, Talk, TalkClient, clients, text};

const SOON: Duration = Duration::from_millis(100);

fn soon<T>(message: T) -> Request<T> {
    Request::new(message).with_options(CallOptions::new().timeout(SOON))
}

#[tokio::test]
async fn before_the_head_of_the_response() {
    let talk = Talk::default();
    for (calls, (protocol, client)) in clients(&talk).await.into_iter().enumerate() {
        let failed = client.say(soon(text("hang"))).await.unwrap_err();
        assert_eq!((failed.code(), failed.retry()), (Code::DeadlineExceeded, None), "{protocol}");
        talk.dropped(calls + 1).await;
    }
}

#[tokio::test]
async fn between_messages_of_which_none_is_lost() {
    let talk = Talk::default();
    for (calls, (protocol, client)) in clients(&talk).await.into_iter().enumerate() {
        let mut letters = client.split(soon(text("ab…"))).await.unwrap().into_message();
        assert_eq!(letters.message().await.unwrap(), Some(text("a")), "{protocol}");
        assert_eq!(letters.message().await.unwrap(), Some(text("b")), "{protocol}");
        assert_eq!(letters.message().await.unwrap_err().code(), Code::DeadlineExceeded, "{protocol}");
        talk.dropped(calls + 1).await;
    }
}

#[tokio::test]
async fn what_has_come_in_time_is_there_for_who_comes_late() {
    // In process a server goes on only while its answer is read.
    for (protocol, client) in clients(&Talk::default()).await.into_iter().step_by(2) {
        let mut letters = client.split(soon(text("abc…"))).await.unwrap().into_message();
        tokio::time::sleep(2 * SOON).await;
        for letter in ["a", "b", "c"] {
            assert_eq!(letters.message().await.unwrap(), Some(text(letter)), "{protocol}");
        }
        assert_eq!(letters.message().await.unwrap_err().code(), Code::DeadlineExceeded, "{protocol}");
        let mut letters = client.split(soon(text("abc"))).await.unwrap().into_message();
        tokio::time::sleep(2 * SOON).await;
        while letters.message().await.unwrap().is_some() {}
        assert!(letters.trailers().is_some(), "{protocol}");
    }
}

#[tokio::test]
async fn while_the_request_is_still_sent() {
    for (protocol, client) in clients(&Talk::default()).await {
        let (sender, messages) = Messages::channel(1);
        sender.send(text("a")).await.unwrap();
        let failed = client.join(soon(messages)).await.unwrap_err();
        assert_eq!(failed.code(), Code::DeadlineExceeded, "{protocol}");
        assert_eq!(sender.send(text("b")).await.unwrap_err().code(), Code::DeadlineExceeded, "{protocol}");
    }
}

#[tokio::test]
async fn while_as_much_is_sent_as_can_be() {
    for (protocol, client) in clients(&Talk::default()).await.into_iter().step_by(2) {
        for _ in 0..10 {
            let large = text(&"x".repeat(10_000));
            let endless = futures::stream::repeat_with(move || Ok(large.clone()));
            let failed = client.join(soon(Messages::new(endless))).await.unwrap_err();
            assert_eq!(failed.code(), Code::DeadlineExceeded, "{protocol}: {failed:?}");
        }
    }
}

#[tokio::test]
async fn while_there_is_no_connection_and_with_a_server_that_says_nothing() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    for protocol in PROTOCOLS {
        for (url, waits) in [(&url, false), (&nobody, true)] {
            let channel = Channel::connect(url.as_str()).unwrap().protocol(protocol).wait_for_ready(waits);
            let started = Instant::now();
            let failed = TalkClient(channel).say(soon(text("a"))).await.unwrap_err();
            assert_eq!(failed.code(), Code::DeadlineExceeded, "{protocol}");
            // The cause is told of a deadline that has passed while there was no connection.
            let cause = waits.then_some(Retry::NeverSent);
            assert_eq!((failed.retry(), failed.message().ends_with(": cannot connect")), (cause, waits), "{failed}");
            assert!(started.elapsed() < Duration::from_secs(5));
        }
    }
}

#[tokio::test]
async fn a_deadline_that_has_passed_sends_nothing() {
    let talk = Talk::default();
    for (protocol, client) in clients(&talk).await {
        let request = Request::new(text("a")).with_options(CallOptions::new().timeout(Duration::ZERO));
        let failed = client.say(request).await.unwrap_err();
        assert_eq!((failed.code(), failed.origin()), (Code::DeadlineExceeded, Origin::Local), "{protocol}");
        assert_eq!(failed.retry(), Some(Retry::NeverSent));
    }
    assert_eq!(talk.calls(), 0);
}

#[tokio::test]
async fn dropping_ends_a_call_at_once() {
    let talk = Talk::default();
    for (calls, (_, client)) in clients(&talk).await.into_iter().enumerate() {
        let hanging = tokio::time::timeout(SOON, client.say(text("hang"))).await;
        assert!(hanging.is_err());
        talk.dropped(2 * calls + 1).await;
        let mut letters = client.split(text("a…")).await.unwrap().into_message();
        assert_eq!(letters.message().await.unwrap(), Some(text("a")));
        drop(letters);
        talk.dropped(2 * calls + 2).await;
    }
}
