//! What the schema says of procedures reaches constants, handlers and layers.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::sync::{Arc, Mutex};

use codegen_tests::all::elsewhere::Thing;
use codegen_tests::all::options::three::{Guarded, GuardedClient, GuardedServer, M, MethodOptions as Plain, guarded};
use codegen_tests::all::options::v1::{Audience, CustomMethodOptions, Limits, ServiceOptions};
use codegen_tests::all::{MethodOptions as Nowhere, Rank, far, root};
use tower::Layer as _;
use tower_connect::method::Idempotency;
use tower_connect::{Call, Channel, Error, Request, Response, Result};

#[test]
fn options_of_all_kinds_are_read_from_the_spec() {
    let options: CustomMethodOptions = guarded::GET.spec().options().unwrap();
    assert_eq!(options.role(), "reader \"quoted\" \\ ü");
    assert_eq!(options.cost(), -3);
    assert_eq!(options.audience(), Audience::Internal);
    let limits = Limits {
        per_minute: Some(60),
        who: vec!["a".to_owned(), "b".to_owned()],
        audience: Some(Audience::Internal as i32),
    };
    assert_eq!(options.limits, Some(limits));
    assert_eq!(options.tags, ["one", "two"]);
    assert_eq!(options.more_limits.iter().map(Limits::per_minute).collect::<Vec<_>>(), [1, 2]);
    assert!(options.checked());
    assert_eq!(options.data(), [0, 255]);
    assert_eq!(options.ratio, Some(0.5));
    assert_eq!(options.audiences, [Audience::Internal as i32]);
    assert_eq!(options.thing, Some(Thing { name: "else".to_owned() }));
    assert_eq!(options.r#type(), "typed");
    // Those that are declared within a message, of which one has the name of another.
    assert_eq!(options.inner(), "within");
    assert_eq!(options.role_50015(), "other");
}

#[test]
fn options_of_proto3_and_of_no_package_are_read_from_the_spec() {
    let options: Plain = guarded::GET.spec().options().unwrap();
    assert_eq!((options.plain(), options.maybe), ("proto3", Some(0)));
    assert_eq!(options.numbers, [-1, 2]);
    let options: Nowhere = root::SAY.spec().options().unwrap();
    assert_eq!((options.note(), options.rank()), ("from nowhere", Rank::High));
    let options: far::v1::MethodOptions = far::v1::far::SAY.spec().options().unwrap();
    assert_eq!(options.level(), 3);
}

#[test]
fn what_is_not_set_has_its_default() {
    let options: CustomMethodOptions = guarded::PUT.spec().options().unwrap();
    assert_eq!(options, CustomMethodOptions::default());
    assert_eq!(options.cost(), 7);
}

#[test]
fn options_of_the_service_are_with_each_procedure() {
    for spec in [guarded::GET.spec(), guarded::PUT.spec(), guarded::POST.spec()] {
        let options: ServiceOptions = spec.service_options().unwrap();
        assert_eq!(options.owner(), "platform");
        assert_eq!(options.ports, [80, 443]);
    }
}

#[test]
fn idempotency_is_that_of_the_schema() {
    assert_eq!(guarded::GET.spec().idempotency(), Idempotency::NoSideEffects);
    assert_eq!(guarded::PUT.spec().idempotency(), Idempotency::Idempotent);
    assert_eq!(guarded::POST.spec().idempotency(), Idempotency::Unknown);
}

/// Answers with the role that the schema asks for, and whether it was asked by GET.
struct Keeper;

impl Guarded for Keeper {
    async fn get(&self, request: Request<M>) -> Result<Response<M>> {
        let call = request.call().unwrap();
        let options: CustomMethodOptions = call.method().unwrap().options().unwrap();
        Ok(M { name: format!("{} {}", call.is_get(), options.tags.join("+")) }.into())
    }

    async fn put(&self, _: Request<M>) -> Result<Response<M>> {
        Err(Error::permission_denied("no"))
    }
}

/// Remembers who owns the services that are called.
#[derive(Clone)]
struct Owners<S>(S, Arc<Mutex<Vec<String>>>);

impl<S, B> tower::Service<tower_connect::http::Request<B>> for Owners<S>
where
    S: tower::Service<tower_connect::http::Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: tower_connect::http::Request<B>) -> S::Future {
        let spec = Call::of(request.extensions()).and_then(Call::method).unwrap();
        self.1.lock().unwrap().push(spec.service_options::<ServiceOptions>().unwrap().owner().to_owned());
        self.0.call(request)
    }
}

#[tokio::test]
async fn handlers_and_layers_see_the_options_through_the_call() {
    let owners = Arc::new(Mutex::new(Vec::new()));
    let layer = tower_connect::RpcLayer::new().for_service::<GuardedServer<Keeper>>();
    let service = layer.layer(Owners(GuardedServer::new(Keeper), Arc::clone(&owners)));
    let channel = Channel::service(service);
    for (channel, answer) in [
        (channel.clone(), "false one+two"),
        (channel.clone().http_get(true), "true one+two"),
        (channel.clone().http_get(true).json(), "true one+two"),
        (channel.grpc(), "false one+two"),
    ] {
        let client = GuardedClient::new(channel);
        assert_eq!(client.get(M::default()).await.unwrap().message().name, answer);
        assert!(client.put(M::default()).await.is_err());
    }
    assert_eq!(*owners.lock().unwrap(), vec!["platform"; 8]);
}
