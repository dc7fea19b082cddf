import { differingGroups, groupAddress } from '../../wallet/index.ts';

/**
 * An address in full, in groups of four. The gaps are drawn, not written: a copied address is whole.
 * Against a look-alike, the groups that differ are marked.
 */
export function Address(props: { readonly value: string; readonly against?: string | undefined }) {
  const differs =
    props.against === undefined ? undefined : differingGroups(props.value, props.against);
  return (
    <span className="address" translate="no">
      {groupAddress(props.value).map((group, i) =>
        differs?.[i] === true ? (
          <mark className="differs" key={i}>
            {group}
          </mark>
        ) : (
          <span key={i}>{group}</span>
        ),
      )}
    </span>
  );
}

/** Two addresses under each other, with what differs marked, and said. */
export function AddressComparison(props: { readonly value: string; readonly known: string }) {
  const marks = differingGroups(props.value, props.known);
  const count = marks.filter(Boolean).length;
  return (
    <div className="stack-tight">
      <p className="small">
        {String(count)} of {String(marks.length)} groups differ, marked below.
      </p>
      <div className="comparison">
        <div>
          <p className="tiny">This request</p>
          <Address value={props.value} against={props.known} />
        </div>
        <div>
          <p className="tiny">The address you know</p>
          <Address value={props.known} against={props.value} />
        </div>
      </div>
    </div>
  );
}
