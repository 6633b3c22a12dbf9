//! A small ELIZA, which finds a keyword in a sentence and hands the words around it back.

mod script;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::slice::from_ref;

const LONGEST_INPUT: usize = 1_000;
const LONGEST_NAME: usize = 60;
const LONGEST_CATCH: usize = 16;
const MOST_MEMORIES: usize = 8;

/// What Eliza says to one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The words she says.
    pub sentence: String,
    /// Whether the speaker took leave, which ends the conversation.
    pub goodbye: bool,
}

/// One conversation with Eliza, who remembers what was said in it.
#[derive(Debug, Default)]
pub struct Conversation {
    turns: HashMap<&'static str, usize>,
    memories: VecDeque<Answer>,
}

impl Conversation {
    /// Begins a conversation in which nothing has been said yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers a sentence, of which only the beginning counts if it is a long one.
    pub fn reply(&mut self, sentence: &str) -> Reply {
        let mut heard: String = sentence.chars().take(LONGEST_INPUT).collect();
        // A shouted sentence would otherwise be shouted back.
        if !heard.chars().any(char::is_lowercase) {
            heard = heard.to_lowercase();
        }
        let clauses = clauses(&heard);
        let goodbye = takes_leave(&clauses);
        let alarm = answer(script::ALARMS, &clauses);
        if alarm.is_none() {
            self.remember(&clauses);
        }
        let answer = alarm
            .or_else(|| goodbye.then(|| Answer::plain(script::GOODBYES)))
            .or_else(|| clauses.is_empty().then(|| Answer::plain(script::SILENCES)))
            .or_else(|| answer(script::RULES, &clauses))
            .or_else(|| self.memories.pop_front())
            .unwrap_or_else(|| Answer::plain(script::FALLBACKS));
        let template = self.next_template(answer.templates, &heard);
        let sentence = fill(template, &answer.caught);
        Reply { sentence, goodbye }
    }

    fn remember(&mut self, clauses: &[Vec<Word>]) {
        for clause in clauses {
            if let Some(memory) = answer(script::MEMORIES, from_ref(clause))
                && !self.memories.contains(&memory)
            {
                self.memories.push_back(memory);
            }
        }
        let surplus = self.memories.len().saturating_sub(MOST_MEMORIES);
        self.memories.drain(..surplus);
    }

    fn next_template(&mut self, templates: &[&'static str], heard: &str) -> &'static str {
        let Some(&first) = templates.first() else {
            return "";
        };
        let turns = self.turns.entry(first).and_modify(|turn| *turn += 1);
        let turn = turns.or_insert_with(|| first_turn(heard));
        templates[*turn % templates.len()]
    }
}

/// Introduces Eliza in a few sentences to someone, whose name may be blank.
#[must_use]
pub fn introduction(name: &str) -> Vec<String> {
    let printable = name.chars().filter(|c| !c.is_control());
    let name: String = printable.take(LONGEST_NAME).collect();
    let name = match name.trim() {
        "" => "stranger".to_owned(),
        name => name.to_owned(),
    };
    let templates = script::INTRODUCTION.iter();
    templates.map(|template| fill(template, from_ref(&name))).collect()
}

#[derive(Debug, PartialEq, Eq)]
struct Answer {
    templates: &'static [&'static str],
    caught: Vec<String>,
}

impl Answer {
    fn plain(templates: &'static [&'static str]) -> Self {
        let caught = Vec::new();
        Self { templates, caught }
    }
}

#[derive(Clone)]
struct Word {
    text: String,
    key: String,
}

impl Word {
    fn new(text: &str) -> Self {
        let (text, key) = (text.to_owned(), text.to_lowercase());
        Self { text, key }
    }

    fn fits(&self, element: &str) -> bool {
        let Some(group) = element.strip_prefix('@') else {
            return element == self.key;
        };
        let mut groups = script::GROUPS.iter();
        groups.any(|(name, members)| *name == group && is_listed(members, &self.key))
    }
}

fn clauses(heard: &str) -> Vec<Vec<Word>> {
    let mut clauses = Vec::new();
    for part in heard.split(|c| script::BREAKS.contains(c)) {
        let tokens = part.split(|c: char| c.is_whitespace() || c.is_control());
        let words: Vec<Word> = tokens.flat_map(words).collect();
        clauses.extend(words.split(|word| word.key == "but").map(<[Word]>::to_vec));
    }
    clauses.retain(|clause| !clause.is_empty());
    clauses
}

fn words(token: &str) -> Vec<Word> {
    let text = token.replace('’', "'");
    let is_mark = |c: char| c.is_ascii_punctuation() || script::QUOTES.contains(c);
    let word = Word::new(text.trim_matches(is_mark));
    match replacement(script::EXPANSIONS, &word.key) {
        Some(expansion) => expansion.split(' ').map(Word::new).collect(),
        None if word.text.chars().any(char::is_alphanumeric) => vec![word],
        None => Vec::new(),
    }
}

fn takes_leave(clauses: &[Vec<Word>]) -> bool {
    let mut told = clauses.iter().filter(|clause| matched("@filler", clause).is_none());
    // A farewell in the middle is more likely a quoted one.
    let ends = [told.next(), told.next_back()];
    ends.into_iter().flatten().any(|clause| matched(script::FAREWELL, clause).is_some())
}

fn answer(rules: &'static [script::Rule], clauses: &[Vec<Word>]) -> Option<Answer> {
    let mut hits = Vec::new();
    for (nth, clause) in clauses.iter().enumerate() {
        for rule in rules {
            let is_keyword = |word: &Word| rule.keywords.split(' ').any(|k| word.fits(k));
            if let Some(position) = clause.iter().position(is_keyword) {
                hits.push(((Reverse(rule.rank), nth, position), rule, clause));
            }
        }
    }
    hits.sort_by_key(|(order, ..)| *order);
    let mut hits = hits.iter();
    hits.find_map(|(_, rule, clause)| decompose(rule.decompositions, clause))
}

fn decompose(table: &[script::Decomposition], clause: &[Word]) -> Option<Answer> {
    table.iter().find_map(|row| {
        let templates = row.templates;
        matched(row.pattern, clause).map(|caught| Answer { templates, caught })
    })
}

fn matched(pattern: &str, clause: &[Word]) -> Option<Vec<String>> {
    let mut alternatives = pattern.split(" | ");
    alternatives.find_map(|elements| catch(elements, clause))
}

fn catch(elements: &str, words: &[Word]) -> Option<Vec<String>> {
    if elements.is_empty() {
        return words.is_empty().then(Vec::new);
    }
    let (element, rest) = elements.split_once(' ').unwrap_or((elements, ""));
    let mut lengths = match element {
        "*" => 0..=words.len(),
        "+" => 1..=words.len(),
        _ if has(words, 0, element) => 1..=1,
        _ => return None,
    };
    lengths.find_map(|length| {
        let (here, remaining) = words.split_at(length);
        let mut caught = catch(rest, remaining)?;
        if matches!(element, "*" | "+") {
            caught.insert(0, reflect(here));
        } else if element.starts_with('@') {
            caught.insert(0, here.iter().map(|word| word.key.as_str()).collect());
        }
        Some(caught)
    })
}

fn reflect(words: &[Word]) -> String {
    let kept = words.len().min(LONGEST_CATCH);
    let mut reflected: Vec<&str> = (0..kept).map(|at| reflect_word(words, at)).collect();
    if kept < words.len() {
        reflected.push("…");
    }
    reflected.join(" ")
}

fn reflect_word(words: &[Word], at: usize) -> &str {
    let beside = |subject: &str| {
        let mut neighbours = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        neighbours.any(|at| has(words, at, subject) && !is_object(words, at))
    };
    let word = &words[at];
    match word.key.as_str() {
        "you" if is_object(words, at) => "me",
        "are" if beside("you") => "am",
        "were" if beside("you") => "was",
        "was" if beside("i") => "were",
        key => replacement(script::REFLECTIONS, key).unwrap_or(&word.text),
    }
}

fn is_object(words: &[Word], at: usize) -> bool {
    let follows = |element| at.checked_sub(1).is_some_and(|at| has(words, at, element));
    let ends_phrase = at + 1 == words.len() || (at > 0 && has(words, at + 1, "@complement"));
    has(words, at, "you") && (follows("@preposition") || (ends_phrase && !follows("@opener")))
}

fn has(words: &[Word], at: usize, element: &str) -> bool {
    words.get(at).is_some_and(|word| word.fits(element))
}

fn replacement(table: &[(&'static str, &str)], key: &str) -> Option<&'static str> {
    let row = table.iter().find(|(_, members)| is_listed(members, key));
    row.map(|(name, _)| *name)
}

fn is_listed(members: &str, key: &str) -> bool {
    members.split(' ').any(|member| member == key)
}

fn fill(template: &str, caught: &[String]) -> String {
    let mut pieces = template.split('$');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for (number, text) in pieces.filter_map(|piece| piece.split_at_checked(1)) {
        let number: usize = number.parse().unwrap_or_default();
        let caught = caught.get(number.saturating_sub(1));
        filled.push_str(caught.map_or("", String::as_str));
        filled.push_str(text);
    }
    filled
}

// A caller with a fresh conversation for each sentence would otherwise never hear another reply.
fn first_turn(heard: &str) -> usize {
    let letters = heard.chars().flat_map(char::to_lowercase);
    let hash = letters.fold(5381_u32, |hash, c| hash.wrapping_mul(33) ^ u32::from(c));
    usize::from((hash.wrapping_mul(0x9E37_79B1) >> 16) as u16)
}
