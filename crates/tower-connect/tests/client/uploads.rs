//! Requests that are streams: what senders are told, and what becomes of them when their call ends.

use std::time::Duration;

use tower_connect::client::CallOptions;
use tower_connect::{Code, Error, Messages, Origin, Request};

use super::support::Text;
use super::talk::{Talk, TalkClient, clients, text};

/// Sends until that fails.
async fn send_on(sender: tower_connect::Sender<Text>) -> Error {
    loop {
        if let Err(error) = sender.send(text("x")).await {
            return error;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_sender_gets_the_servers_early_error() {
    for (protocol, client) in clients(&Talk::default()).await {
        let (sender, messages) = Messages::channel(1);
        let upload = tokio::spawn(async move {
            sender.send(text("fail")).await.unwrap();
            send_on(sender).await
        });
        let failed = client.join(messages).await.unwrap_err();
        assert_eq!((failed.code(), failed.message()), (Code::ResourceExhausted, "enough"), "{protocol}");
        let told = upload.await.unwrap();
        assert_eq!((told.code(), told.message(), told.origin()), (Code::ResourceExhausted, "enough", Origin::Remote));
    }
}

#[tokio::test]
async fn a_sender_gets_the_error_that_the_stream_has_ended_with() {
    for (protocol, client) in clients(&Talk::default()).await {
        let (sender, messages) = Messages::channel(1);
        sender.send(text("a")).await.unwrap();
        let mut answers = client.chat(messages).await.unwrap().into_message();
        assert_eq!(answers.message().await.unwrap(), Some(text("a")));
        sender.send(text("fail")).await.unwrap();
        let failed = answers.message().await.unwrap_err();
        assert_eq!(failed.message(), "enough", "{protocol}");
        assert_eq!(send_on(sender).await.message(), "enough", "{protocol}");
        assert_eq!(answers.message().await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_sender_is_told_when_nobody_waits_any_more() {
    let talk = Talk::default();
    for (calls, (protocol, client)) in clients(&talk).await.into_iter().enumerate() {
        let (sender, messages) = Messages::channel(1);
        sender.send(text("a")).await.unwrap();
        let mut answers = client.chat(messages).await.unwrap().into_message();
        assert_eq!(answers.message().await.unwrap(), Some(text("a")), "{protocol}");
        drop(answers);
        assert_eq!(send_on(sender).await.code(), Code::Canceled, "{protocol}");
        talk.dropped(calls + 1).await;
    }
}

/// HTTP/2 lets a server take nothing more of a request, and HTTP/1.1 its socket.
#[tokio::test]
async fn an_upload_that_nobody_takes_ends_with_its_call() {
    let talk = Talk::default();
    for (calls, (protocol, client)) in clients(&talk).await.into_iter().enumerate() {
        let client = TalkClient(client.0.compression([]));
        for (number, deadline) in [None, Some(Duration::from_secs(1))].into_iter().enumerate() {
            let (sender, messages) = Messages::channel(1);
            let upload = tokio::spawn(async move {
                let large = "x".repeat(64 << 10);
                while sender.send(text(&large)).await.is_ok() {}
            });
            let request = Request::new(messages).with_options(CallOptions::new().timeout(deadline));
            let answers = client.chat(request).await.unwrap();
            // By then everything that is between them is full.
            tokio::time::sleep(Duration::from_millis(500)).await;
            assert!(!upload.is_finished(), "{protocol}");
            if deadline.is_none() {
                drop(answers);
                tokio::time::timeout(Duration::from_secs(5), upload).await.unwrap().unwrap();
            } else {
                // Nobody looks at the answers, and the deadline is kept all the same.
                tokio::time::timeout(Duration::from_secs(5), upload).await.unwrap().unwrap();
                drop(answers);
            }
            talk.dropped(calls * 2 + number + 1).await;
        }
        // The connection is as good as before.
        assert_eq!(client.say(text("a")).await.unwrap().into_message(), text("a"), "{protocol}");
    }
}

/// A server may send its head with its first message.
#[tokio::test]
async fn a_call_by_turns_needs_no_head_before_the_first_message() {
    for (protocol, client) in clients(&Talk::default()).await {
        let (sender, messages) = Messages::channel(1);
        let mut answers = client.chat(messages).deferred();
        assert!(answers.metadata().is_none());
        for letter in ["a", "b", "c"] {
            sender.send(text(letter)).await.unwrap();
            assert_eq!(answers.message().await.unwrap(), Some(text(letter)), "{protocol}");
        }
        assert!(answers.metadata().is_some() && answers.trailers().is_none());
        sender.send(text("fail")).await.unwrap();
        assert_eq!(answers.message().await.unwrap_err().message(), "enough", "{protocol}");
        assert_eq!(answers.message().await.unwrap(), None);

        let nobody = TalkClient(client.0.send_limit(1));
        let mut answers = nobody.chat(Messages::from_iter([text("long")])).deferred();
        assert_eq!(answers.message().await.unwrap_err().code(), Code::ResourceExhausted, "{protocol}");
        assert_eq!(answers.message().await.unwrap(), None);
    }
}

#[tokio::test]
async fn the_error_of_the_request_is_that_of_the_call() {
    for (protocol, client) in clients(&Talk::default()).await {
        let (sender, messages) = Messages::channel(2);
        sender.send(text("a")).await.unwrap();
        let mut answers = client.chat(messages).await.unwrap().into_message();
        assert_eq!(answers.message().await.unwrap(), Some(text("a")), "{protocol}");
        sender.fail(Error::failed_precondition("on second thoughts")).await.unwrap();
        let failed = answers.message().await.unwrap_err();
        assert_eq!((failed.code(), failed.message()), (Code::FailedPrecondition, "on second thoughts"), "{protocol}");
        assert_eq!(failed.origin(), Origin::Local);

        // The error of another call says nothing of this one.
        let other = TalkClient(client.0.clone().send_limit(0)).say(text("a")).await.unwrap_err();
        assert_eq!(other.retry(), Some(tower_connect::Retry::NeverSent));
        let messages = Messages::new(futures(vec![Ok(text("a")), Err(other)]));
        assert_eq!(client.join(messages).await.unwrap_err().retry(), None, "{protocol}");

        let messages = Messages::new(futures(vec![Ok(text("a")), Err(Error::not_found("gone"))]));
        assert_eq!(client.join(messages).await.unwrap_err().message(), "gone", "{protocol}");
    }
}

#[tokio::test]
async fn senders_wait_for_a_reader_that_is_slow() {
    for (protocol, client) in clients(&Talk::default()).await {
        // What is easily compressed would fit into any window.
        let client = TalkClient(client.0.compression([]));
        let (sender, messages) = Messages::channel(1);
        let upload = tokio::spawn(async move {
            let large = "x".repeat(64 << 10);
            for sent in 0..10_000 {
                match tokio::time::timeout(Duration::from_millis(300), sender.send(text(&large))).await {
                    Ok(outcome) => outcome.unwrap(),
                    Err(_) => return sent,
                }
            }
            panic!("a reader that does not read has taken 640 MB")
        });
        // It is not read, so the server does not go on, and neither does the sender.
        let answers = client.chat(messages).await.unwrap();
        assert!(upload.await.unwrap() < 1000, "{protocol}");
        drop(answers);
    }
}

fn futures<T: Send + 'static>(items: Vec<T>) -> impl futures_core::Stream<Item = T> + Send {
    struct Ready<T>(std::vec::IntoIter<T>);
    impl<T> Unpin for Ready<T> {}
    impl<T> futures_core::Stream for Ready<T> {
        type Item = T;
        fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<T>> {
            std::task::Poll::Ready(self.0.next())
        }
    }
    Ready(items.into_iter())
}
