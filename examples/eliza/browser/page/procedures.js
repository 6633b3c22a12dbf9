// Eliza's procedures, and calls that cannot succeed.

import { Int32ValueSchema, StringValueSchema } from "@bufbuild/protobuf/wkt";

import { ElizaService } from "../gen/connectrpc/eliza/v1/eliza_pb.js";

const { say, introduce } = ElizaService.method;

export const procedures = {
  say,
  introduce,
  unknown: { ...say, name: "Shout" },
  // A number where Eliza expects a sentence.
  malformed: { ...say, input: Int32ValueSchema },
  // In JSON, a string where Eliza expects an object.
  quoted: { ...say, input: StringValueSchema },
};
