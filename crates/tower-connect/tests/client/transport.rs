//! Connections: which there are, how they are shared, and what is never sent twice.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper_util::client::legacy::connect::{Connected, Connection};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tower_connect::client::CallOptions;
use tower_connect::transport::HttpTransport;
use tower_connect::{Channel, Code, Error, Messages, Origin, Peer, Request, Response, Retry, RpcLayer};

use super::talk::{PROTOCOLS, Talk, TalkClient, text};

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

/// A connection to a server that takes a little, then nothing more.
struct Deaf {
    room: usize,
    _open: Arc<()>,
}

impl hyper::rt::Read for Deaf {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: hyper::rt::ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl hyper::rt::Write for Deaf {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let taken = buf.len().min(self.room);
        self.room -= taken;
        if taken == 0 { Poll::Pending } else { Poll::Ready(Ok(taken)) }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl Connection for Deaf {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

/// Waits until all connections are gone.
async fn closed(open: &Arc<()>) {
    for _ in 0..500 {
        if Arc::strong_count(open) == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} connections are left", Arc::strong_count(open) - 1);
}

#[tokio::test]
async fn a_connection_that_takes_nothing_goes_with_its_call() {
    let open = Arc::new(());
    let weak = Arc::downgrade(&open);
    let connector = tower::service_fn(move |_: http::Uri| {
        let deaf = weak.upgrade().map(|open| Deaf { room: 1000, _open: open });
        async { deaf.ok_or(io::Error::other("the test has ended")) }
    });
    let transport = HttpTransport::with_connector(connector).http1_only().build();
    let client = TalkClient(Channel::new(transport, "http://h").unwrap());
    let large = text(&"x".repeat(1 << 20));
    let late = Request::new(large.clone()).with_options(CallOptions::new().timeout(Duration::from_millis(100)));
    assert_eq!(client.say(late).await.unwrap_err().code(), Code::DeadlineExceeded);
    closed(&open).await;

    assert!(tokio::time::timeout(Duration::from_millis(100), client.say(large)).await.is_err());
    closed(&open).await;

    let (sender, messages) = Messages::channel(1);
    let upload = tokio::spawn(async move {
        let part = "x".repeat(1 << 20);
        loop {
            if let Err(error) = sender.send(text(&part)).await {
                return error;
            }
        }
    });
    assert!(tokio::time::timeout(Duration::from_millis(100), client.join(messages)).await.is_err());
    assert_eq!(upload.await.unwrap().code(), Code::Canceled);
    closed(&open).await;
}

/// A server of HTTP/2 that takes one stream at a time, and how many connections it has seen.
async fn narrow(talk: Talk) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&connections);
    let app = tower_connect::axum::router::<_, _, ()>(talk, &RpcLayer::new());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let service = hyper_util::service::TowerToHyperService::new(app.clone());
            tokio::spawn(async move {
                let mut server = hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
                server.http2().max_concurrent_streams(1);
                let _ = server.serve_connection(hyper_util::rt::TokioIo::new(stream), service).await;
            });
        }
    });
    (url, connections)
}

#[tokio::test]
async fn a_call_that_waits_for_its_stream_ends_alone() {
    let (url, connections) = narrow(Talk::default()).await;
    let transport = HttpTransport::builder().http2_only().build();
    let client = TalkClient(Channel::new(transport, url).unwrap());
    let (sender, messages) = Messages::channel(1);
    sender.send(text("a")).await.unwrap();
    let mut answers = client.chat(messages).await.unwrap().into_message();
    assert_eq!(answers.message().await.unwrap(), Some(text("a")));
    for _ in 0..2 {
        // There is no stream for them.
        let (waiting, messages) = Messages::channel(1);
        waiting.send(text("b")).await.unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(100), client.chat(messages)).await.is_err());
        let late = Request::new(Messages::from_iter([text("c")]));
        let late = late.with_options(CallOptions::new().timeout(Duration::from_millis(100)));
        assert_eq!(client.join(late).await.unwrap_err().code(), Code::DeadlineExceeded);
    }
    sender.send(text("d")).await.unwrap();
    assert_eq!(answers.message().await.unwrap(), Some(text("d")));
    drop((sender, answers));
    assert_eq!(client.say(text("e")).await.unwrap().into_message(), text("e"));
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

/// What a connection of HTTP/1.1 did with one call has nothing to do with the next.
#[tokio::test]
async fn a_connection_is_kept_after_a_large_request() {
    let client = TalkClient(Channel::connect(connections().await).unwrap());
    let (first, _) = told(&client).await;
    for _ in 0..3 {
        let large = "x".repeat(3 << 20);
        assert_eq!(client.say(text(&large)).await.unwrap().into_message().text.len(), large.len());
        assert_eq!(told(&client).await.0, first);
    }
}

/// The request of a call may make calls of its own, whose connections have nothing to do with it.
#[tokio::test]
async fn calls_within_the_request_of_another_outlive_it() {
    let url = super::talk::serve(Talk::default()).await;
    for protocol in PROTOCOLS {
        let outer = TalkClient(Channel::connect(url.as_str()).unwrap().protocol(protocol));
        let inner = TalkClient(Channel::connect(url.as_str()).unwrap().protocol(protocol));
        let first = inner.clone();
        let letters = futures::stream::once(async move { first.say(text("a")).await.map(Response::into_message) });
        let endless = futures::StreamExt::chain(letters, futures::stream::pending());
        let mut answers = outer.chat(Messages::new(endless)).await.unwrap().into_message();
        assert_eq!(answers.message().await.unwrap(), Some(text("a")), "{protocol}");
        // A call on the inner connection, which is under way when the outer call ends.
        let (sender, messages) = Messages::channel(1);
        sender.send(text("b")).await.unwrap();
        let mut others = inner.chat(messages).await.unwrap().into_message();
        assert_eq!(others.message().await.unwrap(), Some(text("b")));
        drop(answers);
        tokio::time::sleep(Duration::from_millis(100)).await;
        sender.send(text("c")).await.unwrap();
        assert_eq!(others.message().await.unwrap(), Some(text("c")), "{protocol}");
    }
}

/// A server of HTTP/1.1 whose bodies end a little later than their last frames, and how many connections it has seen.
async fn hesitant() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            stream.set_nodelay(true).unwrap();
            tokio::spawn(async move {
                loop {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\x0a\x01a") {
                        match stream.read_u8().await {
                            Ok(byte) => request.push(byte),
                            Err(_) => return,
                        }
                    }
                    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/grpc-web+proto\r\ntransfer-encoding: chunked\r\n\r\n";
                    stream.write_all(head.as_bytes()).await.unwrap();
                    stream.write_all(b"1d\r\n\0\0\0\0\x03\x0a\x01a\x80\0\0\0\x10grpc-status: 0\r\n\r\n").await.unwrap();
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    stream.write_all(b"0\r\n\r\n").await.unwrap();
                }
            });
        }
    });
    (url, connections)
}

#[tokio::test]
async fn a_connection_is_kept_whose_body_ends_after_its_last_frame() {
    let (url, connections) = hesitant().await;
    let client = TalkClient(Channel::connect(url).unwrap().grpc_web());
    for _ in 0..5 {
        assert_eq!(client.say(text("a")).await.unwrap().into_message(), text("a"));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

/// As many as there are: others go on, and nothing that was sent is lost.
#[tokio::test]
async fn streams_that_nobody_reads_hold_up_nobody_else() {
    let client = TalkClient(Channel::connect(super::talk::serve(Talk::default()).await).unwrap().grpc());
    let mut unread = Vec::new();
    for _ in 0..10 {
        unread.push(client.split(text(&"x".repeat(20_000))).await.unwrap().into_message());
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let said = tokio::time::timeout(Duration::from_secs(5), client.say(text("a"))).await.unwrap();
    assert_eq!(said.unwrap().into_message(), text("a"));
    for mut letters in unread {
        let mut count = 0;
        while letters.message().await.unwrap().is_some() {
            count += 1;
        }
        assert_eq!(count, 20_000);
    }
}

#[tokio::test]
async fn what_a_connector_says_itself_is_the_calls_error() {
    let connector = tower::service_fn(|_: http::Uri| async {
        Err::<hyper_util::rt::TokioIo<tokio::net::TcpStream>, _>(Error::permission_denied("not today"))
    });
    let channel = Channel::new(HttpTransport::with_connector(connector).build(), "http://h").unwrap();
    // What no patience mends is not waited for.
    let failed = TalkClient(channel.wait_for_ready(true)).say(text("a")).await.unwrap_err();
    assert_eq!((failed.code(), failed.message()), (Code::PermissionDenied, "not today"));
    assert_eq!(failed.retry(), Some(Retry::NeverSent));
}

#[cfg(not(any(feature = "webpki-roots", feature = "native-roots")))]
#[tokio::test]
async fn https_without_anybody_to_trust_says_what_to_do() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let failed = TalkClient(Channel::connect(url).unwrap()).say(text("a")).await.unwrap_err();
    assert!(failed.message().contains("feature"), "{failed}");
    assert_eq!(failed.code(), Code::InvalidArgument);
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
        Err::<hyper_util::rt::TokioIo<tokio::net::TcpStream>, _>(io::Error::other("never"))
    });
    let transport = HttpTransport::with_connector(connector).connect_timeout(Duration::from_millis(50)).build();
    let failed = TalkClient(Channel::new(transport, "http://h").unwrap()).say(text("a")).await.unwrap_err();
    assert_eq!((failed.code(), failed.retry()), (Code::Unavailable, Some(Retry::NeverSent)));
}
