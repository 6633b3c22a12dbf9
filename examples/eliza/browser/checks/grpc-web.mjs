// grpc-web's own client, in both of its formats.

import assert from "node:assert/strict";

import { ANSWER, ANSWER_AT_LENGTH, introduction, INTRODUCTION, SERVER_TIMED_OUT } from "./eliza.mjs";
import { assertComesOneByOne, assertCutShort, assertStops, FAILURES, sentences } from "./eliza.mjs";
import { INTRODUCED, SAID, SAID_AT_LENGTH, TIMEOUT } from "./eliza.mjs";

const FORMATS = [
  { format: "text", type: "application/grpc-web-text" },
  { format: "binary", type: "application/grpc-web+proto" },
];

const WENT_WELL = { status: { code: "ok", message: "" } };

export const grpcWeb = [...FORMATS.flatMap(ofFormat), textOneByOne(), binaryAtOnce(), cancelled()].map(({ name, run }) => ({
  name: `grpc-web, ${name}`,
  run,
}));

function ofFormat({ format, type }) {
  return [
    {
      name: `${format}: a unary call with a callback, and its events`,
      async run({ call, traffic, httpVersion }) {
        const { sentence, error, events } = await call("grpcWebRpcCall", { format, message: SAID });
        assert.equal(error, undefined);
        assert.equal(sentence, ANSWER);
        assert.deepEqual(events.filter(({ status }) => status), [WENT_WELL]);
        assert.equal(events.filter(({ metadata }) => metadata).length, 1);
        const [post, ...others] = await traffic.calls();
        assert.deepEqual(others, []);
        assert.equal(post.method, "POST");
        assert.equal(post.httpVersion, httpVersion);
        assert.equal(post.sent["content-type"], type);
        assert.ok(post.received["content-type"].startsWith(type), post.received["content-type"]);
      },
    },
    {
      name: `${format}: a unary call with a promise`,
      async run({ call }) {
        const { sentence, error } = await call("grpcWebUnaryCall", { format, message: SAID });
        assert.equal(error, undefined);
        assert.equal(sentence, ANSWER);
      },
    },
    {
      name: `${format}: a long answer`,
      async run({ call }) {
        const { sentence, error } = await call("grpcWebUnaryCall", { format, message: SAID_AT_LENGTH });
        assert.equal(error, undefined);
        assert.equal(sentence, ANSWER_AT_LENGTH);
      },
    },
    {
      // In base64, each of these lengths ends in another padding.
      name: `${format}: streams of messages of all lengths, at the same time`,
      async run({ call }) {
        const names = ["A", "Ad", "Ada"];
        const calls = names.map((name) => call("grpcWebServerStreaming", { format, message: { name } }));
        for (const [nth, { messages, events, error }] of (await Promise.all(calls)).entries()) {
          assert.equal(error, undefined);
          assert.deepEqual(sentences(messages), introduction(names[nth]));
          assert.deepEqual(events.filter(({ status }) => status), [WENT_WELL]);
        }
      },
    },
    ...failing(format),
    {
      name: `${format}: a deadline, which the server keeps`,
      async run({ call, traffic, ends }) {
        // The client waits a second at least before it gives up by itself; the introduction takes less.
        const introduction = { format, message: INTRODUCED, timeout: TIMEOUT };
        const { messages, error } = await call("grpcWebServerStreaming", introduction);
        assert.deepEqual(error, { code: "deadline_exceeded", message: SERVER_TIMED_OUT });
        assertCutShort(messages);
        const [post] = await traffic.calls();
        assert.match(post.sent["grpc-timeout"], /^\d+m$/);
        assert.deepEqual(await ends("Introduce grpc-web", 1), ["deadline_exceeded"]);
      },
    },
  ];
}

function failing(format) {
  const calls = { "with a callback": "grpcWebRpcCall", "with a promise": "grpcWebUnaryCall" };
  return Object.entries(FAILURES).flatMap(([failure, { request, code, message }]) =>
    Object.entries(calls).map(([how, name]) => ({
      name: `${format}: ${failure}, ${how}`,
      async run({ call }) {
        const { sentence, error } = await call(name, { format, ...request });
        assert.equal(sentence, undefined);
        assert.equal(error.code, code);
        assert.match(error.message, message);
      },
    })),
  );
}

function textOneByOne() {
  const [{ format, type }] = FORMATS;
  return {
    name: "text: a stream, each message by itself, in base64 both ways",
    async run({ call, traffic }) {
      await assertComesOneByOne(async () => {
        const { messages, events, error } = await call("grpcWebServerStreaming", { format, message: INTRODUCED });
        assert.deepEqual(events.filter(({ status }) => status), [WENT_WELL]);
        return { messages, error };
      });
      for (const { sent, received } of await traffic.calls()) {
        assert.equal(sent["content-type"], type);
        assert.equal(sent.accept, type);
        assert.ok(received["content-type"].startsWith(type), received["content-type"]);
      }
    },
  };
}

function binaryAtOnce() {
  return {
    // Its XMLHttpRequest gives bytes only at the end.
    name: "binary: a stream, which the client hands over at its end",
    async run({ call }) {
      const { messages, events, error } = await call("grpcWebServerStreaming", { format: "binary", message: INTRODUCED });
      assert.equal(error, undefined);
      assert.deepEqual(sentences(messages), INTRODUCTION);
      assert.deepEqual(events.filter(({ status }) => status), [WENT_WELL]);
    },
  };
}

function cancelled() {
  return {
    name: "text: a stream that is cancelled, as Eliza notices",
    async run({ call, ends }) {
      const introduction = { format: "text", message: INTRODUCED, cancelAfter: 1 };
      const introduce = () => call("grpcWebServerStreaming", introduction);
      // It tells no error: whoever cancels knows.
      await assertStops(introduce, (count) => ends("Introduce grpc-web", count), undefined);
    },
  };
}
