/** The settings of this device. Methods return when the page has settled. */
import { expect, type Page } from '@playwright/test';

export type BitcoinServer =
  | { readonly kind: 'esplora'; readonly url: string }
  | {
      readonly kind: 'core';
      readonly url: string;
      readonly user: string;
      readonly password: string;
    };

export class SettingsPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(): Promise<void> {
    await this.page.goto('/#/settings');
    await expect(this.page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  }

  /** Stores the network; the page then asks to load again, because its node is a new address. */
  async addNetwork(network: {
    name: string;
    chainId: string;
    symbol: string;
    node: string;
  }): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Add a network' }).click();
    await page.getByLabel('Name', { exact: true }).fill(network.name);
    await page.getByLabel('Chain id').fill(network.chainId);
    await page.getByLabel('Coin', { exact: true }).fill(network.symbol);
    await page.getByLabel('Address of the node (JSON-RPC)').fill(network.node);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Reload now' })).toBeVisible();
  }

  /** Stores the server of a network of Bitcoin, named by the beginning of its words; the page then asks to load again. */
  async setBitcoinServer(network: string, server: BitcoinServer): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: `Change the server of ${network}` }).click();
    await page.getByLabel('Interface').selectOption(server.kind);
    await page.getByLabel('Address of the server').fill(server.url);
    if (server.kind === 'core') {
      await page.getByLabel('User').fill(server.user);
      await page.getByLabel('Password').fill(server.password);
    }
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Reload now' })).toBeVisible();
  }

  /** Adds a file of descriptions of contracts. */
  async addDescriptions(file: Uint8Array, origin: string): Promise<void> {
    const { page } = this;
    await page.getByLabel('A file of descriptions of contracts').setInputFiles({
      name: 'snapshot.json',
      mimeType: 'application/json',
      buffer: Buffer.from(file),
    });
    await expect(page.getByText(origin, { exact: true })).toBeVisible();
  }

  /** Loads the page again; it is locked afterwards. */
  async reload(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Reload now' }).click();
    await expect(page.getByRole('heading', { name: /^Unlock / })).toBeVisible();
  }

  async chooseTheme(theme: 'System' | 'Light' | 'Dark'): Promise<void> {
    const choice = this.page.getByRole('radio', { name: theme });
    await choice.check({ force: true });
    await expect(choice).toBeChecked();
  }

  async lock(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Lock now' }).click();
    await expect(page.getByRole('heading', { name: /^Unlock / })).toBeVisible();
  }
}
