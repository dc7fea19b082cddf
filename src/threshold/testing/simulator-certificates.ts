/**
 * Certificates and confirmations (K5) in a simulation. What is signed, read or described once is kept, as
 * most of the time would go into it.
 */
import { toHex } from '../../codec.ts';
import type { PartyIndex } from '../abort.ts';
import type { Certificate, CertificateDraft, Height } from '../certificate.ts';
import type { Held } from '../epochs.ts';
import type { KeyShare } from '../keys.ts';
import type { Library, SimDevice, State } from './simulator-run.ts';

/** A confirmation that a device has signed. */
interface OwnConfirm {
  readonly sid: string;
  readonly index: PartyIndex;
  readonly signature: Uint8Array;
}

export class Certificates {
  readonly #library: Library;
  readonly #heights = new WeakMap<CertificateDraft, Height>();
  readonly #confirms = new WeakMap<CertificateDraft, Map<string, Uint8Array>>();
  readonly #decoded = new Map<string, Certificate>();

  constructor(library: Library) {
    this.#library = library;
  }

  heightOf(draft: CertificateDraft): Height {
    const known = this.#heights.get(draft) ?? this.#library.describeDraft(draft).height;
    this.#heights.set(draft, known);
    return known;
  }

  /** Read once: two devices that read the same bytes have equal certificates. */
  read(bytes: Uint8Array): Certificate {
    const key = toHex(bytes);
    const certificate = this.#decoded.get(key) ?? this.#library.decodeCertificate(bytes);
    this.#decoded.set(key, certificate);
    return certificate;
  }

  ownConfirms(device: SimDevice): readonly OwnConfirm[] {
    const { active, pending } = device.disk;
    return [...pending, ...(active === undefined ? [] : [active])].map((held) => ({
      sid: toHex(held.height.sid),
      index: held.index,
      signature: this.#confirmOf(device, held),
    }));
  }

  /** Signed once: the signature is the same every time. */
  #confirmOf(device: SimDevice, held: Held<KeyShare>): Uint8Array {
    const known = this.#confirms.get(held.draft) ?? new Map<string, Uint8Array>();
    this.#confirms.set(held.draft, known);
    const signature =
      known.get(device.name) ?? device.identity.sign(this.#library.ownConfirm(held));
    known.set(device.name, signature);
    return signature;
  }

  /** The certificate of a session that a device can put together from what it holds and heard. */
  assembled(device: SimDevice, sid: string): Certificate[] {
    const held = device.disk.pending.find(({ height }) => toHex(height.sid) === sid);
    if (held === undefined) return [];
    const confirms = new Map(device.heard.get(sid));
    confirms.set(held.index, this.#confirmOf(device, held));
    const complete = this.#library.assembleCertificate(held.draft, confirms);
    return complete === undefined ? [] : [complete];
  }

  holds(state: State, certificate: Certificate): boolean {
    const height = this.heightOf(certificate);
    return state.certificates.some(
      (one) => this.#library.compareHeights(this.heightOf(one), height) === 0,
    );
  }

  /** What a certificate does to a state, or nothing where the state refuses it. */
  accept(state: State, certificate: Certificate) {
    try {
      return this.#library.acceptCertificate(state, certificate);
    } catch {
      return undefined; // not for this device, or not yet
    }
  }

  /** What devices would hold once each had everything that any of them has. */
  exchanged(devices: readonly SimDevice[]): readonly State[] {
    const confirms = new Map<string, Map<PartyIndex, Uint8Array>>();
    const drafts = new Map<string, CertificateDraft>();
    for (const device of devices) {
      for (const { sid, index, signature } of this.ownConfirms(device)) {
        confirms.set(sid, new Map(confirms.get(sid)).set(index, signature));
      }
      for (const { draft, height } of device.disk.pending) drafts.set(toHex(height.sid), draft);
    }
    const certificates = devices.flatMap(({ disk }) => disk.certificates);
    for (const [sid, draft] of drafts) {
      const complete = this.#library.assembleCertificate(draft, confirms.get(sid) ?? new Map());
      if (complete !== undefined) certificates.push(complete);
    }
    const ordered = certificates.sort((a, b) =>
      this.#library.compareHeights(this.heightOf(a), this.heightOf(b)),
    );
    return devices.map(({ disk }) => {
      let state = disk;
      for (const certificate of ordered) {
        if (this.holds(state, certificate)) continue;
        state = this.accept(state, certificate)?.state ?? state;
      }
      return state;
    });
  }
}
