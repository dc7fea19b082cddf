/** What this device keeps about itself: name and settings, and where its mailbox is. */
import type { Storage } from '../keystore/index.ts';
import { WalletError } from './problems.ts';
import {
  decodeBootRecord,
  decodeSettings,
  DEFAULT_SETTINGS,
  encodeBootRecord,
  encodeSettings,
  originsOf,
  type BootRecord,
} from './settings.ts';
import type { Settings } from './state.ts';

const BUCKET = 'device';
const BOOT = { bucket: 'boot', key: 'record' } as const;

/** The boot record, from storage that is not sealed; `undefined` on a new device. */
export async function readBoot(plain: Storage): Promise<BootRecord | undefined> {
  const bytes = await plain.get(BOOT.bucket, BOOT.key);
  return bytes === undefined ? undefined : decodeBootRecord(bytes);
}

/** Writes settings and name: sealed, and the part that is needed before unlocking in the clear. */
export async function writeDevice(
  plain: Storage,
  sealed: Storage,
  name: string,
  settings: Settings,
): Promise<void> {
  await sealed.write([
    { kind: 'put', bucket: BUCKET, key: 'name', value: new TextEncoder().encode(name) },
    { kind: 'put', bucket: BUCKET, key: 'settings', value: encodeSettings(settings) },
  ]);
  const boot = { deviceName: name, theme: settings.theme, origins: originsOf(settings) };
  await plain.write([{ kind: 'put', ...BOOT, value: encodeBootRecord(boot) }]);
}

export interface DeviceRecord {
  readonly name: string;
  readonly settings: Settings;
  /** 32 bytes. */
  readonly inbox: Uint8Array;
}

/**
 * Reads what `writeDevice` wrote, and the inbox, which is made at the first time.
 *
 * @param name used when the set-up was interrupted before its last write
 */
export async function readDevice(
  sealed: Storage,
  name: string,
  random: (length: number) => Uint8Array,
): Promise<DeviceRecord> {
  const stored = await sealed.get(BUCKET, 'name');
  const settings = await sealed.get(BUCKET, 'settings');
  let inbox = await sealed.get(BUCKET, 'inbox');
  if (inbox === undefined) {
    inbox = random(32);
    await sealed.write([{ kind: 'put', bucket: BUCKET, key: 'inbox', value: inbox }]);
  }
  if (inbox.length !== 32) {
    throw new WalletError({
      code: 'wallet/device-record',
      title: 'The record of this device is damaged',
      meaning: 'Its key share may still be whole, but messages would not reach it.',
      next: 'Keep this browser profile as it is and report it.',
    });
  }
  return {
    name: stored === undefined ? name : new TextDecoder().decode(stored),
    settings: settings === undefined ? DEFAULT_SETTINGS : decodeSettings(settings),
    inbox,
  };
}
