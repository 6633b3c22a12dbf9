//! Each shape of a procedure has a mock, which answers, records, and can be told otherwise while it is shared.

use tower_connect::{Code, Messages, Request, Streaming};

use crate::each_protocol;
use crate::mock::{Mock, count, drain, join, say, talk, text};

#[tokio::test]
async fn every_shape_is_answered_and_recorded_in_every_protocol() {
    let mock = Mock::answering();
    for (number, (protocol, channel)) in each_protocol(&mock.channel()).enumerate() {
        assert_eq!(say(&channel, text("hi")).await.unwrap().message().text, "hi");
        let words = || ["a", "b"].map(text).into_iter().collect::<Messages<_>>();
        assert_eq!(join(&channel, words()).await.unwrap().message().text, "ab");
        let (texts, end) = drain(count(&channel)).await;
        assert_eq!((texts.len(), end.is_ok()), (3, true), "{protocol}");
        let (texts, end) = drain(talk(&channel, words())).await;
        assert_eq!((texts, end.is_ok()), (vec!["a".to_owned(), "b".to_owned()], true), "{protocol}");

        assert_eq!(mock.say.calls()[number].message().text, "hi");
        assert_eq!(mock.say.calls()[number].call().unwrap().protocol(), protocol);
        assert_eq!(mock.count.calls().len(), number + 1);
        assert_eq!(mock.join.calls()[number].message()[1].text, "b");
        assert_eq!(mock.talk.calls()[number].message().len(), 2);
    }
}

#[tokio::test]
async fn without_a_closure_the_error_names_what_is_missing() {
    let mock = Mock::new();
    for (protocol, channel) in each_protocol(&mock.channel().json()) {
        let error = join(&channel, Messages::from_iter([text("a")])).await.unwrap_err();
        assert_eq!(error.code(), Code::Unimplemented, "{protocol}");
        assert_eq!(error.message(), "demo.v1.Demo/Join has no closure: Mock::on_join sets one");
    }
    // They are recorded all the same. Nobody has read what came.
    let calls = mock.join.calls();
    assert_eq!((calls.len(), calls[0].message().len()), (3, 0));
    assert!(format!("{mock:?}").contains("calls: 3"), "{mock:?}");
}

#[tokio::test]
async fn a_closure_is_replaced_while_it_answers() {
    let mock = Mock::new();
    let shared = mock.clone();
    mock.say.set(move |_| {
        shared.say.set(|_| async { Ok(text("second").into()) });
        async { Ok(text("first").into()) }
    });
    let channel = mock.channel();
    assert_eq!(say(&channel, text("")).await.unwrap().message().text, "first");
    assert_eq!(say(&channel, text("")).await.unwrap().message().text, "second");
}

#[tokio::test]
async fn a_closure_that_panics_fails_its_call_and_no_other() {
    let mock = Mock::new();
    mock.say.set(|request: Request<_>| {
        assert!(request.message() != &text("bad"), "as it has to");
        async { Ok(text("good").into()) }
    });
    let channel = mock.channel();
    assert_eq!(say(&channel, text("bad")).await.unwrap_err().code(), Code::Internal);
    assert_eq!(say(&channel, text("fine")).await.unwrap().message().text, "good");
    assert_eq!(mock.say.calls().len(), 2);
}

#[tokio::test]
async fn what_a_closure_does_not_read_is_not_recorded() {
    let mock = Mock::new();
    mock.join.set(|request: Request<Streaming<_>>| async move {
        let first = request.into_message().message().await?;
        Ok(first.unwrap_or_default().into())
    });
    let words = ["a", "b", "c"].map(text).into_iter().collect();
    assert_eq!(join(&mock.channel(), words).await.unwrap().message().text, "a");
    assert_eq!(mock.join.calls()[0].message(), &[text("a")]);
}
