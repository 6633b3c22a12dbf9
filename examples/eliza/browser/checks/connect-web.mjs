// connect-web: every transport that it has.

import assert from "node:assert/strict";

import { ANSWER, ANSWER_AT_LENGTH, ANSWER_IN_LETTERS, SERVER_TIMED_OUT } from "./eliza.mjs";
import { assertComesOneByOne, assertCutShort, assertStops, FAILURES, FAILURES_OF_JSON } from "./eliza.mjs";
import { INTRODUCED, SAID, SAID_AT_LENGTH, SAID_IN_LETTERS, TIMEOUT } from "./eliza.mjs";

const CONNECT_TIMEOUT = ["connect-timeout-ms", /^\d+$/, `${TIMEOUT}`];
const GRPC_TIMEOUT = ["grpc-timeout", /^\d+m$/, `${TIMEOUT}m`];

const TRANSPORTS = [
  {
    transport: "Connect, JSON",
    failures: FAILURES_OF_JSON,
    protocol: "connect",
    unaryType: "application/json",
    streamType: "application/connect+json",
    timeout: CONNECT_TIMEOUT,
  },
  {
    transport: "Connect, binary",
    failures: FAILURES,
    protocol: "connect",
    unaryType: "application/proto",
    streamType: "application/connect+proto",
    timeout: CONNECT_TIMEOUT,
  },
  {
    transport: "gRPC-Web, binary",
    failures: FAILURES,
    protocol: "grpc-web",
    unaryType: "application/grpc-web+proto",
    streamType: "application/grpc-web+proto",
    timeout: GRPC_TIMEOUT,
  },
  {
    transport: "gRPC-Web, JSON",
    failures: FAILURES_OF_JSON,
    protocol: "grpc-web",
    unaryType: "application/grpc-web+json",
    streamType: "application/grpc-web+json",
    timeout: GRPC_TIMEOUT,
  },
];

const BY_GET = [
  { transport: "Connect by GET, JSON", failures: FAILURES_OF_JSON, type: "application/json", encoding: "json" },
  { transport: "Connect by GET, binary", failures: FAILURES, type: "application/proto", encoding: "proto" },
];

export const connectWeb = [...TRANSPORTS.flatMap(ofTransport), ...BY_GET.flatMap(ofGet)].map(({ name, run }) => ({
  name: `connect-web, ${name}`,
  run,
}));

function ofTransport({ transport, failures, protocol, unaryType, streamType, timeout }) {
  const [timeoutHeader, timeoutForm, timeoutValue] = timeout;
  // Browsers offer compressions for whole bodies, and this client none for messages.
  const compressed = protocol === "connect";
  return [
    {
      name: `${transport}: a unary call`,
      async run({ call, traffic, httpVersion }) {
        const { sentence, headers, error } = await call("connectWebSay", { transport, message: SAID });
        assert.equal(error, undefined);
        assert.equal(sentence, ANSWER);
        assert.equal(headers["content-type"], unaryType);
        const [post, ...others] = await traffic.calls();
        assert.deepEqual(others, []);
        assert.equal(post.method, "POST");
        assert.equal(post.sent["content-type"], unaryType);
        assert.equal(post.httpVersion, httpVersion);
      },
    },
    {
      name: `${transport}: a long answer, ${compressed ? "compressed" : "as it is"}`,
      async run({ call }) {
        const { sentence, headers, error } = await call("connectWebSay", { transport, message: SAID_AT_LENGTH });
        assert.equal(error, undefined);
        assert.equal(sentence, ANSWER_AT_LENGTH);
        assert.equal(headers["content-encoding"] !== undefined, compressed);
      },
    },
    {
      name: `${transport}: a stream, each message by itself`,
      async run({ call, traffic }) {
        await assertComesOneByOne(() => call("connectWebIntroduce", { transport, message: INTRODUCED }));
        for (const { sent, received } of await traffic.calls()) {
          assert.equal(sent["content-type"], streamType);
          assert.equal(received["content-type"], streamType);
        }
      },
    },
    ...failing(transport, failures),
    {
      name: `${transport}: a timeout of the client`,
      async run({ call, traffic }) {
        const introduction = { transport, message: INTRODUCED, timeoutMs: TIMEOUT };
        const { messages, error } = await call("connectWebIntroduce", introduction);
        assert.equal(error?.code, "deadline_exceeded");
        assertCutShort(messages);
        const [post] = await traffic.calls();
        assert.match(post.sent[timeoutHeader], timeoutForm);
      },
    },
    {
      name: `${transport}: a timeout that only the server knows`,
      async run({ call, ends }) {
        const introduction = { transport, message: INTRODUCED, headers: { [timeoutHeader]: timeoutValue } };
        const { messages, error } = await call("connectWebIntroduce", introduction);
        assert.deepEqual(error, { code: "deadline_exceeded", message: SERVER_TIMED_OUT });
        assertCutShort(messages);
        assert.deepEqual(await ends(`Introduce ${protocol}`, 1), ["deadline_exceeded"]);
      },
    },
    {
      name: `${transport}: a stream that is aborted, as Eliza notices`,
      async run({ call, ends }) {
        const introduction = { transport, message: INTRODUCED, abortAfter: 1 };
        const introduce = () => call("connectWebIntroduce", introduction);
        await assertStops(introduce, (count) => ends(`Introduce ${protocol}`, count), "canceled");
      },
    },
  ];
}

function ofGet({ transport, failures, type, encoding }) {
  return [
    {
      name: `${transport}: a unary call, without a preflight`,
      async run({ call, traffic, httpVersion }) {
        const { sentence, headers, error } = await call("connectWebSay", { transport, message: SAID });
        assert.equal(error, undefined);
        assert.equal(sentence, ANSWER);
        assert.equal(headers["content-type"], type);
        const [get, ...others] = await traffic.settled();
        assert.deepEqual(others, []);
        assert.equal(get.method, "GET");
        assert.equal(get.httpVersion, httpVersion);
        const query = new URL(get.url).searchParams;
        assert.equal(query.get("connect"), "v1");
        assert.equal(query.get("encoding"), encoding);
        assert.match(get.received.vary, /\baccept-encoding\b/);
      },
    },
    {
      name: `${transport}: letters outside ASCII`,
      async run({ call }) {
        const { sentence, error } = await call("connectWebSay", { transport, message: SAID_IN_LETTERS });
        assert.equal(error, undefined);
        assert.equal(sentence, ANSWER_IN_LETTERS);
      },
    },
    ...failing(transport, failures),
  ];
}

function failing(transport, failures) {
  return Object.entries(failures).map(([failure, { request, code, message }]) => ({
    name: `${transport}: ${failure}`,
    async run({ call }) {
      const { sentence, error } = await call("connectWebSay", { transport, ...request });
      assert.equal(sentence, undefined);
      assert.equal(error.code, code);
      assert.match(error.message, message);
    },
  }));
}
