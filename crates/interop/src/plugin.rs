//! The plugin `protoc-gen-tower-connect` under the programs that it is for: `buf` and `protoc` are run as the guide has it, and what comes out is what a
//! build script gets.

mod project;

use std::collections::BTreeMap;

use prost::Message;
use tower_connect::BoxError;

use self::project::{Project, option};
use crate::report::Report;

/// What is run, by its name and how the guide runs it.
const RUNNERS: [(&str, Run); 2] = [("buf", Project::buf), ("protoc", Project::protoc)];

type Run = fn(&Project, Option<&str>) -> Result<String, String>;

const NAME: &str = "plugin";

/// Runs all checks.
///
/// # Errors
///
/// A program is missing that they need.
pub fn run(report: &mut Report) -> Result<(), BoxError> {
    for (runner, _) in RUNNERS {
        report.expect(NAME, runner);
    }
    let project = Project::new()?;
    let expected = project.by_build_script()?;
    for (runner, run) in RUNNERS {
        let code = run(&project, None).and_then(|_| project.take_output());
        let result = code.as_ref().map_err(Clone::clone).and_then(|code| compare(code, &expected));
        report.check(NAME, runner, "the code is that of a build script", result);
        let result = code.and_then(|code| project.compiles(&code));
        report.check(NAME, runner, "the code compiles without warnings", result);
        report.check(NAME, runner, "options switch parts off", switched_off(&project, run));
        report.check(NAME, runner, "an option that is none is an error", unknown_option(&project, run));
    }
    report.check(NAME, "buf", "an edition is refused with its place", edition(&project));
    Ok(())
}

type Files = BTreeMap<String, Vec<u8>>;

/// Files of the plugin are text, and its descriptors hold the runner's own copies of what Google has.
fn compare(code: &Files, expected: &Files) -> Result<(), String> {
    let descriptors = |package: &str| format!("{package}.descriptors.rs");
    let mut found: Vec<&str> = Vec::new();
    for (name, content) in expected {
        if let Some(package) = name.strip_suffix(".descriptors.bin") {
            let own = Set::decode(&**content).map_err(|error| error.to_string())?.file.pop().unwrap_or_default();
            let own = own.escape_ascii().to_string();
            let (found_name, content) =
                code.get_key_value(&descriptors(package)).ok_or_else(|| format!("{package} has no descriptors"))?;
            let is_there =
                String::from_utf8_lossy(content).trim_end().strip_suffix('"').is_some_and(|text| text.ends_with(&own));
            if !is_there {
                return Err(format!("{found_name} does not end in {own}"));
            }
            found.push(found_name);
        } else {
            let text = String::from_utf8_lossy(content).replace("include_bytes!(", "include!(");
            let text = text.replace(".descriptors.bin", ".descriptors.rs");
            let (found_name, content) = code.get_key_value(name).ok_or_else(|| format!("there is no {name}"))?;
            let content = String::from_utf8_lossy(content);
            if let Some((line, _)) = content.lines().zip(text.lines()).find(|(found, expected)| found != expected) {
                return Err(format!("{name} differs: {line}"));
            }
            found.push(found_name);
        }
    }
    match code.keys().find(|name| !found.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(format!("there is {name}, too")),
    }
}

/// A `google.protobuf.FileDescriptorSet`, imports first.
#[derive(Clone, PartialEq, Message)]
struct Set {
    #[prost(bytes = "vec", repeated, tag = "1")]
    file: Vec<Vec<u8>>,
}

fn switched_off(project: &Project, run: Run) -> Result<(), String> {
    run(project, Some(&option(&["client=false", "json=false", "descriptors=false"])))?;
    let code = project.take_output()?;
    let text = code.get("greet.v1.rs").map(|code| String::from_utf8_lossy(code)).ok_or("there is no greet.v1.rs")?;
    for absent in ["GreetServiceClient", "Serialize", "FILE_DESCRIPTOR_SET"] {
        if text.contains(absent) {
            return Err(format!("there is {absent}"));
        }
    }
    if text.contains("GreetServiceServer") { Ok(()) } else { Err("there is no server".to_owned()) }
}

fn unknown_option(project: &Project, run: Run) -> Result<(), String> {
    match run(project, Some(&option(&["clients=false"]))) {
        Err(error) if error.contains("there is no option \"clients\"") => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

fn edition(project: &Project) -> Result<(), String> {
    let result = project.with_edition(|| project.buf(None))?;
    match result {
        Err(error) if error.contains("greet.proto:3: editions are not supported yet") => Ok(()),
        other => Err(format!("{other:?}")),
    }
}
