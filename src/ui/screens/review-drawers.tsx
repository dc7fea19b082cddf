import { toHex, type Review } from '../../wallet/index.ts';
import { Address } from '../parts/address.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { Drawer } from '../parts/drawer.tsx';
import { Words } from '../parts/words.tsx';

type Detail = Review['details'][number];

/** The full bytes and the rule, behind closed drawers. */
export function Drawers(props: { readonly review: Review; readonly rule: string | undefined }) {
  const { review, rule } = props;
  const raw = toHex(review.bytes);
  return (
    <div className="stack review-drawers">
      <Drawer title="What the bytes say, in full">
        <dl className="details">
          {review.details.map((detail, i) => (
            <div key={i}>
              <dt>{detail.label}</dt>
              <dd>
                <Value detail={detail} />
              </dd>
            </div>
          ))}
          <div>
            <dt>Digest that is signed</dt>
            <dd className="stack-tight">
              <code className="bytes">{toHex(review.digest)}</code>
              <Words words={review.digestWords} label="Words of the digest that is signed" />
            </dd>
          </div>
          <div>
            <dt>Digest of what this screen shows</dt>
            <dd>
              <code className="bytes">{toHex(review.shownDigest)}</code>
            </dd>
          </div>
          <div>
            <dt>The unsigned transaction, {review.bytes.length} bytes</dt>
            <dd>
              <code className="bytes" tabIndex={0} role="region" aria-label="Unsigned transaction">
                {raw}
              </code>
            </dd>
          </div>
        </dl>
        <CopyButton text={raw} what="the bytes" />
      </Drawer>
      {rule === undefined ? null : (
        <Drawer title="Why so many approvals">
          <p>{rule}</p>
        </Drawer>
      )}
    </div>
  );
}

function Value(props: { readonly detail: Detail }) {
  const { kind, value } = props.detail;
  switch (kind) {
    case 'address':
      return <Address value={value} />;
    case 'bytes':
      return <code className="bytes">{value}</code>;
    case 'number':
      return <span className="figures">{value}</span>;
    case 'text':
      return <span>{value}</span>;
  }
}
