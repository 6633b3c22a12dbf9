fn main() -> Result<(), tower_connect_build::Error> {
    tower_connect_build::compile("proto/greet/v1/greet.proto")
}
