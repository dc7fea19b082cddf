/** Lines of a review: one language for transactions, messages and typed data of every chain. */
import type { Review } from '../../wallet/index.ts';
import { Address } from './address.tsx';
import { Amount } from './amount.tsx';
import { Seen } from './seen.tsx';

type Fact = Review['facts'][number];
type CallFact = Extract<Fact['value'], { kind: 'call' }>['call'];
type AddressFact = Extract<Fact['value'], { kind: 'address' }>['address'];
type AmountFact = Extract<Fact['value'], { kind: 'amount' }>['amount'];

const sources = {
  node: 'from the node, not from the bytes',
  'address-book': 'from this device’s address book',
  'own-account': 'an account of this vault',
  history: 'from earlier payments of this vault',
  settings: 'from this device’s settings',
};

export function FactList(props: {
  readonly facts: readonly Fact[];
  readonly className: string;
  /** Each line has to be on the screen before approving opens. */
  readonly mustSee?: boolean;
}) {
  const { facts, className, mustSee = false } = props;
  return (
    <dl className={className}>
      {facts.map((fact, i) => (
        <div key={i}>
          <dt>{fact.label}</dt>
          <dd>
            <Value fact={fact} mustSee={mustSee} />
            {fact.remarks?.map((remark) => (
              <span className="small soft figures" key={remark}>
                {remark}
              </span>
            ))}
            {mustSee ? <Seen /> : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value(props: { readonly fact: Fact; readonly mustSee: boolean }) {
  const { fact, mustSee } = props;
  const { value, weight } = fact;
  switch (value.kind) {
    case 'text':
      return (
        <span className={weight === 'large' ? 'fact-text-large' : 'fact-text'}>{value.text}</span>
      );
    case 'number':
      return <span className="figures">{value.text}</span>;
    case 'bytes':
      return <code className="bytes">{value.text}</code>;
    case 'address':
      return <Party fact={value.address} unnamed={fact.unnamed} quiet={weight === 'quiet'} />;
    case 'amount':
      return (
        <>
          <span className={weight === 'large' ? 'amount' : undefined}>
            <Amount amount={value.amount} prefix={value.atMost === true ? 'at most ' : ''} />
          </span>
          {weight === 'large' ? <AmountNote amount={value.amount} /> : null}
        </>
      );
    case 'call':
      return <CallCard call={value.call} mustSee={mustSee} />;
    case 'group':
      return value.facts.every(({ label }) => label === '') ? (
        <>
          {value.facts.map((inner, i) => (
            <span className="strong" key={i}>
              <Value fact={inner} mustSee={mustSee} />
            </span>
          ))}
        </>
      ) : (
        <FactList facts={value.facts} className="facts facts-inner" mustSee={mustSee} />
      );
  }
}

/** An address with who it belongs to, and who says so. */
function Party(props: {
  readonly fact: AddressFact;
  readonly unnamed: string | undefined;
  readonly quiet: boolean;
}) {
  const { fact, quiet } = props;
  const name = fact.own?.name ?? fact.name?.text ?? props.unnamed;
  const foreign = fact.own === undefined && !quiet; // a contract that is called is not paid
  return (
    <>
      {name === undefined ? null : (
        <span className="row">
          <span className={quiet ? '' : 'strong'}>{name}</span>
          {fact.own === undefined ? null : (
            <span className="tag">own account {String(fact.own.index + 1)}</span>
          )}
          {fact.paidBefore === false && foreign ? (
            <span className="tag tag-look">never paid before</span>
          ) : null}
          {fact.paidBefore === true && foreign ? <span className="tag">paid before</span> : null}
        </span>
      )}
      <Address value={fact.address} />
      {fact.own !== undefined || fact.name === undefined ? null : (
        <span className="small soft">name {sources[fact.name.source]}</span>
      )}
    </>
  );
}

function AmountNote(props: { readonly amount: AmountFact }) {
  const { asset, unit } = props.amount;
  if (asset === 'native') return null;
  return (
    <span className="small soft">
      {unit === undefined
        ? 'No node was asked how this token writes its amounts: this is the bare number in the bytes.'
        : `name and decimals of the token ${sources[unit.source]}`}
    </span>
  );
}

const readings: Readonly<Record<CallFact['reading'], string>> = {
  clear: '',
  decoded:
    'The names below are a guess by the first four bytes: what the contract does may differ.',
  unreadable: 'This wallet cannot read this call.',
};

/** A call of a contract, with the calls inside it. */
function CallCard(props: { readonly call: CallFact; readonly mustSee: boolean }) {
  const { call, mustSee } = props;
  const { source } = call;
  return (
    <section className="call" aria-label={call.intent}>
      <p className="strong">{call.intent}</p>
      {call.delegate === 'foreign' ? (
        <p className="call-danger">
          Runs with all rights of the account that calls it (DELEGATECALL): it can take everything.
        </p>
      ) : null}
      {call.delegate === 'helper' ? (
        <p className="small soft">
          Runs with all rights of the account that calls it (DELEGATECALL). It is known to make the
          calls below and nothing else.
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
