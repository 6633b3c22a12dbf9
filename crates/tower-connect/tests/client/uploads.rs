//! Requests that are streams: what senders are told, and what becomes of them when their call ends.

use std::time::Duration;

use tower_connect::{Code, Error, Messages, Origin};

use super::support::Text;
use super::talk::{Talk, clients, text};

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

        let messages = Messages::new(futures(vec![Ok(text("a")), Err(Error::not_found("gone"))]));
        assert_eq!(client.join(messages).await.unwrap_err().message(), "gone", "{protocol}");
    }
}

#[tokio::test]
async fn senders_wait_for_a_reader_that_is_slow() {
    for (protocol, client) in clients(&Talk::default()).await {
        let (sender, messages) = Messages::channel(1);
        let upload = tokio::spawn(async move {
            let large = "x".repeat(64 << 10);
            for sent in 0..10_000 {
                if tokio::time::timeout(Duration::from_millis(300), sender.send(text(&large))).await.is_err() {
                    return sent;
                }
            }
            unreachable!("a reader that does not read takes no 640 MB")
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
