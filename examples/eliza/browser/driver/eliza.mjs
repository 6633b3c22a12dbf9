// Builds Eliza, runs her on a free port, and reads her log.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { eventually } from "./eventually.mjs";

/** Gives the path of the executable. */
export function buildEliza() {
  const args = ["build", "--locked", "-p", "eliza", "--message-format=json-render-diagnostics"];
  const built = execFileSync("cargo", args, { encoding: "utf8", maxBuffer: Infinity, stdio: ["ignore", "pipe", "inherit"] });
  const messages = built.trimEnd().split("\n").map((line) => JSON.parse(line));
  return messages.findLast(({ executable }) => executable).executable;
}

export async function startEliza({ executable, tls }) {
  const eliza = new Eliza(executable, ["--listen", "127.0.0.1:0", ...(tls ? ["--tls"] : [])]);
  await eliza.listening();
  return eliza;
}

class Eliza {
  lines = [];
  #process;
  #ended;

  constructor(executable, args) {
    const env = { ...process.env, NO_COLOR: "1" };
    this.#process = spawn(executable, args, { env, stdio: ["ignore", "inherit", "pipe"] });
    this.#ended = once(this.#process, "exit");
    createInterface({ input: this.#process.stderr }).on("line", (line) => this.lines.push(line));
    // A run that fails must not leave her behind.
    const kill = () => this.#process.kill("SIGKILL");
    process.once("exit", kill);
    this.#process.once("exit", () => process.off("exit", kill));
  }

  async listening() {
    const announced = () => this.lines.map((line) => /listening on (\S+)$/.exec(line)?.[1]).find(Boolean);
    this.baseUrl = await eventually("Eliza listens", () => {
      if (this.#process.exitCode !== null) {
        throw new Error(`Eliza has ended:\n${this.lines.join("\n")}`);
      }
      return announced();
    });
  }

  /** At once: calls in flight are of no interest any more. */
  async stop() {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }
}
