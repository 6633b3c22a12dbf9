/// What can be set on a channel for all calls, and for one call: the same methods, with the same docs.
macro_rules! setters {
    () => {
        /// Speaks this protocol; the default is Connect.
        #[must_use]
        pub fn protocol(mut self, protocol: $crate::Protocol) -> Self {
            self.options_mut().protocol = Some(protocol);
            self
        }

        /// Speaks gRPC.
        #[must_use]
        pub fn grpc(self) -> Self {
            self.protocol($crate::Protocol::Grpc)
        }

        /// Speaks gRPC-Web.
        #[must_use]
        pub fn grpc_web(self) -> Self {
            self.protocol($crate::Protocol::GrpcWeb)
        }

        /// Writes messages in this encoding; the default is [`Codec::Proto`](crate::Codec::Proto).
        #[must_use]
        pub fn codec(mut self, codec: $crate::Codec) -> Self {
            self.options_mut().codec = Some(codec);
            self
        }

        /// Writes messages in JSON.
        #[must_use]
        pub fn json(self) -> Self {
            self.codec($crate::Codec::Json)
        }

        /// Compresses requests, or `None`: by default they are not, because a client does not know what a server can read before it has asked.
        #[must_use]
        pub fn send_compression(mut self, compressor: impl Into<Option<$crate::compression::Compressor>>) -> Self {
            self.options_mut().send_compression = compressor.into().into();
            self
        }

        /// What responses may be compressed by, in order of preference; the default is what is compiled in.
        #[must_use]
        pub fn compression(mut self, compressors: impl IntoIterator<Item = $crate::compression::Compressor>) -> Self {
            self.options_mut().accept = Some($crate::compression::Accept::new(compressors));
            self
        }

        /// The size from which messages of requests are compressed, in bytes; the default is 1024. With 0 every message is.
        #[must_use]
        pub fn compress_min_size(mut self, bytes: usize) -> Self {
            self.options_mut().compress_min_size = Some(bytes);
            self
        }

        /// Calls procedures without side effects by GET where the protocol has it, which is Connect, so that answers can be cached; by default
        /// everything is a POST. Such a call is always the same URL.
        #[must_use]
        pub fn http_get(mut self, get: bool) -> Self {
            self.options_mut().http_get = Some(get);
            self
        }

        /// How long the path and the query of a GET may be, in bytes; the default is 8 KiB. What is longer is a POST.
        #[must_use]
        pub fn http_get_max_url(mut self, bytes: usize) -> Self {
            self.options_mut().http_get_max_url = Some(bytes);
            self
        }

        /// How long a call may take, from its start to its last message, or `None`; by default it may take for ever. The server is told.
        ///
        /// What has come in time is there for a reader who comes later.
        #[must_use]
        pub fn timeout(mut self, timeout: impl Into<Option<::std::time::Duration>>) -> Self {
            self.options_mut().timeout = timeout.into().into();
            self
        }

        /// The largest message that is accepted, in bytes when it is decompressed; the default is 4 MiB.
        #[must_use]
        pub fn receive_limit(mut self, bytes: u32) -> Self {
            self.options_mut().receive_limit = Some(bytes);
            self
        }

        /// The largest message that is sent, in bytes before it is compressed; by default there is no limit.
        #[must_use]
        pub fn send_limit(mut self, bytes: u32) -> Self {
            self.options_mut().send_limit = Some(bytes);
            self
        }

        /// Waits for a connection, as long as the call may take, where there is none to be had; by default the call fails at once, as
        /// [`Code::Unavailable`](crate::Code::Unavailable). Nothing is sent twice.
        #[must_use]
        pub fn wait_for_ready(mut self, wait: bool) -> Self {
            self.options_mut().wait_for_ready = Some(wait);
            self
        }
    };
}
