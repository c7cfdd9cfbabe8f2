// `npm run pictures`: the README's pictures, taken from the real pages with the demonstration's people.
import { defineConfig } from "@playwright/test";

import { use } from "./fixtures/browser";

export default defineConfig({
  testDir: "pictures",
  testMatch: "*.ts",
  outputDir: "test-results",
  reporter: "list",
  workers: 1,
  use,
});
