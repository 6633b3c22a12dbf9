use crate::Codec;
use crate::protocol::media::strip_prefix;

/// A content type of gRPC or gRPC-Web; a reply repeats the caller's.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::protocol) struct ContentType {
    suffix: &'static str,
    name: &'static str,
    flavor: Flavor,
    codec: Codec,
}

/// Which protocol a content type belongs to, and how its bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::protocol) enum Flavor {
    Grpc,
    Web,
    /// gRPC-Web in base64.
    WebText,
}

const PREFIX: &str = "application/grpc";

macro_rules! content_types {
    ($($flavor:ident $codec:ident $suffix:literal)*) => {
        [$(ContentType {
            suffix: $suffix,
            name: concat!("application/grpc", $suffix),
            flavor: Flavor::$flavor,
            codec: Codec::$codec,
        }),*]
    };
}

static KNOWN: [ContentType; 9] = content_types! {
    Grpc Proto ""
    Grpc Proto "+proto"
    Grpc Json "+json"
    Web Proto "-web"
    Web Proto "-web+proto"
    Web Json "-web+json"
    WebText Proto "-web-text"
    WebText Proto "-web-text+proto"
    WebText Json "-web-text+json"
};

impl ContentType {
    /// One that is known, in whatever case it is written.
    pub(in crate::protocol) fn parse(media_type: &[u8]) -> Option<&'static Self> {
        let suffix = strip_prefix(media_type, PREFIX)?;
        KNOWN.iter().find(|known| known.suffix.as_bytes().eq_ignore_ascii_case(suffix))
    }

    /// The one that a client sends: bare for binary gRPC, as some servers know no other, and with its codec else.
    pub(in crate::protocol) fn of(flavor: Flavor, codec: Codec) -> &'static Self {
        let fits = |known: &&Self| known.flavor == flavor && known.codec == codec;
        let bare = flavor == Flavor::Grpc && codec == Codec::Proto;
        let suits = |known: &&Self| fits(known) && known.suffix.contains('+') != bare;
        KNOWN.iter().find(suits).unwrap_or(&KNOWN[0])
    }

    /// Appends the names of some flavors, in the form of `Accept-Post`.
    pub(in crate::protocol) fn list(flavors: &[Flavor], names: &mut String) {
        for known in KNOWN.iter().filter(|known| flavors.contains(&known.flavor)) {
            if !names.is_empty() {
                names.push_str(", ");
            }
            names.push_str(known.name);
        }
    }

    /// The same codec, in whatever spelling this has it, in another flavor.
    pub(in crate::protocol) fn in_flavor(&'static self, flavor: Flavor) -> &'static Self {
        let is_bare = |known: &Self| !known.suffix.contains('+');
        let same =
            |known: &&Self| known.flavor == flavor && known.codec == self.codec && is_bare(known) == is_bare(self);
        KNOWN.iter().find(same).unwrap_or(self)
    }

    pub(in crate::protocol) fn name(&self) -> &'static str {
        self.name
    }

    pub(in crate::protocol) fn flavor(&self) -> Flavor {
        self.flavor
    }

    pub(in crate::protocol) fn codec(&self) -> Codec {
        self.codec
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_any_case_and_nothing_more_than_it() {
        for known in &KNOWN {
            assert_eq!(ContentType::parse(known.name.to_uppercase().as_bytes()), Some(known));
            assert_eq!(known.name, format!("{PREFIX}{}", known.suffix));
        }
        for unknown in ["application/grpc-", "application/grpc+xml", "application/grpc-web-", "application/grp", "grpc"]
        {
            assert_eq!(ContentType::parse(unknown.as_bytes()), None, "{unknown}");
        }
    }

    #[test]
    fn the_names_of_a_flavor_are_listed() {
        let mut names = String::from("a/b");
        ContentType::list(&[Flavor::WebText], &mut names);
        assert_eq!(
            names,
            "a/b, application/grpc-web-text, application/grpc-web-text+proto, application/grpc-web-text+json"
        );
    }
}
