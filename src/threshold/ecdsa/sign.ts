/** Threshold ECDSA signing for one or up to 16 digests under one signer set: the ceremony of one party. */
import { concat } from '../../codec.ts';
import { ProtocolError, UsageError, type PartyIndex } from '../abort.ts';
import { rosterOf, type EcdsaSuite, type KeyShare } from '../keys.ts';
import type { PairGeneration } from '../ot/pair.ts';
import { HedgedRandom } from '../random.ts';
import type { Ceremony } from '../session/ceremony.ts';
import { of } from '../session/round.ts';
import { encodePairReport, type PairBook } from './pairs.ts';
import { signProtocol } from './protocol.ts';
import { encodeSignContext, prepareItems, readReports, type SignRequest } from './request.ts';
import type { EcdsaSignature } from './signature.ts';

/**
 * One party's part in signing.
 *
 * @param share this device's share; its pairs are in `book`
 * @throws UsageError for a request that this key cannot serve
 * @throws ProtocolError class A "busy" when a pair is in use by another session
 */
export function signCeremony(
  request: SignRequest,
  share: KeyShare<EcdsaSuite>,
  book: PairBook,
): Ceremony<readonly EcdsaSignature[]> {
  const { info, index: self } = share;
  const { signers } = request;
  if (!book.belongsTo(share))
    throw new UsageError('the pair state belongs to another key or epoch');
  const items = prepareItems(request, share);
  const context = encodeSignContext(request, share, items);
  const roster = rosterOf(info.members.filter(({ index }) => signers.includes(index)));
  const peers = signers.filter((party) => party !== self);
  const lease = book.lock(peers);
  const chosen = new Map<PartyIndex, PairGeneration>();
  return {
    handshake: {
      suite: info.suite,
      protocol: 'sign',
      context,
      self,
      roster,
      extra: concat(...peers.map((peer) => encodePairReport(book.report(peer)))),
      complete(extras) {
        for (const peer of peers) {
          const theirs = readReports(signers, peer, of(extras, peer)).get(self);
          const common = theirs === undefined ? undefined : book.common(peer, theirs);
          if (common === undefined) {
            throw new ProtocolError('A', `pair set-up with party ${String(peer)} needed`);
          }
          chosen.set(peer, common);
        }
        return context;
      },
    },
    begin: (session, secrets) =>
      share.withSecret((scalar, bytes) =>
        signProtocol({
          session,
          signers,
          pairs: chosen,
          book,
          lease,
          items,
          kid: info.kid,
          share: scalar,
          random: new HedgedRandom(secrets.random, bytes, session.sid),
        }),
      ),
    release() {
      book.unlock(lease);
    },
  };
}
