/** What the bytes say, and beside it what others say about them. The same for a draft and a proposal. */
import type { ReactNode } from 'react';
import { formatGwei, formatUnits, type Review } from '../../wallet/index.ts';
import { Address, AddressComparison } from '../parts/address.tsx';
import { Amount } from '../parts/amount.tsx';
import { Notice, type Tone } from '../parts/notice.tsx';

type AddressFact = Review['from'];
type Warning = Review['warnings'][number];

const tones: Readonly<Record<Warning['level'], Tone>> = {
  danger: 'loss',
  caution: 'look',
  info: 'info',
};

const sources = {
  node: 'from the node, not from the bytes',
  'address-book': 'from this device’s address book',
  'own-account': 'an account of this vault',
  history: 'from earlier payments of this vault',
  settings: 'from this device’s settings',
};

export function Warnings(props: { readonly review: Review }) {
  const { review } = props;
  return (
    <>
      {review.refusal === undefined ? null : (
        <Notice tone="loss" title="This wallet refuses to sign this">
          <p>{review.refusal}</p>
          <Seen />
        </Notice>
      )}
      {review.warnings.map((warning) => (
        <Notice tone={tones[warning.level]} title={warning.title} key={warning.code}>
          <p>{warning.text}</p>
          {warning.resembles === undefined || review.to === undefined ? null : (
            <AddressComparison value={review.to.address} known={warning.resembles} />
          )}
          <Seen />
        </Notice>
      ))}
    </>
  );
}

export function Facts(props: { readonly review: Review }) {
  const { review } = props;
  const { fee, network } = review;
  const approval = review.operation === 'token-approval';
  const priority =
    fee.maxPriorityFeePerGas === undefined
      ? ''
      : ` · priority ${formatGwei(fee.maxPriorityFeePerGas)}`;
  return (
    <dl className="card facts">
      <Fact label="From">
        <Party fact={review.from} unknown="Unknown account" />
      </Fact>
      <Fact label={approval ? 'Allowance' : 'Amount'}>
        {review.amount === undefined ? (
          <span>
            {review.operation === 'deployment'
              ? 'Nothing is paid to anybody'
              : 'The bytes name no amount that this wallet can read'}
          </span>
        ) : (
          <>
            <span className="amount">
              <Amount amount={review.amount} />
            </span>
            <AmountNote review={review} />
          </>
        )}
      </Fact>
      <Fact label={approval ? 'Spender' : 'To'}>
        {review.to === undefined ? (
          <span>Nobody: it creates a new contract</span>
        ) : (
          <Party fact={review.to} unknown="Unknown address" />
        )}
      </Fact>
      {review.contract === undefined ? null : (
        <Fact label={review.amount === undefined ? 'Contract' : 'Token'}>
          <Party fact={review.contract} unknown="Token contract" quiet />
        </Fact>
      )}
      <Fact label="Fee">
        <Amount amount={fee.worst} prefix="at most " />
        <span className="small soft figures">
          {formatUnits(fee.gasLimit, 0)} gas · at most {formatGwei(fee.maxFeePerGas)}
          {priority} · nonce {String(review.nonce)}
        </span>
      </Fact>
      <Fact label="In total">
        {review.leaves.map((amount) => (
          <span className="strong" key={amount.asset === 'native' ? '' : amount.asset.token}>
            <Amount amount={amount} prefix="at most " />
          </span>
        ))}
        <span className="small soft">can leave the account, the fee included</span>
      </Fact>
      <Fact label="Network">
        <span>
          {network.name ?? 'A network without a name here'}{' '}
          <span className="soft figures">chain {String(network.chainId)}</span>
        </span>
      </Fact>
    </dl>
  );
}

function Fact(props: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{props.label}</dt>
      <dd>
        {props.children}
        <Seen />
      </dd>
    </div>
  );
}

/** An address with who it belongs to, and who says so. */
function Party(props: {
  readonly fact: AddressFact;
  readonly unknown: string;
  readonly quiet?: boolean;
}) {
  const { fact } = props;
  const name = fact.own?.name ?? fact.name?.text;
  return (
    <>
      <span className="row">
        <span className={props.quiet === true ? '' : 'strong'}>{name ?? props.unknown}</span>
        {fact.own === undefined ? null : (
          <span className="tag">own account {String(fact.own.index + 1)}</span>
        )}
        {/* A contract that is called is not paid. */}
        {fact.paidBefore === false && fact.own === undefined && props.quiet !== true ? (
          <span className="tag tag-look">never paid before</span>
        ) : null}
        {fact.paidBefore === true && fact.own === undefined && props.quiet !== true ? (
          <span className="tag">paid before</span>
        ) : null}
      </span>
      <Address value={fact.address} />
      {fact.own !== undefined || fact.name === undefined ? null : (
        <span className="small soft">name {sources[fact.name.source]}</span>
      )}
    </>
  );
}

function AmountNote(props: { readonly review: Review }) {
  const { amount } = props.review;
  if (amount === undefined || amount.asset === 'native') return null;
  return (
    <span className="small soft">
      {amount.unit === undefined
        ? 'No node was asked how this token writes its amounts: this is the bare number in the bytes.'
        : `name and decimals of the token ${sources[amount.unit.source]}`}
    </span>
  );
}

/** Approving opens when every one of these was on the screen. */
export function Seen() {
  return <span className="must-see" data-must-see="" aria-hidden />;
}
