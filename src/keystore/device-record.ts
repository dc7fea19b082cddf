/** The sealed record that says which keys this device has, and holds its secret. */
import { concat, DecodeError, Reader } from '../codec.ts';
import { DamagedKeystoreError } from './errors.ts';

const VERSION = 1;

export interface DeviceRecord {
  /** Under which id the key pairs are stored, 16 bytes. */
  readonly keysId: Uint8Array;
  /** Ed25519 public key, 32 bytes. */
  readonly identityPublic: Uint8Array;
  /** X25519 public key, 32 bytes. */
  readonly sealingPublic: Uint8Array;
  /** 32 random bytes. */
  readonly secret: Uint8Array;
}

/** Version byte and the fields in order: 113 bytes. */
export const encodeDeviceRecord = (record: DeviceRecord): Uint8Array =>
  concat(
    Uint8Array.of(VERSION),
    record.keysId,
    record.identityPublic,
    record.sealingPublic,
    record.secret,
  );

/** @throws DamagedKeystoreError unless the bytes are exactly one record of the known version */
export function parseDeviceRecord(bytes: Uint8Array | undefined): DeviceRecord {
  if (bytes === undefined) throw new DamagedKeystoreError('the record of this device is missing');
  try {
    const reader = new Reader(bytes, 'device record');
    if (reader.u8() !== VERSION) throw reader.malformed('unknown version');
    const record = {
      keysId: reader.bytes(16),
      identityPublic: reader.bytes(32),
      sealingPublic: reader.bytes(32),
      secret: reader.bytes(32),
    };
    reader.end();
    return record;
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new DamagedKeystoreError('the record of this device has an unknown form', { cause });
  }
}
