//! The generated mock, for what calls Eliza.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::time::Duration;

use eliza::proto::{
    ConverseRequest, ConverseResponse, ElizaServiceClient, ElizaServiceMock, IntroduceRequest, IntroduceResponse,
    SayRequest, SayResponse,
};
use tower_connect::testing::{Amount, Fault, Faults};
use tower_connect::{Code, Error, Messages, Request, Streaming};

fn said(sentence: &str) -> SayRequest {
    SayRequest { sentence: sentence.to_owned() }
}

#[tokio::test]
async fn closures_answer_and_calls_are_recorded() {
    let mock = ElizaServiceMock::new()
        .on_say(|request: Request<SayRequest>| async move {
            Ok(SayResponse { sentence: format!("{}?", request.message().sentence) }.into())
        })
        .on_introduce(|request| async move {
            let name = request.into_message().name;
            Ok(Messages::from_iter([IntroduceResponse { sentence: name }]).into())
        });
    let eliza = ElizaServiceClient::new(mock.channel().grpc());

    let mut request = Request::new(said("hi"));
    request.metadata_mut().insert("x-user", "ada".parse().unwrap());
    assert_eq!(eliza.say(request).await.unwrap().message().sentence, "hi?");
    let calls = mock.say_calls();
    assert_eq!(calls[0].message().sentence, "hi");
    assert_eq!(calls[0].metadata()["x-user"], "ada");
    assert_eq!(calls[0].call().unwrap().protocol(), tower_connect::Protocol::Grpc);

    let mut sentences = eliza.introduce(IntroduceRequest { name: "Ada".to_owned() }).await.unwrap().into_message();
    assert_eq!(sentences.message().await.unwrap().unwrap().sentence, "Ada");
    assert_eq!(mock.introduce_calls()[0].message().name, "Ada");
}

#[tokio::test]
async fn of_a_stream_the_messages_are_recorded_as_they_are_read() {
    let mock = ElizaServiceMock::new().on_converse(|request: Request<Streaming<ConverseRequest>>| async move {
        let answers = Messages::new(futures::stream::try_unfold(request.into_message(), |mut said| async move {
            let answer = said.message().await?.map(|message| ConverseResponse { sentence: message.sentence });
            Ok(answer.map(|answer| (answer, said)))
        }));
        Ok(answers.into())
    });
    let (sender, messages) = Messages::channel(1);
    let eliza = ElizaServiceClient::new(mock.channel());
    sender.send(ConverseRequest { sentence: "one".to_owned() }).await.unwrap();
    let mut answers = eliza.converse(messages).await.unwrap().into_message();
    answers.message().await.unwrap().unwrap();
    assert_eq!(mock.converse_calls()[0].message().len(), 1);

    sender.send(ConverseRequest { sentence: "two".to_owned() }).await.unwrap();
    drop(sender);
    while answers.message().await.unwrap().is_some() {}
    let calls = mock.converse_calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].message()[1].sentence, "two");
}

#[tokio::test]
async fn what_has_no_closure_says_so_and_closures_can_be_replaced() {
    let mock = ElizaServiceMock::new();
    let eliza = ElizaServiceClient::new(mock.channel());
    let error = eliza.say(said("hi")).await.unwrap_err();
    assert_eq!(error.code(), Code::Unimplemented);
    let expected = "connectrpc.eliza.v1.ElizaService/Say has no closure: ElizaServiceMock::on_say sets one";
    assert_eq!(error.message(), expected);

    let mut count = 0;
    mock.on_say(move |_| {
        count += 1;
        let answer = if count == 1 { Err(Error::unavailable("busy")) } else { Ok(SayResponse::default().into()) };
        async move { answer }
    });
    assert_eq!(eliza.say(said("hi")).await.unwrap_err().message(), "busy");
    eliza.say(said("hi")).await.unwrap();
    assert_eq!(mock.say_calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn faults_and_deadlines_take_no_time() {
    let mock = ElizaServiceMock::new().on_introduce(|_| async {
        let sentences = ["I", "am", "Eliza"].map(|word| IntroduceResponse { sentence: word.to_owned() });
        Ok(Messages::from_iter(sentences).into())
    });
    let faults = Faults::script([Fault::reset_after(Amount::Messages(2)), Fault::hang()]);
    let channel = mock.channel().http_layer(faults).timeout(Duration::from_secs(3600));
    let eliza = ElizaServiceClient::new(channel);

    let mut sentences = eliza.introduce(IntroduceRequest::default()).await.unwrap().into_message();
    assert_eq!(sentences.message().await.unwrap().unwrap().sentence, "I");
    assert_eq!(sentences.message().await.unwrap().unwrap().sentence, "am");
    assert_eq!(sentences.message().await.unwrap_err().code(), Code::Unavailable);

    let error = eliza.introduce(IntroduceRequest::default()).await.unwrap_err();
    assert_eq!(error.code(), Code::DeadlineExceeded);
}
