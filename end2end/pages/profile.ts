import type { Locator, Page } from "@playwright/test";

/** Password & Security. */
export class Profile {
  readonly heading: Locator;
  readonly status: Locator;
  readonly banner: Locator;
  readonly addApp: Locator;
  readonly changeApp: Locator;
  readonly requestCode: Locator;
  readonly menu: Locator;
  readonly signOut: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Password & Security", level: 1 });
    this.status = page.getByRole("main").locator("p[role=status]");
    this.banner = page.getByRole("region", { name: "Important" });
    this.addApp = page.getByRole("link", { name: "Add Authenticator App" });
    this.changeApp = page.getByRole("link", { name: "Change Authenticator App" });
    this.requestCode = page.getByRole("button", { name: "Request New Code" });
    this.menu = page.getByRole("button", { name: /^Account menu of / });
    this.signOut = page.getByRole("button", { name: "Sign Out" });
  }

  /** The row of the authenticator app, or another section with this name in its heading. */
  section(name: string): Locator {
    return this.page.getByRole("main").locator(".item").filter({ has: this.page.getByRole("heading", { name }) });
  }

  async leave(): Promise<void> {
    await this.menu.click();
    await this.signOut.click();
  }
}

/** The dialog that asks once more who it is, before an act that needs it. */
export class StepUp {
  readonly dialog: Locator;
  readonly password: Locator;
  readonly code: Locator;
  readonly continue: Locator;
  readonly cancel: Locator;

  constructor(page: Page, act: string) {
    this.dialog = page.getByRole("dialog", { name: `Confirm it's you to ${act}` });
    this.password = this.dialog.getByLabel("Password", { exact: true });
    this.code = this.dialog.getByRole("textbox", { name: "Enter the code from your authenticator app" });
    this.continue = this.dialog.getByRole("button", { name: "Continue", exact: true });
    this.cancel = this.dialog.getByRole("button", { name: "Cancel" });
  }

  async enterPassword(password: string): Promise<void> {
    await this.password.fill(password);
    await this.continue.click();
  }

  async enterCode(code: string): Promise<void> {
    await this.code.fill(code);
    await this.continue.click();
  }
}

/** The question that comes two minutes before the end. */
export class StillThere {
  readonly dialog: Locator;
  readonly stay: Locator;
  readonly signOut: Locator;

  constructor(readonly page: Page) {
    this.dialog = page.getByRole("dialog", { name: "Still there?" });
    this.stay = this.dialog.getByRole("button", { name: "Stay Signed In" });
    this.signOut = this.dialog.getByRole("button", { name: "Sign Out" });
  }
}
