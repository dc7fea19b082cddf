/** Vaults for flows that begin with one. */
import { expect } from '@playwright/test';
import type { Chain } from './chain.ts';
import type { Device } from './devices.ts';
import { EntryPage } from './pages/entry.ts';
import { PairingPage } from './pages/pairing.ts';
import { SettingsPage } from './pages/settings.ts';

export const PASSPHRASE = 'a calm otter files taxes early';
const NAMES = ['Ada', 'Ben', 'Cleo', 'Dora'];
/** Key generation on a busy machine. */
const KEYGEN_TIMEOUT = 180_000;

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

/** Gives every device the node of the chain, and unlocks it after the reload that this takes. */
export async function openSettledVault(vault: TestVault, chain: Chain): Promise<void> {
  await Promise.all(
    vault.devices.map(async ({ page }) => {
      const settings = new SettingsPage(page);
      await settings.open();
      await settings.addNetwork({
        name: 'Testnet',
        chainId: String(chain.chainId),
        symbol: 'ETH',
        node: chain.rpcUrl,
      });
      await settings.reload();
      await new EntryPage(page).unlock(PASSPHRASE);
    }),
  );
}
