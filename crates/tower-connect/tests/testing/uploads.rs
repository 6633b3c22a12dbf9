//! What senders are told of a call that has failed.

use tower_connect::error::{Origin, Retry};
use tower_connect::testing::{Amount, Fault, Faults};
use tower_connect::{Code, Error, Messages};

use crate::mock::{Mock, Text, drain, join, talk, text};
use crate::{each_protocol, told};

/// Sends until that fails.
fn send_for_ever() -> (tokio::task::JoinHandle<Error>, Messages<Text>) {
    let (sender, messages) = Messages::channel(1);
    let sending = async move {
        loop {
            if let Err(error) = sender.send(text("more")).await {
                return error;
            }
        }
    };
    (tokio::spawn(sending), messages)
}

#[tokio::test(start_paused = true)]
async fn a_sender_gets_the_error_of_its_call() {
    let mock = Mock::answering();
    for fault in [Fault::refuse(), Fault::refuse().delay(std::time::Duration::from_secs(1))] {
        for (protocol, channel) in each_protocol(&mock.channel().http_layer(Faults::always(fault))) {
            let expected = (Code::Unavailable, Origin::Transport, Some(Retry::NeverSent));
            let (sending, messages) = send_for_ever();
            assert_eq!(told(&join(&channel, messages).await.unwrap_err()), expected, "{protocol}");
            assert_eq!(told(&sending.await.unwrap()), expected, "{protocol}");
            let (sending, messages) = send_for_ever();
            assert_eq!(told(&drain(talk(&channel, messages)).await.1.unwrap_err()), expected, "{protocol}");
            assert_eq!(told(&sending.await.unwrap()), expected, "{protocol}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_sender_is_told_of_a_reset_in_the_middle() {
    let mock = Mock::answering();
    let faults = Faults::always(Fault::reset_after(Amount::Messages(3)));
    for (protocol, channel) in each_protocol(&mock.channel().http_layer(faults)) {
        let expected = (Code::Unavailable, Origin::Transport, None);
        let (sending, messages) = send_for_ever();
        let (texts, end) = drain(talk(&channel, messages)).await;
        assert_eq!((texts.len(), told(&end.unwrap_err())), (3, expected), "{protocol}");
        assert_eq!(told(&sending.await.unwrap()), expected, "{protocol}");
    }
    // Whoever answers does not read more than three messages, and perhaps the next one.
    assert!(mock.talk.calls().iter().all(|call| (3..=5).contains(&call.message().len())), "{mock:?}");
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_upload_is_that_of_the_call() {
    let mock = Mock::answering();
    for (protocol, channel) in each_protocol(&mock.channel()) {
        let (sender, messages) = Messages::channel(2);
        sender.send(text("a")).await.unwrap();
        sender.fail(Error::invalid_argument("no more")).await.unwrap();
        let error = join(&channel, messages).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::InvalidArgument, "no more"), "{protocol}");
    }
}
