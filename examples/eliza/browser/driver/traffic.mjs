// What the browser sends and gets, preflights too: those are hidden from pages and from Playwright's own events.

import { eventually } from "./eventually.mjs";

export class Traffic {
  #exchanges = new Map();
  #origin;

  static async watch(context, page, origin) {
    const traffic = new Traffic(origin);
    const session = await context.newCDPSession(page);
    session.on("Network.requestWillBeSent", (event) => traffic.#sent(event));
    session.on("Network.responseReceived", (event) => traffic.#answered(event));
    session.on("Network.loadingFailed", (event) => traffic.#failed(event));
    await session.send("Network.enable");
    return traffic;
  }

  constructor(origin) {
    this.#origin = origin;
  }

  /** The exchanges with Eliza so far, once each is answered or failed. */
  async settled() {
    return await eventually("every request is answered", () => {
      const all = this.soFar();
      return all.length > 0 && all.every(({ status, failure }) => status ?? failure) ? all : undefined;
    });
  }

  /** The exchanges with Eliza so far. */
  soFar() {
    return [...this.#exchanges.values()];
  }

  /** The calls, without the preflights. */
  async calls() {
    return (await this.settled()).filter(({ method }) => method !== "OPTIONS");
  }

  async preflights() {
    return (await this.settled()).filter(({ method }) => method === "OPTIONS");
  }

  #sent({ requestId, request }) {
    if (new URL(request.url).origin !== this.#origin) {
      return;
    }
    const { method, url, headers } = request;
    this.#exchanges.set(requestId, { method, url, sent: lowerCased(headers) });
  }

  #answered({ requestId, response }) {
    const exchange = this.#exchanges.get(requestId);
    if (exchange !== undefined) {
      const { status, protocol } = response;
      Object.assign(exchange, { status, httpVersion: protocol, received: lowerCased(response.headers) });
    }
  }

  #failed({ requestId, errorText, corsErrorStatus }) {
    const exchange = this.#exchanges.get(requestId);
    if (exchange !== undefined) {
      exchange.failure = corsErrorStatus?.corsError ?? errorText;
    }
  }
}

function lowerCased(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
