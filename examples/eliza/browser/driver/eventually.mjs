// Waits, but not for ever.

import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE = 30_000;
const PAUSE = 10;

/** Asks until the answer is neither undefined nor false, and gives it. */
export async function eventually(what, ask) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const answer = ask();
    if (answer !== undefined && answer !== false) {
      return answer;
    }
    if (Date.now() > end) {
      throw new Error(`waited in vain: ${what}`);
    }
    await sleep(PAUSE);
  }
}

/** Gives what the promise gives. */
export async function inTime(what, promise) {
  const over = sleep(PATIENCE, undefined, { ref: false }).then(() => {
    throw new Error(`waited in vain: ${what}`);
  });
  return await Promise.race([promise, over]);
}
