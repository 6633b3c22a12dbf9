// Starts the Chromium of this machine.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

export async function launchChromium() {
  const args = [
    // Eliza's certificate is signed by nobody.
    "--ignore-certificate-errors",
    // Of no use here, and a machine without a way out would be asked for it all the time.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  return await chromium.launch({ executablePath: executable(), headless: true, args });
}

function executable() {
  const named = process.env.CHROMIUM;
  if (named) {
    return named;
  }
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found === undefined) {
    throw new Error(
      `none of ${NAMES.join(", ")} is on PATH: install Chromium (on Debian: apt-get install chromium), ` +
        "or name an executable in CHROMIUM",
    );
  }
  return found;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
