/** Vaults for flows that begin with one, and `test` with a vault that the flows of a worker share. */
import { expect, type Page } from '@playwright/test';
import type { Chain } from './chain.ts';
import { startSafes, type SafeContracts } from './contracts/safe.ts';
import { openDevice, type Device } from './devices.ts';
import { TestEsplora } from './esplora.ts';
import { TestNode } from './node.ts';
import { EntryPage } from './pages/entry.ts';
import { HomePage } from './pages/home.ts';
import { PairingPage } from './pages/pairing.ts';
import { ProposalPage } from './pages/proposal.ts';
import { ProposePage } from './pages/propose.ts';
import { SettingsPage } from './pages/settings.ts';
import { startRelay, type Relay } from './relay.ts';
import { test as base } from './test.ts';

export const PASSPHRASE = 'a calm otter files taxes early';
const NAMES = ['Ada', 'Ben', 'Cleo', 'Dora'];
/** Key generation on a busy machine. */
export const KEYGEN_TIMEOUT = 180_000;
/** From the last approval until it is in a block, on a busy machine. */
export const SIGNING_TIMEOUT = 90_000;
const ACTION_TIMEOUT = 20_000;

type Three = readonly [Device, Device, Device];

export interface TestVault {
  readonly devices: Three;
  readonly address: string;
  readonly fingerprint: readonly string[];
}

/** Sets the devices up and makes a vault of all of them: 2 approve. */
export async function makeVault(devices: Three, threshold = 2): Promise<TestVault> {
  await Promise.all(
    devices.map(async ({ page }, i) => new EntryPage(page).setUp(NAMES[i] ?? '', PASSPHRASE)),
  );
  const [creator, ...joiners] = devices.map(({ page }) => new PairingPage(page));
  if (creator === undefined) throw new RangeError('no devices');
  const code = await creator.create({ name: 'Treasury', threshold, size: devices.length });
  for (const joiner of joiners) await joiner.join(code);
  const words = await Promise.all([creator, ...joiners].map(async (each) => each.words()));
  for (const other of words) expect(other).toEqual(words[0]);
  for (const each of [creator, ...joiners]) await each.confirm(true);
  const results = await Promise.all(
    [creator, ...joiners].map(async (each) => each.finish(KEYGEN_TIMEOUT)),
  );
  for (const other of results) expect(other).toEqual(results[0]);
  return { devices, address: '', fingerprint: [], ...results[0] };
}

/** Gives a device a node of the chain, and unlocks it after the reload that this takes. */
export async function settle(page: Page, chain: Chain, node = chain.rpcUrl): Promise<void> {
  const settings = new SettingsPage(page);
  await settings.open();
  await settings.addNetwork({
    name: 'Testnet',
    chainId: String(chain.chainId),
    symbol: 'ETH',
    node,
  });
  await settings.reload();
  await new EntryPage(page).unlock(PASSPHRASE);
}

/** Gives every device the node of the chain. */
export async function openSettledVault(vault: TestVault, chain: Chain): Promise<void> {
  await Promise.all(vault.devices.map(async ({ page }) => settle(page, chain)));
}

/** A member of the shared vault: the device, its pages, and the node that it alone asks. */
export class Member {
  readonly device: Device;
  readonly page: Page;
  readonly node: TestNode;
  readonly home: HomePage;
  readonly propose: ProposePage;
  readonly proposal: ProposalPage;

  constructor(device: Device, node: TestNode) {
    this.device = device;
    this.page = device.page;
    this.node = node;
    this.home = new HomePage(device.page);
    this.propose = new ProposePage(device.page);
    this.proposal = new ProposalPage(device.page);
  }

  /** Loads the page anew and unlocks it: as after a crash. */
  async reload(): Promise<void> {
    await this.page.reload();
    await new EntryPage(this.page).unlock(PASSPHRASE);
  }

  /** The tab is closed; `comeBack` opens another. */
  async leave(): Promise<void> {
    await this.page.goto('about:blank');
  }

  async comeBack(): Promise<void> {
    await this.page.goto('/');
    await new EntryPage(this.page).unlock(PASSPHRASE);
  }

  /** Home, whatever an earlier test left: unlocked, its node honest. */
  async begin(): Promise<void> {
    const { page, node, home } = this;
    node.manner = 'honest';
    await node.start();
    if (page.url() === 'about:blank') await this.comeBack();
    const locked = page.getByRole('heading', { name: /^Unlock / });
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    if (await locked.isVisible()) await new EntryPage(page).unlock(PASSPHRASE);
    await home.open();
  }
}

/** A vault of three, two of whom approve, with money. */
export interface SharedVault {
  readonly ada: Member;
  readonly ben: Member;
  readonly cleo: Member;
  readonly all: readonly Member[];
  readonly address: string;
  readonly stopRelay: () => Promise<void>;
  /** Brings the relay back at its address. */
  readonly startRelay: () => Promise<void>;
}

interface WorkerFixtures {
  vault: SharedVault;
  /** A server of Bitcoin that devices keep once a flow gave it to them: it lives as long as they. */
  esplora: TestEsplora;
  safes: SafeContracts;
}

/**
 * `vault` costs a minute, so the tests of a worker share one, one after another: each makes proposals of its
 * own. Before each, all devices are unlocked and at home; after each, nothing may have gone wrong on them.
 */
export const test = base.extend<{ quiet: undefined }, WorkerFixtures>({
  // Of all flows, for a worker with other fixtures would make a vault of its own.
  esplora: [
    async ({}, use) => {
      const esplora = new TestEsplora();
      await esplora.start();
      await use(esplora);
      await esplora.stop();
    },
    { scope: 'worker' },
  ],
  safes: [
    async ({ chain }, use) => {
      await use(await startSafes(chain));
    },
    { scope: 'worker' },
  ],
  vault: [
    async ({ browser, chain }, use, { project }) => {
      const { viewport = null, hasTouch = false, isMobile = false } = project.use;
      let relay: Relay = await startRelay();
      const { url, port } = relay;
      const open = async (): Promise<Device> => {
        const options = { baseURL: url, viewport, hasTouch, isMobile };
        const device = await openDevice(browser, options);
        device.page.setDefaultTimeout(ACTION_TIMEOUT);
        return device;
      };
      const devices: Three = [await open(), await open(), await open()];
      const { address } = await makeVault(devices);
      await chain.fund(address, 10n * 10n ** 18n);
      const join = async (device: Device): Promise<Member> => {
        const node = new TestNode(chain);
        await node.start();
        await settle(device.page, chain, node.url);
        return new Member(device, node);
      };
      const [ada, ben, cleo] = await Promise.all([
        join(devices[0]),
        join(devices[1]),
        join(devices[2]),
      ]);
      const all = [ada, ben, cleo];
      await use({
        ada,
        ben,
        cleo,
        all,
        address,
        stopRelay: async () => relay.close(),
        startRelay: async () => {
          relay = await startRelay({ port });
        },
      });
      for (const { device, node } of all) {
        await device.context.close();
        await node.stop();
      }
      await relay.close();
    },
    { scope: 'worker', timeout: 480_000 },
  ],
  quiet: [
    async ({ vault }, use) => {
      await Promise.all(vault.all.map(async (member) => member.begin()));
      await use(undefined);
      // A node that a test leaves down would be missed once more after its errors were looked at.
      for (const { node } of vault.all) await node.start();
      for (const { page } of vault.all) await page.evaluate(() => document.title);
      for (const { device } of vault.all) device.expectQuiet();
    },
    { auto: true, timeout: 120_000 },
  ],
});
