// Calls with grpc-web's own client. Its plugin would generate these descriptors around messages of another runtime.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { GrpcWebClientBase, MethodDescriptor, MethodType, StatusCode } from "grpc-web";

import { procedures } from "./procedures.js";

/** With a callback; tells the events, too. */
export async function rpcCall({ baseUrl, format, procedure = "say", message }) {
  const descriptor = describe(procedure);
  const events = [];
  return await new Promise((resolve) => {
    const done = (error, response) =>
      resolve(error ? { error: told(error), events } : { sentence: response.sentence, events });
    client(format)
      .rpcCall(url(baseUrl, descriptor), request(procedure, message), {}, descriptor, done)
      .on("metadata", (headers) => events.push({ metadata: headers }))
      .on("status", (status) => events.push({ status: told(status) }));
  });
}

/** With a promise. */
export async function unaryCall({ baseUrl, format, procedure = "say", message }) {
  const descriptor = describe(procedure);
  try {
    const call = client(format).unaryCall(url(baseUrl, descriptor), request(procedure, message), {}, descriptor);
    const { sentence } = await call;
    return { sentence };
  } catch (error) {
    return { error: told(error) };
  }
}

export async function serverStreaming({ baseUrl, format, message, timeout, cancelAfter }) {
  const descriptor = describe("introduce");
  const metadata = timeout === undefined ? {} : { deadline: `${Date.now() + timeout}` };
  const messages = [];
  const events = [];
  return await new Promise((resolve) => {
    const stream = client(format).serverStreaming(url(baseUrl, descriptor), request("introduce", message), metadata, descriptor);
    stream
      .on("data", ({ sentence }) => {
        messages.push({ sentence, at: performance.now() });
        if (messages.length === cancelAfter) {
          stream.cancel();
          resolve({ messages, events });
        }
      })
      .on("metadata", (headers) => events.push({ metadata: headers }))
      .on("status", (status) => events.push({ status: told(status) }))
      .on("error", (error) => resolve({ messages, events, error: told(error) }))
      .on("end", () => resolve({ messages, events }));
  });
}

function client(format) {
  return new GrpcWebClientBase({ format });
}

function describe(procedure) {
  const { parent, name, methodKind, input, output } = procedures[procedure];
  const type = methodKind === "unary" ? MethodType.UNARY : MethodType.SERVER_STREAMING;
  const serialize = (message) => toBinary(input, message);
  const deserialize = (bytes) => fromBinary(output, bytes);
  return new MethodDescriptor(`/${parent.typeName}/${name}`, type, Object, Object, serialize, deserialize);
}

function url(baseUrl, descriptor) {
  return baseUrl + descriptor.getName();
}

function request(procedure, message) {
  return create(procedures[procedure].input, message);
}

function told({ code, message, details }) {
  const name = Object.keys(StatusCode).find((name) => StatusCode[name] === code);
  return { code: name.toLowerCase(), message: message ?? details };
}
