/**
 * The one place where key shares are used. Runs in a worker, so that the page never sees them; in tests
 * it runs in process. One ceremony a key at a time.
 */
import { equalBytes, toHex } from '../codec.ts';
import {
  acceptCertificate,
  decodeCertificate,
  derive,
  describeDraft,
  encodeCertificate,
  frostSignCeremony,
  keygenCeremony,
  NonceMemory,
  pairSetupCeremony,
  ProtocolError,
  publicKeyOf,
  signCeremony,
  type DerivationPath,
  type EcdsaSuite,
  type KeyShare,
  type PairBook,
  type PartyIndex,
} from '../threshold/index.ts';
import type {
  Ceremonies,
  CeremonyHooks,
  Confirm,
  GeneratedKey,
  KeygenRequest,
  KeySummary,
  MaybeSigned,
  PacketLink,
  PairProblem,
  PairSetupRequest,
  Signature,
  SignHooks,
  SignRequest,
} from './api.ts';
import { batchOf } from './batches.ts';
import { confirmDigestOf, withConfirms } from './confirms.ts';
import { asCeremonyError, benign, CeremonyError, schnorrSignature } from './errors.ts';
import { ECDSA, shareOf, TAPROOT, type KeyRecord } from './key-record.ts';
import type { HostPort } from './port.ts';
import { runOverLink } from './run.ts';
import { HostState } from './state.ts';
import { ecdsaItems, taprootItems } from './to-be-signed.ts';
import { activeOf, summaryOf, unfinishedOf } from './summary.ts';

/** Key shares of one device, and the ceremonies that use them. */
export class CeremonyHost implements Ceremonies {
  readonly #port: HostPort;
  readonly #state: HostState;
  readonly #nonces = new NonceMemory();
  readonly #busy = new Set<string>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();

  private constructor(port: HostPort, state: HostState) {
    this.#port = port;
    this.#state = state;
  }

  /**
   * Reads what the device stored. The caller makes sure that no other host uses the same records.
   *
   * @throws CeremonyError `ceremonies/damaged`, or what the records throw
   */
  static async open(port: HostPort): Promise<CeremonyHost> {
    const { records, identity, random } = port;
    return new CeremonyHost(port, await HostState.open(records, identity.publicKey, random));
  }

  async keys(): Promise<readonly KeySummary[]> {
    return this.#answer(() => this.#state.keys().map(([kid, record]) => summaryOf(kid, record)));
  }

  async keygen(
    request: KeygenRequest,
    link: PacketLink,
    hooks: CeremonyHooks = {},
  ): Promise<GeneratedKey> {
    const { suite, requestId, threshold, members } = request;
    return this.#exclusively('key generation', async () => {
      if (this.#state.keys().some(([, known]) => equalBytes(known.requestId, requestId))) {
        throw new CeremonyError({
          code: 'ceremonies/request-used',
          message:
            'A key was made for this request already. Finish it, or start with a new request.',
        });
      }
      const { publicKey: own } = this.#port.identity;
      const self = members.find(({ identity }) => equalBytes(identity, own))?.index;
      if (self === undefined) {
        throw new CeremonyError({
          code: 'ceremonies/not-a-member',
          message: 'This device is not among the members of the new key.',
        });
      }
      const ceremony = keygenCeremony({ suite, requestId, threshold, members }, self);
      const { share, certificate } = await this.#run(ceremony, requestId, link, hooks);
      const kid = toHex(share.info.kid);
      share.wipe();
      await this.#activate(kid, certificate);
      return {
        kid,
        publicKey: publicKeyOf(share.info),
        certificate: encodeCertificate(certificate),
      };
    });
  }

  async certificate(kid: string): Promise<Uint8Array | undefined> {
    return this.#answer(() => {
      const { certificates } = this.#state.key(kid).epochs;
      const own = certificates.find(
        (certificate) => toHex(describeDraft(certificate).info.kid) === kid,
      );
      return own && encodeCertificate(own);
    });
  }

  async acceptCertificate(certificate: Uint8Array): Promise<KeySummary> {
    return this.#answer(async () => {
      const decoded = decodeCertificate(certificate);
      const kid = toHex(describeDraft(decoded).info.kid);
      await this.#activate(kid, decoded);
      return summaryOf(kid, this.#state.key(kid));
    });
  }

  async confirm(kid: string): Promise<Confirm> {
    return this.#answer(async () => {
      const { epochs } = this.#state.key(kid);
      const held = epochs.active ?? unfinishedOf(epochs);
      const signature = await this.#port.identity.sign(confirmDigestOf(held, held.index));
      return { index: held.index, signature };
    });
  }

  async addConfirms(kid: string, confirms: readonly Confirm[]): Promise<KeySummary> {
    return this.#answer(async () => {
      if (this.#state.key(kid).epochs.active === undefined) {
        const own = await this.confirm(kid);
        await this.#state.changeKey(kid, (record) => withConfirms(record, [own, ...confirms]));
      }
      return summaryOf(kid, this.#state.key(kid));
    });
  }

  async sign(
    request: SignRequest,
    link: PacketLink,
    hooks: SignHooks,
  ): Promise<readonly Signature[]> {
    const { kid } = request;
    return this.#exclusively(kid, async () => {
      const { suite } = activeOf(this.#state.key(kid)).info;
      return suite === TAPROOT
        ? this.#signTaproot(request, link, hooks)
        : this.#signEcdsa(request, link, hooks);
    });
  }

  async maybeSigned(kid: string): Promise<readonly MaybeSigned[]> {
    return this.#answer(async () => this.#state.maybeSigned(kid));
  }

  async childKey(kid: string, path: DerivationPath): Promise<Uint8Array> {
    return this.#answer(() => {
      const { info } = activeOf(this.#state.key(kid));
      return derive(publicKeyOf(info), info.chainCode, path).publicKey;
    });
  }

  async pairProblem(kid: string, peer: PartyIndex): Promise<PairProblem | undefined> {
    return this.#answer(() => {
      const active = activeOf(this.#state.key(kid));
      return hasPairs(active)
        ? this.#pairProblem(kid, active, peer)
        : this.#refusal(kid, active, peer);
    });
  }

  async allowPeer(kid: string, peer: PartyIndex): Promise<void> {
    await this.#answer(async () => {
      const active = activeOf(this.#state.key(kid));
      const { info, index } = active;
      const record = hasPairs(active)
        ? this.#state.book(kid, info, index).allow(peer)
        : this.#state.standings(kid, info, index).allow(peer);
      await this.#state.store(record, this.#state.key(kid).requestId);
    });
  }

  async pairSetup(
    request: PairSetupRequest,
    link: PacketLink,
    hooks: CeremonyHooks = {},
  ): Promise<void> {
    const { kid, requestId, peer, reason } = request;
    await this.#exclusively(kid, async () => {
      const { share, book } = this.#shareAndPairs(kid);
      // Members may hold different signatures under one certificate; the session id is what it certifies.
      const certificateDigest = activeOf(this.#state.key(kid)).height.sid;
      try {
        const ceremony = pairSetupCeremony(
          { requestId, peer, reason, certificateDigest },
          share,
          book,
        );
        await this.#run(ceremony, requestId, link, hooks);
      } finally {
        share.wipe();
      }
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
    this.#state.wipe();
  }

  async #signEcdsa(
    { kid, requestId, signers, items, batch }: SignRequest,
    link: PacketLink,
    hooks: SignHooks,
  ): Promise<readonly Signature[]> {
    const { share, book } = this.#shareAndPairs(kid);
    try {
      const asked = { requestId, signers, items: batchOf(items.flatMap(ecdsaItems), batch) };
      return await this.#run(signCeremony(asked, share, book), requestId, link, hooks);
    } finally {
      share.wipe();
    }
  }

  async #signTaproot(
    { kid, requestId, signers, items, batch }: SignRequest,
    link: PacketLink,
    hooks: SignHooks,
  ): Promise<readonly Signature[]> {
    const active = activeOf(this.#state.key(kid));
    const share = shareOf(active, active.info, TAPROOT);
    try {
      const asked = { requestId, signers, items: batchOf(items.flatMap(taprootItems), batch) };
      const standings = this.#state.standings(kid, active.info, active.index);
      const ceremony = frostSignCeremony(asked, share, standings);
      const signatures = await this.#run(ceremony, requestId, link, hooks);
      return signatures.map(schnorrSignature);
    } finally {
      share.wipe();
    }
  }

  #pairProblem(kid: string, { info, index }: Active, peer: PartyIndex): PairProblem | undefined {
    const book = this.#state.book(kid, info, index);
    // A session that runs holds the locks: it would not run with a member that is refused.
    if (!this.#busy.has(kid)) {
      const refused = refusalBy(() => {
        book.unlock(book.lock([peer]));
      });
      if (refused !== undefined) return refused;
    }
    if (book.report(peer).held.length > 0) return undefined;
    return {
      kind: 'set-up-needed',
      message: `This device and member ${String(peer)} have to be set up with each other again.`,
    };
  }

  #refusal(kid: string, { info, index }: Active, peer: PartyIndex): PairProblem | undefined {
    return refusalBy(() => {
      this.#state.standings(kid, info, index).check([peer]);
    });
  }

  /** @throws CeremonyError for a key without pairs */
  #shareAndPairs(kid: string): {
    readonly share: KeyShare<EcdsaSuite>;
    readonly book: PairBook;
  } {
    const active = activeOf(this.#state.key(kid));
    if (!hasPairs(active)) {
      throw new CeremonyError({
        code: 'ceremonies/no-pairs',
        message: 'Devices have nothing to set up with each other for this key.',
      });
    }
    const share = shareOf(active, active.info, ECDSA);
    return { share, book: this.#state.book(kid, active.info, active.index) };
  }

  async #run<Out>(
    ceremony: Parameters<typeof runOverLink<Out>>[0]['ceremony'],
    requestId: Uint8Array,
    link: PacketLink,
    hooks: CeremonyHooks & Partial<SignHooks>,
  ): Promise<Out> {
    const closing = this.#closing.signal;
    const signal = hooks.signal === undefined ? closing : AbortSignal.any([hooks.signal, closing]);
    return runOverLink<Out>({
      ceremony,
      requestId,
      link,
      hooks: { ...hooks, signal },
      port: this.#port,
      state: this.#state,
      nonces: this.#nonces,
    });
  }

  async #activate(
    kid: string,
    certificate: Parameters<typeof acceptCertificate>[1],
  ): Promise<void> {
    await this.#state.changeKey(kid, (record): KeyRecord => {
      const { state: epochs, effect } = acceptCertificate(record.epochs, certificate);
      return effect === 'already-known' ? record : { ...record, epochs };
    });
  }

  /** One at a time for each key, and one key generation. */
  async #exclusively<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.#answer(async () => {
      if (this.#busy.has(what)) {
        throw benign(
          'ceremonies/busy',
          'This device is in the middle of another ceremony. Wait for it to end, or cancel it.',
        );
      }
      this.#busy.add(what);
      const running = work();
      this.#running.add(running);
      try {
        return await running;
      } finally {
        this.#running.delete(running);
        this.#busy.delete(what);
      }
    });
  }

  /** @throws CeremonyError, whatever was thrown */
  async #answer<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      if (this.#closing.signal.aborted) {
        throw benign('ceremonies/closed', 'This device is locked.');
      }
      return await work();
    } catch (error) {
      throw asCeremonyError(error);
    }
  }
}

/** A share that signs, with its key. */
type Active = ReturnType<typeof activeOf>;

/** ECDSA needs common state for every two members, FROST does not. */
const hasPairs = ({ info }: Active): boolean => info.suite === ECDSA;

/** What a check says that refuses a member. */
function refusalBy(check: () => void): PairProblem | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { kind: 'refused', message: error.message };
  }
}
