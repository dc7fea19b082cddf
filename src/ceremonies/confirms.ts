/** Completing a key whose members did not hear each other's last message (addendum H4, K5). */
import {
  acceptCertificate,
  assembleCertificate,
  ownConfirm,
  verifyIdentity,
  describeDraft,
  type Held,
  type PartyIndex,
} from '../threshold/index.ts';
import type { Confirm } from './api.ts';
import type { KeyRecord, Material } from './key-record.ts';
import { unfinishedOf } from './summary.ts';

/** What member `index` signs to confirm the key of a share. */
export const confirmDigestOf = (held: Held<Material>, index: PartyIndex): Uint8Array =>
  ownConfirm({ ...held, index });

/** Takes valid confirmations in; with all of them the key is active. */
export function withConfirms(record: KeyRecord, confirms: readonly Confirm[]): KeyRecord {
  if (record.epochs.active !== undefined) return record;
  const held = unfinishedOf(record.epochs);
  const { members } = describeDraft(held.draft).info;
  const known = new Map(held.material.confirms);
  for (const { index, signature } of confirms) {
    const identity = members.find((member) => member.index === index)?.identity;
    if (identity === undefined) continue;
    if (verifyIdentity(identity, confirmDigestOf(held, index), signature)) {
      known.set(index, signature.slice());
    }
  }
  const material: Material = { ...held.material, confirms: known };
  const pending = record.epochs.pending.map((other) =>
    other === held ? { ...held, material } : other,
  );
  const epochs = { ...record.epochs, pending };
  const certificate = assembleCertificate(held.draft, known);
  return {
    ...record,
    epochs: certificate === undefined ? epochs : acceptCertificate(epochs, certificate).state,
  };
}
