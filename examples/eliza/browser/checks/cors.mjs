// What a browser lets a page of another origin do, and what not.

import assert from "node:assert/strict";

import { ANSWER, SAID } from "./eliza.mjs";

const transport = "Connect, JSON";
const path = "/connectrpc.eliza.v1.ElizaService/Say";

export const cors = [
  {
    name: "the answer to a preflight is kept",
    async run({ call, traffic }) {
      for (const _ of ["first", "second"]) {
        const { sentence } = await call("connectWebSay", { transport, message: SAID });
        assert.equal(sentence, ANSWER);
      }
      assert.equal((await traffic.calls()).length, 2);
      const [preflight, ...others] = await traffic.preflights();
      assert.deepEqual(others, []);
      assert.equal(preflight.received["access-control-max-age"], "7200");
    },
  },
  {
    name: "a header that Eliza has not allowed cannot be sent",
    async run({ call, traffic }) {
      const { sentence, error } = await call("connectWebSay", { transport, message: SAID, headers: { "x-mood": "happy" } });
      assert.equal(sentence, undefined);
      assert.equal(error.code, "unknown");
      const [post] = await traffic.calls();
      assert.equal(post.failure, "HeaderDisallowedByPreflightResponse");
    },
  },
  {
    name: "a method of HTTP that no protocol has cannot be used",
    async run({ call, traffic }) {
      const { failure } = await call("plainFetch", { path, method: "DELETE" });
      assert.match(failure, /^TypeError/);
      const [request] = await traffic.calls();
      assert.equal(request.failure, "MethodDisallowedByPreflightResponse");
    },
  },
  {
    name: "an answer to a call with credentials cannot be read: every origin is allowed, so none is trusted",
    async run({ call, traffic }) {
      const url = `${path}?connect=v1&encoding=json&message=${encodeURIComponent(JSON.stringify(SAID))}`;
      const { failure } = await call("plainFetch", { path: url, credentials: "include" });
      assert.match(failure, /^TypeError/);
      const [get] = await traffic.calls();
      assert.equal(get.failure, "WildcardOriginNotAllowed");
      const { text } = await call("plainFetch", { path: url });
      assert.deepEqual(JSON.parse(text), { sentence: ANSWER });
    },
  },
  {
    name: "an answer to what is no call can be read",
    async run({ call }) {
      const { status } = await call("plainFetch", { path, method: "POST", body: "I feel happy" });
      assert.equal(status, 415);
    },
  },
].map(({ name, run }) => ({ name: `CORS: ${name}`, run }));
