//! The messages of the suite that may stand in a `google.protobuf.Any` whose JSON is read or written.

/// Makes the JSON of these messages known, for client and server under test.
pub fn register() {
    tower_connect::types::register(crate::proto::JSON_TYPES);
}

#[cfg(test)]
mod tests {
    use tower_connect::types::protobuf::Any;

    use super::*;
    use crate::proto::conformance_payload::RequestInfo;
    use crate::proto::{self, Header, ServerStreamRequest, WireDetails};

    #[test]
    fn messages_of_the_suite_have_their_fields_inside() {
        register();
        let message = ServerStreamRequest { request_data: b"data".to_vec(), ..Default::default() };
        let any = Any::pack(&message);
        let json =
            r#"{"@type":"type.googleapis.com/connectrpc.conformance.v1.ServerStreamRequest","requestData":"ZGF0YQ=="}"#;
        assert_eq!(serde_json::to_string(&any).unwrap(), json);
        assert_eq!(serde_json::from_str::<Any>(json).unwrap(), any);
        let info = Any::pack(&RequestInfo { requests: vec![any], timeout_ms: Some(1), ..Default::default() });
        let json = serde_json::to_string(&info).unwrap();
        assert!(json.starts_with(
            r#"{"@type":"type.googleapis.com/connectrpc.conformance.v1.ConformancePayload.RequestInfo","#
        ));
        assert_eq!(serde_json::from_str::<Any>(&json).unwrap(), info);
    }

    #[test]
    fn they_are_read_inside_another_message_whatever_the_order_of_its_fields() {
        register();
        let json = r#"{"code":"CODE_ABORTED","details":[{"value":["a","b"],"@type":"type.googleapis.com/connectrpc.conformance.v1.Header","name":"x"}]}"#;
        let error: proto::Error = serde_json::from_str(json).unwrap();
        let header = Header { name: "x".to_owned(), value: vec!["a".to_owned(), "b".to_owned()] };
        assert_eq!(error.details, [Any::pack(&header)]);
    }

    #[test]
    fn an_object_of_anything_is_kept() {
        let json = r#"{"connectErrorRaw":{"a":[1.0,null,{"b":"c"}]}}"#;
        let details: WireDetails = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&details).unwrap(), json);
    }
}
