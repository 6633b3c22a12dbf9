//! What Eliza knows: which words she reacts to, the patterns around them, and her own words.
//!
//! In a pattern `*` catches any words, `+` at least one, `@group` one of a group, and ` | `
//! separates alternatives; `$1` in a template stands for the first thing caught.

/// Keywords of a rank, and the decompositions to try on a clause with one of them.
pub(super) struct Rule {
    pub(super) rank: u8,
    pub(super) keywords: &'static str,
    pub(super) decompositions: &'static [Decomposition],
}

/// A pattern, and the replies to what it matches.
pub(super) struct Decomposition {
    pub(super) pattern: &'static str,
    pub(super) templates: &'static [&'static str],
}

// As struct literals, the rules would take three times the lines.
macro_rules! rules {
    ($($rank:literal $keywords:literal: $($pattern:literal => $($template:literal)+),+;)+) => {
        &[$(Rule {
            rank: $rank,
            keywords: $keywords,
            decompositions: &[
                $(Decomposition { pattern: $pattern, templates: &[$($template),+] }),+
            ],
        }),+]
    };
}

macro_rules! lists {
    ($($name:literal: $members:literal)+) => { &[$(($name, $members)),+] };
}

/// Characters which end a clause.
pub(super) const BREAKS: &str = ".,;:!?…—\n。！？、，";

/// Characters which are, besides ASCII punctuation, no part of a word at its edge.
pub(super) const QUOTES: &str = "“”„‘«»‹›–¿¡";

/// Groups of words which patterns treat alike.
pub(super) const GROUPS: &[(&str, &str)] = lists! {
    "family": "mother mum mom mama father dad papa parents brother sister wife husband son \
        daughter children uncle aunt cousin grandmother grandma grandfather grandpa boyfriend \
        girlfriend"
    "glad": "happy glad cheerful delighted content proud relieved excited joyful"
    "low": "sad unhappy depressed miserable gloomy down lonely hopeless upset hurt"
    "tense": "angry furious afraid scared anxious worried nervous stressed tired exhausted"
    "love": "love adore hate loathe miss"
    "want": "want need wish crave"
    "think": "think believe suppose guess suspect"
    "sweeping": "always never everyone everybody everything nobody nothing"
    "can": "can could"
    "harm": "kill killing hurt hurting harm harming cut cutting end ending take taking"
    "farewell": "bye bye-bye goodbye good-bye farewell ciao adieu quit exit"
    "filler": "ok okay well thanks alright so and then now eliza"
    "later": "later soon tomorrow then again around"
    "preposition": "to for with about of from by at on like without against behind toward"
    "opener": "are were do did can could will would should have if that when what who than"
    "complement": "to and or for so very with about because when too again now at in on as more"
};

/// Contractions and misspellings, each after what to read instead.
pub(super) const EXPANSIONS: &[(&str, &str)] = lists! {
    "I am": "i'm im" "I have": "i've ive" "I will": "i'll" "I would": "i'd"
    "you": "u" "you are": "you're youre" "you have": "you've" "you will": "you'll"
    "are not": "aren't arent" "was not": "wasn't wasnt" "were not": "weren't werent"
    "don't": "dont" "can't": "cant cannot" "going to": "gonna" "want to": "wanna"
};

/// Words which change with the speaker, each after what it becomes.
pub(super) const REFLECTIONS: &[(&str, &str)] = lists! {
    "you": "i me" "your": "my" "yours": "mine" "yourself": "myself" "are": "am"
    "I": "you" "my": "your" "mine": "yours" "myself": "yourself"
};

/// The pattern of a clause which takes leave.
pub(super) const FAREWELL: &str = "@farewell | @filler @farewell | @farewell @farewell | \
    @farewell @filler | @farewell for now | good bye | good night | see you | see you @later | \
    * talk to you @later | i have to go | i have to go now | i must go | i must go now";

/// Replies to a farewell.
pub(super) const GOODBYES: &[&str] = &[
    "Goodbye. It was good to listen to you.",
    "Take care of yourself. I will be here, being a program.",
    "Farewell, and no charge: I never learned to write an invoice.",
];

/// Replies to nothing at all.
pub(super) const SILENCES: &[&str] = &[
    "Silence is fine with me. One word would do as a start, though.",
    "I heard that very clearly: nothing. What is behind it?",
    "Take your time. I am only electricity, and I keep.",
];

/// Replies to what no rule matches.
pub(super) const FALLBACKS: &[&str] = &[
    "I nearly followed. Try it once more, as if I were new here.",
    "Noted. And what lies underneath that?",
    "There is a second half to this, I think. I have time.",
    "Hm. Which part of it matters to you?",
    "I am nodding, though you cannot see it. What comes next?",
];

/// The sentences of an introduction to `$1`.
pub(super) const INTRODUCTION: &[&str] = &[
    "Hello, $1. My name is Eliza.",
    "I know very little, and people tell me things all the same.",
    "Mostly I ask questions; it is the answers I am short of.",
    "So, $1, what is keeping you busy today?",
];

/// What goes before everything else, and no joke.
pub(super) const ALARMS: &[Rule] = rules! {
    0 "myself life die dead suicide suicidal": "* suicide * | * suicidal * | * want to die * | \
        * wish i + dead * | * @harm myself * | * @harm my life *" =>
        "That is too important for a small program. Please tell someone close to you today."
        "Please do not stay alone with that. A person or an emergency line can help; I can't.";
};

/// Remarks to remember, and what to say when one is taken up again.
pub(super) const MEMORIES: &[Rule] = rules! {
    0 "my": "my +" =>
        "Earlier you said that your $1. Is that behind this, too?"
        "May I go back a little? Your $1, you said. How does it go on?",
    "* my +" =>
        "You brought up your $2 before, and then we dropped it. Shall we pick it up?"
        "I still have a note here about your $2. What should I add to it?";
};

/// What Eliza reacts to, highest rank first.
pub(super) const RULES: &[Rule] = rules! {
    12 "name": "my name is +" =>
        "Good to know, $1. And what else should I know?"
        "Welcome, $1. What would a friend of yours say you came for?",
    "* your name *" =>
        "Eliza, after a flower girl who learned to talk. And what are you learning?"
        "They call me Eliza. Names aside, what is going on?";
    10 "computer computers machine machines robot robots bot chatbot ai": "*" =>
        "Should I take that personally?"
        "Some of my best friends are made of silicon. What did this one do?"
        "A machine does as it is told. Does anyone around you?";
    9 "feel feeling": "* you feel *" =>
        "I feel a faint current, nothing more. What do you feel?"
        "Mostly warm, near the processor. And you?",
    "* i feel + | * i am feeling +" =>
        "You feel $2. Since when?"
        "And if you did not feel $2 tomorrow, what would be missing?"
        "Who else knows that you feel $2?"
        "When you feel $2, what do you do with your hands?";
    8 "am": "* am i +" =>
        "If I said that you were $2, would you believe me?"
        "Who could tell better than you whether you are $2?",
    "* i am @glad *" =>
        "Being $2 suits you, I imagine. What brought it on?"
        "I like the sound of $2. Who gets to share it with you?",
    "* i am @low *" =>
        "That sounds heavy. When did you first notice that you were $2?"
        "Being $2 is work. Who helps you to carry it?",
    "* i am @tense *" =>
        "Where do you notice it first when you are $2?"
        "If you could stop being $2 for an hour, what would you do with it?",
    "* i am +" =>
        "You are $2. Says who?"
        "And what is it like, being $2?"
        "Does it show from outside that you are $2?";
    8 "@love": "* i @love you *" =>
        "That is a great deal to say to a table of rules. Who else should hear it?"
        "I am a few hundred lines long; there is hardly room for it. Who is it meant for?",
    "* i @love +" =>
        "You $2 $3. When did you find out?"
        "Is “$2” the exact word, or would a smaller one fit better?"
        "You $2 $3. How would I notice, if I lived with you?";
    7 "@family": "my @family +" =>
        "So your $1 $2. What would you rather have from your $1?"
        "Your $1 $2, you say. And what do you do then?"
        "How would your $1 tell that story?",
    "* my @family *" =>
        "Picture your $2 for a moment. What else is in the picture?"
        "How are things between you and your $2 these days?"
        "What did you pick up from your $2 without being taught?",
    "*" =>
        "Every family has its own weather. What is it like in yours?"
        "Relatives are a long chapter. Where does it start for you?";
    7 "dream dreams dreamed dreamt nightmare nightmares": "*" =>
        "Dreams come without a manual. How do you read this one?"
        "How did it end, before you woke up?"
        "Were you yourself in it, or somebody else?";
    6 "how": "* how are you *" =>
        "In working order, thank you. And how did your day begin?"
        "All my rules are in their places. What about yours?";
    6 "was": "* i was +" =>
        "You were $2. And now?"
        "Who else was there when you were $2?";
    6 "can't": "* can't i +" =>
        "What would it take for you to $2?"
        "Maybe you can, only not while I watch. When did you last try to $2?",
    "* i can't +" =>
        "Who was the first to tell you that you can't $2?"
        "You can't $2, or you may not?";
    5 "@want": "* i @want +" =>
        "Who else would have to agree, if you $2 $3?"
        "You $2 $3. What have you tried so far?"
        "Once you no longer $2 $3, what will you long for next?";
    5 "like": "* i would like +" =>
        "You would like $2. Whom have you told, apart from me?"
        "What is in the way, if you would like $2?",
    "* i like +" =>
        "You like $2. I make a note of everything pleasant. What else is on the list?"
        "Who taught you to like $2?";
    5 "don't": "* don't you +" =>
        "Nobody ever showed me how to $2. Would you?"
        "Is it me who should $2, or someone you know?",
    "* i don't +" =>
        "What would happen if you did $2?"
        "You don't $2. Did you ever?";
    5 "@think": "* i @think +" =>
        "You $2 $3. What could talk you out of it?"
        "Do you $2 $3 at night as well as by day?";
    5 "remember": "* i remember +" =>
        "You remember $2. Which part of it would you rather forget?"
        "What else is in that picture, next to $2?",
    "* you remember *" =>
        "My memory lasts as long as this conversation. What should I keep?"
        "Only what you told me today. Is there something I should not lose?";
    5 "are": "* are you +" =>
        "Would it change anything between us if I were $2?"
        "Some days I am $2, some days merely switched on. Which helps you more?",
    "* you are +" =>
        "Who else have you told that they are $2?"
        "Should I stop being $2, whom would you complain to?";
    5 "@can": "* @can you +" =>
        "Suppose I could $3. What would come after that?"
        "Whom did you ask to $3, before you asked me?",
    "* @can i +" =>
        "Whose permission are you waiting for, to $3?"
        "What happens on the day you $3?";
    5 "if": "* if +" =>
        "Suppose so: $2. Who notices first?"
        "Between us, how likely is it that $2?";
    4 "my": "my +" =>
        "Your $1. Does that please you or bother you?"
        "So, your $1. Which part are you leaving out?",
    "* my +" =>
        "We have arrived at your $2. How did it come to that?"
        "Let us stay with your $2 for a moment. What makes it yours?";
    4 "your": "* your +" =>
        "Leave my $2 out of it for a second. What about your own?"
        "What about my $2 caught your eye?";
    4 "because": "* because +" =>
        "Is that the reason, or the one you give to visitors?"
        "Say it is because $2. Who would name another reason?";
    3 "you": "* you + me *" =>
        "What would you do if I did not $2 you?"
        "When did I first $2 you?",
    "*" =>
        "I am the duller half of this conversation. What about your half?"
        "There is not much to me. Where do you come into it?"
        "Me? Oh dear. How does it look from your side?";
    3 "what how why when where who which": "*" =>
        "I keep the questions; the answers are your department. Try one."
        "You have thought about that longer than I have. Your guess?"
        "Which answer would let you sleep?";
    3 "work job boss office meeting meetings deadline": "*" =>
        "Work takes the best hours. Who gets the others?"
        "If all of it did itself tomorrow, what would you do by noon?";
    3 "code bug bugs compiler production software server": "*" =>
        "Have you explained it to a rubber duck? I am the next best thing."
        "The compiler and I both ask you to say it again. Which of us is kinder?";
    2 "@sweeping": "* @sweeping *" =>
        "Such a wide word, “$2”. Where does it stop?"
        "If I asked for one exception to that “$2”, what would it be?";
    2 "maybe perhaps probably possibly": "*" =>
        "Maybe is a comfortable chair. How long have you been sitting in it?"
        "What would tip it one way or the other?";
    1 "yes yeah yep": "yes | yeah | yep" =>
        "Yes to all of it, or to most of it?"
        "That was quick. What is the slow version?";
    1 "no nope nah": "no | nope | nah" =>
        "No, or not yet?"
        "A clear no. What would a yes have cost you?";
    1 "sorry apologise apologize apologies": "*" =>
        "No harm done; I do not bruise. Where were we?"
        "Whom is that apology really addressed to?";
    1 "thanks thank": "*" =>
        "You did most of it. What now?"
        "Gladly. Which part was of use?";
    1 "hello hi hey greetings": "*" =>
        "Hello. Sit wherever you like. What is it about?"
        "Good to hear from you. Where shall we begin?"
        "Hello yourself. What is on top of the pile today?";
};
