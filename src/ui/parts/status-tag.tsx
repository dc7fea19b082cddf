import type { ProposalView } from '../../wallet/index.ts';

/** Where a proposal stands, in the exact word: signed, sent and confirmed are three different things. */
function statusText(proposal: ProposalView): string {
  const { transaction } = proposal;
  switch (proposal.status) {
    case 'open':
      return `${String(proposal.approvals)} of ${String(proposal.needed)} approvals`;
    case 'approved':
      return 'approved, waits to be signed';
    case 'signing':
      return 'being signed';
    case 'signed':
      return 'signed, not sent';
    case 'broadcast':
      return 'sent, not yet in a block';
    case 'confirmed':
      return transaction?.success === false ? 'confirmed, but it failed' : 'confirmed';
    case 'rejected':
      return 'rejected';
    case 'withdrawn':
      return 'withdrawn';
    case 'expired':
      return proposal.maybeSigned ? 'expired, may be signed' : 'expired';
  }
}

export function StatusTag(props: { readonly proposal: ProposalView }) {
  const { proposal } = props;
  const failed = proposal.transaction?.success === false;
  const signed = ['signed', 'broadcast', 'confirmed'].includes(proposal.status);
  const tone = failed || (proposal.maybeSigned && !signed) ? ' tag-look' : signed ? ' tag-go' : '';
  return <span className={`tag${tone}`}>{statusText(proposal)}</span>;
}
