//! Services whose names are in the way of everything are called, through all of the protocols.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use codegen_tests::all::hostile::services::{
    self, CloneClient, CloneServer, Greet, GreetClient_, GreetMock_, GreetServer_, M, SelfClient, SelfMock,
};
use codegen_tests::all::shapes::v1 as shapes;
use codegen_tests::all::{a, hostile, x};
use codegen_tests::{from_set, no_client, no_descriptors, no_json, no_server, others_types};
use futures::TryStreamExt;
use tower_connect::method::ServiceSpec;
use tower_connect::server::NamedService;
use tower_connect::{Channel, Code, Messages, Request, Response, Result, Streaming};

/// A channel for each protocol and codec.
fn channels(channel: &Channel) -> Vec<Channel> {
    let with = |change: fn(Channel) -> Channel| change(channel.clone());
    vec![with(|c| c), with(Channel::json), with(Channel::grpc), with(Channel::grpc_web), with(|c| c.grpc().json())]
}

fn named(name: &str) -> M {
    M { name: name.to_owned() }
}

/// Tells which function was called.
struct Greeter;

impl Greet for Greeter {
    async fn say(&self, _: Request<M>) -> Result<Response<M>> {
        Ok(named("Say").into())
    }

    async fn say_(&self, _: Request<M>) -> Result<Response<M>> {
        Ok(named("say").into())
    }

    async fn say__(&self, _: Request<M>) -> Result<Response<M>> {
        Ok(named("SAY").into())
    }

    async fn new(&self, _: Request<M>) -> Result<Response<M>> {
        Ok(named("New").into())
    }

    async fn clone(&self, _: Request<M>) -> Result<Response<M>> {
        Ok(named("Clone").into())
    }

    async fn connect(&self, request: Request<Streaming<M>>) -> Result<Response<M>> {
        let all: Vec<M> = request.into_message().try_collect().await?;
        Ok(named(&format!("{} of Connect", all.len())).into())
    }

    async fn call(&self, request: Request<M>) -> Result<Response<Messages<M>>> {
        let message = request.into_message();
        Ok(Messages::from_stream(futures::stream::iter([message.clone(), message])).into())
    }

    async fn self_(&self, _: Request<M>) -> Result<Response<M>> {
        Ok(named("Self").into())
    }

    async fn r#type(&self, _: Request<M>) -> Result<Response<M>> {
        Ok(named("Type").into())
    }
}

#[tokio::test]
async fn procedures_that_differ_in_case_or_are_keywords_are_called() {
    let channel = Channel::service(GreetServer_::new(Greeter).into_service());
    for channel in channels(&channel) {
        let client = GreetClient_::new(channel);
        let m = M::default;
        let name = |response: Result<Response<M>>| response.unwrap().into_message().name;
        assert_eq!(name(client.say(m()).await), "Say");
        assert_eq!(name(client.say_(m()).await), "say");
        assert_eq!(name(client.say__(m()).await), "SAY");
        assert_eq!(name(client.new_(m()).await), "New");
        assert_eq!(name(client.clone_(m()).await), "Clone");
        assert_eq!(name(client.self_(m()).await), "Self");
        assert_eq!(name(client.r#type(m()).await), "Type");
        let three = Messages::from_stream(futures::stream::iter([m(), m(), m()]));
        assert_eq!(name(client.connect(three).await), "3 of Connect");
        let poured: Vec<M> = client.call(named("x")).await.unwrap().into_message().try_collect().await.unwrap();
        assert_eq!(poured, [named("x"), named("x")]);
        assert_eq!(client.poll_ready(m()).await.unwrap_err().code(), Code::Unimplemented);
    }
}

#[tokio::test]
async fn mocks_of_hostile_services_answer_and_record() {
    let mock = GreetMock_::new()
        .on_say(|_| async { Ok(named("Say").into()) })
        .on_say_(|_| async { Ok(named("say").into()) })
        .on_clone(|_| async { Ok(named("Clone").into()) })
        .on_on_x(|_| async { Ok(named("OnX").into()) })
        .on_x(|_| async { Ok(named("X").into()) });
    let client = GreetClient_::new(mock.channel());
    let m = M::default;
    assert_eq!(client.say(m()).await.unwrap().message().name, "Say");
    assert_eq!(client.say_(m()).await.unwrap().message().name, "say");
    assert_eq!(client.clone_(m()).await.unwrap().message().name, "Clone");
    assert_eq!(client.on_x(m()).await.unwrap().message().name, "OnX");
    assert_eq!(client.x(named("x")).await.unwrap().message().name, "X");
    let counts = [mock.say_calls().len(), mock.say_calls_().len(), mock.clone_calls().len(), mock.on_x_calls_().len()];
    assert_eq!(counts, [1, 1, 1, 1]);

    let mock = SelfMock::new().on_self(|_| async { Ok(named("self").into()) });
    assert_eq!(SelfClient::new(mock.channel()).self_(m()).await.unwrap().message().name, "self");
}

#[tokio::test]
async fn a_service_that_is_called_as_a_trait_of_the_prelude_is_called() {
    struct Cloner;
    impl services::Clone for Cloner {
        async fn clone(&self, request: Request<M>) -> Result<Response<M>> {
            Ok(request.into_message().into())
        }
    }
    for channel in channels(&Channel::service(CloneServer::new(Cloner).into_service())) {
        let client = CloneClient::new(channel);
        assert_eq!(client.clone_(named("sheep")).await.unwrap().message().name, "sheep");
    }
}

#[tokio::test]
async fn a_service_and_a_package_of_one_name_are_both_there() {
    struct Both;
    impl a::Greet for Both {
        async fn say(&self, request: Request<a::M>) -> Result<Response<a::greet::M>> {
            Ok(request.into_message().m.unwrap_or_default().into())
        }
    }
    impl a::greet::Greet for Both {
        async fn say(&self, request: Request<a::greet::M>) -> Result<Response<a::greet::M>> {
            Ok(request.into_message().into())
        }
    }
    let inner = a::greet::M { name: "m".to_owned() };
    let channel = Channel::service(a::GreetServer::new(Both).into_service());
    let answer = a::GreetClient::new(channel).say(a::M { m: Some(inner.clone()) }).await.unwrap();
    assert_eq!(*answer.message(), inner);
    let channel = Channel::service(a::greet::GreetServer::new(Both).into_service());
    let answer = a::greet::GreetClient::new(channel).say(inner.clone()).await.unwrap();
    assert_eq!(*answer.message(), inner);
    assert_eq!(a::greet_::SAY.spec().procedure(), "/a.Greet/Say");
}

#[tokio::test]
async fn messages_that_are_called_as_everything_are_sent() {
    let mock = hostile::v1::HostileMock::new().on_use_request(|request: Request<hostile::v1::Request>| async move {
        Ok(hostile::v1::Response { kinds: request.into_message().kinds, ..Default::default() }.into())
    });
    for channel in channels(&mock.channel()) {
        let client = hostile::v1::HostileClient::new(channel);
        let kinds = [("a".to_owned(), hostile::v1::request::Kind::Self_ as i32)].into();
        let answer = client.use_request(hostile::v1::Request { kinds, ..Default::default() }).await.unwrap();
        assert_eq!(answer.message().kinds["a"], 1);
    }
    let round = x::RoundMock::new()
        .on_trip(|request: Request<x::A>| async move { Ok(request.into_message().b.unwrap_or_default().into()) });
    assert!(x::RoundClient::new(round.channel()).trip(x::A::default()).await.is_ok());
}

#[tokio::test]
async fn without_json_a_service_refuses_it_and_answers_the_rest() {
    struct Shapes;
    impl no_json::shapes::v1::Shapes for Shapes {
        async fn echo_tree(
            &self,
            request: Request<no_json::shapes::v1::Tree>,
        ) -> Result<Response<no_json::shapes::v1::Tree>> {
            Ok(request.into_message().into())
        }
    }
    let channel = Channel::service(no_json::shapes::v1::ShapesServer::new(Shapes).into_service());
    for channel in [channel.clone(), channel.clone().grpc(), channel.clone().grpc_web()] {
        let client = no_json::shapes::v1::ShapesClient::new(channel);
        client.echo_tree(no_json::shapes::v1::Tree::default()).await.unwrap();
    }
    // A client that has JSON asks for it.
    let error = shapes::ShapesClient::new(channel.json()).echo_tree(shapes::Tree::default()).await.unwrap_err();
    assert_eq!(error.code(), Code::Unimplemented, "{error}");
}

#[tokio::test]
async fn a_server_without_a_client_and_a_client_without_a_server_fit() {
    struct Shapes;
    impl no_client::shapes::v1::Shapes for Shapes {
        async fn nothing(
            &self,
            request: Request<Streaming<no_client::shapes::v1::Empty>>,
        ) -> Result<Response<Messages<no_client::shapes::v1::Empty>>> {
            let all: Vec<_> = request.into_message().try_collect().await?;
            Ok(Messages::from_stream(futures::stream::iter(all)).into())
        }
    }
    let channel = Channel::service(no_client::shapes::v1::ShapesServer::new(Shapes).into_service());
    for channel in channels(&channel) {
        let client = no_server::shapes::v1::ShapesClient::new(channel);
        let empty = no_server::shapes::v1::Empty {};
        let messages = Messages::from_stream(futures::stream::iter([empty, empty]));
        let poured: Vec<_> = client.nothing(messages).await.unwrap().into_message().try_collect().await.unwrap();
        assert_eq!(poured, [empty, empty]);
    }
}

#[tokio::test]
async fn messages_that_were_there_already_are_those_of_the_service() {
    let mock = others_types::shapes::v1::ShapesMock::new()
        .on_echo_tree(|request: Request<shapes::Tree>| async move { Ok(request.into_message().into()) });
    let client = others_types::shapes::v1::ShapesClient::new(mock.channel().json());
    client.echo_tree(shapes::Tree::default()).await.unwrap();
}

#[test]
fn a_service_holds_its_schema_unless_it_is_told_not_to() {
    fn spec<S: NamedService>() -> ServiceSpec {
        S::SERVICE
    }
    let all = spec::<shapes::ShapesServer<()>>();
    assert_eq!(all.descriptor_set(), shapes::FILE_DESCRIPTOR_SET);
    assert_eq!((all.name(), all.methods().len()), ("shapes.v1.Shapes", 5));
    assert!(spec::<no_descriptors::shapes::v1::ShapesServer<()>>().descriptor_set().is_empty());
    assert!(spec::<shapes::IdleServer<()>>().methods().is_empty());
    assert_eq!(spec::<from_set::shapes::v1::ShapesServer<()>>().methods().len(), 5);
}

#[test]
fn a_trait_without_procedures_can_be_implemented() {
    struct Nothing;
    impl shapes::Idle for Nothing {}
    let _ = shapes::IdleServer::new(Nothing).into_service();
}
