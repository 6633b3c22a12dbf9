use std::future::IntoFuture;

use axum::{Router, routing::get};
use tokio::net::TcpListener;
use tower_connect::{BoxError, Channel, Error, Request, Response, Result};

use greet::{GreetService, GreetServiceClient, GreetServiceServer, SayRequest, SayResponse};

mod greet {
    tower_connect::include_proto!("greet.v1");
}

struct Greeter;

impl GreetService for Greeter {
    async fn say(&self, request: Request<SayRequest>) -> Result<Response<SayResponse>> {
        let name = &request.message().name;
        if name.is_empty() {
            return Err(Error::invalid_argument("who are you?"));
        }
        Ok(SayResponse { text: format!("Hello, {name}!") }.into())
    }
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let service = GreetServiceServer::new(Greeter).into_router();
    let app = Router::new().route("/healthz", get(|| async { "ok" })).merge(service);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(axum::serve(listener, app).into_future());

    let greeter = GreetServiceClient::new(Channel::connect(url)?);
    let said = greeter.say(SayRequest { name: "Ada".to_owned() }).await?;
    println!("{}", said.message().text);
    let error = greeter.say(SayRequest::default()).await.unwrap_err();
    println!("{error}");
    Ok(())
}
