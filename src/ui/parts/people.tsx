import { Check, TriangleAlert, X } from 'lucide-react';
import { clockTime, type DecisionView, type ProposalView } from '../../wallet/index.ts';
import { useNow } from '../use-now.ts';

/** Who has decided, and what. */
export function People(props: { readonly proposal: ProposalView }) {
  const { proposal } = props;
  const now = useNow();
  const enough = proposal.approvals >= proposal.needed;
  return (
    <section className="card stack" aria-label="Approvers">
      <p className="small soft figures">
        {proposal.approvals} of {proposal.needed} needed approvals
      </p>
      <ul className="people">
        {proposal.decisions.map((decision) => (
          <li className="person" key={decision.memberId}>
            <Mark decision={decision} />
            <span className="person-line">
              <span>{decision.name}</span>
              <span className="person-state">
                {stateOf(decision, enough, proposal.status, now)}
              </span>
            </span>
            {decision.reason === undefined || decision.reason === '' ? null : (
              <p className="person-more">“{decision.reason}”</p>
            )}
            {decision.sawSomethingElse ? (
              <p className="person-more field-error">
                <TriangleAlert className="icon" aria-hidden />
                This device showed something else. Do not approve before you have compared the
                screens.
              </p>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Mark(props: { readonly decision: DecisionView }) {
  const { decision, sawSomethingElse } = props.decision;
  if (sawSomethingElse) {
    return (
      <span className="mark mark-loss" aria-hidden>
        <TriangleAlert />
      </span>
    );
  }
  switch (decision) {
    case 'approved':
      return (
        <span className="mark mark-done" aria-hidden>
          <Check />
        </span>
      );
    case 'rejected':
      return (
        <span className="mark mark-loss" aria-hidden>
          <X />
        </span>
      );
    case 'pending':
      return (
        <span className="mark" aria-hidden>
          –
        </span>
      );
  }
}

function stateOf(
  decision: DecisionView,
  enough: boolean,
  status: ProposalView['status'],
  now: number,
): string {
  const at = decision.at === undefined ? '' : ` ${clockTime(decision.at, now)}`;
  const presence = decision.self ? ' · this device' : decision.online ? ' · online' : ' · offline';
  if (decision.decision === 'approved') return `approved${at}${decision.self ? presence : ''}`;
  if (decision.decision === 'rejected') return `rejected${at}${decision.self ? presence : ''}`;
  if (enough || status !== 'open') return `not needed${presence}`;
  return `${decision.self ? 'not decided' : 'not yet'}${presence}`;
}
