/** Making a vault together, on one of the devices. Methods return when the page has settled. */
import { expect, type Page } from '@playwright/test';

const containing = (text: string): RegExp =>
  new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));

export class PairingPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Creates a vault and gives the short code that the others type. */
  async create(vault: {
    name: string;
    threshold: number;
    size: number;
    /** Also makes the key for Bitcoin Taproot. */
    taproot?: boolean;
  }): Promise<string> {
    const { page } = this;
    await page.goto('/#/create');
    await page.getByLabel('Name of the vault').fill(vault.name);
    await this.#step('How many devices', vault.size);
    await this.#step('How many must approve', vault.threshold);
    if (vault.taproot === true) await page.getByRole('checkbox', { name: /Taproot/ }).check();
    await page.getByRole('button', { name: 'Invite the other devices' }).click();
    return this.code();
  }

  /** The short code of the vault that this device invites to. */
  async code(): Promise<string> {
    const { page } = this;
    await expect(page.getByRole('img', { name: 'QR code of the invitation' })).toBeVisible();
    return page.getByTestId('short-code').innerText();
  }

  /** The text of the QR code, as its link. Needs the clipboard permission. */
  async link(): Promise<string> {
    await this.page.getByRole('button', { name: 'Copy link' }).click();
    return this.page.evaluate(async () => navigator.clipboard.readText());
  }

  async join(linkOrCode: string): Promise<void> {
    await this.tryToRead(linkOrCode);
    await this.acceptInvitation();
  }

  /** Enters an invitation that may be none: does not wait for what comes of it. */
  async tryToRead(text: string): Promise<void> {
    const { page } = this;
    await page.goto('/#/join');
    await page.getByLabel('Link or short code').fill(text);
    await page.getByRole('button', { name: 'Continue' }).click();
  }

  /** Waits until the field says why it is no invitation. */
  async expectRefused(sentence: string): Promise<void> {
    const field = this.page.getByLabel('Link or short code');
    await expect(field).toHaveAccessibleDescription(containing(sentence), {
      timeout: 30_000,
    });
  }

  /** Lets the camera find the code. */
  async scan(): Promise<void> {
    const { page } = this;
    await page.goto('/#/join');
    await page.getByRole('button', { name: 'Scan with the camera' }).click();
    await this.acceptInvitation();
  }

  /** Joins the vault of the invitation that is shown. */
  async acceptInvitation(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Join', exact: true }).click();
    await expect(page.getByRole('heading', { name: /^Join / })).toBeHidden();
  }

  /** The four words; waits until every device is there. */
  async words(): Promise<string[]> {
    const { page } = this;
    await expect(
      page.getByRole('heading', { name: 'Do all screens show these words?' }),
    ).toBeVisible();
    return this.#wordsOf('Words to compare');
  }

  async confirm(same: boolean): Promise<void> {
    const { page } = this;
    if (same) await page.getByRole('button', { name: 'They match' }).click();
    else {
      await page.getByRole('button', { name: 'They are different' }).click();
      await page.getByRole('button', { name: 'Stop for everyone' }).click();
    }
    await expect(page.getByRole('button', { name: 'They match' })).toBeHidden();
  }

  /** Waits for the key, gives what this device says about it, and opens the vault. */
  async finish(timeout: number): Promise<{ address: string; fingerprint: string[] }> {
    const result = await this.result(timeout);
    await this.openVault();
    return result;
  }

  /** Waits for the key; gives what this device says about it. */
  async result(timeout: number): Promise<{ address: string; fingerprint: string[] }> {
    const { page } = this;
    await expect(page.getByRole('button', { name: 'Open the vault' })).toBeVisible({ timeout });
    const address = await page.locator('.address').innerText();
    const fingerprint = await this.#wordsOf('Fingerprint words');
    return { address: address.replaceAll(/\s/g, ''), fingerprint };
  }

  async openVault(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Open the vault' }).click();
    await expect(page.getByRole('link', { name: 'Propose' })).toBeVisible();
  }

  async expectFailure(title: string | RegExp): Promise<void> {
    await expect(this.page.getByRole('alert').filter({ hasText: title })).toBeVisible();
  }

  /** Leaves the screen that says why no vault was made. */
  async leaveFailure(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Back to the start' }).click();
    await expect(page.getByRole('link', { name: 'Create a vault' })).toBeVisible();
  }

  /** Ends it for everyone, before the key is made. */
  async stop(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Stop. No key has been made yet.' }).click();
    await expect(page.getByRole('button', { name: /^Stop\./ })).toBeHidden();
  }

  async expectStep(heading: string): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
  }

  /** Waits until this device computes. */
  async expectGenerating(): Promise<void> {
    await expect(this.page.getByRole('list', { name: 'Making the key' })).toBeVisible();
  }

  async #wordsOf(label: string): Promise<string[]> {
    const list = this.page.getByRole('list', { name: label });
    const words = await list.getByRole('listitem').allInnerTexts();
    return words.map((word) => word.replaceAll(/[^a-z]/g, ''));
  }

  async #step(label: string, value: number): Promise<void> {
    const group = this.page.getByRole('group', { name: label });
    const output = group.getByRole('status');
    for (let at = Number(await output.innerText()); at !== value;) {
      await group.getByRole('button', { name: at < value ? /more/ : /less/ }).click();
      at += at < value ? 1 : -1;
      await expect(output).toHaveText(String(at));
    }
  }
}
