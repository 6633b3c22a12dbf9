use std::collections::HashSet;

use super::*;

fn say(sentence: &str) -> String {
    Conversation::new().reply(sentence).sentence
}

fn assert_contains(reply: &str, words: &str) {
    assert!(reply.contains(words), "no {words:?} in {reply:?}");
}

fn assert_among(reply: &str, templates: &[&str]) {
    assert!(templates.contains(&reply), "unexpected: {reply:?}");
}

fn assert_reflections(table: &str) {
    for (text, expected) in table.lines().filter_map(|line| line.split_once(" => ")) {
        assert_eq!(reflect(&clauses(text.trim()).concat()), expected);
    }
}

#[test]
fn takes_up_the_feeling_in_every_turn() {
    let mut conversation = Conversation::new();
    for _ in 0..12 {
        let reply = conversation.reply("I feel happy");
        assert_contains(&reply.sentence, "happy");
        assert!(!reply.goodbye);
    }
}

#[test]
fn reflects_pronouns() {
    assert_reflections(
        "I am lost in my own house => you are lost in your own house
        you are kinder than your sister => I am kinder than my sister
        I blame myself and yourself => you blame yourself and myself
        that book of mine is yours => that book of yours is mine
        I'm sure you're right => you are sure I am right
        I was where you were => you were where I was
        were you there when I was => was I there when you were
        people are strange in Paris => people are strange in Paris",
    );
}

#[test]
fn tells_i_from_me() {
    assert_reflections(
        "she hates you => she hates me
        you hate me => I hate you
        I talk to you every day => you talk to me every day
        I asked you to stay => you asked me to stay
        what you said to me => what I said to you
        are you => am I
        people like you are rare => people like me are rare",
    );
}

#[test]
fn hands_the_reflected_words_back() {
    let reply = say("I can't stop talking to you about my work!");
    assert_contains(&reply, "stop talking to me about your work");
}

#[test]
fn reads_contractions_typographic_quotes_and_any_case() {
    for sentence in ["i'm lonely", "I’m lonely", "“Im lonely”", "SO, I FEEL LONELY..."] {
        assert_contains(&say(sentence), "lonely");
    }
}

#[test]
fn takes_a_remark_up_again_when_nothing_matches() {
    let mut conversation = Conversation::new();
    let remark = conversation.reply("My mother never listens to me").sentence;
    conversation.reply("I feel happy");

    let recalled = conversation.reply("Blorp zing").sentence;
    assert_contains(&recalled, "our mother never listens to you");
    assert_ne!(recalled, remark);

    assert_among(&conversation.reply("Blorp zing").sentence, script::FALLBACKS);
    assert_among(&say("Blorp zing"), script::FALLBACKS);
}

#[test]
fn remembers_the_latest_remarks_once_each_and_in_order() {
    let mut conversation = Conversation::new();
    for nth in 0..MOST_MEMORIES + 2 {
        conversation.reply(&format!("I painted my house{nth}"));
        conversation.reply(&format!("I painted my house{nth}"));
    }
    for nth in 2..MOST_MEMORIES + 2 {
        let recalled = conversation.reply("Blorp").sentence;
        assert_contains(&recalled, &format!("your house{nth}"));
    }
    assert_among(&conversation.reply("Blorp").sentence, script::FALLBACKS);
}

#[test]
fn rotates_through_all_templates_before_repeating() {
    let mut conversation = Conversation::new();
    let mut hear_all = || -> Vec<String> {
        let turns = script::FALLBACKS.iter();
        turns.map(|_| conversation.reply("Blorp").sentence).collect()
    };
    let heard = hear_all();
    assert_eq!(HashSet::<&String>::from_iter(&heard).len(), heard.len());
    assert_eq!(hear_all(), heard);
}

#[test]
fn starts_the_rotation_with_the_sentence_and_without_chance() {
    let ask = || -> Vec<String> { (0..40).map(|nth| say(&format!("blorp {nth}"))).collect() };
    let replies = ask();
    assert_eq!(ask(), replies);
    assert_eq!(HashSet::<String>::from_iter(replies).len(), script::FALLBACKS.len());
}

#[test]
fn prefers_the_higher_rank_wherever_it_stands() {
    assert_contains(&say("Hello, I feel hollow, thanks"), "feel hollow");
    assert_contains(&say("Because of my work I feel hollow"), "feel hollow");
    assert_contains(&say("I feel hollow. My brother can't help it"), "feel hollow");
    assert_contains(&say("Yes but I feel hollow but no"), "feel hollow");
}

#[test]
fn tries_the_next_keyword_when_no_pattern_fits() {
    assert_contains(&say("Am I? My garden is dry"), "our garden is dry");
}

#[test]
fn notices_when_the_speaker_takes_leave() {
    let farewells = "bye/Goodbye!/BYE BYE/ok bye/Well, good-bye, Eliza!/quit/exit/See you/\
        Thanks for listening. See you tomorrow./I have to go now";
    for sentence in farewells.split('/') {
        let reply = Conversation::new().reply(sentence);
        assert!(reply.goodbye, "{sentence}");
        assert_among(&reply.sentence, script::GOODBYES);
    }
    let others = "I never said goodbye to my father/I want to quit my job/\
        I see you are a program/He said, bye, and was gone/Eliza/";
    for sentence in others.split('/') {
        assert!(!Conversation::new().reply(sentence).goodbye, "{sentence}");
    }
}

#[test]
fn stays_serious_when_it_matters() {
    let templates = script::ALARMS[0].decompositions[0].templates;
    let mut conversation = Conversation::new();
    for sentence in ["I want to end my life", "I am happy but I want to die. Bye", "KILL MYSELF?"] {
        assert_among(&conversation.reply(sentence).sentence, templates);
    }
    assert_among(&conversation.reply("Blorp").sentence, script::FALLBACKS);
}

#[test]
fn answers_silence() {
    for sentence in ["", " \t\n", "?!", "...", "— “” '", "but", "🙂🙃", "\0\u{7f}"] {
        assert_among(&say(sentence), script::SILENCES);
    }
}

#[test]
fn hears_only_the_beginning_of_a_long_sentence() {
    let beginning = "ä".repeat(LONGEST_INPUT);
    assert_among(&say(&format!("{beginning} I feel happy")), script::FALLBACKS);

    for long in ["you ", "my dad ", "I feel ", "are you if ", "x", "İ", "$1 "] {
        let reply = say(&format!("I feel {}", long.repeat(300_000)));
        assert!(reply.chars().count() < 2 * LONGEST_INPUT, "{reply}");
    }
    let reply = say(&format!("I feel {}", "very ".repeat(100)));
    assert_contains(&reply, "very …");
    assert_eq!(reply.matches("very").count(), LONGEST_CATCH);
}

#[test]
fn keeps_other_scripts_and_placeholders_as_they_are() {
    for caught in ["глубоко счастливым", "幸せ", "Ärger", "ǅungla", "e\u{301}mu", "a$1$2b"] {
        assert_contains(&say(&format!("I feel {caught}")), caught);
    }
}

#[test]
fn introduces_herself_by_name_or_to_a_stranger() {
    let sentences = introduction("  Ada Lovelace\n");
    assert!((3..=5).contains(&sentences.len()));
    assert_contains(&sentences[0], "Ada Lovelace.");
    assert_eq!(introduction(" \t"), introduction("stranger"));
    assert!(introduction(&"é".repeat(100_000)).concat().chars().count() < 500);
}

#[test]
fn has_a_sound_script() {
    assert!(script::RULES.len() >= 25);
    let rules = [script::ALARMS, script::MEMORIES, script::RULES].into_iter().flatten();
    let mut seen = HashSet::new();
    for row in rules.flat_map(|rule| rule.decompositions) {
        assert!(row.templates.len() > 1, "{}", row.pattern);
        for template in row.templates {
            assert!(seen.insert(template), "said twice: {template}");
            assert!(template.starts_with(char::is_uppercase), "{template}");
            assert!(template.ends_with(['.', '?']), "{template}");
            for alternative in row.pattern.split(" | ") {
                assert_fillable(template, alternative);
            }
        }
    }
}

fn assert_fillable(template: &str, pattern: &str) {
    let elements = pattern.split(' ');
    let catching: Vec<_> = elements.filter(|element| element.starts_with(['*', '+', '@'])).collect();
    for piece in template.split('$').skip(1) {
        let number: usize = piece[..1].parse().expect("a number follows the dollar");
        assert_ne!(catching[number - 1], "*", "may be empty: {template}");
    }
}
