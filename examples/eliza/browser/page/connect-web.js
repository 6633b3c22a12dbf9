// Calls with connect-web.

import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { codeToString } from "@connectrpc/connect/protocol-connect";

import { procedures } from "./procedures.js";

const TRANSPORTS = {
  "Connect, JSON": (baseUrl) => createConnectTransport({ baseUrl }),
  "Connect, binary": (baseUrl) => createConnectTransport({ baseUrl, useBinaryFormat: true }),
  "Connect by GET, JSON": (baseUrl) => createConnectTransport({ baseUrl, useHttpGet: true }),
  "Connect by GET, binary": (baseUrl) => createConnectTransport({ baseUrl, useHttpGet: true, useBinaryFormat: true }),
  "gRPC-Web, binary": (baseUrl) => createGrpcWebTransport({ baseUrl }),
  "gRPC-Web, JSON": (baseUrl) => createGrpcWebTransport({ baseUrl, useBinaryFormat: false }),
};

export async function say({ baseUrl, transport, procedure = "say", message, ...options }) {
  const seen = {};
  const onHeader = (headers) => {
    seen.headers = Object.fromEntries(headers);
  };
  try {
    const call = client(baseUrl, transport, procedure);
    const { sentence } = await call(message, { ...options, onHeader });
    return { ...seen, sentence };
  } catch (error) {
    return { ...seen, error: told(error) };
  }
}

export async function introduce({ baseUrl, transport, message, abortAfter, ...options }) {
  const messages = [];
  const abort = new AbortController();
  try {
    const call = client(baseUrl, transport, "introduce");
    for await (const { sentence } of call(message, { ...options, signal: abort.signal })) {
      messages.push({ sentence, at: performance.now() });
      if (messages.length === abortAfter) {
        abort.abort();
      }
    }
    return { messages };
  } catch (error) {
    return { messages, error: told(error) };
  }
}

function client(baseUrl, transport, procedure) {
  const method = procedures[procedure];
  const service = { ...method.parent, methods: [method] };
  return createClient(service, TRANSPORTS[transport](baseUrl))[method.localName];
}

function told(error) {
  const { code, rawMessage } = ConnectError.from(error);
  return { code: codeToString(code), message: rawMessage };
}
