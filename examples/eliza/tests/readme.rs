//! Runs every command that the READMEs show, and compares what it prints with what they say.

mod support;

use std::path::Path;
use std::process::Command;

use support::Eliza;

#[test]
#[ignore = "needs curl and grpcurl; .ci/run has them"]
fn the_commands_of_the_readmes_answer_as_they_say() {
    for tool in ["curl", "grpcurl"] {
        let found = Command::new(tool).arg("--version").output().is_ok();
        assert!(found, "{tool} is not installed");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files = std::env::temp_dir().join(format!("eliza-{}", std::process::id()));
    std::fs::create_dir_all(&files).unwrap();
    let file = |name| files.join(name).into_os_string().into_string().unwrap();
    let (certificate, mutual_certificate, caller) = (file("eliza.pem"), file("mutual.pem"), file("caller.pem"));
    let plain = Eliza::start();
    let tls = Eliza::start_with(&["--tls", "--write-cert", &certificate]);
    let mutual = Eliza::start_with(&["--tls", "--write-cert", &mutual_certificate, "--write-client-cert", &caller]);
    let port = |eliza: &Eliza| eliza.address.rsplit_once(':').unwrap().1.to_owned();
    let places = [
        ("127.0.0.1:8080", plain.address.clone()),
        ("localhost:8080", format!("localhost:{}", port(&tls))),
        ("localhost:8443", format!("localhost:{}", port(&mutual))),
        ("eliza.pem", certificate),
        ("mutual.pem", mutual_certificate),
        ("caller.pem", caller),
    ];
    let mut ran = 0;
    for readme in ["README.md", "examples/eliza/README.md"] {
        let text = std::fs::read_to_string(root.join(readme)).unwrap();
        for (command, expected) in commands(&text) {
            let here = with_the_program(&command);
            let here = places.iter().fold(here, |command, (shown, here)| command.replace(shown, here));
            let output = Command::new("sh").args(["-c", &here]).current_dir(&root).output().unwrap();
            let printed = String::from_utf8_lossy(&output.stdout);
            // What is shown of a request has its place in it, too.
            let printed = normalize(&printed.replace(&plain.address, "127.0.0.1:8080"));
            assert_eq!(printed, normalize(&expected), "{readme}: {command}");
            ran += 1;
        }
    }
    assert!(ran >= 20, "only {ran} commands were found");
    std::fs::remove_dir_all(files).unwrap();
}

/// The command with the program as it is built here, which is told where the server is that it would find by itself.
fn with_the_program(command: &str) -> String {
    let built = env!("CARGO_BIN_EXE_eliza");
    let there = if command.contains("--url") { "" } else { " --url http://127.0.0.1:8080" };
    ["call", "introduce", "chat"].iter().fold(command.to_owned(), |command, name| {
        command.replace(&format!("cargo run -q -p eliza -- {name}"), &format!("'{built}' {name}{there}"))
    })
}

/// The commands of all `console` blocks, each with the lines that follow it.
fn commands(readme: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    let mut within = false;
    for line in readme.lines() {
        match line {
            "```console" => within = true,
            "```" => within = false,
            _ if !within => {}
            _ => {
                if let Some(command) = line.strip_prefix("$ ") {
                    commands.push((command.to_owned(), String::new()));
                } else {
                    let (_, output) = commands.last_mut().expect("a block begins with a command");
                    output.push_str(line);
                    output.push('\n');
                }
            }
        }
    }
    commands
}

/// The lines that do not change from call to call. The order of the headers of curl differs between the versions of HTTP.
fn normalize(output: &str) -> String {
    let (head, body) = output.split_once("\r\n\r\n").or_else(|| output.split_once("\n\n")).unwrap_or(("", output));
    let (head, body) = if head.starts_with("HTTP/") { (head, body) } else { ("", output) };
    let left_out = |line: &&str| line.starts_with("date:") || line.starts_with("access-control-");
    let mut head: Vec<_> = head.lines().map(str::trim_end).filter(|line| !left_out(line)).collect();
    head.sort_unstable();
    let left_out = |line: &&str| line.strip_prefix("< ").is_some_and(|line| left_out(&line));
    let body: Vec<_> = body.trim_end().lines().filter(|line| !left_out(line)).collect();
    format!("{}\n\n{}", head.join("\n"), body.join("\n"))
}
