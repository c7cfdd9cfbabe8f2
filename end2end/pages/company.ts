// A company's pages, for its administrators.
import { expect, type Locator, type Page } from "@playwright/test";

/** The security of a company: the policy and how far the members are. */
export class CompanySecurity {
  readonly heading: Locator;
  readonly status: Locator;
  readonly require: Locator;
  readonly date: Locator;
  readonly time: Locator;
  /** How the date reads, in both zones. */
  readonly reading: Locator;
  readonly texts: Locator;
  readonly voluntary: Locator;
  readonly review: Locator;
  /** What a change would mean. */
  readonly dialog: Locator;
  readonly goBack: Locator;
  readonly card: Locator;

  constructor(readonly page: Page, company = "Harbour Build") {
    this.heading = page.getByRole("heading", { name: `${company}: security`, level: 1 });
    this.status = page.getByRole("main").locator("p.told");
    this.require = page.getByRole("checkbox", { name: `Require MFA of everybody at ${company}` });
    this.date = page.getByLabel("Enforcement date", { exact: true });
    this.time = page.getByLabel("Time", { exact: true });
    this.reading = page.locator("p.reading");
    this.texts = page.getByRole("checkbox", { name: "Allow text messages" });
    this.voluntary = page.getByRole("checkbox", { name: "Allow voluntary set-up" });
    this.review = page.getByRole("button", { name: "Review Changes" });
    this.dialog = page.getByRole("dialog", { name: "What this changes" });
    this.goBack = this.dialog.getByRole("button", { name: "Go Back" });
    this.card = page.getByRole("main").locator("section").filter({ has: page.getByRole("heading", { name: /^Require MFA/ }) });
  }

  async goto(slug: string): Promise<void> {
    await this.page.goto(`/companies/${slug}/security`);
    await expect(this.review).toBeVisible();
  }

  /** The button that makes the change. */
  act(name: string | RegExp): Locator {
    return this.dialog.getByRole("button", { name });
  }

  /** Enters from when MFA is required. */
  async enter(date: string, time: string): Promise<void> {
    await this.require.check();
    await this.date.fill(date);
    await this.time.fill(time);
  }
}

/** The members of a company. */
export class CompanyMembers {
  readonly heading: Locator;
  readonly search: Locator;
  readonly rows: Locator;
  readonly showMore: Locator;
  readonly invite: Locator;
  readonly export: Locator;
  readonly inviteDialog: Locator;
  readonly list: Locator;
  readonly check: Locator;
  /** The dialog about one member. */
  readonly dialog: Locator;

  constructor(readonly page: Page, company = "Harbour Build") {
    this.heading = page.getByRole("heading", { name: `${company}: members`, level: 1 });
    this.search = page.getByRole("searchbox", { name: "Search by name or email" });
    this.rows = page.locator("#member-rows").getByRole("row");
    this.showMore = page.getByRole("button", { name: "Show more" });
    this.invite = page.getByRole("button", { name: "Invite People" });
    this.export = page.getByRole("button", { name: "Export CSV" });
    this.inviteDialog = page.getByRole("dialog", { name: `Invite people to ${company}` });
    this.list = page.getByRole("textbox", { name: "Email addresses, one per line" });
    this.check = this.inviteDialog.getByRole("button", { name: "Check", exact: true });
    this.dialog = page.locator("dialog[open]").filter({ has: page.locator("#member-title") });
  }

  async goto(slug: string): Promise<void> {
    await this.page.goto(`/companies/${slug}/members`);
    await expect(this.rows.first()).toBeVisible();
  }

  row(name: string): Locator {
    return this.rows.filter({ hasText: name });
  }

  filter(name: string): Locator {
    return this.page.getByRole("group", { name: "Show only" }).getByRole("button", { name });
  }

  /** Opens what can be done with a member. */
  async manage(name: string): Promise<void> {
    await this.page.getByRole("button", { name: `Manage ${name}` }).click();
    await expect(this.dialog).toBeVisible();
  }

  /** Fills in why a member's MFA is reset, and presses the button. */
  async reset(name: string, reason: string): Promise<void> {
    await this.manage(name);
    await this.dialog.getByRole("button", { name: "Reset MFA…" }).click();
    await this.dialog.getByLabel("Reason (kept in the activity log)").fill(reason);
    await this.dialog.getByRole("button", { name: "Reset MFA", exact: true }).click();
  }

  /** Has a list of addresses checked. */
  async checkList(list: string): Promise<void> {
    await this.list.fill(list);
    await this.check.click();
  }

  /** What was done, said above the heading. */
  said(words: string): Locator {
    return this.page.getByRole("main").getByText(words);
  }
}

/** A company's log. */
export class CompanyActivity {
  readonly heading: Locator;
  readonly person: Locator;
  readonly rows: Locator;
  readonly showMore: Locator;
  readonly export: Locator;

  constructor(readonly page: Page, company = "Harbour Build") {
    this.heading = page.getByRole("heading", { name: `${company}: activity`, level: 1 });
    this.person = page.getByLabel("By or about (email address)");
    this.rows = page.locator("#activity-list").getByRole("listitem");
    this.showMore = page.getByRole("button", { name: "Show more" });
    this.export = page.getByRole("button", { name: "Export CSV" });
  }

  async goto(slug: string): Promise<void> {
    await this.page.goto(`/companies/${slug}/activity`);
    await expect(this.rows.first()).toBeVisible();
  }

  filter(name: string): Locator {
    return this.page.getByRole("group", { name: "Show only" }).getByRole("button", { name });
  }
}
