//! Connections: which there are, how they are shared, and what is never sent twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tower_connect::client::CallOptions;
use tower_connect::transport::HttpTransport;
use tower_connect::{Channel, Code, Messages, Origin, Peer, Request, Retry, RpcLayer};

use super::talk::{PROTOCOLS, Talk, TalkClient, serve, text};

/// Tells in its answer over which connection a request has come.
async fn connections() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = tower_connect::axum::router::<_, _, ()>(Talk::default(), &RpcLayer::new());
    let tell = |request: axum::extract::Request, next: axum::middleware::Next| async move {
        let peer = request.extensions().get::<Peer>().and_then(Peer::address).unwrap().port();
        let version = format!("{:?}", request.version());
        let mut response = next.run(request).await;
        response.headers_mut().insert("x-peer", peer.into());
        response.headers_mut().insert("x-version", version.parse().unwrap());
        response
    };
    let app = app.layer(axum::middleware::from_fn(tell));
    tokio::spawn(tower_connect::serve(listener, app).into_future());
    url
}

async fn told(client: &TalkClient) -> (String, String) {
    let response = client.say(text("a")).await.unwrap();
    let told = |name| response.metadata()[name].to_str().unwrap().to_owned();
    (told("x-peer"), told("x-version"))
}

#[tokio::test]
async fn connections_are_shared_and_of_the_version_that_a_call_needs() {
    let channel = Channel::connect(connections().await).unwrap();
    for (protocol, version) in PROTOCOLS.into_iter().zip(["HTTP/1.1", "HTTP/2.0", "HTTP/1.1"]) {
        let client = TalkClient(channel.clone().protocol(protocol));
        let (first, spoken) = told(&client).await;
        assert_eq!(spoken, version, "{protocol}");
        assert_eq!(told(&client.clone()).await.0, first, "{protocol}");
        // A stream both ways needs HTTP/2 whatever the protocol.
        let response = client.chat(Messages::from_iter([text("a")])).await.unwrap();
        assert_eq!(response.metadata()["x-version"], "HTTP/2.0", "{protocol}");
    }
}

#[tokio::test]
async fn one_version_can_be_asked_for() {
    let url = connections().await;
    let http1 = Channel::new(HttpTransport::builder().http1_only().build(), url.as_str()).unwrap();
    let http2 = Channel::new(HttpTransport::builder().http2_only().build(), url.as_str()).unwrap();
    for protocol in PROTOCOLS {
        let (one, two) = (TalkClient(http1.clone().protocol(protocol)), TalkClient(http2.clone().protocol(protocol)));
        assert_eq!(
            (told(&one).await.1, told(&two).await.1),
            ("HTTP/1.1".to_owned(), "HTTP/2.0".to_owned()),
            "{protocol}"
        );
        // Half duplex.
        let mut answers = one.chat(Messages::from_iter([text("a"), text("b")])).await.unwrap().into_message();
        for letter in ["a", "b"] {
            assert_eq!(answers.message().await.unwrap(), Some(text(letter)), "{protocol}");
        }
        assert_eq!(answers.message().await.unwrap(), None, "{protocol}");
    }
}

/// A server of HTTP/1.1 that answers one request for each connection, then closes it without a word, and counts requests.
async fn forgetful(answers: &'static [&'static str]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                for answer in answers {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n\x0a\x01a") {
                        match stream.read_u8().await {
                            Ok(byte) => head.push(byte),
                            Err(_) => return,
                        }
                    }
                    counted.fetch_add(1, Ordering::SeqCst);
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    (url, requests)
}

const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/proto\r\ncontent-length: 3\r\n\r\n\x0a\x01a";

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_costs_no_call() {
    let (url, requests) = forgetful(&[ANSWER]).await;
    let client = TalkClient(Channel::connect(url).unwrap());
    for calls in 1..=20 {
        client.say(text("a")).await.unwrap();
        assert_eq!(requests.load(Ordering::SeqCst), calls);
    }
}

#[tokio::test]
async fn what_may_have_been_done_is_not_sent_again() {
    // The second request of a connection is read, and not answered.
    let (url, requests) = forgetful(&[ANSWER, ""]).await;
    let client = TalkClient(Channel::connect(url).unwrap());
    client.say(text("a")).await.unwrap();
    let failed = client.say(text("a")).await.unwrap_err();
    assert_eq!((failed.code(), failed.origin(), failed.retry()), (Code::Unavailable, Origin::Transport, None));
    let failed = client.look(text("a")).await;
    assert_eq!(requests.load(Ordering::SeqCst), 3, "{failed:?}");
}

/// A server that accepts connections and reads nothing of them, and the connections.
async fn deaf() -> (String, tokio::sync::mpsc::UnboundedReceiver<tokio::net::TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (accepted, connections) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = accepted.send(stream);
        }
    });
    (url, connections)
}

/// Reads what there is, up to the end that the other side has made.
async fn closed(mut stream: tokio::net::TcpStream) {
    let read = async {
        let mut room = vec![0; 1 << 20];
        while stream.read(&mut room).await.is_ok_and(|read| read > 0) {}
    };
    tokio::time::timeout(Duration::from_secs(5), read).await.expect("the connection is still there");
}

#[tokio::test]
async fn a_connection_that_takes_nothing_goes_with_its_call() {
    let (url, mut connections) = deaf().await;
    let client = TalkClient(Channel::connect(url).unwrap());
    let large = text(&"x".repeat(10 << 20));
    let late = Request::new(large.clone()).with_options(CallOptions::new().timeout(Duration::from_millis(200)));
    assert_eq!(client.say(late).await.unwrap_err().code(), Code::DeadlineExceeded);
    closed(connections.recv().await.unwrap()).await;

    assert!(tokio::time::timeout(Duration::from_millis(200), client.say(large)).await.is_err());
    closed(connections.recv().await.unwrap()).await;

    let (sender, messages) = Messages::channel(1);
    let upload = tokio::spawn(async move {
        let part = "x".repeat(1 << 20);
        loop {
            if let Err(error) = sender.send(text(&part)).await {
                return error;
            }
        }
    });
    assert!(tokio::time::timeout(Duration::from_millis(200), client.join(messages)).await.is_err());
    assert_eq!(upload.await.unwrap().code(), Code::Canceled);
    closed(connections.recv().await.unwrap()).await;
}

#[tokio::test]
async fn a_call_can_wait_for_its_server() {
    let reserved = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = reserved.local_addr().unwrap();
    drop(reserved);
    for protocol in PROTOCOLS {
        let channel = Channel::connect(format!("http://{address}")).unwrap().protocol(protocol).wait_for_ready(true);
        let client = TalkClient(channel);
        let (say, join) = (client.say(text("a")), client.join(Messages::from_iter([text("a"), text("b")])));
        let calls = tokio::spawn(async { tokio::join!(say, join) });
        tokio::time::sleep(Duration::from_millis(120)).await;
        let talk = Talk::default();
        let listener = TcpListener::bind(address).await.unwrap();
        let app = tower_connect::axum::router::<_, _, ()>(talk.clone(), &RpcLayer::new());
        let server = tokio::spawn(tower_connect::serve(listener, app).into_future());
        let (said, joined) = calls.await.unwrap();
        assert_eq!(
            (said.unwrap().into_message(), joined.unwrap().into_message()),
            (text("a"), text("ab")),
            "{protocol}"
        );
        assert_eq!(talk.calls(), 2);
        server.abort();
        let _ = server.await;
    }
}

#[tokio::test]
async fn a_server_that_does_not_speak_http_is_an_error_of_the_transport() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.write_all(b"220 mail.example.com ESMTP\r\n").await;
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        }
    });
    for protocol in PROTOCOLS {
        let client = TalkClient(Channel::connect(url.as_str()).unwrap().protocol(protocol));
        let failed = client.say(text("a")).await.unwrap_err();
        assert_eq!(failed.origin(), Origin::Transport, "{protocol}: {failed:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_socket_of_unix_is_as_good() {
    let dir = std::env::temp_dir().join(format!("tower-connect-{}", std::process::id()));
    let _ = std::fs::remove_file(&dir);
    let listener = tokio::net::UnixListener::bind(&dir).unwrap();
    let app = tower_connect::axum::router::<_, _, ()>(Talk::default(), &RpcLayer::new());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = hyper_util::service::TowerToHyperService::new(app.clone());
            tokio::spawn(async move {
                let stream = hyper_util::rt::TokioIo::new(stream);
                let server = hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
                let _ = server.serve_connection(stream, service).await;
            });
        }
    });
    let channel = Channel::new(HttpTransport::unix(&dir).build(), "http://localhost").unwrap();
    for protocol in PROTOCOLS {
        let client = TalkClient(channel.clone().protocol(protocol));
        assert_eq!(client.say(text("a")).await.unwrap().into_message(), text("a"), "{protocol}");
    }
    std::fs::remove_file(dir).unwrap();
}

#[tokio::test]
async fn establishing_a_connection_has_a_limit() {
    let connector = tower::service_fn(|_: http::Uri| async {
        std::future::pending::<()>().await;
        Err::<hyper_util::rt::TokioIo<tokio::net::TcpStream>, _>(std::io::Error::other("never"))
    });
    let transport = HttpTransport::with_connector(connector).connect_timeout(Duration::from_millis(50)).build();
    let failed = TalkClient(Channel::new(transport, "http://h").unwrap()).say(text("a")).await.unwrap_err();
    assert_eq!((failed.code(), failed.retry()), (Code::Unavailable, Some(Retry::NeverSent)));
    let _ = serve(Talk::default()).await;
}
