/** The face of the policy: decides, from journal state and decoded facts alone, what is allowed. */
export {
  defaultPolicy,
  describePolicy,
  encodePolicy,
  parsePolicy,
  policyHash,
  validatePolicy,
  type Policy,
} from './document.ts';
export {
  evaluate,
  type Authorised,
  type Facts,
  type Question,
  type Reason,
  type Verdict,
} from './evaluate.ts';
