//! The plugin `protoc-gen-tower-connect` under the programs that it is for: `buf` and `protoc` are run as the guide has it, and what comes out is what a
//! build script gets.

mod project;

use std::collections::BTreeMap;

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

/// Files of the plugin are text, and those of a build script are not all.
fn compare(code: &Files, expected: &Files) -> Result<(), String> {
    let mut as_text = Files::new();
    for (name, content) in expected {
        if let Some(package) = name.strip_suffix(".descriptors.bin") {
            let literal = format!("b\"{}\"\n", content.escape_ascii());
            as_text.insert(format!("{package}.descriptors.rs"), literal.into_bytes());
        } else {
            let text = String::from_utf8_lossy(content).replace("include_bytes!(", "include!(");
            as_text.insert(name.clone(), text.replace(".descriptors.bin", ".descriptors.rs").into_bytes());
        }
    }
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    if names(code) != names(&as_text) {
        return Err(format!("{:?} rather than {:?}", names(code), names(&as_text)));
    }
    let differing: Vec<_> = as_text.iter().filter(|(name, content)| code.get(*name) != Some(content)).collect();
    match differing.first() {
        None => Ok(()),
        Some((name, content)) => {
            let found = String::from_utf8_lossy(&code[*name]).into_owned();
            let expected = String::from_utf8_lossy(content).into_owned();
            let line = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
            Err(format!("{name} differs: {line:?}"))
        }
    }
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
