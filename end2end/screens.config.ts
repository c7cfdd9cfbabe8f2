// `npm run screens`: a picture of every state of every page, at three widths, in both themes. The states are those of the
// accessibility tests, which keep a picture of each where `SCREENS` names a folder.
import { defineConfig } from "@playwright/test";

import { desktop, phone, tablet, use } from "./fixtures/browser";

export default defineConfig({
  testDir: "specs",
  testMatch: "accessibility*.spec.ts",
  outputDir: "test-results",
  reporter: "list",
  fullyParallel: true,
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  use,
  projects: [
    { name: "phone", use: { ...phone, deviceScaleFactor: 1 } },
    { name: "tablet", use: tablet },
    { name: "desktop", use: desktop },
  ],
});
