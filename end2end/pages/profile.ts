import { expect, type Locator, type Page } from "@playwright/test";

/** Password & Security. */
export class Profile {
  readonly heading: Locator;
  readonly status: Locator;
  readonly banner: Locator;
  readonly addApp: Locator;
  readonly changeApp: Locator;
  readonly addPhone: Locator;
  readonly changePhone: Locator;
  readonly requestCode: Locator;
  readonly changePassword: Locator;
  readonly remove: Locator;
  readonly removePhone: Locator;
  /** This device, then the others. */
  readonly devices: Locator;
  readonly signOutOthers: Locator;
  /** What happened, the newest first. */
  readonly activity: Locator;
  readonly showMore: Locator;
  readonly menu: Locator;
  readonly signOut: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Password & Security", level: 1 });
    this.status = page.getByRole("main").locator("p.note[role=status]");
    this.banner = page.getByRole("region", { name: "Important" });
    this.addApp = page.getByRole("link", { name: "Add Authenticator App" });
    this.changeApp = page.getByRole("link", { name: "Change Authenticator App" });
    this.addPhone = page.getByRole("link", { name: "Add Phone Number" });
    this.changePhone = page.getByRole("link", { name: "Change Phone Number" });
    this.requestCode = page.getByRole("button", { name: "Request New Code" });
    this.changePassword = this.section("Password").getByRole("link", { name: "Change Password" });
    this.remove = page.getByRole("button", { name: "Remove your authenticator app" });
    this.removePhone = page.getByRole("button", { name: "Remove your phone number" });
    this.devices = this.panel("Signed-in devices").getByRole("listitem");
    this.signOutOthers = this.panel("Signed-in devices").getByRole("button", { name: "Sign Out All Others" }).first();
    this.activity = this.panel("Recent activity").getByRole("listitem");
    this.showMore = page.getByRole("button", { name: "Show more" });
    this.menu = page.getByRole("button", { name: /^Account menu of / });
    this.signOut = page.getByRole("button", { name: "Sign Out", exact: true });
  }

  /** Everything is there: some sections ask the server for themselves. */
  async expectWhole(): Promise<void> {
    await expect(this.heading).toBeVisible();
    await expect(this.devices.first()).toBeVisible();
    await expect(this.activity.first()).toBeVisible();
  }

  /** The row of the authenticator app, or another section with this name in its heading. */
  section(name: string): Locator {
    return this.page.getByRole("main").locator(".item").filter({ has: this.page.getByRole("heading", { name }) });
  }

  /** The part of the page with this heading. */
  panel(name: string): Locator {
    const heading = this.page.getByRole("heading", { name, level: 2 });
    return this.page.getByRole("main").locator("section").filter({ has: heading });
  }

  /** Signs out the other device with this name. */
  signOutDevice(name: string): Locator {
    return this.page.getByRole("button", { name: `Sign Out ${name}`, exact: true });
  }

  async leave(): Promise<void> {
    await this.menu.click();
    await this.signOut.click();
    await expect(this.page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible();
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

/** A question before something that cannot be taken back. */
export class Question {
  readonly dialog: Locator;
  readonly act: Locator;
  readonly keep: Locator;

  constructor(page: Page, title: string, act: string, keep: string) {
    this.dialog = page.getByRole("dialog", { name: title });
    this.act = this.dialog.getByRole("button", { name: act });
    this.keep = this.dialog.getByRole("button", { name: keep });
  }
}

/** The questions that there are. */
export const removeApp = (page: Page): Question =>
  new Question(page, "Remove your authenticator app?", "Remove Authenticator App", "Keep It");
export const removePhone = (page: Page): Question =>
  new Question(page, "Remove your phone number?", "Remove Phone Number", "Keep It");
export const signOutAll = (page: Page): Question =>
  new Question(page, "Sign out all other devices?", "Sign Out All Others", "Keep Them");

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
