/** A call of a contract, with the calls inside it. */
import type { Review } from '../../wallet/index.ts';
import { Address } from './address.tsx';
import { Amount } from './amount.tsx';
import { FactList } from './fact-list.tsx';

type Value = Review['facts'][number]['value'];
type CallFact = Extract<Value, { kind: 'call' }>['call'];

const readings: Readonly<Record<CallFact['reading'], string>> = {
  clear: '',
  decoded:
    'The names below are a guess by the first four bytes: what the contract does may differ.',
  unreadable: 'This wallet cannot read this call.',
};

export function CallCard(props: { readonly call: CallFact; readonly mustSee: boolean }) {
  const { call, mustSee } = props;
  const { source } = call;
  return (
    <section className="call" aria-label={call.intent}>
      <p className="strong">{call.intent}</p>
      {call.delegate ? (
        <p className="call-danger">
          Runs as this account itself (DELEGATECALL): it can take everything.
        </p>
      ) : null}
      {readings[call.reading] === '' ? null : (
        <p className="call-danger">{readings[call.reading]}</p>
      )}
      <p className="small soft">
        {call.to === undefined ? 'Creates a contract' : (call.to.name?.text ?? 'Contract')}
        {call.signature === undefined ? '' : ` · ${call.signature}`}
      </p>
      {call.to === undefined ? null : <Address value={call.to.address} />}
      {call.value.value === 0n ? null : (
        <p>
          sends <Amount amount={call.value} />
        </p>
      )}
      {call.facts.length === 0 ? null : (
        <FactList facts={call.facts} className="facts facts-inner" mustSee={mustSee} />
      )}
      {source === undefined ? null : (
        <p className="tiny">
          Explained by a description of {source.owner ?? 'an unnamed owner'} · {source.origin} ·{' '}
          {source.digest.slice(0, 16)}…
        </p>
      )}
    </section>
  );
}
