import { expect, type Locator, type Page } from "@playwright/test";

import { Authenticator, readQrCode } from "../fixtures/authenticator";
import type { Server } from "../fixtures/server";

/** Two-Factor Authentication Required. */
export class Required {
  readonly heading: Locator;
  readonly setUpNow: Locator;
  readonly signOut: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Two-Factor Authentication Required", level: 1 });
    this.setUpNow = page.getByRole("link", { name: "Set Up Now" });
    this.signOut = page.getByRole("button", { name: "Sign Out" });
  }
}

/** Select an Authentication Method. */
export class Method {
  readonly heading: Locator;
  readonly app: Locator;
  readonly text: Locator;
  readonly continue: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Select an Authentication Method", level: 1 });
    this.app = page.getByRole("radio", { name: "Authenticator App" });
    this.text = page.getByRole("radio", { name: "Text Message" });
    this.continue = page.getByRole("button", { name: "Continue", exact: true });
  }
}

/** Enter Your Password, the first page of a set-up from the profile. */
export class EnterPassword {
  readonly heading: Locator;
  readonly password: Locator;
  readonly continue: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Enter Your Password", level: 1 });
    this.password = page.getByLabel("Password", { exact: true });
    this.continue = page.getByRole("button", { name: "Continue", exact: true });
  }

  async enter(password: string): Promise<void> {
    await this.password.fill(password);
    await this.continue.click();
  }
}

/** The proof of the app that works, before another takes its place. */
export class ProveApp {
  readonly heading: Locator;
  readonly code: Locator;
  readonly continue: Locator;
  readonly useRecoveryCode: Locator;
  readonly useApp: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Confirm it's you", level: 1 });
    this.code = page.getByRole("textbox", { name: "Enter the code from your current authenticator app" });
    this.continue = page.getByRole("button", { name: "Continue", exact: true });
    this.useRecoveryCode = page.getByRole("button", { name: "Use your recovery code" });
    this.useApp = page.getByRole("button", { name: "Use your authenticator app" });
  }

  async enter(code: string): Promise<void> {
    await this.code.fill(code);
    await this.continue.click();
  }
}

/** Secure your Account. */
export class SecureAccount {
  readonly heading: Locator;
  readonly qrCode: Locator;
  readonly showKey: Locator;
  readonly key: Locator;
  readonly code: Locator;
  readonly continue: Locator;
  readonly cancel: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Secure your Account", level: 1 });
    this.qrCode = page.getByRole("img", { name: "QR code" });
    this.showKey = page.getByRole("button", { name: /^(Get a Setup Key|Trouble Scanning)$/ });
    this.key = page.getByText(/^\s*([A-Z2-7]{4}\s*){8}$/);
    this.code = page.getByRole("textbox", { name: "Enter the 6-digit verification code" });
    this.continue = page.getByRole("button", { name: "Continue", exact: true });
    this.cancel = page.getByRole("button", { name: "Cancel" });
  }

  /** What the QR code says, read from a picture of it. */
  async scan(): Promise<URL> {
    return new URL(readQrCode(await this.qrCode.screenshot()));
  }

  /** The key that the QR code holds. */
  async scanKey(): Promise<string> {
    const key = (await this.scan()).searchParams.get("secret");
    expect(key).toMatch(/^[A-Z2-7]{32}$/);
    return key ?? "";
  }

  /** Adds the entry to somebody's app. */
  async addToApp(server: Server): Promise<Authenticator> {
    return new Authenticator(await this.scanKey(), () => server.now());
  }

  async enter(code: string): Promise<void> {
    await this.code.fill(code);
    await this.continue.click();
  }
}

/** Save Your Recovery Code. */
export class SaveCode {
  readonly heading: Locator;
  readonly code: Locator;
  readonly copy: Locator;
  readonly download: Locator;
  readonly print: Locator;
  readonly saved: Locator;
  readonly continue: Locator;
  readonly isNew: Locator;
  readonly replaced: Locator;
  readonly showNew: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Save Your Recovery Code", level: 1 });
    this.code = page.getByText(/^\s*([0-9A-HJKMNP-TV-Z]{4}\s*){6}[0-9A-HJKMNP-TV-Z]{2}\s*$/);
    this.copy = page.getByRole("button", { name: "Copy", exact: true });
    this.download = page.getByRole("button", { name: "Download" });
    this.print = page.getByRole("button", { name: "Print" });
    this.saved = page.getByRole("checkbox", { name: "I Have Securely Saved This Code" });
    this.continue = page.getByRole("button", { name: "Continue", exact: true });
    this.isNew = page.getByText("This is a new code. The one shown before will not work");
    this.replaced = page.getByText("The code on this page was replaced by one on another page.");
    this.showNew = page.getByRole("button", { name: "Show a New Code" });
  }

  /** The code as it is shown, in groups. */
  async shown(): Promise<string> {
    return (await this.code.innerText()).trim().replaceAll(/\s+/g, " ");
  }

  async confirm(): Promise<void> {
    await this.saved.check();
    await this.continue.click();
  }
}
