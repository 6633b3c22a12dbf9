// Runs every check against Eliza without TLS, which browsers speak HTTP/1.1 to, and with it, where they choose HTTP/2.

import { connectWeb } from "./checks/connect-web.mjs";
import { cors } from "./checks/cors.mjs";
import { grpcWeb } from "./checks/grpc-web.mjs";
import { launchChromium } from "./driver/chromium.mjs";
import { buildEliza } from "./driver/eliza.mjs";
import { servePage } from "./driver/page.mjs";
import { World } from "./driver/world.mjs";

const WIDEST = 1000;
const wanted = process.argv[2] ?? "";
const checks = [...connectWeb, ...grpcWeb, ...cors].filter(({ name }) => name.includes(wanted));
if (checks.length === 0) {
  throw new Error(`no check has "${wanted}" in its name`);
}

const executable = buildEliza();
const site = await servePage();
const browser = await launchChromium();
let passed = 0;
let failed = 0;
for (const { tls, httpVersion } of [
  { tls: false, httpVersion: "http/1.1" },
  { tls: true, httpVersion: "h2" },
]) {
  for (const { name, run } of checks) {
    const failure = await attempt(run, { browser, site, executable, tls, httpVersion });
    if (failure === undefined) {
      passed += 1;
      console.log(`ok    ${httpVersion.padEnd(8)}  ${name}`);
    } else {
      failed += 1;
      console.log(`FAIL  ${httpVersion.padEnd(8)}  ${name}\n${indented(failure)}`);
    }
  }
}
await browser.close();
await site.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function attempt(run, surroundings) {
  const world = await World.open(surroundings);
  try {
    await run(world);
    world.assertNoPageErrors();
  } catch (error) {
    return `${error.stack}\n${world.story()}`;
  } finally {
    await world.close();
  }
}

function indented(text) {
  const lines = text.split("\n").map((line) => (line.length > WIDEST ? `${line.slice(0, WIDEST)}…` : line));
  return lines.map((line) => `      ${line}`).join("\n");
}
