//! What the authors of a schema have written, as rustdoc takes it as they meant it.

use std::borrow::Cow;

/// A comment as lines of Markdown in which nothing is a link, a tag or a test that was none to its author.
pub(crate) fn rustdoc(comment: &str) -> Vec<String> {
    // rustc refuses those that turn the direction of text.
    let comment = &*comment.replace(|char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'), "");
    let lines: Vec<&str> = comment.lines().map(str::trim_end).collect();
    let lines = &lines[lines.iter().take_while(|line| line.is_empty()).count()..];
    let indent = lines.iter().filter(|line| !line.is_empty()).map(|line| indent_of(line)).min().unwrap_or_default();
    let mut markdown = Markdown::default();
    for line in lines {
        markdown.line(line.get(indent..).unwrap_or_default());
    }
    markdown.finish()
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

#[derive(Default)]
struct Markdown {
    lines: Vec<String>,
    block: Block,
    after_text: bool,
    in_list: bool,
}

#[derive(Default, PartialEq)]
enum Block {
    #[default]
    Text,
    /// Between fences of the author: these, so far in.
    Fenced(String, usize),
    /// What was indented is fenced by us, since rustdoc would run it.
    Indented,
}

/// The fence that a line of text begins with. After one of ticks there are no more, or it would be code within the line.
fn fence(text: &str) -> Option<&str> {
    let mark = text.chars().next().filter(|char| matches!(char, '`' | '~'))?;
    let rest = text.trim_start_matches(mark);
    let fence = &text[..text.len() - rest.len()];
    (fence.len() >= 3 && !(mark == '`' && rest.contains(mark))).then_some(fence)
}

impl Markdown {
    fn line(&mut self, line: &str) {
        let text = line.trim_start();
        match &self.block {
            Block::Fenced(open, indent) => {
                if fence(text).is_some_and(|fence| fence == text && fence.starts_with(&**open)) {
                    self.lines.push(open.clone());
                    self.block = Block::Text;
                } else {
                    self.lines.push(line[(*indent).min(indent_of(line))..].to_owned());
                }
                return;
            }
            Block::Indented if line.is_empty() || indent_of(line) >= CODE => {
                self.lines.push(line.get(CODE..).unwrap_or_default().to_owned());
                return;
            }
            Block::Indented => self.close(),
            Block::Text => {}
        }
        if let Some(fence) = fence(text) {
            self.block = Block::Fenced(fence.to_owned(), indent_of(line));
            let language = text[fence.len()..].trim();
            let language = if may_be_rust(language) { "text" } else { language };
            self.lines.push(format!("{fence}{language}"));
        } else if !text.is_empty() && indent_of(line) >= CODE && !self.after_text && !self.in_list {
            self.block = Block::Indented;
            self.lines.extend(["```text".to_owned(), line[CODE..].to_owned()]);
        } else {
            self.in_list = is_item(text) || (self.in_list && (text.is_empty() || line.starts_with(' ')));
            // Deeper than that, it would be code within the item.
            let indent = if self.in_list && !self.after_text { indent_of(line).min(CODE - 1) } else { indent_of(line) };
            self.after_text = !text.is_empty();
            self.lines.push(format!("{:indent$}{}", "", escape(&without_code(text))).trim_end().to_owned());
        }
    }

    fn close(&mut self) {
        let mut blank = 0;
        while self.lines.last().is_some_and(String::is_empty) {
            self.lines.pop();
            blank += 1;
        }
        self.lines.push("```".to_owned());
        self.lines.extend(std::iter::repeat_n(String::new(), blank));
        self.block = Block::Text;
        self.after_text = false;
    }

    fn finish(mut self) -> Vec<String> {
        match &self.block {
            Block::Indented => self.close(),
            Block::Fenced(fence, _) => self.lines.push(fence.clone()),
            Block::Text => {}
        }
        while self.lines.last().is_some_and(String::is_empty) {
            self.lines.pop();
        }
        self.lines
    }
}

/// From this indent on, a paragraph is code.
const CODE: usize = 4;

/// What rustdoc would compile: no language, or one of its own words.
fn may_be_rust(language: &str) -> bool {
    let own = |word: &str| {
        ["rust", "ignore", "should_panic", "no_run", "compile_fail", "standalone_crate", "test_harness"].contains(&word)
            || word.starts_with("edition")
            || word.starts_with("ignore-")
    };
    language.split([',', ' ', '\t', '{', '}', '.']).all(|word| word.is_empty() || own(word))
}

fn is_item(text: &str) -> bool {
    let number = text.trim_start_matches(|char: char| char.is_ascii_digit());
    ["- ", "* ", "+ "].iter().any(|marker| text.starts_with(marker))
        || (number.len() < text.len() && (number.starts_with(". ") || number.starts_with(") ")))
}

/// What would begin a block of code behind the mark of an item or a quotation is text.
fn without_code(text: &str) -> Cow<'_, str> {
    if text.starts_with('>') {
        return text.replace("```", "`").replace("~~~", "~").into();
    }
    let (mark, rest) = text.split_once(' ').unwrap_or((text, ""));
    if is_item(text) && rest.starts_with("   ") { format!("{mark} {}", rest.trim_start()).into() } else { text.into() }
}

/// Escapes what would be a reference or a tag, and marks bare URLs, outside of code and links.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let taken = match char {
            '`' => code_span(rest),
            '\\' => rest.chars().take(2).map(char::len_utf8).sum(),
            '[' => link(rest).unwrap_or(0),
            '<' => autolink(rest).unwrap_or(0),
            ']' => 0,
            'h' if rest.starts_with("http://") || rest.starts_with("https://") => {
                let end =
                    rest.find(|char: char| char.is_whitespace() || "<>()[]`\"".contains(char)).unwrap_or(rest.len());
                let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
                escaped.extend(["<", url, ">"]);
                rest = &rest[url.len()..];
                continue;
            }
            _ => char.len_utf8(),
        };
        if taken == 0 {
            escaped.push('\\');
            escaped.push(char);
            rest = &rest[char.len_utf8()..];
        } else {
            escaped.push_str(&rest[..taken]);
            rest = &rest[taken..];
        }
    }
    escaped
}

/// The length of the code that starts here, or of its backticks, if they are not closed.
fn code_span(text: &str) -> usize {
    let ticks = text.len() - text.trim_start_matches('`').len();
    let close = text[ticks..].find(&text[..ticks]);
    close.map_or(ticks, |at| ticks + at + ticks)
}

/// The length of a link to somewhere on the web: `[text](https://…)`.
fn link(text: &str) -> Option<usize> {
    let label = text.find(']')?;
    let target = text[label + 1..].strip_prefix('(')?;
    let end = target.find(')')?;
    let is_web = target.starts_with("http://") || target.starts_with("https://");
    (is_web && !target[..end].contains(char::is_whitespace) && !text[1..label].contains('['))
        .then_some(label + 2 + end + 1)
}

/// The length of `<https://…>`.
fn autolink(text: &str) -> Option<usize> {
    let end = text.find('>')?;
    let inside = &text[1..end];
    let is_web = inside.starts_with("http://") || inside.starts_with("https://");
    (is_web && !inside.contains(char::is_whitespace)).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        assert_eq!(
            rustdoc(" Says hello.\n\n Twice, *loudly*: `a[0] < b`.\n"),
            ["Says hello.", "", "Twice, *loudly*: `a[0] < b`."]
        );
        assert_eq!(rustdoc(" - one\n   more of it\n - two\n"), ["- one", "  more of it", "- two"]);
        assert_eq!(rustdoc(""), Vec::<String>::new());
    }

    #[test]
    fn nothing_is_a_link_or_a_tag_that_was_none() {
        for (comment, expected) in [
            ("one of [a, b]", r"one of \[a, b\]"),
            ("List<Foo> and <b>", r"List\<Foo> and \<b>"),
            ("[Foo][bar.Baz]", r"\[Foo\]\[bar.Baz\]"),
            ("[RFC](https://a.b/c) stays", "[RFC](https://a.b/c) stays"),
            ("[x](y.md) goes", r"\[x\](y.md) goes"),
            ("see https://a.b/c?d=[e].", r"see <https://a.b/c?d=>\[e\]."),
            ("<https://a.b> stays", "<https://a.b> stays"),
            (r"\[ stays \]", r"\[ stays \]"),
            ("an open ` tick [x]", r"an open ` tick \[x\]"),
            ("ends in \\", "ends in \\"),
            ("ö [ü] ß", r"ö \[ü\] ß"),
        ] {
            assert_eq!(escape(expected), expected, "not stable: {comment}");
            assert_eq!(escape(comment), expected);
        }
    }

    #[test]
    fn no_code_is_a_test() {
        assert_eq!(
            rustdoc(" As in:\n\n     let a = [b];\n\n     c\n\n End.\n"),
            ["As in:", "", "```text", "let a = [b];", "", "c", "```", "", "End."]
        );
        assert_eq!(rustdoc("```\nx\n```\ny [z]"), ["```text", "x", "```", r"y \[z\]"]);
        assert_eq!(rustdoc("```proto\nx"), ["```proto", "x", "```"]);
        assert_eq!(rustdoc("~~~ rust,no_run\nx\n~~~"), ["~~~text", "x", "~~~"]);
        assert_eq!(rustdoc("- a\n\n      b"), ["- a", "", "   b"]);
        assert_eq!(rustdoc("-     a\n> ```\n> b"), ["- a", "> `", "> b"]);
        assert_eq!(rustdoc("````\n```\n[x]\n````\n[y]"), ["````text", "```", "[x]", "````", r"\[y\]"]);
        assert_eq!(rustdoc("- a\n\n    ```\n    b\n    ```\n[c]"), ["- a", "", "```text", "b", "```", r"\[c\]"]);
        assert_eq!(rustdoc("```a``` and [b].\n[c]"), [r"```a``` and \[b\].", r"\[c\]"]);
        assert_eq!(rustdoc("a \u{202e}b"), ["a b"]);
    }
}
