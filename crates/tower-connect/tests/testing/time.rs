//! Time that stands still, and goes on by itself when everybody waits.

use std::time::Duration;

use tokio::time::Instant;
use tower_connect::client::CallOptions;
use tower_connect::error::Origin;
use tower_connect::testing::{Fault, Faults};
use tower_connect::{Code, Messages, Request};

use crate::mock::{Mock, count, drain, join, say, text};
use crate::{each_protocol, told};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn the_deadline_of_a_client_passes() {
    let mock = Mock::answering();
    for fault in [Fault::hang(), Fault::none().delay(2 * HOUR), Fault::none().head_delay(2 * HOUR)] {
        let channel = mock.channel().http_layer(Faults::always(fault.clone())).timeout(HOUR);
        for (protocol, channel) in each_protocol(&channel) {
            let start = Instant::now();
            let error = say(&channel, text("hi")).await.unwrap_err();
            assert_eq!(told(&error), (Code::DeadlineExceeded, Origin::Local, None), "{protocol} {fault:?}");
            assert_eq!(start.elapsed().as_secs(), HOUR.as_secs(), "{protocol} {fault:?}");
            let (texts, end) = drain(count(&channel)).await;
            assert_eq!((texts.len(), end.unwrap_err().code()), (0, Code::DeadlineExceeded), "{protocol} {fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn delays_are_as_long_as_they_say() {
    let mock = Mock::answering();
    let fault = Fault::none().delay(HOUR).head_delay(HOUR);
    for (protocol, channel) in each_protocol(&mock.channel().http_layer(Faults::always(fault)).timeout(3 * HOUR)) {
        let start = Instant::now();
        say(&channel, text("hi")).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), 2 * HOUR.as_secs(), "{protocol}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_server_keeps_the_deadline_that_it_is_told() {
    let mock = Mock::answering();
    let (ended, mut codes) = tokio::sync::mpsc::unbounded_channel();
    let layer = tower_connect::RpcLayer::new().for_service::<Mock>().on_end(move |_, outcome| {
        _ = ended.send((outcome.code(), outcome.duration().as_secs()));
    });
    mock.say.set(|_| std::future::pending());
    let channel = tower_connect::Channel::service(tower::Layer::layer(&layer, mock.clone()));
    for (protocol, channel) in each_protocol(&channel) {
        let request = Request::new(text("hi")).with_options(CallOptions::new().timeout(HOUR));
        assert_eq!(say(&channel, request).await.unwrap_err().code(), Code::DeadlineExceeded, "{protocol}");
        let call = mock.say.calls().pop().unwrap();
        assert_eq!(call.call().unwrap().timeout(), Some(HOUR), "{protocol}");
        // It is either that passes it first.
        let (code, duration) = codes.recv().await.unwrap();
        assert!(matches!(code, Some(Code::DeadlineExceeded | Code::Canceled)), "{protocol} {code:?}");
        assert_eq!(duration, HOUR.as_secs(), "{protocol}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_passes_in_the_middle_of_a_stream() {
    let mock = Mock::answering();
    mock.count.set(|_| async {
        let (sender, messages) = Messages::channel(1);
        tokio::spawn(async move {
            for word in ["one", "two", "three"] {
                sender.send(text(word)).await?;
                tokio::time::sleep(HOUR).await;
            }
            Ok::<_, tower_connect::Error>(())
        });
        Ok(messages.into())
    });
    for (protocol, channel) in each_protocol(&mock.channel().timeout(HOUR + HOUR / 2)) {
        let (texts, end) = drain(count(&channel)).await;
        assert_eq!(texts, ["one", "two"], "{protocol}");
        assert_eq!(end.unwrap_err().code(), Code::DeadlineExceeded, "{protocol}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_for_a_connection() {
    let mock = Mock::answering();
    for (protocol, channel) in each_protocol(&mock.channel().wait_for_ready(true)) {
        let refused = || vec![Fault::refuse(); 8];
        let start = Instant::now();
        let channel = channel.http_layer(Faults::script(refused()));
        say(&channel, text("hi")).await.unwrap();
        // 50 ms, twice as long each time, 5 s at the most; a fifth more or less of each.
        let pauses = 50 + 100 + 200 + 400 + 800 + 1600 + 3200 + 5000;
        let waited = start.elapsed().as_millis();
        assert!((pauses * 4 / 5..pauses * 6 / 5 + 8).contains(&waited), "{protocol}: {waited}");

        let channel = channel.http_layer(Faults::script(refused()));
        let words = ["a", "b"].map(text).into_iter().collect();
        assert_eq!(join(&channel, words).await.unwrap().message().text, "ab", "{protocol}");

        let late = channel.http_layer(Faults::always(Fault::refuse())).timeout(HOUR);
        let start = Instant::now();
        assert_eq!(say(&late, text("hi")).await.unwrap_err().code(), Code::DeadlineExceeded, "{protocol}");
        assert_eq!(start.elapsed().as_secs(), HOUR.as_secs(), "{protocol}");
    }
    assert_eq!(mock.say.calls().len(), 3, "nothing is sent twice");
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_is_not_sent_again() {
    let mock = Mock::answering();
    let channel = mock.channel().wait_for_ready(true).http_layer(Faults::script([Fault::reset()]));
    assert_eq!(say(&channel, text("hi")).await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(mock.say.calls().len(), 1);
}
