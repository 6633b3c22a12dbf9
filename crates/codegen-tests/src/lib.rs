//! What `tower-connect-build` generates for schemas that make it hard. That this compiles, without a warning, is half of the tests.
//!
//! Who uses what is deprecated is told so, and only they are: this compiles,
//!
//! ```
//! #![deny(deprecated)]
//! let _ = codegen_tests::all::old::v1::Current::Unspecified;
//! let _ = codegen_tests::all::old::user::Uses::default();
//! ```
//!
//! and none of these does:
//!
//! ```compile_fail
//! #![deny(deprecated)]
//! let _ = codegen_tests::all::old::v1::OldMessage::default();
//! ```
//!
//! ```compile_fail
//! #![deny(deprecated)]
//! let _ = codegen_tests::all::old::v1::Current::Old;
//! ```
//!
//! ```compile_fail
//! #![deny(deprecated)]
//! let _ = codegen_tests::all::old::v1::Fields::default().gone_map;
//! ```
//!
//! ```compile_fail
//! #![deny(deprecated)]
//! let _ = codegen_tests::all::old::v1::fields::Of::GoneChoice(String::new());
//! ```
//!
//! ```compile_fail
//! #![deny(deprecated)]
//! fn f(client: &codegen_tests::all::old::v1::PartlyClient) {
//!     let _ = client.old_say(tower_connect::Request::new(Default::default()));
//! }
//! ```
//!
//! ```compile_fail
//! #![deny(deprecated)]
//! fn f(_: codegen_tests::all::old::v1::OldServiceClient) {}
//! ```

/// Includes what went into a directory.
macro_rules! include_from {
    ($dir:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $dir, "/mod.rs"));
    };
}

/// All on.
#[deny(deprecated)]
pub mod all {
    tower_connect::include_proto!();
}

/// Nobody outside sees it, and nobody uses it.
mod private {
    include_from!("private");
}

/// One package alone.
pub mod alone {
    tower_connect::include_proto!("docs.v1");
}

/// Messages without JSON.
pub mod no_json {
    include_from!("no_json");
}

/// Clients only.
pub mod no_server {
    include_from!("no_server");
}

/// Servers only.
pub mod no_client {
    include_from!("no_client");
}

/// Constants only.
pub mod neither {
    include_from!("neither");
}

/// Without the schema itself.
pub mod no_descriptors {
    include_from!("no_descriptors");
}

/// With messages that are there already.
pub mod others_types {
    include_from!("others_types");
}

/// With messages that are there already, and have no JSON.
pub mod others_types_no_json {
    include_from!("others_types_no_json");
}

/// With all that changes what messages look like.
pub mod dressed {
    include_from!("dressed");
}

/// From a descriptor set.
pub mod from_set {
    include_from!("from_set");
}

/// Code that is checked in.
#[path = "golden/mod.rs"]
pub mod golden;
