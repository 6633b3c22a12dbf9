//! What a client is told of each fault.

use bytes::Bytes;
#[cfg(feature = "gzip")]
use tower_connect::compression::GZIP;
use tower_connect::error::{Origin, Retry};
use tower_connect::testing::{Amount, Fault, Faults};
use tower_connect::{Channel, Code, Error, Messages, Protocol};

use crate::mock::{Mock, count, drain, read, say, text};
use crate::{each_protocol, told};

fn faulty(mock: &Mock, fault: Fault) -> Channel {
    mock.channel().http_layer(Faults::always(fault))
}

#[tokio::test]
async fn a_connection_that_is_refused_was_never_there() {
    let mock = Mock::answering();
    for (protocol, channel) in each_protocol(&faulty(&mock, Fault::refuse())) {
        let expected = (Code::Unavailable, Origin::Transport, Some(Retry::NeverSent));
        assert_eq!(told(&say(&channel, text("hi")).await.unwrap_err()), expected, "{protocol}");
        assert_eq!(told(&read(&channel, text("hi")).await.unwrap_err()), expected, "{protocol}");
        assert_eq!(told(&drain(count(&channel)).await.1.unwrap_err()), expected, "{protocol}");
    }
    assert_eq!(mock.say.calls().len(), 0);
}

#[tokio::test]
async fn a_reset_leaves_open_what_was_done() {
    let mock = Mock::answering();
    for fault in [Fault::reset(), Fault::reset_after(Amount::Bytes(3)), Fault::reset_after(Amount::Messages(1))] {
        for (protocol, channel) in each_protocol(&faulty(&mock, fault.clone())) {
            let expected = (Code::Unavailable, Origin::Transport, None);
            assert_eq!(told(&say(&channel, text("hi")).await.unwrap_err()), expected, "{protocol} {fault:?}");
            let expected = (Code::Unavailable, Origin::Transport, Some(Retry::Idempotent));
            assert_eq!(told(&read(&channel, text("hi")).await.unwrap_err()), expected, "{protocol} {fault:?}");
        }
    }
    assert_eq!(mock.say.calls().len(), 9);
}

#[tokio::test]
async fn messages_before_a_fault_are_delivered() {
    let mock = Mock::answering();
    let strikes = [
        (Fault::reset_after(Amount::Messages(2)), 2, Code::Unavailable),
        (Fault::reset_after(Amount::Messages(3)), 3, Code::Unavailable),
        // A message of three letters is ten bytes.
        (Fault::reset_after(Amount::Bytes(10)), 1, Code::Unavailable),
        (Fault::reset_after(Amount::Bytes(19)), 1, Code::Unavailable),
        (Fault::cut_after(Amount::Messages(0)), 0, Code::Internal),
        (Fault::cut_after(Amount::Messages(1)), 1, Code::Internal),
        (Fault::cut_after(Amount::Bytes(12)), 1, Code::Internal),
        (Fault::lose_trailers(), 3, Code::Internal),
    ];
    for (fault, messages, code) in strikes {
        for (protocol, channel) in each_protocol(&faulty(&mock, fault.clone())) {
            let (texts, end) = drain(count(&channel)).await;
            assert_eq!(texts.len(), messages, "{protocol} {fault:?}");
            let nothing_at_all = messages == 0 && protocol == Protocol::Grpc;
            let code = if nothing_at_all { Code::Unknown } else { code };
            assert_eq!(told(&end.unwrap_err()), (code, Origin::Transport, None), "{protocol} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_fault_behind_the_end_never_strikes() {
    let mock = Mock::answering();
    for fault in [
        Fault::none(),
        Fault::reset_after(Amount::Messages(4)),
        Fault::reset_after(Amount::Bytes(1 << 20)),
        Fault::cut_after(Amount::Frames(1000)),
    ] {
        for (protocol, channel) in each_protocol(&faulty(&mock, fault.clone())) {
            say(&channel, text("hi")).await.unwrap();
            let (texts, end) = drain(count(&channel)).await;
            assert_eq!((texts.len(), end.is_ok()), (3, true), "{protocol} {fault:?}");
        }
    }
}

#[tokio::test]
async fn frames_are_those_of_the_transport() {
    let mock = Mock::answering();
    for (protocol, channel) in each_protocol(&faulty(&mock, Fault::reset_after(Amount::Frames(1)))) {
        let (texts, end) = drain(count(&channel)).await;
        assert!(!texts.is_empty() && end.is_err(), "{protocol}");
    }
}

#[tokio::test]
async fn a_unary_answer_without_its_end_is_no_answer() {
    let mock = Mock::answering();
    for fault in [Fault::lose_trailers(), Fault::cut_after(Amount::Messages(1))] {
        for (protocol, channel) in each_protocol(&faulty(&mock, fault.clone())) {
            let answer = say(&channel, text("hallo")).await;
            if protocol == Protocol::Connect {
                // There is nothing behind the message.
                assert_eq!(answer.unwrap().message().text, "hallo");
            } else {
                let expected = (Code::Internal, Origin::Transport, None);
                assert_eq!(told(&answer.unwrap_err()), expected, "{protocol} {fault:?}");
            }
        }
    }
    let cut = faulty(&mock, Fault::cut_after(Amount::Bytes(6)));
    for channel in [cut.clone(), cut.json()] {
        assert!(say(&channel, text("hallo")).await.is_err(), "the message is cut off");
    }
}

#[tokio::test]
async fn an_error_that_does_not_get_through_is_none_of_the_server() {
    let mock = Mock::new();
    mock.say.set(|_| async { Err(Error::not_found("nobody is here")) });
    mock.count.set(|_| async { Err(Error::not_found("nobody is here")) });
    for (protocol, channel) in each_protocol(&faulty(&mock, Fault::reset_after(Amount::Bytes(10)))) {
        for error in [say(&channel, text("hi")).await.unwrap_err(), drain(count(&channel)).await.1.unwrap_err()] {
            let expected = match protocol {
                Protocol::Connect => (Code::Unavailable, Origin::Transport, None),
                // All of it is in the head.
                _ => (Code::NotFound, Origin::Remote, None),
            };
            assert_eq!(told(&error), expected, "{protocol}");
        }
    }
}

#[cfg(feature = "gzip")]
#[tokio::test]
async fn who_accepts_no_compression_may_compress_all_the_same() {
    let mock = Mock::answering();
    let long = text(&"x".repeat(5000));
    let answer = long.clone();
    mock.count.set(move |_| {
        let messages = Messages::from_iter([answer.clone()]);
        async { Ok(messages.into()) }
    });
    let channel = mock.channel().send_compression(GZIP).compress_min_size(0).compression([]);
    for (protocol, channel) in each_protocol(&channel) {
        assert_eq!(say(&channel, long.clone()).await.unwrap().into_message(), long, "{protocol}");
        let (texts, end) = drain(count(&channel)).await;
        assert_eq!((texts.len(), end.is_ok()), (1, true), "{protocol}");
    }
}

#[tokio::test]
async fn a_limit_of_our_own_is_told_as_such() {
    let mock = Mock::answering();
    for (protocol, channel) in each_protocol(&mock.channel().compression([]).receive_limit(2)) {
        let expected = (Code::ResourceExhausted, Origin::Local, None);
        assert_eq!(told(&say(&channel, text("hallo")).await.unwrap_err()), expected, "{protocol}");
        assert_eq!(told(&drain(count(&channel)).await.1.unwrap_err()), expected, "{protocol}");
    }
}

#[tokio::test]
async fn what_a_proxy_answers_has_the_code_of_its_status() {
    let mock = Mock::answering();
    for (status, code) in [(503, Code::Unavailable), (404, Code::Unimplemented), (200, Code::Unknown)] {
        let page = http::Response::builder().status(status).header("content-type", "text/html");
        let page = page.body(Bytes::from_static(b"<h1>Hello</h1>")).unwrap();
        for (protocol, channel) in each_protocol(&faulty(&mock, Fault::answer(page))) {
            for error in [say(&channel, text("hi")).await.unwrap_err(), drain(count(&channel)).await.1.unwrap_err()] {
                assert_eq!(told(&error), (code, Origin::Transport, None), "{protocol} {status}");
            }
        }
    }
    assert_eq!(mock.say.calls().len(), 0);
}

#[tokio::test]
async fn a_script_goes_by_requests_and_a_closure_by_what_it_sees() {
    let mock = Mock::answering();
    let scripted = mock.channel().http_layer(Faults::script([Fault::refuse(), Fault::none(), Fault::reset()]));
    let mut outcomes = Vec::new();
    for _ in 0..4 {
        outcomes.push(say(&scripted, text("hi")).await.is_ok());
    }
    assert_eq!(outcomes, [false, true, false, true]);

    let chosen = mock.channel().http_layer(Faults::by(|request| match request.uri.path() {
        "/demo.v1.Demo/Say" => Fault::refuse(),
        _ => Fault::none(),
    }));
    assert!(say(&chosen, text("hi")).await.is_err() && read(&chosen, text("hi")).await.is_ok());
}

#[cfg(all(feature = "client", feature = "serve"))]
#[tokio::test]
async fn over_sockets_it_is_the_same() {
    use std::future::IntoFuture;

    let mock = Mock::answering();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(tower_connect::serve(listener, mock.service()).into_future());
    for (protocol, channel) in each_protocol(&Channel::connect(url).unwrap()) {
        let script = [Fault::refuse(), Fault::none(), Fault::reset_after(Amount::Messages(1)), Fault::lose_trailers()];
        let channel = channel.http_layer(Faults::script(script));
        let expected = (Code::Unavailable, Origin::Transport, Some(Retry::NeverSent));
        assert_eq!(told(&say(&channel, text("hi")).await.unwrap_err()), expected, "{protocol}");
        say(&channel, text("hi")).await.unwrap();
        let (texts, end) = drain(count(&channel)).await;
        assert_eq!(
            (texts.len(), told(&end.unwrap_err())),
            (1, (Code::Unavailable, Origin::Transport, None)),
            "{protocol}"
        );
        let (texts, end) = drain(count(&channel)).await;
        assert_eq!(
            (texts.len(), told(&end.unwrap_err())),
            (3, (Code::Internal, Origin::Transport, None)),
            "{protocol}"
        );
    }
}
