// What a check acts in: an Eliza of its own and a page in a browser profile of its own, so that nothing is left from an earlier one, be it
// an answer to a preflight or a late line of the log.

import assert from "node:assert/strict";

import { startEliza } from "./eliza.mjs";
import { eventually, inTime } from "./eventually.mjs";
import { Traffic } from "./traffic.mjs";

export class World {
  #eliza;
  #context;
  #page;
  #pageErrors = [];

  static async open({ browser, site, executable, tls, httpVersion }) {
    const world = new World();
    world.httpVersion = httpVersion;
    world.#eliza = await startEliza({ executable, tls });
    world.#context = await browser.newContext();
    world.#page = await world.#context.newPage();
    world.#page.on("pageerror", (error) => world.#pageErrors.push(error));
    world.traffic = await Traffic.watch(world.#context, world.#page, world.#eliza.baseUrl);
    await world.#page.goto(site.origin);
    return world;
  }

  /** Calls one of the functions of `page/main.js`; the page learns where Eliza is. */
  call = async (name, args) => {
    const all = { baseUrl: this.#eliza.baseUrl, ...args };
    const answer = this.#page.evaluate(([name, args]) => globalThis.calls[name](args), [name, all]);
    return await inTime(`${name} ends`, answer);
  };

  /** Waits until Eliza has logged the end of so many calls, of `Introduce grpc-web` say, and gives their codes. */
  ends = async (calls, count) => {
    const prefix = `/connectrpc.eliza.v1.ElizaService/${calls} `;
    return await eventually(`Eliza logs ${count} times that ${calls} ends`, () => {
      const logged = this.#eliza.lines.filter((line) => line.includes(prefix));
      return logged.length >= count && logged.map((line) => line.split(prefix)[1].split(" ")[0]);
    });
  };

  assertNoPageErrors() {
    assert.deepEqual(this.#pageErrors, [], "errors that the page did not catch");
  }

  /** What there is to know about a check that failed. */
  story() {
    const exchanges = this.traffic.soFar().map((exchange) => JSON.stringify(exchange));
    return [...exchanges, ...this.#eliza.lines, ...this.#pageErrors.map(String)].join("\n");
  }

  async close() {
    await this.#context.close();
    await this.#eliza.stop();
  }
}
