// Serves the page, on a port of its own: to a browser that is another origin than Eliza's.

import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const HTML = `<!doctype html>
<meta charset="utf-8">
<title>Calls Eliza</title>
<link rel="icon" href="data:,">
<script src="/main.js"></script>
`;

export async function servePage() {
  const script = await bundle();
  const files = { "/": ["text/html", HTML], "/main.js": ["text/javascript", script] };
  const server = createServer((request, response) => {
    const [type, content] = files[request.url] ?? [];
    if (content === undefined) {
      response.writeHead(404).end();
    } else {
      response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(content);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => new Promise((closed) => server.close(closed));
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}

async function bundle() {
  const result = await build({
    entryPoints: [fileURLToPath(new URL("../page/main.js", import.meta.url))],
    bundle: true,
    format: "iife",
    write: false,
  });
  return result.outputFiles[0].text;
}
