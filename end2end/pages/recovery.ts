import type { Locator, Page } from "@playwright/test";

/** Enter your recovery code: at the second door, and as a proof in a set-up. */
export class UseRecoveryCode {
  readonly heading: Locator;
  readonly code: Locator;
  readonly continue: Locator;
  readonly back: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Enter your recovery code", level: 1 });
    this.code = page.getByRole("textbox", { name: "Recovery code" });
    this.continue = page.getByRole("button", { name: "Continue", exact: true });
    this.back = page.getByRole("link", { name: "Back", exact: true });
  }

  async enter(code: string): Promise<void> {
    await this.code.fill(code);
    await this.continue.click();
  }
}

/** Every method of somebody who recovers, and what becomes of it. */
export class Recover {
  readonly heading: Locator;
  readonly setUpNew: Locator;
  readonly stillWorks: Locator;
  readonly oldCode: Locator;
  readonly keep: Locator;
  readonly continue: Locator;
  readonly nothingKept: Locator;
  readonly changed: Locator;
  readonly leave: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "You're in. Now set up your new device.", level: 1 });
    this.setUpNew = page.getByRole("link", { name: "Set Up a New App" });
    this.stillWorks = page.getByRole("button", { name: /^My old one still works( \(authenticator app\))?$/ });
    this.oldCode = page.getByRole("textbox", { name: "Enter the code from your old authenticator app" });
    this.keep = page.getByRole("button", { name: "Keep This App" });
    this.continue = page.getByRole("button", { name: "Continue", exact: true });
    this.nothingKept = page.getByText("Set up a new method first, or show that an old one still works.");
    this.changed = page.getByText("Something has changed meanwhile.");
    this.leave = page.getByRole("button", { name: "Sign in as someone else" });
  }

  /** The method with this name in its heading. */
  method(name: string): Locator {
    return this.page.getByRole("listitem").filter({ has: this.page.getByRole("heading", { name }) });
  }

  /** Shows with a code that the old app still works. */
  async prove(code: string): Promise<void> {
    await this.oldCode.fill(code);
    await this.keep.click();
  }
}

/** Lost everything: what may still help, and who can. */
export class Help {
  readonly heading: Locator;
  readonly administrators: Locator;
  readonly file: Locator;
  readonly nobody: Locator;
  readonly copy: Locator;
  readonly back: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Lost everything?", level: 1 });
    this.administrators = page.getByRole("listitem").filter({ has: page.locator('a[href^="mailto:"]') });
    this.file = page.getByText("vestibule-recovery-code", { exact: true });
    this.nobody = page.getByText("no support contact is known here");
    this.copy = page.getByRole("button", { name: "Copy Message" });
    this.back = page.getByRole("link", { name: "Back", exact: true });
  }
}

/** A code before a set-up: the one that was handed over in person, after a reset. */
export class Identity {
  readonly heading: Locator;
  readonly code: Locator;
  readonly continue: Locator;
  readonly help: Locator;
  readonly leave: Locator;

  constructor(readonly page: Page, name = "Enter the code that you were handed") {
    this.heading = page.getByRole("heading", { name, level: 1 });
    this.code = page.getByRole("textbox", { name: "6-digit code" });
    this.continue = page.getByRole("button", { name: "Continue", exact: true });
    this.help = page.getByRole("link", { name: "I can't use any of these" });
    this.leave = page.getByRole("button", { name: "Sign in as someone else" });
  }

  async enter(code: string): Promise<void> {
    await this.code.fill(code);
    await this.continue.click();
  }
}

/** The one that is mailed, where an account was not used for long. */
export class MailedIdentity extends Identity {
  readonly send: Locator;
  readonly again: Locator;

  constructor(page: Page) {
    super(page, "Confirm that it is you");
    this.send = page.getByRole("button", { name: "Send Code" });
    this.again = page.getByRole("button", { name: /^Send again/i });
  }
}
