// What the driver may have the page do. Every function takes and gives plain data, and tells errors rather than throwing them.

import * as connectWeb from "./connect-web.js";
import * as grpcWeb from "./grpc-web.js";
import { plainFetch } from "./plain-fetch.js";

globalThis.calls = {
  connectWebSay: connectWeb.say,
  connectWebIntroduce: connectWeb.introduce,
  grpcWebRpcCall: grpcWeb.rpcCall,
  grpcWebUnaryCall: grpcWeb.unaryCall,
  grpcWebServerStreaming: grpcWeb.serverStreaming,
  plainFetch,
};
