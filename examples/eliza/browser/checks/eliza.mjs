// What Eliza answers, and what is expected of every client alike.

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

export const SAID = { sentence: "I feel happy" };
export const ANSWER = "When you feel happy, what do you do with your hands?";

/** Letters outside ASCII: enough that a response is worth compressing, and no more than Eliza listens to. */
const LONG = "ä".repeat(900);
export const SAID_AT_LENGTH = { sentence: `I love ${LONG}` };
export const ANSWER_AT_LENGTH = `You love ${LONG}. When did you find out?`;

export const SAID_IN_LETTERS = { sentence: "I love Zoë" };
export const ANSWER_IN_LETTERS = "You love Zoë. When did you find out?";

/** With this name the frames do not add up to whole groups of base64, so a server that waits for those is late with every message. */
const NAME = "Zoë";
export const INTRODUCED = { name: NAME };
export const INTRODUCTION = introduction(NAME);

export function introduction(name) {
  return [
    `Hello, ${name}. My name is Eliza.`,
    "I know very little, and people tell me things all the same.",
    "Mostly I ask questions; it is the answers I am short of.",
    `So, ${name}, what is keeping you busy today?`,
  ];
}

/** Calls that fail: what is sent, and what a client has to be told. */
export const FAILURES = {
  "an unknown procedure": {
    request: { procedure: "unknown", message: SAID },
    code: "unimplemented",
    message: /^the service has no such procedure$/,
  },
  "a malformed message": {
    request: { procedure: "malformed", message: { value: 1 } },
    code: "invalid_argument",
    message: /^malformed (JSON: invalid type: integer `1`|message: .*wire type)/,
  },
};

/** In JSON, an error quotes what was sent. */
export const FAILURES_OF_JSON = {
  ...FAILURES,
  "an error with letters outside ASCII": {
    request: { procedure: "quoted", message: { value: "ä 🌱 100%" } },
    code: "invalid_argument",
    message: /^malformed JSON: invalid type: string "ä 🌱 100%"/,
  },
};

/** Shorter than the introduction takes, and longer than her first pause. */
export const TIMEOUT = 300;
export const SERVER_TIMED_OUT = "the deadline of the call has passed";

/** Of the 200 ms between two of Eliza's sentences, what has to be left of it in the page. */
const APART = 50;
const TRIES = 5;

/**
 * Demands the whole introduction, each message by itself. A busy machine may hand over two at once, but not each time; a server that
 * holds messages back does it always.
 */
export async function assertComesOneByOne(introduce) {
  let pauses;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { messages, error } = await introduce();
    assert.equal(error, undefined);
    assert.deepEqual(sentences(messages), INTRODUCTION);
    pauses = messages.slice(1).map(({ at }, earlier) => at - messages[earlier].at);
    if (pauses.every((pause) => pause >= APART)) {
      return;
    }
  }
  assert.fail(`messages come together, at last with pauses of ${pauses.map(Math.round).join(", ")} ms`);
}

/** Demands that a stream which is stopped after its first message is stopped for Eliza, too. A busy machine may be too late once. */
export async function assertStops(introduce, ends, code) {
  const wanted = { heard: INTRODUCTION.slice(0, 1), code, end: "canceled" };
  let got;
  for (let calls = 1; calls <= TRIES && !isDeepStrictEqual(got, wanted); calls += 1) {
    const { messages, error } = await introduce();
    got = { heard: sentences(messages), code: error?.code, end: (await ends(calls)).at(-1) };
  }
  assert.deepEqual(got, wanted);
}

/** Demands the beginning of the introduction and not its end. */
export function assertCutShort(messages) {
  assert.ok(messages.length < INTRODUCTION.length, "the whole introduction has come");
  assert.deepEqual(sentences(messages), INTRODUCTION.slice(0, messages.length));
}

export function sentences(messages) {
  return messages.map(({ sentence }) => sentence);
}
