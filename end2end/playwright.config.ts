import { defineConfig } from "@playwright/test";

import { desktop, phone, use } from "./fixtures/browser";

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  reporter: [["html", { outputFolder: "report", open: "never" }], ["list"]],
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // To look into a failure: `--trace retain-on-failure`, which takes a third longer.
  use: { ...use, screenshot: "only-on-failure" },
  projects: [
    { name: "desktop", use: desktop },
    { name: "phone", use: phone },
  ],
});
