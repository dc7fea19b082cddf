/** The standards that are known here, each by its exact type. */
import {
  CANCEL_AUTHORIZATION,
  readAuthorization,
  readCancellation,
  RECEIVE_AUTHORIZATION,
  TRANSFER_AUTHORIZATION,
} from './authorization.ts';
import { encodeType } from './digest.ts';
import { DAI_PERMIT, PERMIT, readDaiPermit, readPermit } from './permit.ts';
import {
  PERMIT_BATCH,
  PERMIT_BATCH_TRANSFER,
  PERMIT_SINGLE,
  PERMIT_TRANSFER,
  readPermit2Allowance,
  readPermit2Transfer,
  readPermit2Witness,
} from './permit2.ts';
import { readSafeMessage, readSafeTx, SAFE_MESSAGE, SAFE_TX } from './safe.ts';
import { readSeaportOrder, SEAPORT_ORDER } from './seaport.ts';
import type { Question, Understood } from './understood.ts';

type Reader = (question: Question) => Understood | undefined | Promise<Understood | undefined>;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [PERMIT, readPermit],
  [DAI_PERMIT, readDaiPermit],
  [PERMIT_SINGLE, readPermit2Allowance],
  [PERMIT_BATCH, readPermit2Allowance],
  [PERMIT_TRANSFER, readPermit2Transfer],
  [PERMIT_BATCH_TRANSFER, readPermit2Transfer],
  [TRANSFER_AUTHORIZATION, readAuthorization],
  [RECEIVE_AUTHORIZATION, readAuthorization],
  [CANCEL_AUTHORIZATION, readCancellation],
  [SEAPORT_ORDER, readSeaportOrder],
  [SAFE_TX, readSafeTx],
  [SAFE_MESSAGE, readSafeMessage],
]);

/** What typed data of a known standard do; `undefined` for any other, and for a domain that does not fit. */
export async function readIntent(question: Question): Promise<Understood | undefined> {
  const reader = READERS.get(encodeType(question.data)) ?? readPermit2Witness;
  return reader(question);
}
