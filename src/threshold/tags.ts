/**
 * The registry of hash domain tags (specification 2.5 with the addendum's additions).
 *
 * Every hash of `threshold/` names one of these tags, followed by exactly the parts in the comment, in
 * that order. Each part is length-prefixed by `hash`, so different lists of parts never collide.
 * Integers are big endian with the width given; points and scalars have their canonical encoding.
 */
export const TAGS = {
  /** enc(ctx), then enc(rec_i) for each party ascending. */
  sid: 'sid',
  /** enc(ctx), enc(rec_i). With enc(ctx) alone: the session field of round-0 packets. */
  round0: 'round0',
  /** header, body: what an identity key signs on a broadcast packet. */
  packet: 'packet',
  /** sid, u8 round, then per sender ascending: u16 id, SHA-256-sized digest of the body. */
  echo: 'echo',
  /** body: the digest of one broadcast body inside `echo`. */
  echoBody: 'echo/body',
  /** sid, u16 i, payload_i, salt_i. */
  dkgCommit: 'dkg/commit',
  /** sid, cc_1, ..., cc_n. */
  dkgChainCode: 'dkg/cc',
  /** sid, E1, E2, A_0..A_{t-1}, chain code, S_1..S_n. */
  dkgFinal: 'dkg/final',
  /** sid, kid, u16 i. */
  dkgDiscard: 'dkg/discard',
  /** protocol, sid, kid, u32 epoch', u32 attempt, u16 i, kid'. */
  confirm: 'confirm',
  /** sid, u16 i, payload_i, salt_i. */
  reshareCommit: 'reshare/commit',
  /** sid, kid, u32 epoch, u32 epoch', u32 attempt, enc(N), u16 t', kid'. */
  reshareAuth: 'reshare/auth',
  /** sid, old kid, u32 epoch', F_new, chain code, E1, E2, S'_1..S'_n'. */
  reshareFinal: 'reshare/final',
  /** enc(N with identity keys, t'): what the people compare before they let a new set in. */
  reshareRoster: 'reshare/roster',
  /** identity key of the importer, public key, chain code: the key id of an imported key. */
  importKey: 'import',
  /** sid, u16 lo, u16 hi, half of lo, half of hi. */
  zeroSeed: 'zero/seed',
  /** seed, isid, E1. */
  zero: 'zero',
  /** sid, E2 (in key generation and resharing) or sid, u32 gen (pair set-up). */
  otSetup: 'ot-setup',
  /** otsid, u16 A, u16 B, u16 idx, u8 slot, r_0, r_1, B_slot, shared point. */
  botPad: 'bot/pad',
  /** sid or isid, u16 sender, u16 receiver, pid. */
  mul: 'mul',
  /** msid, u16 row, seed. */
  otePrg: 'ote/prg',
  /** msid, u_0, ..., u_127. */
  oteDigest: 'ote/digest',
  /** msid, digest. */
  oteChi: 'ote/chi',
  /** msid, u16 j, column. */
  oteColumn: 'ote/col',
  /** msid. */
  rvoleGadget: 'rvole/gadget',
  /** gadget key, u16 j. */
  rvoleG: 'rvole/g',
  /** msid, all of a~ as one part. */
  rvoleTheta: 'rvole/theta',
  /** theta digest, then u8 i || u8 k as one part (as in the check values). */
  rvoleThetaIk: 'rvole/theta-ik',
  /** msid, all check values as one part. */
  rvoleMu: 'rvole/mu',
  /** sid, u16 B, u16 k, PK_k, digest_k. */
  signItem: 'sign/item',
  /** sid, u16 i, u16 B, R_{i,0}..R_{i,B-1}, salt_i. */
  signCommit: 'sign/commit',
  /** sid, E1, then per item: R_k, pk_{*,k} ascending. */
  signView: 'sign/view',
  /** label, sid, u16 i, proof context, A, K. */
  pok: 'pok',
  /** psid, then a digest of each of: msg1 lo->hi, msg1 hi->lo, msg2 for lo->hi, msg2 for hi->lo. */
  pairTranscript: 'pair/transcript',
  /** one base-OT message: its digest inside `pair/transcript`. */
  pairMessage: 'pair/message',
  /** psid, kid, u32 epoch, u32 gen, u16 lo, u16 hi, T. */
  pairFinal: 'pair/final',
  /** psid, u16 i, u32 gen, pid. */
  pairConfirm: 'pair/confirm',
  /** kid, u32 epoch, u16 self, u16 peer, u32 floor. */
  pairBan: 'pair/ban',
  /** 32 random bytes, share, sid, label, u32 counter. */
  hedge: 'hedge',
  /** 32 random bytes, device secret, u64 counter. */
  hedgeNonce: 'hedge/nonce',
} as const;

/** One of the registered tags. */
export type Tag = (typeof TAGS)[keyof typeof TAGS];
