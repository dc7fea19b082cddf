/** What the bytes say, and beside it what others say about them. The same for a draft and a proposal. */
import type { Review } from '../../wallet/index.ts';
import { AddressComparison } from '../parts/address.tsx';
import { FactList } from '../parts/fact-list.tsx';
import { Notice, type Tone } from '../parts/notice.tsx';
import { Seen } from '../parts/seen.tsx';

type Warning = Review['warnings'][number];

const tones: Readonly<Record<Warning['level'], Tone>> = {
  danger: 'loss',
  caution: 'look',
  info: 'info',
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
      {review.warnings.map((warning, i) => (
        <Notice
          tone={tones[warning.level]}
          title={warning.title}
          key={`${warning.code}/${String(i)}`}
        >
          <p>{warning.text}</p>
          {warning.resembles === undefined ? null : (
            <AddressComparison value={warning.resembles.address} known={warning.resembles.known} />
          )}
          <Seen />
        </Notice>
      ))}
    </>
  );
}

export function Facts(props: { readonly review: Review }) {
  const { facts, estimate } = props.review;
  return (
    <>
      <FactList facts={facts} className="card facts" mustSee />
      {estimate === undefined ? null : (
        <section className="card stack-tight" aria-label="An estimate">
          <p className="small soft">
            What the node thinks would come of it now. An estimate: it can be wrong, and things can
            change until then.
          </p>
          <FactList facts={estimate} className="facts" />
        </section>
      )}
    </>
  );
}
