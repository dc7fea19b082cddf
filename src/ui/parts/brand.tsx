/** The mark: two signatures on one line. */
export function Brand() {
  return (
    <span className="brand">
      <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden>
        <rect x="3" y="2.5" width="18" height="19" rx="3.5" />
        <path
          d="M7 9.5l2.2 2.2L13 8M10.5 15.5l2.2 2.2L17 13.5"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      Countersign
    </span>
  );
}
